import { dig, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import { inRange } from '../../core/release.js';
import type { WriteContext } from '../../registry/contract.js';

const group = 'iam.kubesphere.io';

/**
 * The roles a new workspace or namespace starts with, as the objects in BuiltinRoles (RoleBases before 4.1) have them.
 *
 * @param kind Kind of role wanted.
 * @param labels Labels of the workspace or namespace, which a BuiltinRole may select.
 */
export function builtinRoles(
  context: WriteContext,
  kind: 'Role' | 'WorkspaceRole',
  labels: Readonly<Record<string, string>> | undefined,
): readonly JsonObject[] {
  const { world, cluster } = context;
  const since41 = inRange(world.release.name, { since: 'v4.1' });
  const sources = cluster.store.list({ group, plural: since41 ? 'builtinroles' : 'rolebases' });
  const scope = labels?.['kubesphere.io/devopsproject'] === undefined ? 'namespace' : 'devops';
  const wanted = sources.filter(({ object }) => {
    if (digString(object, 'role', 'kind') !== kind) return false;
    if (since41) return selects(dig(object, 'targetSelector'), labels);
    return kind === 'WorkspaceRole' || label(object, `scope.kubesphere.io/${scope}`) !== undefined;
  });
  return wanted.map(({ object }) => object['role']).filter(isJsonObject);
}

/** A copy of a built-in role under a name and with labels of its own. */
export function roleFrom(role: JsonObject, metadata: JsonObject): JsonObject {
  const given = digObject(role, 'metadata');
  const { labels, annotations } = given;
  return {
    ...role,
    metadata: {
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
      ...metadata,
      ...(isJsonObject(labels) &&
        isJsonObject(metadata['labels']) && { labels: { ...labels, ...metadata['labels'] } }),
    },
  };
}

/** Subject and role of a binding that gives a user a role, in the words of KubeSphere's own kinds. */
export function userBinding(user: string, roleKind: string, role: string): JsonObject {
  return {
    subjects: [{ kind: 'User', apiGroup: group, name: user }],
    roleRef: { apiGroup: group, kind: roleKind, name: role },
  };
}
