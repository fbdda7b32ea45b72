import { findUser } from '../auth/find-user.js';
import { InputError, type InputProblem } from '../core/input-error.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { World } from '../state/world.js';

/** On whose behalf a Kubernetes client is to speak, and to which cluster. */
export interface KubeconfigRequest {
  /** Default `admin`. */
  readonly user?: string;
  /** `NAMESPACE/NAME` of a ServiceAccount, instead of a user. */
  readonly serviceAccount?: string;
  /** Default: the host cluster. */
  readonly cluster?: string;
}

/** Where a kubeconfig points, and what it proves itself with. */
export interface KubeconfigParts {
  /** The HTTPS door; `undefined` when there is none. */
  readonly tlsUrl: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
  readonly release: ReleaseName;
  /** Asked for once nothing else is in the way. */
  readonly token: () => string;
}

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const source = 'kubeconfig';
const accounts = { group: 'kubesphere.io', plural: 'serviceaccounts' };

/**
 * Refuses to lead somewhere, or to speak for somebody, a world does not know: nothing would let that client in.
 *
 * @throws InputError with a line for each
 */
export function checkKnown(world: World, { user, serviceAccount, cluster }: KubeconfigRequest): void {
  const { store } = world.host;
  const release = world.release.name;
  const problems: InputProblem[] = [];
  const unknown = (field: string, what: string, name: string): void => {
    problems.push({ source, field, message: `the server knows no ${what} ${JSON.stringify(name)}` });
  };
  if (cluster !== undefined && cluster !== 'host' && store.find(clusters, undefined, cluster) === undefined)
    unknown('cluster', 'cluster', cluster);
  if (user !== undefined && findUser(world, user) === undefined) unknown('user', 'user', user);
  if (serviceAccount !== undefined) {
    const [namespace = '', name = ''] = serviceAccount.split('/');
    if (!inRange(release, { since: 'v4.1' })) {
      const message = `KubeSphere ${release} has no ServiceAccounts of its own; name a user, or take v4.1`;
      problems.push({ source, field: 'serviceAccount', message });
    } else if (store.find(accounts, namespace, name) === undefined)
      unknown('serviceAccount', 'ServiceAccount', serviceAccount);
  }
  if (problems.length > 0) throw new InputError(problems);
}

/**
 * A kubeconfig with the CA and a token in it, as YAML.
 *
 * @throws InputError without an HTTPS door, or when the release has no URLs for members
 */
export function writeKubeconfig(
  { user, serviceAccount, cluster = 'host' }: KubeconfigRequest,
  { tlsUrl, ca, release, token }: KubeconfigParts,
): string {
  if (tlsUrl === undefined || ca === undefined) {
    throw new InputError([
      'there is no HTTPS port, and kubectl sends no token over HTTP; start with --tls-port 9443 (tlsPort: 0 picks a free one)',
    ]);
  }
  if (cluster !== 'host' && !inRange(release, { since: 'v4.1' })) {
    throw new InputError([
      `KubeSphere ${release} has no URL below which kubectl finds a member; leave the cluster out, or take v4.1`,
    ]);
  }
  const name = serviceAccount === undefined ? (user ?? 'admin') : serviceAccount.replace('/', ':');
  const server = `${tlsUrl}${cluster === 'host' ? '' : `/clusters/${cluster}`}`;
  // JSON texts are YAML texts too.
  const [cited, citedName] = [JSON.stringify(cluster), JSON.stringify(name)];
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    `- name: ${cited}`,
    '  cluster:',
    `    server: ${JSON.stringify(server)}`,
    `    certificate-authority-data: ${Buffer.from(ca).toString('base64')}`,
    'users:',
    `- name: ${citedName}`,
    '  user:',
    `    token: ${JSON.stringify(token())}`,
    'contexts:',
    '- name: fake-ks-apiserver',
    '  context:',
    `    cluster: ${cited}`,
    `    user: ${citedName}`,
    'current-context: fake-ks-apiserver',
    '',
  ].join('\n');
}
