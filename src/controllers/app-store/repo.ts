import { appStoreGroup } from '../../core/app-store-keys.js';
import { dig, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { credentialOf } from '../../charts/repo-credential.js';
import { fetchRepoIndex } from '../../charts/repo-index.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { currentOf, deleteLabelled, isDeleting, writeBack, type Controller } from '../controller.js';
import { inBackground } from '../in-background.js';
import { lookAgainAt } from '../later.js';
import { takeIndex } from './loaded-indexes.js';
import { setRepoState, syncRepo } from './sync-repo.js';

const controllerName = 'helmrepo';
/** Milliseconds of the world's clock until a repository that did not answer is asked again. */
const retry = 60_000;

/** Repositories that are being asked, by uid. */
const asked = new WeakMap<ObjectStore, Set<string>>();

/**
 * Asks a chart repository for its charts every `syncPeriod` and when it is told to, and takes those of a deleted workspace
 * away.
 *
 * Differs from KubeSphere: one added or changed through its own API is brought in line at once, whatever its period, as
 * its index is at hand.
 *
 * @see kubesphere/kubesphere pkg/controller/application/helm_repo_controller.go
 */
export const repoController: Controller = {
  name: controllerName,
  since: 'v4.1',
  hostOnly: true,
  watches: ['repos.application.kubesphere.io', 'workspacetemplates.tenant.kubesphere.io'],
  reconcile: (context, change) => {
    const resource = context.catalog.get(appStoreGroup, 'repos');
    if (change.resource.plural === 'workspacetemplates') {
      if (change.type === 'DELETED')
        deleteLabelled(context, resource, workspaceLabel, change.stored.object.metadata.name);
      return;
    }
    const repo = currentOf(context, change);
    if (repo === undefined || isDeleting(repo)) return;
    if (digString(repo, 'status', 'state') === '') {
      const status = {
        ...digObject(repo, 'status'),
        lastUpdateTime: context.world.clock.timestamp(),
        state: 'created',
      };
      writeBack(context, resource, { ...repo, status });
      return;
    }
    const { store } = context.cluster;
    if (asked.get(store)?.has(repo.metadata.uid ?? '') === true) return;
    const atHand = takeIndex(store, repo.metadata.name);
    const now = context.world.clock.now();
    const due = atHand === undefined ? nextSync(repo, now) : now;
    if (due === undefined || due > now) {
      lookAgainAt(context, controllerName, resource, repo, due);
      return;
    }
    const running = begin(store, repo);
    if (atHand === undefined) ask(context, resource, repo, running);
    else {
      try {
        syncRepo(context, repo.metadata.name, atHand);
      } finally {
        running();
      }
      planNext(context, resource, repo.metadata.name);
    }
  },
};

/** When a repository is to be asked: milliseconds since 1970, `undefined` for never. @see skipSync */
function nextSync(repo: KubeObject, now: number): number | undefined {
  const state = digString(repo, 'status', 'state');
  if (state === 'manualTrigger' || state === 'syncing') return now;
  const period = dig(repo, 'spec', 'syncPeriod');
  if (typeof period !== 'number' || period <= 0) return undefined;
  const last = Date.parse(digString(repo, 'status', 'lastUpdateTime'));
  return state === 'successful' && !Number.isNaN(last) ? last + period * 1000 : now;
}

/** Notes that a repository is being asked: what it becomes meanwhile is nothing to act on. @returns what ends it */
function begin(store: ObjectStore, { metadata: { uid = '' } }: KubeObject): () => void {
  const running = asked.get(store) ?? new Set<string>();
  asked.set(store, running);
  running.add(uid);
  return () => {
    running.delete(uid);
  };
}

function ask(context: WriteContext, resource: Resource, repo: KubeObject, end: () => void): void {
  const { world, cluster } = context;
  const { name, uid } = repo.metadata;
  setRepoState(context, name, 'syncing');
  const url = digString(repo, 'spec', 'url');
  const index = fetchRepoIndex(url, { ...credentialOf(repo), detached: true });
  inBackground(world, controllerName, index, (outcome) => {
    const current = cluster.store.find(resource, undefined, name)?.object;
    if (current === undefined || current.metadata.uid !== uid || isDeleting(current)) {
      end();
      return;
    }
    // It has got another address meanwhile: that is asked instead.
    if (digString(current, 'spec', 'url') !== url) {
      ask(context, resource, current, end);
      return;
    }
    try {
      if (outcome.status === 'fulfilled') syncRepo(context, name, outcome.value);
      else lookAgainAt(context, controllerName, resource, current, world.clock.now() + retry);
    } finally {
      end();
    }
    if (outcome.status === 'fulfilled') planNext(context, resource, name);
  });
}

/** Has a repository that is in line looked at again when its period is over. */
function planNext(context: WriteContext, resource: Resource, name: string): void {
  const repo = context.cluster.store.find(resource, undefined, name)?.object;
  if (repo === undefined) return;
  lookAgainAt(context, controllerName, resource, repo, nextSync(repo, context.world.clock.now()));
}
