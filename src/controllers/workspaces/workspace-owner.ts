import { controllerReference, type KubeObject } from '../../core/kube-object.js';

/**
 * A namespace with its workspace as its controller, in place of any other workspace; without one, with none. The same
 * object when nothing changes, or when something else controls it, as a DevOps project does.
 *
 * @see kubesphere/kubesphere pkg/controller/namespace/namespace_controller.go (v3.4.1)
 */
export function ownedByWorkspace(namespace: KubeObject, workspace: KubeObject | undefined): KubeObject {
  const { ownerReferences = [], ...metadata } = namespace.metadata;
  const known = ownerReferences.filter(({ kind }) => kind === 'Workspace');
  const isElsewhere = ownerReferences.some(
    ({ kind, controller }) => controller === true && kind !== 'Workspace',
  );
  if (isElsewhere) return namespace;
  const isRight =
    workspace === undefined
      ? known.length === 0
      : known.some(({ uid, controller }) => controller === true && uid === workspace.metadata.uid);
  if (isRight) return namespace;
  const others = ownerReferences.filter((reference) => !known.includes(reference));
  const owners = workspace === undefined ? others : [...others, controllerReference(workspace)];
  return { ...namespace, metadata: { ...metadata, ...(owners.length > 0 && { ownerReferences: owners }) } };
}
