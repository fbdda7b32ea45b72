import { argoGroup } from '../../core/gitops-keys.js';
import { controllerReference } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';

/**
 * What Argo CD needs to deploy for a DevOps project: its own namespace, and the AppProject of the project.
 *
 * Differs from KubeSphere: they come with the first application.
 *
 * @see kubesphere/ks-devops controllers/argocd/project_controller.go
 */
export function provideArgo(context: WriteContext, namespace: string, project: string): void {
  const { catalog, cluster } = context;
  const namespaces = catalog.get('', 'namespaces');
  if (cluster.store.find(namespaces, undefined, namespace) === undefined)
    createObject(context, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const projects = catalog.get(argoGroup, 'appprojects');
  if (cluster.store.find(projects, namespace, project) !== undefined) return;
  const owner = cluster.store.find(
    { group: 'devops.kubesphere.io', plural: 'devopsprojects' },
    undefined,
    project,
  )?.object;
  const object = {
    apiVersion: `${argoGroup}/v1alpha1`,
    kind: 'AppProject',
    metadata: {
      name: project,
      ...(owner !== undefined && { ownerReferences: [controllerReference(owner)] }),
    },
    spec: {
      description: '',
      sourceRepos: ['*'],
      destinations: [{ namespace: '*', server: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  };
  createObject(context, projects, object, { namespace });
}
