import { quote } from '../../core/api-error.js';
import { digArray, digString, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { serviceAccountAnnotation, serviceAccountSecretType } from './service-account-secret.js';
import { recordEvent } from '../workloads/events.js';

const component = 'ks-serviceaccount';
const accounts = { group: 'kubesphere.io', plural: 'serviceaccounts' };
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
    warnOfSecrets(context, account);
  },
};

/** Tells of every Secret an account names that is not one of its own; none is changed. */
function warnOfSecrets(context: WriteContext, account: KubeObject): void {
  const now = context.cluster.store.find(accounts, account.metadata.namespace, account.metadata.name)?.object;
  for (const reference of digArray(now ?? account, 'secrets')) {
    const message = problemOf(context, account, digString(reference, 'name'));
    if (message === undefined) continue;
    recordEvent(context, account, { type: 'Warning', reason: 'InvalidSecret', message, component });
  }
}

function problemOf({ cluster }: WriteContext, { metadata }: KubeObject, name: string): string | undefined {
  const secret = cluster.store.find({ group: '', plural: 'secrets' }, metadata.namespace, name)?.object;
  if (secret === undefined) return `Secret ${quote(name)} not found`;
  const type = digString(secret, 'type');
  if (type !== serviceAccountSecretType) return `unsupported secret ${name} type: ${type}`;
  const subject = annotation(secret, serviceAccountAnnotation) ?? '';
  return subject === metadata.name ? undefined : `incorrect subject name ${subject}`;
}

function adopt(context: WriteContext, account: KubeObject): void {
  const resource = context.catalog.get('kubesphere.io', 'serviceaccounts');
  const given = digArray(account, 'secrets');
  const secrets = given.length > 0 ? given : [createSecret(context, account)];
  if (given.length === 0)
    recordEvent(context, account, {
      reason: 'Synced',
      message: 'Create token secret successfully',
      component,
    });
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
