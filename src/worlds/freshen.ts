import { digObject, digString } from '../core/json.js';
import { annotation, type KubeObject } from '../core/kube-object.js';
import { formatTimestamp } from '../state/clock.js';
import type { Routine, World } from '../state/world.js';

const events = { group: '', plural: 'events' };
const nodes = { group: '', plural: 'nodes' };

/** When the objects of `fixtures/default/compiled` were last touched. */
const compiledAt = Date.parse('2024-06-03T10:00:00Z');

const eventTimes = ['firstTimestamp', 'lastTimestamp'] as const;

/**
 * Moves the events a world begins with to the present: Kubernetes forgets events after an hour, so that an old one
 * would never be seen. Events that have been changed since are left alone.
 */
export function recentEvents(seed: World): Routine {
  const given = [...seed.clusters.values()].flatMap(({ name, store }) =>
    store.list(events).map((stored) => ({ name, stored })),
  );
  return (world) => {
    const shift = world.clock.now() - compiledAt;
    for (const { name, stored } of given) {
      const store = world.clusters.get(name)?.store;
      const { namespace, name: event } = stored.object.metadata;
      if (store?.find(events, namespace, event) === stored) store.load(events, moved(stored.object, shift));
    }
  };
}

function moved(event: KubeObject, shift: number): KubeObject {
  const at = (text: string): string => formatTimestamp(Date.parse(text) + shift);
  const times = eventTimes.map((key) => [key, at(digString(event, key))]);
  const creationTimestamp = at(event.metadata.creationTimestamp ?? '');
  return {
    ...event,
    metadata: { ...event.metadata, creationTimestamp },
    ...Object.fromEntries(times),
  } as KubeObject;
}

/** Makes the kubelets of the default world report the version of Kubernetes that was asked for. */
export function upgradeNodes(world: World): void {
  const { kubernetesVersion } = world.settings;
  for (const { store } of world.clusters.values()) {
    for (const { object } of store.list(nodes)) {
      const status = digObject(object, 'status');
      const versions = { kubeletVersion: kubernetesVersion, kubeProxyVersion: kubernetesVersion };
      const nodeInfo = { ...digObject(status, 'nodeInfo'), ...versions };
      store.load(nodes, { ...object, status: { ...status, nodeInfo } });
    }
  }
}

const secrets = { group: '', plural: 'secrets' };
const tokenType = 'kubesphere.io/service-account-token';

/** Fills the Secrets of KubeSphere ServiceAccounts that have no token yet. */
export function signAccountTokens(
  world: World,
  sign: (namespace: string, account: string, issuedAt: string) => string,
): void {
  for (const { store } of world.clusters.values()) {
    for (const { object } of store.list(secrets)) {
      if (object['type'] !== tokenType || object['data'] !== undefined) continue;
      const { namespace = '', creationTimestamp } = object.metadata;
      const account = annotation(object, 'kubesphere.io/service-account.name') ?? '';
      const token = sign(namespace, account, creationTimestamp ?? '');
      store.load(secrets, { ...object, data: { token: Buffer.from(token).toString('base64') } });
    }
  }
}
