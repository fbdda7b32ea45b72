import { createHash } from 'node:crypto';
import { appStoreGroup } from '../../core/app-store-keys.js';
import { digObject, digString, encodeCompact, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { typed } from '../../registry/typed-json.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { later } from '../later.js';

const controllerName = 'apprelease';
const finalizer = 'helmrelease.application.kubesphere.io';
/** Milliseconds of the world's clock from one state of a release to the next. */
const step = 5000;

/** What follows a state by itself. */
const following: Readonly<Record<string, { readonly state: string; readonly message?: string }>> = {
  creating: { state: 'created' },
  created: { state: 'active', message: 'Install complete' },
  upgrading: { state: 'upgraded' },
  upgraded: { state: 'active', message: 'Upgrade succeeful' },
};

/**
 * Takes a release of an app through its states, five seconds each: creating, created, active; after a change of its spec
 * upgrading, upgraded, active; on deletion deleting, and gone.
 *
 * Differs from KubeSphere: no job runs, so nothing fails and nothing is made of a chart.
 *
 * @see kubesphere/kubesphere pkg/controller/application/apprelease_controller.go
 */
export const applicationReleaseController: Controller = {
  name: controllerName,
  since: 'v4.1',
  hostOnly: true,
  watches: ['applicationreleases.application.kubesphere.io'],
  reconcile: (context, change) => {
    const release = currentOf(context, change);
    if (release === undefined) return;
    const resource = context.catalog.get(appStoreGroup, 'applicationreleases');
    const isMarked = hasFinalizer(release, finalizer);
    if (isDeleting(release)) {
      if (!isMarked) return;
      if (stateOf(release) === 'deleting') writeBack(context, resource, withoutFinalizer(release, finalizer));
      else
        writeBack(
          context,
          resource,
          inState(context, release, { state: 'deleting', message: 'Uninstalling' }),
        );
      return;
    }
    if (!isMarked) {
      writeBack(context, resource, withFinalizer(release, finalizer));
      return;
    }
    const specHash = hashOf(release, resource);
    const state = stateOf(release);
    if (state !== '' && digString(release, 'status', 'specHash') === specHash) return;
    const next = { state: state === '' ? 'creating' : 'upgrading', specHash };
    writeBack(context, resource, inState(context, release, next));
    goOn(context, release.metadata.name, next.state, context.world.clock.now() + step);
  },
};

function stateOf(release: KubeObject): string {
  return digString(release, 'status', 'state');
}

function inState({ world }: WriteContext, release: KubeObject, changes: JsonObject): KubeObject {
  return {
    ...release,
    status: { ...digObject(release, 'status'), ...changes, lastUpdate: world.clock.timestamp() },
  };
}

/** MD5 of the spec as Go encodes it. */
function hashOf(release: KubeObject, resource: Resource): string {
  const spec = digObject(typed(release, resource, resource.versions[0] ?? ''), 'spec');
  return createHash('md5').update(encodeCompact(spec)).digest('hex');
}

/** Has a release take its next state in a while, unless something else happens to it before. */
function goOn(context: WriteContext, name: string, from: string, due: number): void {
  later(context.world, controllerName, due, () => {
    const resource = context.catalog.get(appStoreGroup, 'applicationreleases');
    const release = context.cluster.store.find(resource, undefined, name)?.object;
    const next = following[from];
    if (release === undefined || next === undefined || stateOf(release) !== from || isDeleting(release))
      return;
    writeBack(context, resource, inState(context, release, { ...next }));
    if (following[next.state] !== undefined) goOn(context, name, next.state, due + step);
  });
}
