import { argoGroup, argoResourcesFinalizer, argoSecretLabel } from '../../core/gitops-keys.js';
import { digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import type { ClusterState } from '../../state/world.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { lookAgainAt } from '../later.js';
import { progressOf } from './progress.js';

const controllerName = 'argocd-application-controller';
/** What Argo CD calls the cluster it runs in. */
const own = { name: 'in-cluster', server: 'https://kubernetes.default.svc' };

/** Argo CD's own: compares applications with their repositories, and syncs them. */
export const argoApplicationController: Controller = {
  name: controllerName,
  since: 'v3.3',
  until: 'v3.4',
  hostOnly: true,
  watches: ['applications.argoproj.io'],
  reconcile: (context, change) => {
    const app = currentOf(context, change);
    if (app === undefined) return;
    const resource = context.catalog.get(argoGroup, 'applications');
    if (isDeleting(app)) {
      if (hasFinalizer(app, argoResourcesFinalizer))
        writeBack(context, resource, withoutFinalizer(app, argoResourcesFinalizer));
      return;
    }
    const { world } = context;
    const { problem, cluster } = destinationOf(context, app);
    const namespace = digString(app, 'spec', 'destination', 'namespace');
    const progress = progressOf(app, {
      now: world.clock.now(),
      problem,
      hasNamespace: cluster === undefined || namespace === '' || hasNamespace(cluster, namespace),
    });
    lookAgainAt(context, controllerName, resource, app, progress.due);
    if (progress.needsNamespace && cluster !== undefined) makeNamespace({ ...context, cluster }, namespace);
    if (sameJson(progress.app, app)) return;
    const reconciledAt = world.clock.timestamp();
    writeBack(context, resource, {
      ...progress.app,
      status: { ...digObject(progress.app, 'status'), reconciledAt },
    });
  },
};

const namespaces = { group: '', plural: 'namespaces' };

function hasNamespace({ store }: ClusterState, name: string): boolean {
  return store.find(namespaces, undefined, name) !== undefined;
}

function makeNamespace(context: WriteContext, name: string): void {
  const resource = context.catalog.get('', 'namespaces');
  createObject(context, resource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** The cluster an application is to be deployed to; `undefined` where it is none of the world's. */
function destinationOf(
  { world, cluster }: WriteContext,
  app: KubeObject,
): { readonly problem: string; readonly cluster: ClusterState | undefined } {
  const name = digString(app, 'spec', 'destination', 'name');
  const server = digString(app, 'spec', 'destination', 'server');
  if (name === '' && server === '')
    return { problem: 'Destination server missing from app spec', cluster: undefined };
  if (name === own.name || (name === '' && server === own.server)) return { problem: '', cluster };
  const members = cluster.store
    .list({ group: 'cluster.kubesphere.io', plural: 'clusters' })
    .map(({ object }) => [
      object.metadata.name,
      digString(object, 'spec', 'connection', 'kubernetesAPIEndpoint'),
    ]);
  const secrets = cluster.store
    .list({ group: '', plural: 'secrets' })
    .filter(({ object }) => label(object, argoSecretLabel) === 'cluster')
    .map(({ object }) => ['name', 'server'].map((key) => textOf(object, key)));
  const found = [...members, ...secrets].find(([one, address]) =>
    name === '' ? address === server : one === name,
  );
  if (found !== undefined) return { problem: '', cluster: world.clusters.get(found[0] ?? '') };
  const problem =
    name === ''
      ? `cluster '${server}' has not been configured`
      : `unable to find destination server: there are no clusters with this name: ${name}`;
  return { problem, cluster: undefined };
}

function textOf(secret: KubeObject, key: string): string {
  return Buffer.from(digString(secret, 'data', key), 'base64').toString('utf8');
}
