import { digString, type JsonObject } from '../core/json.js';
import { controllerReference, type KubeObject } from '../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../core/well-known-keys.js';
import type { ObjectStore } from '../state/object-store.js';
import { rbacKinds } from './roles.js';
import { namesUser } from './names-user.js';

/** A role every workspace of 2.1 has: a ClusterRole of its own, bound by a ClusterRoleBinding of the same name. */
export type WorkspaceRole21 = 'admin' | 'regular' | 'viewer';

/** The roles of a workspace. */
export const workspaceRoles21: readonly WorkspaceRole21[] = ['admin', 'regular', 'viewer'];

const { clusterRoles, clusterRoleBindings } = rbacKinds('v2.1');
const native = 'rbac.authorization.k8s.io';
const apps = 'openpitrix.io';
const viewedApps = ['apps/events', 'apps/action', 'apps/audits'];
const handledApps = ['applications', 'apps', 'apps/versions', 'repos', 'repos/action', 'attachments'];
const watchNamespaces = { verbs: ['watch'], apiGroups: [''], resources: ['namespaces'] };

/** Name of a role of a workspace and of what binds it. */
export function workspaceRoleName(workspace: string, role: WorkspaceRole21): string {
  return `workspace:${workspace}:${role}`;
}

/** The role a short name such as `workspace-admin` stands for; `undefined` for any other text. */
export function workspaceRoleCalled(shown: string): WorkspaceRole21 | undefined {
  return workspaceRoles21.find((role) => shown === `workspace-${role}`);
}

/**
 * The ClusterRole behind a role of a workspace.
 *
 * @see kubesphere/kubesphere pkg/controller/workspace/workspace_controller.go
 */
export function workspaceClusterRole(workspace: KubeObject, role: WorkspaceRole21): JsonObject {
  const { name } = workspace.metadata;
  return {
    kind: 'ClusterRole',
    apiVersion: `${native}/v1`,
    metadata: {
      name: workspaceRoleName(name, role),
      labels: { [workspaceLabel]: name },
      annotations: {
        'kubesphere.io/alias-name': `workspace-${role}`,
        [creatorAnnotation]: 'system',
        'kubesphere.io/description': descriptions[role],
      },
      ownerReferences: [{ ...controllerReference(workspace) }],
    },
    rules: rules[role](name),
  };
}

/** The ClusterRoleBinding of a role of a workspace, with the users who hold it. */
export function workspaceRoleBinding(
  workspace: KubeObject,
  role: WorkspaceRole21,
  users: readonly string[],
): JsonObject {
  const name = workspaceRoleName(workspace.metadata.name, role);
  return {
    kind: 'ClusterRoleBinding',
    apiVersion: `${native}/v1`,
    metadata: {
      name,
      labels: { [workspaceLabel]: workspace.metadata.name },
      ownerReferences: [{ ...controllerReference(workspace) }],
    },
    subjects: users.map(userSubject),
    roleRef: { apiGroup: native, kind: 'ClusterRole', name },
  };
}

/** A user as a subject of a native binding. */
export function userSubject(name: string): JsonObject {
  return { kind: 'User', apiGroup: native, name };
}

/** The bindings of a workspace's roles: those it controls. */
export function bindingsOfWorkspace(store: ObjectStore, workspace: string): KubeObject[] {
  return store
    .list(clusterRoleBindings)
    .map(({ object }) => object)
    .filter((binding) => workspaceOfBinding(binding) === workspace);
}

/** The workspace that controls a binding; empty for none. */
export function workspaceOfBinding({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ kind, controller }) => kind === 'Workspace' && controller);
  return owner?.name ?? '';
}

/** The ClusterRole a user holds in a workspace; `undefined` for none. */
export function workspaceRoleOfUser(
  store: ObjectStore,
  workspace: string,
  user: string,
): KubeObject | undefined {
  // Of several the last one counts, as in the map the real server makes.
  const binding = bindingsOfWorkspace(store, workspace).findLast((one) => namesUser(one, user));
  return store.find(clusterRoles, undefined, digString(binding, 'roleRef', 'name'))?.object;
}

const descriptions: Readonly<Record<WorkspaceRole21, string>> = {
  admin: 'May do everything in the workspace',
  regular: 'May make projects in the workspace',
  viewer: 'May look at everything in the workspace',
};

const rules: Readonly<Record<WorkspaceRole21, (workspace: string) => readonly JsonObject[]>> = {
  admin: (workspace) => [
    {
      verbs: ['*'],
      apiGroups: ['*'],
      resources: ['workspaces', 'workspaces/*'],
      resourceNames: [workspace],
    },
    watchNamespaces,
    { verbs: ['list'], apiGroups: ['iam.kubesphere.io'], resources: ['users'] },
    { verbs: ['get', 'list'], apiGroups: [apps], resources: ['categories'] },
    { verbs: ['*'], apiGroups: [apps], resources: [...handledApps, ...viewedApps] },
  ],
  regular: (workspace) => [
    { verbs: ['get'], apiGroups: ['*'], resources: ['workspaces'], resourceNames: [workspace] },
    {
      verbs: ['create'],
      apiGroups: ['tenant.kubesphere.io'],
      resources: ['workspaces/namespaces', 'workspaces/devops'],
      resourceNames: [workspace],
    },
    {
      verbs: ['get'],
      apiGroups: ['iam.kubesphere.io'],
      resources: ['workspaces/members'],
      resourceNames: [workspace],
    },
    { verbs: ['get', 'list'], apiGroups: [apps], resources: [...viewedApps, 'categories'] },
    { verbs: ['*'], apiGroups: [apps], resources: handledApps },
  ],
  viewer: (workspace) => [
    {
      verbs: ['get', 'list'],
      apiGroups: ['*'],
      resources: ['workspaces', 'workspaces/*'],
      resourceNames: [workspace],
    },
    watchNamespaces,
    {
      verbs: ['get', 'list'],
      apiGroups: [apps],
      resources: [
        'applications',
        'apps',
        ...viewedApps,
        'apps/versions',
        'repos',
        'categories',
        'attachments',
      ],
    },
  ],
};
