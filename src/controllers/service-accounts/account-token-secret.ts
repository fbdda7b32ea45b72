import { signSecretToken } from '../../auth/account-tokens.js';
import { dig, digArray, digObject, digString } from '../../core/json.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { currentOf, isDeleting, keyOf, writeBack, type Controller } from '../controller.js';
import { rootCertificate } from '../namespaces/root-certificate.js';

const secrets = { group: '', plural: 'secrets' };
const accounts = { group: '', plural: 'serviceaccounts' };
const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

/**
 * Fills the Secrets that are made for tokens of Kubernetes' ServiceAccounts, and takes those away whose account is not
 * there. Before Kubernetes 1.24 every account has one.
 *
 * @see kubernetes/kubernetes pkg/controller/serviceaccount/tokens_controller.go
 */
export const accountTokenSecretController: Controller = {
  name: 'serviceaccount-token',
  watches: ['secrets.', 'serviceaccounts.'],
  reconcile: (context, change) => {
    if (change.resource.plural === 'serviceaccounts') {
      if (change.type === 'DELETED') deleteTokens(context, change.stored.object);
      else makeToken(context, currentOf(context, change));
      return;
    }
    const secret = currentOf(context, change);
    const { object } = change.stored;
    if (change.type === 'DELETED' && secret === undefined && isToken(object)) forget(context, object);
    if (secret === undefined || isDeleting(secret) || !isToken(secret)) return;
    const account = accountOf(context, secret);
    if (account !== undefined) fill(context, secret, account);
    else deleteObject(context, context.catalog.get('', 'secrets'), keyOf(secret));
  },
};

/** The first Kubernetes that makes no Secret for every ServiceAccount. */
const firstMinorWithout = 24;

/** Gives an account the Secret it has none of. */
function makeToken(context: WriteContext, account: KubeObject | undefined): void {
  const { world, cluster, catalog } = context;
  if (account === undefined || isDeleting(account)) return;
  if (minorOf(world.settings.kubernetesVersion) >= firstMinorWithout) return;
  const { name, namespace = '', uid = '' } = account.metadata;
  const place = cluster.store.find({ group: '', plural: 'namespaces' }, undefined, namespace)?.object;
  if (place === undefined || isDeleting(place)) return;
  const listed = digArray(account, 'secrets');
  const hasToken = listed.some((one) => {
    const secret = cluster.store.find(secrets, namespace, digString(one, 'name'))?.object;
    return secret !== undefined && isToken(secret) && annotation(secret, nameAnnotation) === name;
  });
  if (hasToken) return;
  const secretName = `${name}-token-${world.random.suffix()}`;
  createObject(context, catalog.get('', 'secrets'), {
    metadata: {
      name: secretName,
      namespace,
      annotations: { [nameAnnotation]: name, [uidAnnotation]: uid },
    },
    type: tokenType,
  });
  const named = { ...account, secrets: [...listed, { name: secretName }] };
  writeBack(context, catalog.get('', 'serviceaccounts'), named);
}

/** Has an account no longer name a Secret for its token that is gone. */
function forget(context: WriteContext, secret: KubeObject): void {
  if (minorOf(context.world.settings.kubernetesVersion) >= firstMinorWithout) return;
  const account = accountOf(context, secret);
  const listed = digArray(account, 'secrets');
  const kept = listed.filter((one) => digString(one, 'name') !== secret.metadata.name);
  if (account === undefined || isDeleting(account) || kept.length === listed.length) return;
  const { secrets: _, ...rest } = account;
  const next = { ...rest, ...(kept.length > 0 && { secrets: kept }) } as KubeObject;
  writeBack(context, context.catalog.get('', 'serviceaccounts'), next);
}

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
  const certificate = encode(rootCertificate(context.world));
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
