import { inRange, type ReleaseName, type ReleaseRange } from '../core/release.js';

/** A login of the default world: its name says what it may do. */
export interface DefaultUser extends ReleaseRange {
  readonly name: string;
  /** All of them are accepted. */
  readonly passwords: readonly string[];
  /** Name of a GlobalRole; absent for somebody who holds none. */
  readonly globalRole?: string;
  readonly clusterRole?: string;
  /** Workspace and the role in it, such as `demo-viewer`. */
  readonly workspaceRole?: readonly [workspace: string, role: string];
  /** Project of the host cluster and the role in it. */
  readonly role?: readonly [namespace: string, role: string];
  readonly state?: 'Active' | 'Disabled';
}

/** The password of every login of the default world. */
export const defaultPassword = 'P@88w0rd';

const passwords = [defaultPassword];
const regular = 'platform-regular';

const users: readonly DefaultUser[] = [
  // The user the API guide of 3.0 takes as its example, with the password printed there.
  {
    name: 'jeff',
    passwords: ['P#$$w0rd', defaultPassword],
    globalRole: regular,
    workspaceRole: ['demo', 'demo-viewer'],
  },
  { name: 'platform-admin', passwords, globalRole: 'platform-admin' },
  { name: 'users-manager', passwords, globalRole: 'users-manager', since: 'v3.0', until: 'v3.1' },
  { name: 'workspaces-manager', passwords, globalRole: 'workspaces-manager', until: 'v3.1' },
  { name: 'platform-self-provisioner', passwords, globalRole: 'platform-self-provisioner', since: 'v3.3' },
  { name: 'platform-regular', passwords, globalRole: regular },
  { name: 'cluster-admin', passwords, globalRole: regular, clusterRole: 'cluster-admin' },
  { name: 'cluster-viewer', passwords, globalRole: regular, clusterRole: 'cluster-viewer' },
  {
    name: 'demo-admin',
    passwords,
    globalRole: regular,
    workspaceRole: ['demo', 'demo-admin'],
    role: ['shop', 'admin'],
  },
  {
    name: 'demo-self-provisioner',
    passwords,
    globalRole: regular,
    workspaceRole: ['demo', 'demo-self-provisioner'],
  },
  { name: 'demo-regular', passwords, globalRole: regular, workspaceRole: ['demo', 'demo-regular'] },
  { name: 'demo-viewer', passwords, globalRole: regular, workspaceRole: ['demo', 'demo-viewer'] },
  {
    name: 'shop-admin',
    passwords,
    globalRole: regular,
    workspaceRole: ['demo', 'demo-regular'],
    role: ['shop', 'admin'],
  },
  {
    name: 'shop-operator',
    passwords,
    globalRole: regular,
    workspaceRole: ['demo', 'demo-regular'],
    role: ['shop', 'operator'],
  },
  {
    name: 'shop-viewer',
    passwords,
    globalRole: regular,
    workspaceRole: ['demo', 'demo-regular'],
    role: ['shop', 'viewer'],
  },
  { name: 'outsider', passwords },
  { name: 'disabled', passwords, globalRole: regular, state: 'Disabled' },
];

/** What stands for roles of the platform in 2.1, which has those of clusters only. */
const clusterRolesOf21: Readonly<Record<string, string>> = {
  'platform-admin': 'cluster-admin',
  'platform-regular': 'cluster-regular',
};

/** The logins of the default world besides `admin`, which comes with the fresh install. */
export function defaultUsers(release: ReleaseName): readonly DefaultUser[] {
  const known = users.filter((user) => inRange(release, user));
  return release === 'v2.1' ? known.map(withClusterRole) : known;
}

/** Everybody has one role in the cluster in 2.1; who views a cluster later has no counterpart there. */
function withClusterRole(user: DefaultUser): DefaultUser {
  const { globalRole, clusterRole, ...others } = user;
  if (clusterRole === 'cluster-admin') return { ...others, clusterRole };
  if (globalRole === undefined) return others;
  return { ...others, clusterRole: clusterRolesOf21[globalRole] ?? globalRole };
}
