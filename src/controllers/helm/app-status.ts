import { appIdLabel, appStoreGroup, storeSuffix } from '../../core/app-store-keys.js';
import { digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { compareVersions } from '../../charts/semver.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, writeBack } from '../controller.js';

/** The uploaded versions of an app up to 3.4. */
export function versionsOfApp({ catalog, cluster }: WriteContext, appId: string): readonly KubeObject[] {
  const all = cluster.store.list(catalog.get(appStoreGroup, 'helmapplicationversions'));
  return all.map(({ object }) => object).filter((version) => label(version, appIdLabel) === appId);
}

/** What a version is called: that of the chart, with that of what is in it. */
export function versionName(version: KubeObject): string {
  const [own, inner] = [digString(version, 'spec', 'version'), digString(version, 'spec', 'appVersion')];
  return inner === '' ? own : `${own} [${inner}]`;
}

/**
 * Brings state and newest version of an app and of its copy in the store in line with its versions.
 *
 * @see kubesphere/kubesphere pkg/controller/openpitrix/helmapplication/helm_application_version_controller.go
 */
export function updateAppStatus(context: WriteContext, appId: string): void {
  const versions = versionsOfApp(context, appId).filter((version) => !isDeleting(version));
  const states = versions.map((version) => digString(version, 'status', 'state'));
  const state = ['active', 'suspended'].find((one) => states.includes(one)) ?? 'draft';
  const active = versions.filter((_, at) => states[at] === 'active');
  write(context, appId, state, newest(versions));
  write(context, appId + storeSuffix, state, newest(active));
}

function newest(versions: readonly KubeObject[]): string {
  const [first] = [...versions].sort((a, b) =>
    compareVersions(digString(b, 'spec', 'version'), digString(a, 'spec', 'version')),
  );
  return first === undefined ? '' : versionName(first);
}

function write(context: WriteContext, name: string, state: string, latestVersion: string): void {
  const resource = context.catalog.get(appStoreGroup, 'helmapplications');
  const app = context.cluster.store.find(resource, undefined, name)?.object;
  if (app === undefined || isDeleting(app)) return;
  const before = digObject(app, 'status');
  const isSame = digString(before, 'state') === state;
  if (isSame && digString(before, 'latestVersion') === latestVersion) return;
  const now = context.world.clock.timestamp();
  const status = {
    ...before,
    state,
    latestVersion,
    updateTime: now,
    statusTime: isSame ? (before['statusTime'] ?? now) : now,
  };
  writeBack(context, resource, { ...app, status });
}
