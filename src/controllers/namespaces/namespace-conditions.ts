import { digArray, digObject, isJsonObject } from '../../core/json.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { mergeConditions, writeStatus, type Condition } from '../workloads/write-status.js';

const namespaces = { group: '', plural: 'namespaces' };
/** The first Kubernetes that says what keeps a namespace. */
const firstMinor = 16;

/**
 * Says of a namespace that is on its way out what is still in it, and what holds that.
 *
 * @see kubernetes/kubernetes pkg/controller/namespace/deletion/status_condition_utils.go
 */
export const namespaceConditions: QueuedController = {
  name: namespaceLifecycle.name,
  watches: ['*'],
  keysOf: ({ cluster }, { type, resource, stored }) => {
    const { object } = stored;
    if (type !== 'DELETED' && !isDeleting(object)) return [];
    const isOne = resource.plural === namespaces.plural && resource.group === '';
    const name = isOne ? object.metadata.name : object.metadata.namespace;
    const namespace = name && cluster.store.find(namespaces, undefined, name)?.object;
    return namespace && isDeleting(namespace) ? [{ namespace: '', name: namespace.metadata.name }] : [];
  },
  settle: (context, { name }) => {
    const { world, cluster, catalog } = context;
    if (minorOf(world.settings.kubernetesVersion) < firstMinor) return;
    const namespace = cluster.store.find(namespaces, undefined, name)?.object;
    if (namespace === undefined || !isDeleting(namespace)) return;
    const before = digArray(namespace, 'status', 'conditions').filter(isJsonObject);
    const conditions = mergeConditions(before, conditionsOf(context, name), world.clock.timestamp());
    writeStatus(context, catalog.get('', 'namespaces'), namespace, {
      ...digObject(namespace, 'status'),
      conditions,
    });
  },
};

function conditionsOf({ cluster, catalog }: WriteContext, namespace: string): readonly Condition[] {
  const resources = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const known of cluster.store.resources()) {
    if (catalog.byPlural(known.group, known.plural)?.namespaced !== true) continue;
    for (const { object } of cluster.store.list(known, namespace)) {
      count(resources, `${known.plural}.${known.group} has`);
      for (const finalizer of object.metadata.finalizers ?? []) count(finalizers, `${finalizer} in`);
    }
  }
  const told = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .map(([what, number]) => `${what} ${String(number)} resource instances`)
      .sort()
      .join(', ');
  const remaining = (
    type: string,
    has: boolean,
    yes: readonly [string, string],
    no: readonly [string, string],
  ): Condition => {
    const [reason, message] = has ? yes : no;
    return { type, status: has ? 'True' : 'False', reason, message };
  };
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      status: 'False',
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    remaining(
      'NamespaceContentRemaining',
      resources.size > 0,
      ['SomeResourcesRemain', `Some resources are remaining: ${told(resources)}`],
      ['ContentRemoved', 'All content successfully removed'],
    ),
    remaining(
      'NamespaceFinalizersRemaining',
      finalizers.size > 0,
      ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${told(finalizers)}`],
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    ),
  ];
}
