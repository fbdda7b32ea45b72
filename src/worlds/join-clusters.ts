import { InputError, type InputProblem } from '../core/input-error.js';
import { digObject, type JsonObject } from '../core/json.js';
import type { ClusterOption } from '../core/options.js';
import type { World } from '../state/world.js';
import { formatTimestamp } from '../state/clock.js';
import { federated, ready, type ClusterCondition } from '../controllers/clusters/conditions.js';
import { inRange } from '../core/release.js';
import { readUpstream } from '../upstream/read-upstream.js';
import type { Upstream } from '../upstream/upstream.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

/**
 * Joins member clusters that are servers of their own: each gets a ready Cluster object that says how to reach it, or the
 * one it has is changed to say so. Nobody is called.
 *
 * @throws InputError with a line per kubeconfig that cannot be used
 */
export async function joinClusters(world: World, options: readonly ClusterOption[]): Promise<void> {
  const problems: InputProblem[] = [];
  for (const [at, option] of options.entries()) {
    try {
      join(world, option.name, await connectionOf(option));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push({ source: 'options', field: `clusters[${String(at)}].kubeconfig`, message: why });
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

async function connectionOf({ url, kubeconfig = '' }: ClusterOption): Promise<JsonObject> {
  if (url !== undefined) return { type: 'direct', kubesphereAPIEndpoint: url };
  const upstream = await readUpstream(kubeconfig);
  return {
    type: 'direct',
    kubernetesAPIEndpoint: upstream.url,
    kubeconfig: Buffer.from(JSON.stringify(kubeconfigOf(upstream))).toString('base64'),
  };
}

/** A kubeconfig without references to files. */
function kubeconfigOf({ url, tls, authorization }: Upstream): JsonObject {
  const encoded = (pem: string | undefined): string | undefined =>
    pem === undefined ? undefined : Buffer.from(pem).toString('base64');
  const cluster = {
    server: url,
    'certificate-authority-data': encoded(tls?.ca),
    'insecure-skip-tls-verify': tls?.insecure,
    'tls-server-name': tls?.serverName,
  };
  const [scheme, credential = ''] = authorization?.split(' ') ?? [];
  const [username = '', ...password] = Buffer.from(credential, 'base64').toString('utf8').split(':');
  const user = {
    'client-certificate-data': encoded(tls?.cert),
    'client-key-data': encoded(tls?.key),
    ...(scheme === 'Bearer' && { token: credential }),
    ...(scheme === 'Basic' && { username, password: password.join(':') }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'member', cluster }],
    users: [{ name: 'member', user }],
    contexts: [{ name: 'member', context: { cluster: 'member', user: 'member' } }],
    'current-context': 'member',
  };
}

function join({ host, clock, random, release }: World, name: string, connection: JsonObject): void {
  const known = host.store.find(clusters, undefined, name)?.object;
  const now = formatTimestamp(Math.floor(clock.now() / 1000) * 1000);
  const said = (condition: ClusterCondition): JsonObject => {
    const { type, status, ...why } = condition;
    return { type, status, lastUpdateTime: now, lastTransitionTime: now, ...why };
  };
  const isFederated = inRange(release.name, { until: 'v3.4' });
  host.store.load(clusters, {
    ...known,
    kind: 'Cluster',
    apiVersion: 'cluster.kubesphere.io/v1alpha1',
    metadata: known?.metadata ?? { name, uid: random.uuid(), creationTimestamp: now },
    spec: { joinFederation: true, enable: true, ...digObject(known, 'spec'), connection },
    status: {
      ...(known === undefined ? { kubeSphereVersion: release.tag } : digObject(known, 'status')),
      conditions: (isFederated ? [federated, ready] : [ready]).map(said),
    },
  });
}
