import { digArray, digObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';

const group = 'cluster.kubesphere.io';
const finalizer = 'finalizers.kubesphere.io/cluster-label';

/**
 * Puts labels on the clusters they name, forgets clusters that are gone, and takes a label off again before it goes.
 *
 * @see kubesphere/kubesphere pkg/controller/clusterlabel/clusterlabel_controller.go
 */
export const clusterLabelController: Controller = {
  name: 'clusterlabel',
  since: 'v4.1',
  hostOnly: true,
  watches: ['labels.cluster.kubesphere.io'],
  reconcile: (context, change) => {
    const label = currentOf(context, change);
    if (label === undefined) return;
    const labels = context.catalog.get(group, 'labels');
    if (isDeleting(label)) {
      if (!hasFinalizer(label, finalizer)) return;
      for (const cluster of clustersOf(context, label).known) withoutLabel(context, cluster, label);
      writeBack(context, labels, withoutFinalizer(label, finalizer));
    } else if ((label.metadata.finalizers ?? []).length === 0) {
      writeBack(context, labels, withFinalizer(label, finalizer));
    } else sync(context, label, labels);
  },
};

function sync(context: WriteContext, label: KubeObject, labels: Resource): void {
  const { named, known } = clustersOf(context, label);
  for (const cluster of known) {
    const key = keyOf(label);
    if (cluster.metadata.labels?.[key] !== undefined) continue;
    const metadata = { ...cluster.metadata, labels: { ...cluster.metadata.labels, [key]: '' } };
    writeBack(context, clusterKind(context), { ...cluster, metadata });
  }
  if (known.length === named.length) return;
  const clusters = known.map(({ metadata }) => metadata.name).sort();
  writeBack(context, labels, { ...label, spec: { ...digObject(label, 'spec'), clusters } });
}

function withoutLabel(context: WriteContext, cluster: KubeObject, label: KubeObject): void {
  const { [keyOf(label)]: gone, ...labels } = cluster.metadata.labels ?? {};
  if (gone === undefined) return;
  writeBack(context, clusterKind(context), { ...cluster, metadata: { ...cluster.metadata, labels } });
}

/** The clusters a label names, with repetitions, and those of them that there are. */
function clustersOf(
  context: WriteContext,
  label: KubeObject,
): { readonly named: readonly unknown[]; readonly known: readonly KubeObject[] } {
  const named = digArray(label, 'spec', 'clusters');
  const known = [...new Set(named)].flatMap((name) => {
    if (typeof name !== 'string') return [];
    const found = context.cluster.store.find(clusterKind(context), undefined, name)?.object;
    return found === undefined ? [] : [found];
  });
  return { named, known };
}

function keyOf({ metadata }: KubeObject): string {
  return `label.cluster.kubesphere.io/${metadata.name}`;
}

function clusterKind({ catalog }: WriteContext): Resource {
  return catalog.get(group, 'clusters');
}
