import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../core/kube-object.js';
import type { Change } from '../state/object-store.js';
import type { MirroredKind } from './mirrored-kind.js';

/** What is to be done to one object over there. */
export interface UpstreamWrite {
  readonly type: 'write' | 'delete';
  /** As it is here now, or was before it was deleted. */
  readonly local: KubeObject;
  /** As it was before; absent when it is new. */
  readonly previous: KubeObject | undefined;
  readonly changesStatus: boolean;
  readonly kind: (kinds: ReadonlyMap<string, MirroredKind>) => MirroredKind;
}

/** Several changes of an object as one write, in the order objects were first changed; those of no effect left out. */
export function writesOf(changes: readonly Change[]): readonly UpstreamWrite[] {
  const byObject = new Map<string, Change[]>();
  for (const change of changes) {
    const { resource, stored } = change;
    const { namespace = '', name } = stored.object.metadata;
    const key = `${resource.plural}.${resource.group} ${namespace}/${name}`;
    const known = byObject.get(key);
    if (known === undefined) byObject.set(key, [change]);
    else known.push(change);
  }
  return [...byObject.values()].flatMap((own): readonly UpstreamWrite[] => {
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) return [];
    const previous = first.previous?.object;
    const type = last.type === 'DELETED' ? 'delete' : 'write';
    if (type === 'delete' && previous === undefined) return [];
    const local = last.stored.object;
    const changesStatus = !isDeepStrictEqual(local['status'], previous?.['status']);
    const { plural, group } = last.resource;
    return [
      {
        type,
        local,
        previous,
        changesStatus,
        kind: (kinds) => {
          const kind = kinds.get(`${plural}.${group}`);
          if (kind === undefined) throw new Error(`${plural} of group "${group}" are not mirrored`);
          return kind;
        },
      },
    ];
  });
}
