import { annotation, controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { roleReferenceLabel } from '../../core/well-known-keys.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteLabelled, isDeleting, currentOf, type Controller } from '../controller.js';

const rbac = 'rbac.authorization.k8s.io';
const roleAnnotation = 'iam.kubesphere.io/role';
const accountLabel = 'iam.kubesphere.io/serviceaccount-ref';

/**
 * Gives Kubernetes' own ServiceAccounts the role of their project that an annotation names. The binding is made anew
 * whenever the account changes, so its name changes, too.
 *
 * @see kubesphere/kubesphere pkg/controller/serviceaccount/serviceaccount_controller.go
 */
export const nativeServiceAccountController: Controller = {
  name: 'serviceaccount',
  since: 'v3.1',
  watches: ['serviceaccounts.'],
  reconcile: (context, change) => {
    const account = currentOf(context, change);
    const role = account && annotation(account, roleAnnotation);
    if (account === undefined || role === undefined || role === '' || isDeleting(account)) return;
    bind(context, account, role);
  },
};

function bind(context: WriteContext, account: KubeObject, role: string): void {
  const { name, namespace = '' } = account.metadata;
  const since41 = inRange(context.world.release.name, { since: 'v4.1' });
  const roleName = since41 ? `kubesphere:iam:${role}` : role;
  const found = context.cluster.store.find({ group: rbac, plural: 'roles' }, namespace, roleName)?.object;
  if (found === undefined || (since41 && label(found, roleReferenceLabel) !== role)) return;
  const bindings = context.catalog.get(rbac, 'rolebindings');
  deleteLabelled(context, bindings, accountLabel, name, namespace);
  createObject(context, bindings, {
    metadata: {
      generateName: `${name}-${role}-`,
      namespace,
      labels: { [accountLabel]: name },
      ownerReferences: [controllerReference(account)],
    },
    roleRef: { apiGroup: rbac, kind: 'Role', name: roleName },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}
