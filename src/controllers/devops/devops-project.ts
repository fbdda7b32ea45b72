import { annotation, controllerReference, type KubeObject, label } from '../../core/kube-object.js';
import { digString } from '../../core/json.js';
import { creatorAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';

const finalizer = 'devopsproject.finalizers.kubesphere.io';
const projectLabel = 'kubesphere.io/devopsproject';

/**
 * Gives a DevOps project the namespace of its name, where pipelines and credentials are kept, and takes it away again.
 *
 * @see kubesphere/kubesphere pkg/controller/devopsproject/devopsproject_controller.go
 */
export const devopsProjectController: Controller = {
  name: 'devopsproject',
  since: 'v3.0',
  until: 'v3.4',
  watches: ['devopsprojects.devops.kubesphere.io'],
  reconcile: (context, change) => {
    const project = currentOf(context, change);
    if (project === undefined) return;
    const resource = context.catalog.get('devops.kubesphere.io', 'devopsprojects');
    if (isDeleting(project)) {
      if (!hasFinalizer(project, finalizer)) return;
      removeNamespace(context, project);
      writeBack(context, resource, withoutFinalizer(project, finalizer));
      return;
    }
    const { name } = project.metadata;
    if (hasFinalizer(project, finalizer) && digString(project, 'status', 'adminNamespace') === name) return;
    provideNamespace(context, project);
    writeBack(context, resource, { ...withFinalizer(project, finalizer), status: { adminNamespace: name } });
  },
};

function provideNamespace(context: WriteContext, project: KubeObject): void {
  const resource = context.catalog.get('', 'namespaces');
  const { name } = project.metadata;
  if (context.cluster.store.find(resource, undefined, name) !== undefined) return;
  const workspace = label(project, workspaceLabel);
  const creator = annotation(project, creatorAnnotation);
  createObject(context, resource, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { [projectLabel]: name, ...(workspace !== undefined && { [workspaceLabel]: workspace }) },
      ...(creator !== undefined && { annotations: { [creatorAnnotation]: creator } }),
      ownerReferences: [controllerReference(project)],
    },
  });
}

function removeNamespace(context: WriteContext, { metadata }: KubeObject): void {
  const resource = context.catalog.get('', 'namespaces');
  const found = context.cluster.store.find(resource, undefined, metadata.name)?.object;
  if (found === undefined || isDeleting(found) || label(found, projectLabel) !== metadata.name) return;
  deleteObject(context, resource, { name: metadata.name });
}
