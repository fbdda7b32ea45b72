import { managedLabel, workspaceLabel } from '../../core/well-known-keys.js';
import type { JsonObject } from '../../core/json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { extensionLabel } from './extension-keys.js';

const rbac = 'rbac.authorization.k8s.io';
/** What whoever installs an extension may do in its namespace, whatever the extension asks for. */
const ownRules: readonly JsonObject[] = [
  {
    verbs: ['*'],
    apiGroups: ['', 'apps', 'batch', 'policy', 'networking.k8s.io', 'autoscaling', 'metrics.k8s.io'],
    resources: ['*'],
  },
];

/**
 * Has the namespace an extension is installed in, with the account that installs it and that account's rights there.
 *
 * Differs from KubeSphere: the permissions a chart asks for are not read.
 *
 * @see kubesphere/kubesphere pkg/controller/core/installplan_controller.go initTargetNamespace
 */
export function provideTargetNamespace(context: WriteContext, namespace: string, extension: string): void {
  const labels = { [extensionLabel]: extension };
  const account = `helm-executor.${extension}`;
  const role = `kubesphere:${extension}:helm-executor`;
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
  const refer = (kind: string): JsonObject => ({ roleRef: { apiGroup: rbac, kind, name: role }, subjects });
  const own = {
    name: namespace,
    labels: { [workspaceLabel]: 'system-workspace', ...labels, [managedLabel]: 'true' },
  };
  provide(context, '', 'namespaces', { metadata: own });
  provide(context, '', 'serviceaccounts', { metadata: { name: account, namespace, labels } });
  provide(context, rbac, 'roles', { metadata: { name: role, namespace, labels }, rules: ownRules });
  provide(context, rbac, 'rolebindings', { metadata: { name: role, namespace, labels }, ...refer('Role') });
  provide(context, rbac, 'clusterroles', { metadata: { name: role, labels }, rules: [] });
  provide(context, rbac, 'clusterrolebindings', {
    metadata: { name: role, labels },
    ...refer('ClusterRole'),
  });
}

interface ObjectKey extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
}

function provide(
  context: WriteContext,
  group: string,
  plural: string,
  object: JsonObject & { readonly metadata: ObjectKey },
): void {
  const { namespace, name } = object.metadata;
  const resource = context.catalog.get(group, plural);
  if (context.cluster.store.find(resource, namespace, name) === undefined)
    createObject(context, resource, object);
}
