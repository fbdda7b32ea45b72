import { signSecretToken } from '../auth/account-tokens.js';
import { dig, digObject, digString } from '../core/json.js';
import { annotation, type KubeObject } from '../core/kube-object.js';
import type { WriteContext } from '../registry/contract.js';
import { deleteObject } from '../registry/verbs/delete.js';
import { currentOf, isDeleting, keyOf, writeBack, type Controller } from './controller.js';
import { rootCertificate } from './root-certificate.js';

const secrets = { group: '', plural: 'secrets' };
const accounts = { group: '', plural: 'serviceaccounts' };
const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

/**
 * Fills the Secrets that are made for tokens of Kubernetes' ServiceAccounts, and takes those away whose account is not
 * there.
 *
 * @see kubernetes/kubernetes pkg/controller/serviceaccount/tokens_controller.go
 */
export const accountTokenSecretController: Controller = {
  name: 'serviceaccount-token',
  watches: ['secrets.', 'serviceaccounts.'],
  reconcile: (context, change) => {
    if (change.resource.plural === 'serviceaccounts') {
      if (change.type === 'DELETED') deleteTokens(context, change.stored.object);
      return;
    }
    const secret = currentOf(context, change);
    if (secret === undefined || isDeleting(secret) || !isToken(secret)) return;
    const account = accountOf(context, secret);
    if (account !== undefined) fill(context, secret, account);
    else deleteObject(context, context.catalog.get('', 'secrets'), keyOf(secret));
  },
};

function isToken(secret: KubeObject): boolean {
  return digString(secret, 'type') === tokenType && (annotation(secret, nameAnnotation) ?? '') !== '';
}

function accountOf({ cluster }: WriteContext, secret: KubeObject): KubeObject | undefined {
  const name = annotation(secret, nameAnnotation) ?? '';
  const account = cluster.store.find(accounts, secret.metadata.namespace, name)?.object;
  const uid = annotation(secret, uidAnnotation) ?? '';
  return uid === '' || account?.metadata.uid === uid ? account : undefined;
}

function deleteTokens(context: WriteContext, { metadata }: KubeObject): void {
  for (const { object } of context.cluster.store.list(secrets, metadata.namespace)) {
    if (!isToken(object) || isDeleting(object) || annotation(object, nameAnnotation) !== metadata.name)
      continue;
    if (accountOf(context, object) === undefined)
      deleteObject(context, context.catalog.get('', 'secrets'), keyOf(object));
  }
}

function fill(context: WriteContext, secret: KubeObject, account: KubeObject): void {
  const data = digObject(secret, 'data');
  const { namespace = '', uid = '' } = account.metadata;
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const certificate = encode(rootCertificate());
  const isNamed = digString(data, 'namespace') !== '';
  const isSigned = digString(data, 'token') !== '';
  const isOwn = annotation(secret, uidAnnotation) === uid;
  if (dig(data, 'ca.crt') === certificate && isNamed && isSigned && isOwn) return;
  writeBack(context, context.catalog.get('', 'secrets'), {
    ...secret,
    metadata: {
      ...secret.metadata,
      annotations: { ...secret.metadata.annotations, [uidAnnotation]: uid },
    },
    data: {
      ...data,
      'ca.crt': certificate,
      ...(!isNamed && { namespace: encode(namespace) }),
      ...(!isSigned && { token: encode(signSecretToken(context.world, account, secret)) }),
    },
  });
}
