import { digString, isJsonObject } from '../core/json.js';
import { label, type KubeObject } from '../core/kube-object.js';
import { workspaceLabel } from '../core/well-known-keys.js';
import { flat, uidOf } from '../generate/identity.js';

/**
 * The Roles that are templates of the Roles of projects, in every namespace of a workspace that has none of that name:
 * before 4.1 RoleBases hold them, and the namespace controller has put them there.
 *
 * @see kubesphere/kubesphere pkg/controller/namespace/namespace_controller.go (v3.4.1)
 */
export function templateRoles(objects: readonly KubeObject[]): readonly KubeObject[] {
  const models = objects.filter(({ kind, metadata }) => {
    return kind === 'RoleBase' && metadata.labels?.['scope.kubesphere.io/namespace'] !== undefined;
  });
  const known = new Set(objects.filter(({ kind }) => kind === 'Role').map(placeOf));
  const namespaces = objects.filter(
    (one) => one.kind === 'Namespace' && label(one, workspaceLabel) !== undefined,
  );
  return namespaces.flatMap(({ metadata }) =>
    models
      .map((model) => roleIn(metadata.name, model))
      .filter((role) => role !== undefined && !known.has(placeOf(role))),
  ) as KubeObject[];
}

function placeOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function roleIn(namespace: string, model: KubeObject): KubeObject | undefined {
  const role = model['role'];
  if (!isJsonObject(role) || digString(role, 'kind') !== 'Role') return undefined;
  const { apiVersion, kind, metadata } = role as unknown as KubeObject;
  const uid = uidOf(flat(apiVersion, '/', kind, '/', namespace, '/', metadata.name));
  return { ...role, apiVersion, kind, metadata: { ...metadata, namespace, uid } };
}
