import { digArray, digString, type JsonObject } from '../core/json.js';
import { annotation, type KubeObject } from '../core/kube-object.js';
import type { WriteContext } from '../registry/contract.js';
import { createObject } from '../registry/verbs/create.js';
import { deleteObject } from '../registry/verbs/delete.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from './controller.js';
import { serviceAccountAnnotation, serviceAccountSecretType } from './service-account-secret.js';

const finalizer = 'finalizers.kubesphere.io/serviceaccount';

/**
 * Gives every KubeSphere ServiceAccount a Secret for its token, and takes the Secret away with it.
 *
 * A finalizer is the mark of work done: with it in place no Secret is ever made again, whatever became of the first.
 *
 * @see kubesphere/kubesphere pkg/controller/ksserviceaccount/serviceaccount_controller.go
 */
export const serviceAccountController: Controller = {
  name: 'ks-serviceaccount',
  since: 'v4.1',
  watches: ['serviceaccounts.kubesphere.io'],
  reconcile: (context, change) => {
    const account = currentOf(context, change);
    if (account === undefined) return;
    const marked = hasFinalizer(account, finalizer);
    if (isDeleting(account)) {
      if (marked) release(context, account);
    } else if (!marked) {
      adopt(context, account);
    }
  },
};

function adopt(context: WriteContext, account: KubeObject): void {
  const resource = context.catalog.get('kubesphere.io', 'serviceaccounts');
  const given = digArray(account, 'secrets');
  const secrets = given.length > 0 ? given : [createSecret(context, account)];
  writeBack(context, resource, withFinalizer({ ...account, secrets }, finalizer));
}

/** @returns the reference to put into the ServiceAccount */
function createSecret(context: WriteContext, { metadata }: KubeObject): JsonObject {
  const { name, namespace = '' } = metadata;
  const { object } = createObject(context, context.catalog.get('', 'secrets'), {
    metadata: { generateName: `${name}-`, namespace, annotations: { [serviceAccountAnnotation]: name } },
    type: serviceAccountSecretType,
  });
  return { namespace, name: object.metadata.name };
}

/** Deletes the Secrets that are the account's own, then lets it go. */
function release(context: WriteContext, account: KubeObject): void {
  const secrets = context.catalog.get('', 'secrets');
  for (const reference of digArray(account, 'secrets')) {
    const key = { namespace: digString(reference, 'namespace'), name: digString(reference, 'name') };
    const secret = context.cluster.store.find(secrets, key.namespace, key.name)?.object;
    if (secret === undefined || isDeleting(secret) || digString(secret, 'type') !== serviceAccountSecretType)
      continue;
    if (annotation(secret, serviceAccountAnnotation) !== account.metadata.name) continue;
    deleteObject(context, secrets, key);
  }
  writeBack(
    context,
    context.catalog.get('kubesphere.io', 'serviceaccounts'),
    withoutFinalizer(account, finalizer),
  );
}
