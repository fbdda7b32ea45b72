import { annotation, controllerReference, label, type KubeObject } from '../core/kube-object.js';
import { digString, type JsonObject } from '../core/json.js';
import { creatorAnnotation, workspaceLabel } from '../core/well-known-keys.js';
import { flat, uidOf } from '../generate/identity.js';
import {
  userSubject,
  workspaceClusterRole,
  workspaceRoleBinding,
  workspaceRoles21,
  type WorkspaceRole21,
} from '../rbac/workspace-roles-2.1.js';
import type { DefaultUser } from './default-users.js';

const native = 'rbac.authorization.k8s.io';

/**
 * The objects of the default world as 2.1 has them: namespaces belong to their workspace, which has roles with a binding
 * each, and bindings in its projects that follow them.
 */
export function withTenancy21(
  objects: readonly KubeObject[],
  users: readonly DefaultUser[],
): readonly KubeObject[] {
  const workspaces = objects.filter(({ kind }) => kind === 'Workspace');
  return [
    ...withOwningWorkspaces(objects),
    ...workspaces.flatMap((workspace) =>
      workspaceRoles21.flatMap((role) => [
        made(workspaceClusterRole(workspace, role), workspace),
        made(workspaceRoleBinding(workspace, role, holders(workspace, role, users)), workspace),
      ]),
    ),
    ...objects.flatMap((object) => projectBindings(object, workspaces, users)),
  ];
}

function workspaceOf(object: KubeObject, workspaces: readonly KubeObject[]): KubeObject | undefined {
  if (object.kind !== 'Namespace') return undefined;
  return workspaces.find(({ metadata }) => metadata.name === label(object, workspaceLabel));
}

/** The same objects, their namespaces owned by their workspace as before 4.1. */
export function withOwningWorkspaces(objects: readonly KubeObject[]): readonly KubeObject[] {
  const workspaces = objects.filter(({ kind }) => kind === 'Workspace');
  return objects.map((object) => {
    const owner = workspaceOf(object, workspaces);
    if (owner === undefined) return object;
    return { ...object, metadata: { ...object.metadata, ownerReferences: [controllerReference(owner)] } };
  });
}

function projectBindings(
  namespace: KubeObject,
  workspaces: readonly KubeObject[],
  users: readonly DefaultUser[],
): readonly KubeObject[] {
  const workspace = workspaceOf(namespace, workspaces);
  if (workspace === undefined) return [];
  const creator = annotation(namespace, creatorAnnotation);
  return (['admin', 'viewer'] as const).map((role) => {
    const names = holders(workspace, role, users);
    const all = role === 'admin' && creator !== undefined ? new Set([...names, creator]) : names;
    const binding = {
      kind: 'RoleBinding',
      apiVersion: `${native}/v1`,
      metadata: { name: role, namespace: namespace.metadata.name },
      subjects: [...all].map(userSubject),
      roleRef: { apiGroup: native, kind: 'Role', name: role },
    };
    return made(binding, namespace);
  });
}

/** Who holds a role: the manager of the workspace, and the logins named for it; roles of later releases are `regular`. */
function holders(
  workspace: KubeObject,
  role: WorkspaceRole21,
  users: readonly DefaultUser[],
): readonly string[] {
  const workspaceName = workspace.metadata.name;
  const manager = digString(workspace, 'spec', 'manager');
  const members = users.filter(({ workspaceRole }) => {
    const [place, held] = workspaceRole ?? [];
    const known = workspaceRoles21.find((one) => held === `${workspaceName}-${one}`) ?? 'regular';
    return place === workspaceName && known === role;
  });
  const names = members.map(({ name }) => name);
  return [...new Set(role === 'admin' && manager !== '' ? [manager, ...names] : names)];
}

/** The object as if made together with another. */
function made(object: JsonObject, { metadata }: KubeObject): KubeObject {
  const own = object as KubeObject;
  const { name, namespace = '' } = own.metadata;
  return {
    ...own,
    metadata: {
      ...own.metadata,
      uid: uidOf(flat(own.kind, '/', namespace, '/', name)),
      creationTimestamp: metadata.creationTimestamp ?? null,
    },
  };
}
