import type { User } from '../../core/kube-object.js';
import type { RequestContext } from '../../registry/contract.js';

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The account ks-apiserver passes requests on with. */
export const serverAccount = { namespace: 'kubesphere-system', name: 'kubesphere' };

const unauthenticated = 'system:unauthenticated';

/** Whether a request asks to be taken for somebody else's. */
export function impersonates({ headers }: Pick<RequestContext, 'headers'>): boolean {
  return headers['impersonate-user'] !== undefined;
}

/**
 * Who the Kubernetes underneath takes a request to be of: ks-apiserver passes requests on with its own account, and
 * `Impersonate-*` headers as they came.
 *
 * @see kubernetes/apiserver pkg/endpoints/filters/impersonation.go
 */
export function kubernetesUser(context: Pick<RequestContext, 'headers' | 'cluster'>): User {
  const { headers, cluster } = context;
  const valuesOf = (name: string): string[] => {
    const value = headers[name];
    // Node joins headers of one name.
    return typeof value === 'string' ? value.split(', ') : [...(value ?? [])];
  };
  const [name = ''] = valuesOf('impersonate-user');
  if (!impersonates(context)) {
    const { namespace, name: account } = serverAccount;
    const object = cluster.store.find({ group: '', plural: 'serviceaccounts' }, namespace, account)?.object;
    return {
      name: `system:serviceaccount:${namespace}:${account}`,
      uid: object?.metadata.uid ?? '',
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      extra: {},
    };
  }
  const given = valuesOf('impersonate-group');
  const [, namespace] = serviceAccount.exec(name) ?? [];
  const own =
    given.length === 0 && namespace !== undefined
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : given;
  const general = name === 'system:anonymous' ? unauthenticated : 'system:authenticated';
  const extra = Object.keys(headers)
    .filter((header) => header.startsWith('impersonate-extra-'))
    .map((header): [string, string[]] => [
      unescaped(header.slice('impersonate-extra-'.length)),
      valuesOf(header),
    ]);
  return {
    name,
    uid: valuesOf('impersonate-uid')[0] ?? '',
    // Who is said not to have logged in has not.
    groups: own.some((group) => group === general || group === unauthenticated) ? own : [...own, general],
    extra: Object.fromEntries(extra),
  };
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
