import { fnv64a } from '../../core/fnv.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { WriteContext } from '../../registry/contract.js';
import { knownClusters } from '../clusters/ready-clusters.js';
import { setServed } from './extended-apis.js';
import { inState, withCondition } from './installation.js';
import { mergeConfig } from './merge-config.js';
import { provideTargetNamespace } from './target-namespace.js';

const initialized = {
  type: 'Initialized',
  reason: 'Initialized',
  message: 'The extension agent has been successfully initialized.',
};

/** How installations of agents by cluster are written down, one change at a time. */
export type WriteAgents = (agents: JsonObject) => void;

/**
 * Has the agents of an extension in the clusters its plan names or selects, and nowhere else: as far as they are clusters
 * of this world, and may be scheduled on.
 *
 * @param agents Installations so far, by cluster.
 * @see kubesphere/kubesphere pkg/controller/core/installplan_controller.go syncClusterSchedulingStatus
 */
export function placeAgents(
  context: WriteContext,
  plan: KubeObject,
  agents: JsonObject,
  write: WriteAgents,
): void {
  const chosen = placement(context, plan);
  let now = agents;
  const put = (next: JsonObject): void => {
    now = next;
    write(now);
  };
  const { ready, objects } = knownClusters(context.world);
  for (const name of chosen) {
    const cluster = ready.get(name);
    const object = objects.find(({ metadata }) => metadata.name === name);
    if (cluster === undefined || (object !== undefined && !isSchedulable(object))) continue;
    settleAgent({ ...context, cluster }, plan, now, put, name);
  }
  for (const name of Object.keys(agents)) if (!chosen.includes(name)) removeAgent(context, now, put, name);
}

/** Takes all agents away. */
export function removeAgents(context: WriteContext, agents: JsonObject, write: WriteAgents): void {
  let now = agents;
  const put = (next: JsonObject): void => {
    now = next;
    write(now);
  };
  for (const name of Object.keys(agents)) removeAgent(context, now, put, name);
}

function placement({ world }: WriteContext, plan: KubeObject): readonly string[] {
  const given = digObject(plan, 'spec', 'clusterScheduling', 'placement');
  const named = digArray(given, 'clusters').filter((one) => typeof one === 'string');
  const { objects } = knownClusters(world);
  if (named.length > 0) return named.filter((name) => objects.some(({ metadata }) => metadata.name === name));
  const selector = dig(given, 'clusterSelector');
  if (selector === undefined) return [];
  return objects
    .filter(({ metadata }) => selects(selector, metadata.labels))
    .map(({ metadata }) => metadata.name);
}

function isSchedulable(cluster: KubeObject): boolean {
  return !digArray(cluster, 'status', 'conditions').some(
    (one) => digString(one, 'type') === 'Schedulable' && digString(one, 'status') === 'False',
  );
}

function settleAgent(
  context: WriteContext,
  plan: KubeObject,
  agents: JsonObject,
  write: WriteAgents,
  name: string,
): void {
  const extension = digString(plan, 'spec', 'extension', 'name');
  const version = digString(plan, 'spec', 'extension', 'version');
  const overrides = digString(plan, 'spec', 'clusterScheduling', 'overrides', name);
  const configHash = fnv64a(mergeConfig(digString(plan, 'spec', 'config'), overrides));
  const before = digObject(agents, name);
  const isInstalled = digString(before, 'state') === 'Installed';
  const isCurrent =
    digString(before, 'configHash') === configHash && digString(before, 'version') === version;
  if (!isInstalled || !isCurrent) {
    const now = context.world.clock.timestamp();
    const targetNamespace = digString(plan, 'status', 'targetNamespace');
    const put = (next: JsonObject): JsonObject => {
      write({ ...agents, [name]: next });
      return next;
    };
    let next = put(inState(before, 'Preparing', now));
    provideTargetNamespace(context, targetNamespace, extension);
    if (!isInstalled) next = withCondition(next, now, initialized);
    const facts = { configHash, version, targetNamespace, releaseName: `${extension}-agent` };
    next = put(inState(next, isInstalled ? 'Upgrading' : 'Installing', now, facts));
    const what = isInstalled ? 'Upgrade' : 'Install';
    const done = {
      type: isInstalled ? 'Upgraded' : 'Installed',
      reason: `${what}Successful`,
      message: `${what} complete`,
    };
    put(inState(next, 'Installed', now, {}, done));
  }
  setServed(context, extension, dig(plan, 'spec', 'enabled') === true);
}

function removeAgent({ world }: WriteContext, agents: JsonObject, write: WriteAgents, name: string): void {
  const leaving = {
    ...agents,
    [name]: inState(digObject(agents, name), 'Uninstalling', world.clock.timestamp()),
  };
  write(leaving);
  const { [name]: _, ...others } = leaving;
  write(others);
}
