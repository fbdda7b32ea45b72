import { dig, digArray, digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';

/** A workload as a service mesh sees it. */
export interface MeshWorkload {
  readonly namespace: string;
  readonly name: string;
  /** Label `app` of its pods; absent labels: the name. */
  readonly app: string;
  /** Label `version` of its pods; empty without. */
  readonly version: string;
  /** How many pods it asks for, and how many are ready. */
  readonly replicas: number;
  readonly available: number;
  readonly object: KubeObject;
}

const kinds = [
  ['deployments', 'replicas', 'availableReplicas'],
  ['statefulsets', 'replicas', 'readyReplicas'],
  ['daemonsets', 'desiredNumberScheduled', 'numberReady'],
] as const;
const services = { group: '', plural: 'services' };

/** The Deployments, StatefulSets and DaemonSets of a namespace. */
export function meshWorkloads(store: ObjectStore, namespace: string): MeshWorkload[] {
  return kinds.flatMap(([plural, wanted, ready]) =>
    store.list({ group: 'apps', plural }, namespace).map(({ object }): MeshWorkload => {
      const labels = digObject(object, 'spec', 'template', 'metadata', 'labels');
      const asked = dig(object, 'spec', wanted) ?? dig(object, 'status', wanted);
      const available = dig(object, 'status', ready);
      const { name } = object.metadata;
      return {
        namespace,
        name,
        app: digString(labels, 'app') || name,
        version: digString(labels, 'version'),
        replicas: typeof asked === 'number' ? asked : 1,
        available: typeof available === 'number' ? available : 0,
        object,
      };
    }),
  );
}

/** The workloads of its namespace whose pods a Service selects; none without a selector. */
export function workloadsBehind(store: ObjectStore, service: KubeObject): MeshWorkload[] {
  const selector = Object.entries(digObject(service, 'spec', 'selector'));
  if (selector.length === 0) return [];
  return meshWorkloads(store, service.metadata.namespace ?? '').filter(({ object }) => {
    const labels = digObject(object, 'spec', 'template', 'metadata', 'labels');
    return selector.every(([key, value]) => labels[key] === value);
  });
}

/** A Service by name. */
export function findService(store: ObjectStore, namespace: string, name: string): KubeObject | undefined {
  return store.find(services, namespace, name)?.object;
}

/** The Services that a namespace's ingresses, node ports and balancers make reachable from outside. */
export function exposedServices(store: ObjectStore, namespace: string): KubeObject[] {
  const named = new Set(
    store
      .list({ group: 'networking.k8s.io', plural: 'ingresses' }, namespace)
      .flatMap(({ object }) =>
        digArray(object, 'spec', 'rules').flatMap((rule) =>
          digArray(rule, 'http', 'paths').map((path) => digString(path, 'backend', 'service', 'name')),
        ),
      ),
  );
  return store
    .list(services, namespace)
    .map(({ object }) => object)
    .filter((one) => named.has(one.metadata.name) || digString(one, 'spec', 'type') in openTypes);
}

const openTypes = { NodePort: true, LoadBalancer: true };

/** The pods of a workload, by the labels its selector names. */
export function podsOfWorkload(store: ObjectStore, { namespace, object }: MeshWorkload): KubeObject[] {
  const selector = Object.entries(digObject(object, 'spec', 'selector', 'matchLabels'));
  return store
    .list({ group: '', plural: 'pods' }, namespace)
    .map(({ object: pod }) => pod)
    .filter((pod) => selector.length > 0 && selector.every(([key, value]) => label(pod, key) === value));
}
