import { dig, digArray, digObject, digString, type JsonObject } from '../core/json.js';
import { fnv64a } from '../core/fnv.js';
import { label, type KubeObject } from '../core/kube-object.js';
import type { WriteContext } from '../registry/contract.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from './controller.js';

const group = 'kubesphere.io';
const finalizer = 'kubesphere.io/installplan-protection';
const extensionLabel = 'kubesphere.io/extension-ref';
/** States that are remembered. */
const keptStates = 10;
/** Kinds of an extension that are served while it is enabled. */
const served = ['jsbundles', 'apiservices', 'reverseproxies', 'extensionentries'];

/**
 * Installs, upgrades, enables and uninstalls extensions: nothing runs, but every state is passed in its order, seen by
 * watches, and repeated by the Extension.
 *
 * Differs from KubeSphere: no helm job runs, so nothing fails, and no agents are put into members.
 *
 * @see kubesphere/kubesphere pkg/controller/core/installplan_controller.go
 */
export const installPlanController: Controller = {
  name: 'installplan',
  since: 'v4.1',
  hostOnly: true,
  watches: ['installplans.kubesphere.io', 'extensionversions.kubesphere.io'],
  reconcile: (context, change) => {
    const plans = context.catalog.get(group, 'installplans');
    const plan =
      change.resource.plural === 'installplans'
        ? currentOf(context, change)
        : context.cluster.store
            .list(plans)
            .map(({ object }) => object)
            .find((one) => versionOf(one) === change.stored.object.metadata.name);
    if (plan !== undefined) settle(context, plan);
  },
};

function versionOf(plan: KubeObject): string {
  return `${digString(plan, 'spec', 'extension', 'name')}-${digString(plan, 'spec', 'extension', 'version')}`;
}

function settle(context: WriteContext, plan: KubeObject): void {
  const plans = context.catalog.get(group, 'installplans');
  const versions = { group, plural: 'extensionversions' };
  // Without the version the real controller does nothing either, not even when the plan is deleted.
  const version = context.cluster.store.find(versions, undefined, versionOf(plan))?.object;
  if (version === undefined) return;
  if (isDeleting(plan)) {
    if (!hasFinalizer(plan, finalizer)) return;
    const gone = moved(context, moved(context, plan, 'Uninstalling'), 'Uninstalled');
    writeBack(context, plans, withoutFinalizer(gone, finalizer));
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
  if (!isInstalled || !isCurrent) {
    if (state !== '' && !isInstalled) return;
    install(context, plan, isInstalled ? 'Upgrade' : 'Install', {
      configHash,
      version: wanted,
      releaseName: digString(plan, 'spec', 'extension', 'name'),
      targetNamespace:
        digString(version, 'spec', 'namespace') ||
        `extension-${digString(plan, 'spec', 'extension', 'name')}`,
    });
    return;
  }
  enable(context, plan);
}

function install(
  context: WriteContext,
  plan: KubeObject,
  what: 'Install' | 'Upgrade',
  facts: JsonObject,
): void {
  const name = digString(plan, 'spec', 'extension', 'name');
  const initialized = `The extension ${name} has been successfully initialized.`;
  let next = moved(context, plan, 'Preparing', {}, ['Initialized', 'Initialized', initialized]);
  next = moved(context, next, `${what === 'Install' ? 'Install' : 'Upgrad'}ing`, facts);
  const type = `${what === 'Install' ? 'Install' : 'Upgrad'}ed`;
  moved(context, next, 'Installed', {}, [type, `${what}Successful`, `${what} complete`]);
}

/** The plan in its next state, written; its Extension follows. */
function moved(
  context: WriteContext,
  { metadata, ...rest }: KubeObject,
  state: string,
  facts: JsonObject = {},
  condition?: readonly [type: string, reason: string, message: string],
): KubeObject {
  const now = context.world.clock.timestamp();
  const before = digObject(rest, 'status');
  const history = [...digArray(before, 'stateHistory'), { lastTransitionTime: now, state }].slice(
    -keptStates,
  );
  const others = digArray(before, 'conditions').filter((one) => digString(one, 'type') !== condition?.[0]);
  const conditions =
    condition === undefined
      ? others
      : [
          {
            type: condition[0],
            status: 'True',
            lastTransitionTime: now,
            reason: condition[1],
            message: condition[2],
          },
          ...others,
        ];
  const { resourceVersion: _, ...own } = metadata;
  const status = { ...before, ...facts, state, conditions, stateHistory: history };
  const plans = context.catalog.get(group, 'installplans');
  const { object } = writeBack(context, plans, { ...rest, metadata: own, status });
  mirror(context, object);
  return object;
}

/** Has the Extension say what its plan says. */
function mirror(context: WriteContext, plan: KubeObject): void {
  const extensions = context.catalog.get(group, 'extensions');
  const name = digString(plan, 'spec', 'extension', 'name');
  const extension = context.cluster.store.find(extensions, undefined, name)?.object;
  if (extension === undefined) return;
  const { versions, recommendedVersion } = digObject(extension, 'status');
  const state = digString(plan, 'status', 'state');
  const kept = {
    ...(versions !== undefined && { versions }),
    ...(recommendedVersion !== undefined && { recommendedVersion }),
  };
  const status: JsonObject =
    state === 'Uninstalled'
      ? kept
      : {
          ...kept,
          state,
          enabled: dig(plan, 'status', 'enabled') === true,
          plannedInstallVersion: digString(plan, 'spec', 'extension', 'version'),
          ...(state === 'Installed' && { installedVersion: digString(plan, 'status', 'version') }),
          conditions: digArray(plan, 'status', 'conditions'),
        };
  writeBack(context, extensions, { ...extension, status });
}

/** Has what belongs to the extension served or not, as the plan says. */
function enable(context: WriteContext, plan: KubeObject): void {
  const enabled = dig(plan, 'spec', 'enabled') === true;
  if ((dig(plan, 'status', 'enabled') === true) === enabled) return;
  const name = digString(plan, 'spec', 'extension', 'name');
  for (const plural of served) {
    const resource = context.catalog.byPlural('extensions.kubesphere.io', plural);
    if (resource === undefined) continue;
    for (const { object } of context.cluster.store.list(resource)) {
      if (label(object, extensionLabel) !== name) continue;
      const status = { ...digObject(object, 'status'), state: enabled ? 'Available' : 'Disabled' };
      writeBack(context, resource, { ...object, status });
    }
  }
  const plans = context.catalog.get(group, 'installplans');
  const status = { ...digObject(plan, 'status'), enabled };
  mirror(context, writeBack(context, plans, { ...plan, status }).object);
}
