import type { RepoCredential } from '../../charts/fetch.js';
import type { IndexedVersion, RepoIndex } from '../../charts/repo-index.js';
import { parseGoDuration } from '../../core/go-duration.js';
import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
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
import { lookAgainAt } from '../later.js';
import { recordEvent } from '../workloads/events.js';
import { isValidVersion } from './extension.js';
import { extensionGroup, extensionKinds, extensionLabel, repositoryLabel } from './extension-keys.js';
import { putExtension, putVersion } from './put-extension.js';

const name = 'repository';
const finalizer = 'kubesphere.io/repository-protection';
/** Milliseconds between two looks at least. */
const least = 15 * 60_000;
const usualDepth = 3;

/** Repositories being asked, by their objects' uid. */
const asked = new WeakMap<object, Set<string>>();

/**
 * Asks repositories for what they hold, when they are made and from then on regularly: each chart with an
 * `extension.yaml` is an extension, each of its latest versions an ExtensionVersion.
 *
 * Differs from KubeSphere: an answer that fails is asked for again after a quarter of an hour, not in ever longer
 * intervals; only changes of the clock or time passing make one ask again. Images are not run.
 *
 * @see kubesphere/kubesphere pkg/controller/core/repository_controller.go
 */
export const repositoryController: Controller = {
  name,
  since: 'v4.1',
  hostOnly: true,
  watches: ['repositories.kubesphere.io'],
  reconcile: (context, change) => {
    const repository = currentOf(context, change);
    if (repository === undefined) return;
    const resource = context.catalog.get(extensionGroup, extensionKinds.repositories.plural);
    const isMarked = hasFinalizer(repository, finalizer);
    if (isDeleting(repository)) {
      lookAgainAt(context, name, resource, repository, undefined);
      if (isMarked) writeBack(context, resource, withoutFinalizer(repository, finalizer));
    } else if (!isMarked) writeBack(context, resource, withFinalizer(repository, finalizer));
    else consider(context, repository);
  },
};

function consider(context: WriteContext, repository: KubeObject): void {
  const { world, cluster } = context;
  const url = digString(repository, 'spec', 'url');
  const { uid = '' } = repository.metadata;
  let underWay = asked.get(cluster.store);
  if (underWay === undefined) asked.set(cluster.store, (underWay = new Set()));
  if (url === '' || underWay.has(uid)) return;
  const interval = parseGoDuration(
    digString(repository, 'spec', 'updateStrategy', 'registryPoll', 'interval'),
  );
  const every = Math.max(least, interval ?? 0);
  const last = Date.parse(digString(repository, 'status', 'lastSyncTime'));
  const due = Number.isNaN(last) ? 0 : last + every;
  if (due > world.clock.now()) {
    lookAgainAt(context, name, extensionKinds.repositories, repository, due);
    return;
  }
  underWay.add(uid);
  void ask(repository, url)
    .then(
      (found) => {
        sync(context, repository, found);
        return undefined;
      },
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    .then((problem) => {
      underWay.delete(uid);
      conclude(context, repository, problem, every);
    })
    .catch((error: unknown) => {
      const entry = world.journal.entries.at(-1);
      if (entry !== undefined) world.journal.fail(entry, error);
    });
}

interface Found {
  readonly index: RepoIndex;
  /** What is to be kept of each chart, the newest first. */
  readonly versions: ReadonlyMap<
    string,
    readonly { readonly spec: JsonObject; readonly from: IndexedVersion }[]
  >;
}

async function ask(repository: KubeObject, url: string): Promise<Found> {
  const [{ fetchBytes }, { fetchRepoIndex, packageUrl }, { readExtension }] = await Promise.all([
    import('../../charts/fetch.js'),
    import('../../charts/repo-index.js'),
    import('./read-extension.js'),
  ]);
  const ca = digString(repository, 'spec', 'caBundle');
  const credential: RepoCredential = {
    username: digString(repository, 'spec', 'basicAuth', 'username'),
    password: digString(repository, 'spec', 'basicAuth', 'password'),
    insecureSkipTLSVerify: dig(repository, 'spec', 'insecure') === true,
    ...(ca !== '' && { ca }),
  };
  const index = await fetchRepoIndex(url, credential);
  const depth = dig(repository, 'spec', 'depth');
  const most = typeof depth === 'number' ? (depth > 0 ? depth : Infinity) : usualDepth;
  const versions = new Map<string, { spec: JsonObject; from: IndexedVersion }[]>();
  for (const [chart, indexed] of index) {
    const own: { spec: JsonObject; from: IndexedVersion }[] = [];
    for (const from of indexed.filter((one) => isValidVersion(one.version)).slice(0, most)) {
      const chartURL = packageUrl(url, from);
      const { spec } = await readExtension(await fetchBytes(chartURL, credential)).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`failed to load extension version spec: ${why}`);
      });
      if (spec === undefined) continue;
      own.push({
        from,
        spec: {
          ...spec,
          ...(from.created !== '' && { created: from.created.replace(/\.\d+/, '') }),
          ...(from.digest !== '' && { digest: from.digest }),
          repository: repository.metadata.name,
          chartURL,
        },
      });
    }
    versions.set(chart, own);
  }
  return { index, versions };
}

function sync(context: WriteContext, { metadata }: KubeObject, { index, versions }: Found): void {
  const { store } = context.cluster;
  const repository = store.find(extensionKinds.repositories, undefined, metadata.name)?.object;
  if (repository === undefined || isDeleting(repository)) return;
  for (const [chart, found] of versions) {
    const [newest] = found;
    const extension = newest && putExtension(context, chart, newest.spec, repository);
    if (extension === undefined) continue;
    for (const { spec, from } of found) putVersion(context, extension, spec, from.annotations);
  }
  const resource = context.catalog.get(extensionGroup, extensionKinds.versions.plural);
  for (const { object } of store.list(resource)) {
    if (label(object, repositoryLabel) !== metadata.name || isDeleting(object)) continue;
    const listed = index.get(label(object, extensionLabel) ?? '') ?? [];
    if (listed.some(({ version }) => version === digString(object, 'spec', 'version'))) continue;
    deleteObject(context, resource, { name: object.metadata.name });
  }
}

function conclude(
  context: WriteContext,
  { metadata }: KubeObject,
  problem: string | undefined,
  every: number,
): void {
  const { world, cluster, catalog } = context;
  const repository = cluster.store.find(extensionKinds.repositories, undefined, metadata.name)?.object;
  if (repository === undefined || repository.metadata.uid !== metadata.uid || isDeleting(repository)) return;
  const url = digString(repository, 'spec', 'url');
  if (problem !== undefined) {
    const message = `failed to sync extensions from ${url}: ${problem}`;
    recordEvent(context, repository, { type: 'Warning', reason: 'SyncFailed', message, component: name });
    lookAgainAt(context, name, extensionKinds.repositories, repository, world.clock.now() + every);
    return;
  }
  const message = `sync extensions from ${url} successfully`;
  recordEvent(context, repository, { reason: 'Synced', message, component: name });
  const status = { ...digObject(repository, 'status'), lastSyncTime: world.clock.timestamp() };
  writeBack(context, catalog.get(extensionGroup, extensionKinds.repositories.plural), {
    ...repository,
    status,
  });
}
