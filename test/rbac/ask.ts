import { mintToken, serviceAccountToken } from '../../src/auth/mint-token.js';
import type { ObjectMeta } from '../../src/core/kube-object.js';
import type { World } from '../../src/state/world.js';

/** What tests here need of a running fake. */
export interface Asked {
  readonly url: string;
  readonly world: World;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

/** Sends a request as somebody: a user, `sa:NAMESPACE/NAME`, or `anonymous`. */
export async function ask(
  { url, world }: Asked,
  as: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const token = tokenOf(world, as);
  const response = await fetch(url + path, {
    method,
    headers: { ...(token !== undefined && { Authorization: `Bearer ${token}` }), ...headers },
  });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

function tokenOf(world: World, as: string): string | undefined {
  if (as === 'anonymous') return undefined;
  const [, namespace = '', account] = /^sa:(.*)\/(.*)$/.exec(as) ?? [];
  return account === undefined
    ? mintToken(world, { user: as })
    : serviceAccountToken(world, namespace, account);
}

const iam = 'iam.kubesphere.io';
/** Of `P@88w0rd`; without a password 3.x disables a user. */
const hash = '$2a$10$zcHepmzfKPoxCVCYZr5K7ORPZZ/ySe9p/7IUb/8u./xHrnSX2LOCO';

/** Puts an object of a KubeSphere kind of 4.1 into the host, or a native one with its group. */
export function put(
  { world }: Asked,
  plural: string,
  object: Readonly<Record<string, unknown>> & { readonly metadata: ObjectMeta },
  group: string = iam,
): void {
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  world.host.store.create(
    { group, plural },
    {
      apiVersion,
      kind: plural,
      ...object,
    },
  );
}

/** Makes a user that can log in; without a role. */
export function putUser(ks: Asked, name: string, groups: readonly string[] = []): void {
  put(ks, 'users', {
    kind: 'User',
    metadata: { name },
    spec: { email: `${name}@example.com`, groups, password: hash },
    status: { state: 'Active' },
  });
}

/** Makes a KubeSphere ServiceAccount. */
export function putAccount(ks: Asked, namespace: string, name: string): void {
  put(ks, 'serviceaccounts', { kind: 'ServiceAccount', metadata: { name, namespace } }, 'kubesphere.io');
}

/** A subject as bindings carry it. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
}

/** Binds a role; `place` is the namespace of a RoleBinding or the workspace of a WorkspaceRoleBinding. */
export function bind(
  ks: Asked,
  kind: 'GlobalRole' | 'ClusterRole' | 'WorkspaceRole' | 'Role',
  role: string,
  subject: Subject,
  place?: string,
  roleKind: string = kind,
  group: string = iam,
): void {
  const metadata = {
    name: `test-${subject.name.replaceAll(':', '-')}-${role}`,
    ...(kind === 'Role' && place !== undefined && { namespace: place }),
    ...(kind === 'WorkspaceRole' && place !== undefined && { labels: { 'kubesphere.io/workspace': place } }),
  };
  put(
    ks,
    `${kind.toLowerCase()}bindings`,
    {
      kind: `${kind}Binding`,
      metadata,
      subjects: [subject],
      roleRef: { apiGroup: group, kind: roleKind, name: role },
    },
    group,
  );
}
