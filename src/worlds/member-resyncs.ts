import { ready, withClusterCondition } from '../controllers/clusters/conditions.js';
import { digArray, digObject, digString, isJsonObject, type Json } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { Routine, World } from '../state/world.js';
import { AskError } from '../upstream/ask-server.js';
import { askUpstream } from '../upstream/ask-upstream.js';
import { upstreamOfKubeconfig } from '../upstream/kubeconfig.js';
import type { Upstream } from '../upstream/upstream.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
/** Milliseconds after which a member is looked at again: as the real controller does, and sooner while it is not ready. */
const resync = 900_000;
const retry = 60_000;
/** Milliseconds a member is given to answer. */
const timeout = 10_000;
/** Where the ks-apiserver of a member is, seen through its kube-apiserver. */
const throughKubernetes = '/api/v1/namespaces/kubesphere-system/services/:ks-apiserver:/proxy';

/**
 * Has members that are servers of their own looked at as soon as their host is served, and every quarter of an hour by the
 * world's clock: whether they answer, which KubeSphere they run and, where their kube-apiserver is known, which Kubernetes
 * and how many nodes. Nobody waits for the first look: until it is done they are ready.
 *
 * @param names Their Cluster objects; one that goes is looked at no more.
 * @see kubesphere/kubesphere pkg/controller/cluster/cluster_controller.go
 */
export function memberResyncs(names: readonly string[]): Routine {
  return (world) => {
    // Trials of scenarios are worlds that nobody serves: by then that is known.
    setImmediate(() => {
      if (!world.isServed) return;
      for (const name of names) lookAgain(world, name);
    });
  };
}

function plan(world: World, name: string, wait: number): void {
  world.clock.schedule(
    world.clock.now() + wait,
    () => {
      lookAgain(world, name);
    },
    true,
  );
}

function lookAgain(world: World, name: string): void {
  void look(world, name).then((isReady) => {
    if (isReady !== undefined) plan(world, name, isReady ? resync : retry);
  });
}

/** @returns whether it is ready; `undefined` when nobody wants to know any more */
async function look(world: World, name: string): Promise<boolean | undefined> {
  const find = (): KubeObject | undefined =>
    world.ended.aborted ? undefined : world.host.store.find(clusters, undefined, name)?.object;
  const cluster = find();
  if (cluster === undefined) return undefined;
  const told = await statusOf(world, cluster).catch((error: unknown) => {
    if (error instanceof Error) return error.message;
    throw error;
  });
  const now = find();
  if (now === undefined) return undefined;
  const isReady = typeof told !== 'string';
  const condition = isReady ? ready : { ...ready, status: 'False', message: told };
  const status = { ...digObject(now, 'status'), ...(isReady && told) };
  const next = withClusterCondition({ ...now, status }, condition, world.clock.timestamp());
  world.host.store.update(clusters, next);
  return isReady;
}

/** What a member says of itself. @throws Error in the words of client-go, or of whatever keeps it from being asked */
async function statusOf(world: World, cluster: KubeObject): Promise<Readonly<Record<string, Json>>> {
  const since41 = inRange(world.release.name, { since: 'v4.1' });
  const versionPath = since41 ? '/version' : '/kapis/version';
  const endpoint = digString(cluster, 'spec', 'connection', 'kubesphereAPIEndpoint');
  if (endpoint !== '') {
    const version = await ask({ url: endpoint.replace(/\/+$/, '') }, versionPath, world.ended);
    return { kubeSphereVersion: digString(version, 'gitVersion') };
  }
  const kubeconfig = Buffer.from(digString(cluster, 'spec', 'connection', 'kubeconfig'), 'base64');
  const upstream = await upstreamOfKubeconfig(kubeconfig.toString('utf8'));
  const kubeSystem = await ask(upstream, '/api/v1/namespaces/kube-system', world.ended);
  const version = await ask(upstream, throughKubernetes + versionPath, world.ended);
  // A fake before 3.4 keeps that to itself.
  const kubernetes = await ask(upstream, '/version', world.ended).catch(unlessMissing);
  const nodes = await ask(upstream, '/api/v1/nodes', world.ended);
  return {
    uid: digString(kubeSystem, 'metadata', 'uid'),
    kubeSphereVersion: digString(version, 'gitVersion'),
    // Another fake tells KubeSphere's version there, and that of its Kubernetes within.
    kubernetesVersion:
      digString(kubernetes, 'kubernetes', 'gitVersion') || digString(kubernetes, 'gitVersion'),
    nodeCount: digArray(nodes, 'items').length,
  };
}

async function ask(upstream: Upstream, path: string, left: AbortSignal): Promise<Json> {
  const headers = { accept: 'application/json', 'user-agent': 'controller-manager' };
  const failed = (why: string): AskError => new AskError(`Get "${upstream.url}${path}": ${why}`);
  const question = { method: 'GET', target: path, headers };
  const { status, text } = await askUpstream(upstream, question, timeout, left).catch((error: unknown) => {
    throw error instanceof AskError ? failed(error.message) : error;
  });
  let body: Json;
  try {
    body = JSON.parse(text) as Json;
  } catch {
    body = null;
  }
  if (status < 300 && isJsonObject(body)) return body;
  const message = digString(body, 'message');
  if (status === 404 && message === '') throw new MissingError(path);
  throw message === ''
    ? failed(`the server responded with the status code ${String(status)}`)
    : new Error(message);
}

/** Nothing is served at a path. */
class MissingError extends Error {
  constructor(path: string) {
    super(`the server could not find the requested resource (get ${path})`);
  }
}

function unlessMissing(error: unknown): Json {
  if (error instanceof MissingError) return {};
  throw error;
}
