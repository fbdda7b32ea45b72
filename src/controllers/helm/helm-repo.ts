import { appStoreGroup } from '../../core/app-store-keys.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { credentialOf } from '../../charts/repo-credential.js';
import { fetchRepoIndex, type RepoIndex } from '../../charts/repo-index.js';
import { decodeIndex, encodeIndex, mergeIndex } from '../../charts/saved-index.js';
import type { WriteContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
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
import { lookAgainAt } from '../later.js';
import { takeIndex } from '../app-store/loaded-indexes.js';
import { fateOfWorkspace, workspaceKind } from './ended-workspace.js';

const controllerName = 'helmrepo';
const finalizer = 'helmrepo.application.kubesphere.io';
const kept = 10;
const longestMessage = 512;
/** Seconds. */
const shortestPeriod = 180;
const shortestRetry = 60;
const longestRetry = 600;

/** Repositories that are being asked, by uid. */
const asked = new WeakMap<ObjectStore, Set<string>>();

/**
 * Asks a chart repository for its index and remembers it in its status: when it is new, when its `spec.version` has gone
 * up, after `syncPeriod`, and again after a failure. Repositories of a deleted workspace go.
 *
 * @see kubesphere/kubesphere pkg/controller/openpitrix/helmrepo/helm_repo_controller.go
 */
export const helmRepoController: Controller = {
  name: controllerName,
  until: 'v3.4',
  hostOnly: true,
  watches: ['helmrepos.application.kubesphere.io', workspaceKind],
  reconcile: (context, change) => {
    const resource = context.catalog.get(appStoreGroup, 'helmrepos');
    const fate = fateOfWorkspace(context, change);
    if (fate !== undefined) {
      if (fate === 'goes')
        deleteLabelled(context, resource, workspaceLabel, change.stored.object.metadata.name);
      return;
    }
    const repo = currentOf(context, change);
    if (repo === undefined) return;
    if (isDeleting(repo)) {
      if (hasFinalizer(repo, finalizer)) writeBack(context, resource, withoutFinalizer(repo, finalizer));
      return;
    }
    if (digString(repo, 'status', 'state') === '') {
      const status = { ...digObject(repo, 'status'), state: 'syncing' };
      writeBack(context, resource, { ...withFinalizer(repo, finalizer), status });
      return;
    }
    if (!hasFinalizer(repo, finalizer)) {
      writeBack(context, resource, withFinalizer(repo, finalizer));
      return;
    }
    const now = context.world.clock.now();
    const due = nextSync(repo, now);
    if (due === undefined || due > now) lookAgainAt(context, controllerName, resource, repo, due);
    else sync(context, repo);
  },
};

/** When a repository is to be asked: milliseconds since 1970, `undefined` for never. */
function nextSync(repo: KubeObject, now: number): number | undefined {
  const states = digArray(repo, 'status', 'syncState').map((one) => digString(one, 'state'));
  const last = Date.parse(digString(digArray(repo, 'status', 'syncState')[0], 'syncTime'));
  if (states.length === 0 || Number.isNaN(last)) return now;
  const successful = states.indexOf('successful');
  const failures = successful === -1 ? states.length : successful;
  if (failures > 0) return last + Math.min(failures * shortestRetry, longestRetry) * 1000;
  if (number(repo, 'spec', 'version') !== number(repo, 'status', 'version'))
    // What has just been asked is not asked again at once.
    return now - last < 1000 ? now : last + shortestRetry * 1000;
  const period = number(repo, 'spec', 'syncPeriod');
  return period === 0 ? undefined : last + Math.max(period, shortestPeriod) * 1000;
}

function number(repo: KubeObject, ...path: string[]): number {
  const value = dig(repo, ...path);
  return typeof value === 'number' ? value : 0;
}

function sync(context: WriteContext, repo: KubeObject): void {
  const { world, cluster } = context;
  const { name, uid = '' } = repo.metadata;
  const atHand = takeIndex(cluster.store, name);
  if (atHand !== undefined) {
    remember(context, repo, { status: 'fulfilled', value: atHand });
    return;
  }
  const running = asked.get(cluster.store) ?? new Set<string>();
  asked.set(cluster.store, running);
  if (running.has(uid)) return;
  running.add(uid);
  const index = fetchRepoIndex(digString(repo, 'spec', 'url'), { ...credentialOf(repo), detached: true });
  inBackground(world, controllerName, index, (outcome) => {
    running.delete(uid);
    const resource = context.catalog.get(appStoreGroup, 'helmrepos');
    const current = cluster.store.find(resource, undefined, name)?.object;
    if (current === undefined || current.metadata.uid !== uid || isDeleting(current)) return;
    remember(context, current, outcome, number(repo, 'spec', 'version'));
  });
}

/** Writes down what became of asking; `version` is that of the spec it was done for. */
function remember(
  context: WriteContext,
  repo: KubeObject,
  outcome: PromiseSettledResult<RepoIndex>,
  version: number = number(repo, 'spec', 'version'),
): void {
  const { clock, random } = context.world;
  const now = clock.timestamp();
  const before = digObject(repo, 'status');
  let state: JsonObject;
  let news: JsonObject = {};
  if (outcome.status === 'fulfilled') {
    const apps = mergeIndex(random, outcome.value, decodeIndex(digString(before, 'data')));
    state = { state: 'successful', syncTime: now };
    news = { data: encodeIndex(apps, now), version };
  } else {
    const text = outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason);
    state = { state: 'failed', message: text.slice(0, longestMessage), syncTime: now };
  }
  const status = {
    ...before,
    ...news,
    state: state['state'] ?? '',
    lastUpdateTime: now,
    syncState: [state, ...digArray(before, 'syncState')].slice(0, kept),
  };
  writeBack(context, context.catalog.get(appStoreGroup, 'helmrepos'), { ...repo, status });
}
