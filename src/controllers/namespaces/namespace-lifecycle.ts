import { digArray, digObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { Change, ObjectStore } from '../../state/object-store.js';
import { currentOf, isDeleting, keyOf, type Controller, type QueuedController } from '../controller.js';
import { rootCertificate, rootCertificateName } from './root-certificate.js';
import { storeIndex } from '../store-index.js';

/**
 * Furnishes namespaces with what Kubernetes puts into each, also when somebody takes it away, and empties those that are
 * deleted until they can go.
 *
 * @see kubernetes/kubernetes pkg/controller/namespace, pkg/controller/serviceaccount, pkg/controller/certificates/rootcacertpublisher
 */
export const namespaceLifecycle: Controller = {
  name: 'namespace-lifecycle',
  // Any object that goes may be the last thing a deleted namespace was waiting for.
  watches: ['*'],
  reconcile: (context, change) => {
    const isNamespace = change.resource.plural === 'namespaces' && change.resource.group === '';
    const namespace = isNamespace
      ? currentOf(context, change)
      : change.type === 'DELETED'
        ? namespaceOf(context, change.stored.object)
        : undefined;
    if (namespace === undefined) return;
    const { name } = namespace.metadata;
    if (isDeleting(namespace)) finish(context, name, isNamespace);
    else if (isNamespace ? change.type === 'ADDED' : isFurniture(change)) furnish(context, name);
  },
};

function namespaceOf({ cluster }: WriteContext, { metadata }: KubeObject): KubeObject | undefined {
  if (metadata.namespace === undefined) return undefined;
  const found = cluster.store.find(
    { group: '', plural: 'namespaces' },
    undefined,
    metadata.namespace,
  )?.object;
  return found;
}

/** Whether something every namespace has was taken away. */
function isFurniture({ resource, stored }: Change): boolean {
  const { name } = stored.object.metadata;
  if (resource.group !== '') return false;
  return resource.plural === 'serviceaccounts'
    ? name === 'default'
    : resource.plural === 'configmaps' && name === rootCertificateName;
}

function furnish(context: WriteContext, namespace: string): void {
  const { store } = context.cluster;
  const accounts = context.catalog.get('', 'serviceaccounts');
  if (store.find(accounts, namespace, 'default') === undefined) {
    createObject(context, accounts, { metadata: { name: 'default', namespace } });
  }
  const maps = context.catalog.get('', 'configmaps');
  if (store.find(maps, namespace, rootCertificateName) === undefined) {
    createObject(context, maps, {
      metadata: {
        name: rootCertificateName,
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': rootCertificate(context.world) },
    });
  }
}

/** Namespaces that hold more than is deleted at once, by cluster. */
const backlogs = new WeakMap<ObjectStore, Set<string>>();
/** How many objects are deleted before somebody else has a turn. */
const atOnce = 100;
/** Has a write go on to a thousand of them before the rest has turns of its own. */
const backlogWeight = 400;
/** Above this many objects a namespace is not looked through to see whether it is empty. */
const seldomEmpty = 50;
/** Kinds that go after all others: who would make them anew has gone by then. */
const last = ['pods.', 'events.'];

/** Goes on where {@link namespaceLifecycle} has to stop: a namespace that holds very much is emptied bit by bit. */
export const namespaceBacklog: QueuedController = {
  name: namespaceLifecycle.name,
  watches: namespaceLifecycle.watches,
  weight: backlogWeight,
  keysOf: ({ cluster }, { stored }) => {
    const { namespace, name } = stored.object.metadata;
    const place = namespace ?? name;
    return backlogs.get(cluster.store)?.has(place) === true ? [{ namespace: '', name: place }] : [];
  },
  settle: (context, { name }) => {
    if (backlogs.get(context.cluster.store)?.delete(name) === true) finish(context, name, true);
  },
};

/** How many objects there are in each namespace. */
const counts = storeIndex<Map<string, number>>({
  make: () => new Map(),
  add: (index, { metadata: { namespace = '' } }) => index.set(namespace, (index.get(namespace) ?? 0) + 1),
  remove: (index, { metadata: { namespace = '' } }) => index.set(namespace, (index.get(namespace) ?? 0) - 1),
});

/** Deletes what is left in a namespace, and the namespace itself once nothing is. */
function finish(context: WriteContext, namespace: string, deleteContents: boolean): void {
  const { store } = context.cluster;
  if (!deleteContents && (counts(store).get(namespace) ?? 0) > seldomEmpty) return;
  let left = 0;
  let deleted = 0;
  for (const resource of kindsWithin(context)) {
    for (const { object } of store.list(resource, namespace)) {
      if (deleteContents && !isDeleting(object)) {
        if (deleted === atOnce) {
          backlogs.set(store, (backlogs.get(store) ?? new Set()).add(namespace));
          return;
        }
        deleteObject(context, resource, keyOf(object), { gracePeriodSeconds: 0 });
        deleted += 1;
      }
      if (store.find(resource, namespace, object.metadata.name) !== undefined) left += 1;
    }
  }
  if (left > 0) return;
  leave(context, namespace);
}

function kindsWithin({ cluster, catalog }: WriteContext): readonly Resource[] {
  const kinds = cluster.store.resources().flatMap(({ group, plural }) => {
    const resource = catalog.byPlural(group, plural);
    return resource?.namespaced === true ? [resource] : [];
  });
  const placeOf = ({ group, plural }: Resource): number => last.indexOf(`${plural}.${group}`);
  return kinds.sort((a, b) => placeOf(a) - placeOf(b));
}

function leave(context: WriteContext, namespace: string): void {
  const { store } = context.cluster;
  const resource = context.catalog.get('', 'namespaces');
  const current = store.find(resource, undefined, namespace)?.object;
  if (current === undefined) return;
  const given = digArray(current, 'spec', 'finalizers');
  const others = given.filter((finalizer) => finalizer !== 'kubernetes');
  if (others.length === 0 && (current.metadata.finalizers?.length ?? 0) === 0) {
    store.remove(resource, undefined, namespace);
  } else if (others.length < given.length) {
    store.update(resource, { ...current, spec: { ...digObject(current, 'spec'), finalizers: others } });
  }
}
