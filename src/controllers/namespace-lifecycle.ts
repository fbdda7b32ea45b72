import { digArray, digObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { WriteContext } from '../registry/contract.js';
import { createObject } from '../registry/verbs/create.js';
import { deleteObject } from '../registry/verbs/delete.js';
import type { Change } from '../state/object-store.js';
import { currentOf, isDeleting, keyOf, type Controller } from './controller.js';
import { rootCertificate, rootCertificateName } from './root-certificate.js';

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
      data: { 'ca.crt': rootCertificate() },
    });
  }
}

/** Deletes what is left in a namespace, and the namespace itself once nothing is. */
function finish(context: WriteContext, namespace: string, deleteContents: boolean): void {
  const { store } = context.cluster;
  let left = 0;
  for (const known of store.resources()) {
    const resource = context.catalog.byPlural(known.group, known.plural);
    if (resource?.namespaced !== true) continue;
    for (const { object } of store.list(known, namespace)) {
      if (deleteContents && !isDeleting(object))
        deleteObject(context, resource, keyOf(object), { gracePeriodSeconds: 0 });
      if (store.find(known, namespace, object.metadata.name) !== undefined) left += 1;
    }
  }
  if (left > 0) return;
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
