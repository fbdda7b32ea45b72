import { dig, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { fnv64a } from '../../core/fnv.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import type { Change } from '../../state/object-store.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { cameToBeReady } from '../clusters/ready-clusters.js';
import { placeAgents, removeAgents } from './cluster-agents.js';
import { setServed } from './extended-apis.js';
import { extensionGroup as group, extensionKinds } from './extension-keys.js';
import { inState, withCondition, type InstallationCondition } from './installation.js';
import { provideTargetNamespace } from './target-namespace.js';

const finalizer = 'kubesphere.io/installplan-protection';

/**
 * Installs, upgrades, enables and uninstalls extensions and their agents in members: every state is passed in its order,
 * seen by watches, and repeated by the Extension.
 *
 * Differs from KubeSphere: no helm job runs, so nothing fails and no chart's objects appear.
 *
 * @see kubesphere/kubesphere pkg/controller/core/installplan_controller.go
 */
export const installPlanController: Controller = {
  name: 'installplan',
  since: 'v4.1',
  hostOnly: true,
  watches: [
    'installplans.kubesphere.io',
    'extensionversions.kubesphere.io',
    'clusters.cluster.kubesphere.io',
  ],
  reconcile: (context, change) => {
    for (const plan of plansOf(context, change)) settle(context, plan);
  },
};

function plansOf(context: WriteContext, change: Change): readonly KubeObject[] {
  if (change.resource.plural === extensionKinds.plans.plural) {
    const plan = currentOf(context, change);
    return plan === undefined ? [] : [plan];
  }
  if (change.resource.plural === 'clusters' && !cameToBeReady(change)) return [];
  const all = context.cluster.store.list(extensionKinds.plans).map(({ object }) => object);
  return change.resource.plural === 'clusters'
    ? all
    : all.filter((one) => versionOf(one) === change.stored.object.metadata.name);
}

function versionOf(plan: KubeObject): string {
  return `${digString(plan, 'spec', 'extension', 'name')}-${digString(plan, 'spec', 'extension', 'version')}`;
}

function settle(context: WriteContext, plan: KubeObject): void {
  const plans = context.catalog.get(group, 'installplans');
  // Without the version the real controller does nothing either, not even when the plan is deleted.
  const version = context.cluster.store.find(extensionKinds.versions, undefined, versionOf(plan))?.object;
  if (version === undefined) return;
  if (isDeleting(plan)) {
    if (hasFinalizer(plan, finalizer)) uninstall(context, plan);
    return;
  }
  if (!hasFinalizer(plan, finalizer)) {
    writeBack(context, plans, withFinalizer(plan, finalizer));
    return;
  }
  const state = digString(plan, 'status', 'state');
  const isInstalled = state === 'Installed';
  const configHash = fnv64a(digString(plan, 'spec', 'config'));
  const wanted = digString(plan, 'spec', 'extension', 'version');
  const isCurrent =
    digString(plan, 'status', 'configHash') === configHash && digString(plan, 'status', 'version') === wanted;
  if (isInstalled && isCurrent) {
    enable(context, plan);
    agree(context, plan);
    return;
  }
  if (state !== '' && !isInstalled) return;
  install(context, plan, isInstalled, {
    configHash,
    version: wanted,
    releaseName: digString(plan, 'spec', 'extension', 'name'),
    targetNamespace:
      digString(version, 'spec', 'namespace') || `extension-${digString(plan, 'spec', 'extension', 'name')}`,
  });
}

function install(context: WriteContext, plan: KubeObject, isUpgrade: boolean, facts: JsonObject): void {
  const name = digString(plan, 'spec', 'extension', 'name');
  const message = `The extension ${name} has been successfully initialized.`;
  let next = moved(context, plan, 'Preparing');
  provideTargetNamespace(context, digString(facts, 'targetNamespace'), name);
  if (!isUpgrade) {
    const condition = { type: 'Initialized', reason: 'Initialized', message };
    const status = withCondition(digObject(next, 'status'), context.world.clock.timestamp(), condition);
    next = written(context, next, status);
  }
  next = moved(context, next, isUpgrade ? 'Upgrading' : 'Installing', facts);
  const what = isUpgrade ? 'Upgrade' : 'Install';
  moved(
    context,
    next,
    'Installed',
    {},
    {
      type: isUpgrade ? 'Upgraded' : 'Installed',
      reason: `${what}Successful`,
      message: `${what} complete`,
    },
  );
}

function uninstall(context: WriteContext, plan: KubeObject): void {
  let now = plan;
  removeAgents(context, agentsOf(plan), (agents) => {
    now = written(context, now, withAgents(now, agents));
  });
  if (digString(now, 'status', 'releaseName') !== '') now = moved(context, now, 'Uninstalling');
  now = moved(context, now, 'Uninstalled');
  writeBack(context, context.catalog.get(group, 'installplans'), withoutFinalizer(now, finalizer));
}

/** The agents go where the plan says, once the extension itself is there. */
function agree(context: WriteContext, plan: KubeObject): void {
  if (!isJsonObject(dig(plan, 'spec', 'clusterScheduling'))) return;
  let now = plan;
  placeAgents(context, plan, agentsOf(plan), (agents) => {
    now = written(context, now, withAgents(now, agents));
  });
}

function agentsOf(plan: KubeObject): JsonObject {
  return digObject(plan, 'status', 'clusterSchedulingStatuses');
}

function withAgents(plan: KubeObject, agents: JsonObject): JsonObject {
  const { clusterSchedulingStatuses: _, ...status } = digObject(plan, 'status');
  return Object.keys(agents).length === 0 ? status : { ...status, clusterSchedulingStatuses: agents };
}

/** Has what belongs to the extension served or not, as the plan says. */
function enable(context: WriteContext, plan: KubeObject): void {
  const enabled = dig(plan, 'spec', 'enabled') === true;
  setServed(context, digString(plan, 'spec', 'extension', 'name'), enabled);
  if ((dig(plan, 'status', 'enabled') === true) === enabled) return;
  written(context, plan, { ...digObject(plan, 'status'), enabled });
}

/** The plan in its next state, written. */
function moved(
  context: WriteContext,
  plan: KubeObject,
  state: string,
  facts: JsonObject = {},
  condition?: InstallationCondition,
): KubeObject {
  const now = context.world.clock.timestamp();
  return written(context, plan, inState(digObject(plan, 'status'), state, now, facts, condition));
}

/** The plan with another status, written; its Extension follows. */
function written(context: WriteContext, { metadata, ...rest }: KubeObject, status: JsonObject): KubeObject {
  const { resourceVersion: _, ...own } = metadata;
  const plans = context.catalog.get(group, 'installplans');
  const { object } = writeBack(context, plans, { ...rest, metadata: own, status });
  mirror(context, object);
  return object;
}

/** Has the Extension say what its plan says. */
function mirror(context: WriteContext, plan: KubeObject): void {
  const name = digString(plan, 'spec', 'extension', 'name');
  const extension = context.cluster.store.find(extensionKinds.extensions, undefined, name)?.object;
  if (extension === undefined) return;
  const { versions, recommendedVersion } = digObject(extension, 'status');
  const { state, enabled, version, conditions, clusterSchedulingStatuses } = digObject(plan, 'status');
  const told: JsonObject = {
    state,
    enabled: enabled === true ? true : undefined,
    plannedInstallVersion: digString(plan, 'spec', 'extension', 'version'),
    installedVersion: version,
    recommendedVersion,
    versions,
    conditions,
    clusterSchedulingStatuses,
  };
  const kept: JsonObject = state === 'Uninstalled' ? { recommendedVersion, versions } : told;
  const status = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  if (JSON.stringify(status) === JSON.stringify(extension['status'])) return;
  writeBack(context, context.catalog.get(group, 'extensions'), {
    ...extension,
    status: status,
  });
}
