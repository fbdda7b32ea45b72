import {
  applicationFinalizer,
  applicationNameLabel,
  applicationNamespaceLabel,
  argoControlLabel,
  argoGroup,
  argoLocationLabel,
  argoNameLabel,
  argoResourcesFinalizer,
  gitOpsGroup,
  healthStatusLabel,
  syncStatusLabel,
} from '../../core/gitops-keys.js';
import { digObject, digString, encodeCompact, isJsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { untyped } from '../../registry/typed-json.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { writeStatus } from '../workloads/write-status.js';
import { provideArgo } from './provide-argo.js';

const range = { since: 'v3.3', until: 'v3.4', hostOnly: true } as const;

/**
 * Makes an application of Argo CD for one of KubeSphere's, keeps its spec and operation the same, and takes it away again.
 *
 * @see kubesphere/ks-devops controllers/argocd/application_controller.go
 */
export const gitOpsApplicationController: Controller = {
  name: 'gitops-application',
  ...range,
  watches: ['applications.gitops.kubesphere.io'],
  reconcile: (context, change) => {
    const app = currentOf(context, change);
    const place = app === undefined ? '' : (label(app, argoLocationLabel) ?? '');
    if (app === undefined || place === '' || !isJsonObject(digObject(app, 'spec')['argoApp'])) return;
    const resource = context.catalog.get(gitOpsGroup, 'applications');
    if (isDeleting(app)) {
      forget(context, app, place);
      if (![applicationFinalizer, argoResourcesFinalizer].some((one) => hasFinalizer(app, one))) return;
      writeBack(
        context,
        resource,
        withoutFinalizer(withoutFinalizer(app, applicationFinalizer), argoResourcesFinalizer),
      );
      return;
    }
    provideArgo(context, place, app.metadata.namespace ?? '');
    const name = provideApplication(context, app, place);
    const marked = withFinalizer(inOwnProject(app), applicationFinalizer);
    const labels = { ...app.metadata.labels, [argoNameLabel]: name };
    const next = { ...marked, metadata: { ...marked.metadata, labels } };
    if (!sameJson(next, app)) writeBack(context, resource, next);
  },
};

function argoNameOf(app: KubeObject): string {
  return label(app, argoNameLabel) ?? app.metadata.name;
}

function forget(context: WriteContext, app: KubeObject, namespace: string): void {
  const resource = context.catalog.get(argoGroup, 'applications');
  const name = argoNameOf(app);
  const found = context.cluster.store.find(resource, namespace, name)?.object;
  if (found !== undefined && !isDeleting(found)) deleteObject(context, resource, { namespace, name });
}

/** Its AppProject is that of its DevOps project. */
function inOwnProject(app: KubeObject): KubeObject {
  const spec = digObject(app, 'spec');
  const argoApp = digObject(spec, 'argoApp');
  const inner = { ...digObject(argoApp, 'spec'), project: app.metadata.namespace };
  return { ...app, spec: { ...spec, argoApp: { ...argoApp, spec: inner } } };
}

/** The application of Argo CD as it is to be. @returns its name, another one where that is taken */
function provideApplication(context: WriteContext, app: KubeObject, namespace: string): string {
  const resource = context.catalog.get(argoGroup, 'applications');
  const found = context.cluster.store.find(resource, namespace, argoNameOf(app))?.object;
  const wanted = wantedOf(app, namespace);
  if (found === undefined || label(app, argoNameLabel) === undefined) {
    const { name } = app.metadata;
    const metadata =
      found === undefined ? { ...wanted.metadata, name } : { ...wanted.metadata, generateName: name };
    return createObject(context, resource, { ...wanted, metadata }, { namespace }).object.metadata.name;
  }
  const { finalizers = [] } = wanted.metadata;
  const operation = wanted['operation'];
  const next = {
    ...found,
    metadata: { ...found.metadata, finalizers },
    spec: wanted['spec'],
    ...(operation !== undefined && { operation }),
  };
  const isSame =
    sameJson(found['spec'], wanted['spec']) &&
    sameJson(found['operation'], next['operation']) &&
    sameJson(found.metadata.finalizers ?? [], finalizers);
  if (!isSame) writeBack(context, resource, next);
  return found.metadata.name;
}

function wantedOf(app: KubeObject, namespace: string): KubeObject {
  const argo = digObject(inOwnProject(app), 'spec', 'argoApp');
  const spec = digObject(argo, 'spec');
  const destination = digObject(spec, 'destination');
  const { server, ...named } = destination;
  const { operation } = argo;
  const ofArgo = (map: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(map).filter(([key]) => key.includes('argoproj.io')));
  return {
    apiVersion: `${argoGroup}/v1alpha1`,
    kind: 'Application',
    metadata: {
      name: '',
      namespace,
      labels: {
        ...ofArgo(app.metadata.labels),
        [argoControlLabel]: 'ks-devops',
        [applicationNamespaceLabel]: app.metadata.namespace ?? '',
        [applicationNameLabel]: app.metadata.name,
      },
      annotations: ofArgo(app.metadata.annotations),
      finalizers: (app.metadata.finalizers ?? []).filter((one) => one.endsWith('argocd.argoproj.io')),
    },
    // It cannot have both a name and an address.
    spec: { ...spec, destination: digString(destination, 'name') === '' ? { ...named, server } : named },
    ...(isJsonObject(operation) && { operation }),
  };
}

/**
 * Writes down what Argo CD says of an application.
 *
 * @see kubesphere/ks-devops controllers/argocd/argocd-application-status-controller.go
 */
export const gitOpsStatusController: Controller = {
  name: 'gitops-application-status',
  ...range,
  watches: ['applications.argoproj.io'],
  reconcile: (context, change) => {
    const argo = currentOf(context, change);
    if (argo === undefined || label(argo, argoControlLabel) === undefined) return;
    const resource = context.catalog.get(gitOpsGroup, 'applications');
    const namespace = label(argo, applicationNamespaceLabel) ?? '';
    const app = context.cluster.store.find(
      resource,
      namespace,
      label(argo, applicationNameLabel) ?? '',
    )?.object;
    const status = argo['status'];
    if (app === undefined || isDeleting(app) || !isJsonObject(status)) return;
    const told = encodeCompact(untyped(status));
    if (digString(app, 'status', 'argoApp') === told) return;
    const labels = {
      ...app.metadata.labels,
      [syncStatusLabel]: digString(status, 'sync', 'status'),
      [healthStatusLabel]: digString(status, 'health', 'status'),
    };
    const written = writeBack(context, resource, {
      ...(argo['operation'] === undefined ? withoutOperation(app) : app),
      metadata: { ...app.metadata, labels },
    });
    writeStatus(context, resource, written.object, { ...digObject(app, 'status'), argoApp: told });
  },
};

function withoutOperation(app: KubeObject): KubeObject {
  const spec = digObject(app, 'spec');
  const { operation: _, ...argoApp } = digObject(spec, 'argoApp');
  return { ...app, spec: { ...spec, argoApp } };
}
