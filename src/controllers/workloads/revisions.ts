import { dig, digObject, type JsonObject } from '../../core/json.js';
import { controllerReference, type KubeObject, label } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import type { Change } from '../../state/object-store.js';
import { controlledBy } from '../dependents.js';
import { claim } from './claim.js';
import { podResource } from './pods.js';
import { bare, templateHash } from './template-hash.js';

const revisions = { group: 'apps', plural: 'controllerrevisions' };
/** Label of pods that names the revision they were made from. */
export const revisionLabel = 'controller-revision-hash';

/** A template a StatefulSet or DaemonSet has or had. */
export interface Revision {
  readonly name: string;
  /** What {@link revisionLabel} says. */
  readonly hash: string;
}

/** The revision of the current template; made, or moved to the front of history, when it is not the newest. */
export function currentRevision(context: WriteContext, owner: KubeObject): Revision {
  claim(context, owner, { resource: revisions, selector: dig(owner, 'spec', 'selector') });
  const known = controlledBy(context.cluster.store, owner, revisions);
  const template = digObject(owner, 'spec', 'template');
  const newest = Math.max(0, ...known.map(numberOf));
  const same = known.find((one) => sameJson(bare(templateIn(one)), bare(template)));
  if (same === undefined) {
    // Without any history the pods are those of a loaded workload: they were made from the template as it is.
    const hash = (known.length === 0 ? loadedHash(context, owner) : undefined) ?? templateHash(template);
    return create(context, owner, hash, newest + 1, template);
  }
  if (numberOf(same) < newest) context.cluster.store.replace(revisions, { ...same, revision: newest + 1 });
  return { name: same.metadata.name, hash: hashOf(same) };
}

/** Notes the template that pods of a loaded workload were made from, before its first change is acted upon. */
export function noteLoadedRevision(context: WriteContext, { previous }: Change): void {
  if (previous === undefined) return;
  const owner = previous.object;
  if (controlledBy(context.cluster.store, owner, revisions).length > 0) return;
  const hash = loadedHash(context, owner);
  if (hash !== undefined) create(context, owner, hash, 1, digObject(owner, 'spec', 'template'));
}

/** The hash in the label of an owner's pods; `undefined` when there are none, or the label is none that a revision gives. */
function loadedHash({ cluster }: WriteContext, owner: KubeObject): string | undefined {
  const [pod] = controlledBy(cluster.store, owner, podResource);
  const given = pod && label(pod, revisionLabel);
  const hash = owner.kind === 'StatefulSet' ? given?.slice(owner.metadata.name.length + 1) : given;
  return hash !== undefined && /^[a-z0-9]+$/.test(hash) ? hash : undefined;
}

function numberOf(revision: KubeObject): number {
  const number = dig(revision, 'revision');
  return typeof number === 'number' ? number : 0;
}

function templateIn(revision: KubeObject): JsonObject {
  return digObject(revision, 'data', 'spec', 'template');
}

function hashOf(revision: KubeObject): string {
  return label(revision, revisionLabel) ?? label(revision, 'controller.kubernetes.io/hash') ?? '';
}

function create(
  context: WriteContext,
  owner: KubeObject,
  hash: string,
  number: number,
  template: JsonObject,
): Revision {
  const name = `${owner.metadata.name}-${hash}`;
  const isDaemon = owner.kind === 'DaemonSet';
  const labels = {
    ...digObject(template, 'metadata', 'labels'),
    [isDaemon ? revisionLabel : 'controller.kubernetes.io/hash']: hash,
  };
  if (context.cluster.store.find(revisions, owner.metadata.namespace, name) === undefined) {
    createObject(context, context.catalog.get('apps', 'controllerrevisions'), {
      apiVersion: 'apps/v1',
      metadata: {
        name,
        namespace: owner.metadata.namespace ?? '',
        labels,
        ownerReferences: [controllerReference(owner)],
      },
      data: { spec: { template: { ...template, $patch: 'replace' } } },
      revision: number,
    });
  }
  return { name, hash };
}
