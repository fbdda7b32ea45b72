import {
  appStoreGroup,
  clusterNameLabel,
  helmPackageNamespace,
  namespaceNameLabel,
} from '../../core/app-store-keys.js';
import { dig, digArray, digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import {
  currentOf,
  deleteLabelled,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { inBackground } from '../in-background.js';
import { later } from '../later.js';
import { checkValues, knownProblem } from './check-values.js';
import { offeredVersion } from './repo-charts.js';
import { fateOfWorkspace, workspaceKind } from './ended-workspace.js';

const controllerName = 'helmrelease';
const finalizer = 'helmrelease.application.kubesphere.io';
/** Milliseconds of the world's clock from one state of a release to the next. */
const step = 5000;
/** The same until a chart that could not be had is asked for again. */
const retry = 60_000;
const longestMessage = 512;
const kept = 10;

/** What follows a state by itself. */
const following: Readonly<Record<string, string>> = {
  creating: 'created',
  created: 'active',
  upgrading: 'upgraded',
  upgraded: 'active',
};

/**
 * Takes a release of a chart through its states, five seconds each: creating, created, active; after a change of its
 * `spec.version` upgrading, upgraded, active; on deletion deleting, and gone, at once
 * where nothing has been deployed. It fails for values Helm cannot read and for
 * a namespace there is not, and waits for a chart that cannot be had.
 *
 * Differs from KubeSphere: nothing is made of a chart.
 *
 * @see kubesphere/kubesphere pkg/controller/openpitrix/helmrelease/helm_release_controller.go
 */
export const helmReleaseController: Controller = {
  name: controllerName,
  until: 'v3.4',
  hostOnly: true,
  watches: ['helmreleases.application.kubesphere.io', workspaceKind],
  reconcile: (context, change) => {
    const resource = context.catalog.get(appStoreGroup, 'helmreleases');
    const fate = fateOfWorkspace(context, change);
    if (fate !== undefined) {
      if (fate === 'goes')
        deleteLabelled(context, resource, workspaceLabel, change.stored.object.metadata.name);
      return;
    }
    const release = currentOf(context, change);
    if (release === undefined) return;
    const state = stateOf(release);
    if (isDeleting(release)) {
      if (!hasFinalizer(release, finalizer) || state === 'deleting') return;
      if (digString(release, 'status', 'lastDeployed') !== '') uninstall(context, resource, release);
      else writeBack(context, resource, withoutFinalizer(release, finalizer));
      return;
    }
    if (state === '') {
      const status = { ...digObject(release, 'status'), state: 'creating' };
      enter(context, resource, { ...release, status });
      return;
    }
    if (!hasFinalizer(release, finalizer)) {
      adopt(context, resource, release);
      return;
    }
    const isChanged = dig(release, 'spec', 'version') !== dig(release, 'status', 'version');
    if (isChanged && ['active', 'created', 'upgraded'].includes(state))
      enter(context, resource, {
        ...release,
        status: { ...digObject(release, 'status'), state: 'upgrading' },
      });
  },
};

function stateOf(release: KubeObject): string {
  return digString(release, 'status', 'state');
}

/** Marks a release; in a member cluster it goes with the cluster, and it has no place in one there is none of. */
function adopt(context: WriteContext, resource: Resource, release: KubeObject): void {
  const name = label(release, clusterNameLabel) ?? '';
  const marked = withFinalizer(release, finalizer);
  if (name === '') {
    writeBack(context, resource, marked);
    return;
  }
  const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
  const cluster = context.cluster.store.find(clusters, undefined, name)?.object;
  // Up to 2.1 there is but one cluster, and no object for it.
  if (cluster === undefined && context.world.clusters.get(name) === undefined) {
    deleteObject(context, resource, { name: release.metadata.name });
    return;
  }
  if (cluster === undefined || context.world.clusters.get(name)?.isHost === true) {
    writeBack(context, resource, marked);
    return;
  }
  const { apiVersion, kind, metadata } = cluster;
  const owner = { apiVersion, kind, name, uid: metadata.uid ?? '' };
  const ownerReferences = [...(release.metadata.ownerReferences ?? []), owner];
  writeBack(context, resource, { ...marked, metadata: { ...marked.metadata, ownerReferences } });
}

/** Writes a state that something follows by itself. */
function enter(context: WriteContext, resource: Resource, release: KubeObject): void {
  const { clock } = context.world;
  const status = { ...digObject(release, 'status'), lastUpdate: clock.timestamp() };
  writeBack(context, resource, { ...release, status });
  goOn(context, release.metadata.name, stateOf(release), clock.now() + step);
}

function uninstall(context: WriteContext, resource: Resource, release: KubeObject): void {
  const { world, cluster } = context;
  const { name, uid } = release.metadata;
  const status = { ...digObject(release, 'status'), state: 'deleting', lastUpdate: world.clock.timestamp() };
  writeBack(context, resource, { ...release, status });
  later(world, controllerName, world.clock.now() + step, () => {
    const current = cluster.store.find(resource, undefined, name)?.object;
    if (current === undefined || current.metadata.uid !== uid) return;
    writeBack(context, resource, withoutFinalizer(current, finalizer));
  });
}

/** Has a release take its next state at a moment, unless something else happens to it before. */
function goOn(context: WriteContext, name: string, from: string, due: number): void {
  later(context.world, controllerName, due, () => {
    advance(context, name, from, due);
  });
}

function advance(context: WriteContext, name: string, from: string, due: number): void {
  const resource = context.catalog.get(appStoreGroup, 'helmreleases');
  const release = context.cluster.store.find(resource, undefined, name)?.object;
  const next = following[from];
  if (release === undefined || next === undefined || stateOf(release) !== from || isDeleting(release)) return;
  if (next === 'active') {
    record(context, resource, release, next, '');
    return;
  }
  if (!hasChart(context, release)) {
    goOn(context, name, from, due + retry);
    return;
  }
  const values = digString(release, 'spec', 'values');
  const found = knownProblem(values);
  if (found === undefined) {
    inBackground(context.world, controllerName, checkValues(values), () => {
      advance(context, name, from, due);
    });
    return;
  }
  const problem = found === '' ? namespaceProblem(context, release) : found;
  record(context, resource, release, problem === '' ? next : 'failed', problem);
  if (problem === '') goOn(context, name, next, due + step);
}

function hasChart({ cluster }: WriteContext, release: KubeObject): boolean {
  const id = digString(release, 'spec', 'appVerId');
  const files = { group: '', plural: 'configmaps' };
  return (
    cluster.store.find(files, helmPackageNamespace, id) !== undefined ||
    offeredVersion(cluster.store, id) !== undefined
  );
}

function namespaceProblem({ world }: WriteContext, release: KubeObject): string {
  const namespace = label(release, namespaceNameLabel) ?? '';
  const cluster = label(release, clusterNameLabel) ?? '';
  const there = cluster === '' ? world.host : world.clusters.get(cluster);
  if (there?.store.find({ group: '', plural: 'namespaces' }, undefined, namespace) !== undefined) return '';
  return `create: failed to create: namespaces "${namespace}" not found`;
}

/** Writes down what became of a step. @see updateStatus */
function record(
  context: WriteContext,
  resource: Resource,
  release: KubeObject,
  state: string,
  problem: string,
): void {
  const now = context.world.clock.timestamp();
  const { message: _message, ...before } = digObject(release, 'status');
  const message = problem === '' ? {} : { message: problem.slice(0, longestMessage) };
  const isDeployed = state === 'created' || state === 'upgraded';
  const status = {
    ...before,
    ...message,
    ...(isDeployed && { version: dig(release, 'spec', 'version') ?? 0, lastDeployed: now }),
    state,
    deployStatus: [{ ...message, state, deployTime: now }, ...digArray(before, 'deployStatus')].slice(
      0,
      kept,
    ),
    lastUpdate: now,
  };
  writeBack(context, resource, { ...release, status });
}
