import { digArray, digObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { patchObject } from '../../registry/verbs/patch.js';
import { currentOf, type Controller } from '../controller.js';

const accountAnnotation = 'kubesphere.io/serviceaccount-name';
const restartAnnotation = 'kubesphere.io/restartedAt';
const owners: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};

/**
 * Restarts the workloads that use a KubeSphere ServiceAccount whenever that changes, its deletion included: their new
 * pods are then refused, as with the real one.
 *
 * @see kubesphere/kubesphere pkg/controller/ksserviceaccount/serviceaccount_controller.go
 */
export const workloadRestart: Controller = {
  name: 'ks-serviceaccount-restart',
  since: 'v4.1',
  watches: ['serviceaccounts.kubesphere.io'],
  reconcile: (context, change) => {
    const account = change.type === 'DELETED' ? undefined : currentOf(context, change);
    if (account === undefined || digArray(account, 'secrets').length === 0) return;
    const { name, namespace = '' } = account.metadata;
    const used = new Set<string>();
    for (const { object: pod } of context.cluster.store.list({ group: '', plural: 'pods' }, namespace)) {
      if (annotation(pod, accountAnnotation) !== name) continue;
      const owner = workloadOf(context, pod);
      if (owner !== undefined) used.add(owner);
    }
    for (const owner of used) restart(context, namespace, owner);
  },
};

/** `plural/name` of the workload that a pod's first owner belongs to. */
function workloadOf({ cluster }: WriteContext, pod: KubeObject): string | undefined {
  let [owner] = pod.metadata.ownerReferences ?? [];
  if (owner?.kind === 'ReplicaSet') {
    const sets = { group: 'apps', plural: 'replicasets' };
    [owner] =
      cluster.store.find(sets, pod.metadata.namespace, owner.name)?.object.metadata.ownerReferences ?? [];
  }
  const plural = owner && Object.hasOwn(owners, owner.kind) ? owners[owner.kind] : undefined;
  return owner === undefined || plural === undefined ? undefined : `${plural}/${owner.name}`;
}

function restart(context: WriteContext, namespace: string, workload: string): void {
  const [plural = '', name = ''] = workload.split('/');
  const resource = context.catalog.get('apps', plural);
  if (context.cluster.store.find(resource, namespace, name) === undefined) return;
  const iso = new Date(context.world.clock.now()).toISOString();
  const at = `${iso.slice(0, 10)} ${iso.slice(11, 23)} +0000 UTC m=+1.000000000`;
  patchObject(context, resource, { namespace, name }, (object) => {
    const template = digObject(object, 'spec', 'template');
    const metadata = digObject(template, 'metadata');
    const annotations = { ...digObject(metadata, 'annotations'), [restartAnnotation]: at };
    return {
      ...object,
      spec: {
        ...digObject(object, 'spec'),
        template: { ...template, metadata: { ...metadata, annotations } },
      },
    };
  });
}
