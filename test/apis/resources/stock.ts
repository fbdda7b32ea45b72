import type { GroupResource } from '../../../src/core/api-error.js';
import type { JsonObject } from '../../../src/core/json.js';
import type { KubeObject } from '../../../src/core/kube-object.js';
import type { ReleaseName } from '../../../src/core/release.js';
import { startFakeKsApiserver } from '../../../src/index.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';

/** An object to put into a store, as short as possible. */
export interface Stocked {
  readonly name: string;
  readonly namespace?: string;
  readonly created?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly rest?: JsonObject;
}

/** Nodes and where they are looked for. */
export const nodes: GroupResource = { group: '', plural: 'nodes' };
/** Path of the node list. */
export const nodesPath = '/kapis/resources.kubesphere.io/v1alpha3/nodes';

/** A fresh install, without nodes of its own. */
export function startFresh(release: ReleaseName = 'v4.1'): Promise<InProcessFake> {
  return startFakeKsApiserver({ release, world: 'empty', now: '2024-06-01T00:00:00Z' });
}

/** Puts objects of a kind into the host cluster, past every check. */
export function stock(
  ks: InProcessFake,
  resource: GroupResource,
  type: { readonly kind: string; readonly apiVersion: string },
  ...objects: readonly Stocked[]
): void {
  for (const { name, namespace, created, labels, annotations, rest } of objects) {
    const object: KubeObject = {
      ...type,
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        creationTimestamp: created ?? '2024-01-01T00:00:00Z',
        ...(labels && { labels }),
        ...(annotations && { annotations }),
      },
      ...rest,
    };
    ks.world.host.store.load(resource, object);
  }
}

/** Four nodes: two of the same second, one cordoned, one not ready. */
export function stockNodes(ks: InProcessFake): void {
  const ready = (status: string): JsonObject => ({ status: { conditions: [{ type: 'Ready', status }] } });
  stock(
    ks,
    nodes,
    { kind: 'Node', apiVersion: 'v1' },
    { name: 'n1', created: '2024-01-01T00:00:00Z', labels: { zone: 'a' }, rest: ready('True') },
    {
      name: 'n2',
      created: '2024-01-02T00:00:00Z',
      labels: { zone: 'b' },
      annotations: { 'kubesphere.io/alias-name': 'Rack Seven' },
      rest: ready('True'),
    },
    {
      name: 'n3',
      created: '2024-01-02T00:00:00Z',
      labels: { zone: 'b' },
      rest: { spec: { unschedulable: true }, ...ready('True') },
    },
    { name: 'n4', created: '2024-01-03T00:00:00Z', rest: ready('Unknown') },
  );
}
