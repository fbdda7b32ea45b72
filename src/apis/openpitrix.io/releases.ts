import { internalError } from '../../core/api-error.js';
import {
  appIdLabel,
  clusterNameLabel,
  helmVersionIdLabel,
  namespaceNameLabel,
  repoIdLabel,
  storeSuffix,
} from '../../core/app-store-keys.js';
import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import { storeId } from '../../charts/names.js';
import { checkValues } from '../../controllers/helm/check-values.js';
import { readConditions, type ConditionQuery } from '../../registry/conditions.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json, success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { showApp } from './answers/show-app.js';
import { showRelease } from './answers/show-release.js';
import { showVersion, stateOf } from './answers/show-version.js';
import { isService, missing, orInternal } from './failures.js';
import { choicesOf, isChosen, pageReply, sorted, type Order } from './lists.js';
import { optionalText, readRequest, shortened } from './read-request.js';
import { allOf, appIdOf, find, kindOf, listed, put, versionAnywhere, versionsOf } from './store.js';

/** Limit of a list that asks for none, or for less. */
const defaultLimit = 10;

/** Labels that say where the URL places a release. */
function placeOf({ params }: RequestContext): readonly (readonly [key: string, value: string])[] {
  const places: readonly (readonly [string, string])[] = [
    [workspaceLabel, params['workspace'] ?? ''],
    [clusterNameLabel, params['cluster'] ?? ''],
    [namespaceNameLabel, params['namespace'] ?? ''],
  ];
  return places.filter(([, value]) => value !== '');
}

/**
 * `POST …/applications`: installs a version of an app.
 *
 * @see kubesphere/kubesphere pkg/models/openpitrix/release.go CreateApplication
 */
export async function createRelease(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'CreateClusterRequest');
  return orInternal(async () => {
    const versionId = digString(body, 'version_id');
    const { object: version } = versionAnywhere(context, versionId);
    const values = Buffer.from(digString(body, 'conf')).toString('base64');
    await checkValues(values);
    const name = digString(body, 'name');
    const place = placeOf(context);
    if (allOf(context, 'release').some((one) => isAt(one, place) && digString(one, 'spec', 'name') === name))
      throw internalError(`release ${name} exists`);
    const appId = appIdOf(digString(body, 'app_id'));
    const repoId = repoOf(version);
    const description = shortened(digString(body, 'description'));
    createObject(context, kindOf(context, 'release'), {
      metadata: {
        name: storeId(context.world.random, isService(context) ? 'cl-' : 'rls-'),
        annotations: { [creatorAnnotation]: context.user.name },
        labels: {
          ...Object.fromEntries(place),
          [helmVersionIdLabel]: versionId,
          [appIdLabel]: appId,
          ...(repoId !== '' && { [repoIdLabel]: repoId }),
        },
      },
      spec: {
        name,
        ...(description !== '' && { description }),
        version: 1,
        ...(values !== '' && { values }),
        appId,
        appVerId: versionId,
        chartName: digString(version, 'spec', 'name'),
        ...chartOf(version),
      },
    });
    return success();
  });
}

function isAt(release: KubeObject, place: readonly (readonly [key: string, value: string])[]): boolean {
  return place.every(([key, value]) => label(release, key) === value);
}

function repoOf(version: KubeObject): string {
  return label(version, repoIdLabel) ?? '';
}

function chartOf(version: KubeObject): JsonObject {
  const [repoId, inner] = [repoOf(version), digString(version, 'spec', 'appVersion')];
  return {
    chartVersion: digString(version, 'spec', 'version'),
    ...(inner !== '' && { chartAppVer: inner }),
    ...(repoId !== '' && { repoId }),
  };
}

/** `GET …/applications`: releases, those that changed last first. */
export function listReleases(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const found = allOf(context, 'release').filter(
    (release) =>
      isAt(release, placeOf(context)) && isAsked(release, query) && isOfStore(context, release, query),
  );
  const limit = query.limit <= 0 ? defaultLimit : query.limit;
  return pageReply(sorted(found, byChange, query), { ...query, limit }, (release) => show(context, release));
}

function isAsked(release: KubeObject, query: ConditionQuery): boolean {
  const { exact } = query;
  const keyword = exact.get('keyword') ?? '';
  const labels: readonly (readonly [key: string, value: string])[] = [
    [appIdLabel, appIdOf(exact.get('app_id') ?? '')],
    [helmVersionIdLabel, exact.get('version_id') ?? ''],
    [repoIdLabel, exact.get('repo_id') ?? ''],
    [clusterNameLabel, exact.get('runtime_id') ?? ''],
    [namespaceNameLabel, exact.get('zone') ?? ''],
  ];
  const names = ['name', 'chartVersion', 'chartAppVer'].map((key) => digString(release, 'spec', key));
  return (
    isAt(
      release,
      labels.filter(([, value]) => value !== ''),
    ) &&
    names.some((name) => name.includes(keyword)) &&
    isChosen(choicesOf(query, 'status'), digString(release, 'status', 'state') || 'creating')
  );
}

/** Of an app of the store only releases count whose version is or has been there. */
function isOfStore(context: RequestContext, release: KubeObject, { exact }: ConditionQuery): boolean {
  const isStoreAsked =
    (exact.get('app_id') ?? '').endsWith(storeSuffix) && (exact.get('version_id') ?? '') === '';
  if (!isStoreAsked) return true;
  const version = find(context, 'version', digString(release, 'spec', 'appVerId'));
  return version !== undefined && ['active', 'suspended'].includes(stateOf(version));
}

const byChange: Order<KubeObject> = (a, b) => {
  const [one, other] = [changed(a), changed(b)];
  if (one !== other) return one > other ? -1 : 1;
  return a.metadata.name > b.metadata.name ? -1 : 1;
};

function changed(release: KubeObject): string {
  return digString(release, 'status', 'lastUpdate') || (release.metadata.creationTimestamp ?? '');
}

function show(context: RequestContext, release: KubeObject): JsonObject {
  const shown = showRelease(release);
  if (!isService(context)) return shown;
  // OpenPitrix is asked for app and version once more.
  const id = digString(release, 'spec', 'appId');
  const [app, version] = [
    find(context, 'app', id),
    find(context, 'version', digString(release, 'spec', 'appVerId')),
  ];
  return {
    ...shown,
    name: digString(release, 'spec', 'name'),
    ...(version !== undefined && { version: showVersion(version) }),
    ...(app !== undefined && {
      app: showApp(app, { versions: versionsOf(context, id), category: undefined, releases: 0 }),
    }),
  };
}

/** `GET …/applications/{application}`; one that is not there is shown empty by KubeSphere itself. */
export function getRelease(context: RequestContext): Reply {
  const id = context.params['application'] ?? '';
  const release = find(context, 'release', id);
  if (release === undefined) {
    if (isService(context)) throw missing(context, '', id);
    return json({ name: '' });
  }
  return json(show(context, release));
}

/** `PATCH …/applications/{application}`: its description. */
export function changeRelease(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'ModifyClusterAttributesRequest');
  return orInternal(() => {
    const description = optionalText(body, 'description') ?? '';
    const name = isService(context) ? (optionalText(body, 'name') ?? '') : '';
    if (description === '' && name === '') return success();
    const release = listed(context, 'release', context.params['application'] ?? '');
    const spec = {
      ...digObject(release, 'spec'),
      ...(description !== '' && { description: shortened(description.trim()) }),
      ...(name !== '' && { name }),
    };
    put(context, 'release', { ...release, spec });
    return success();
  });
}

/** `POST …/applications/{application}`: upgrades to another version or other values; only what is active. */
export function upgradeRelease(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'UpgradeClusterRequest');
  return orInternal(async () => {
    const id = context.params['application'] ?? '';
    const conf = digString(body, 'conf');
    const values = Buffer.from(conf).toString('base64');
    await checkValues(values);
    const release = listed(context, 'release', id);
    if (digString(release, 'status', 'state') !== 'active')
      throw internalError('application is not active now');
    const versionId = digString(body, 'version_id');
    const { object: version } = versionAnywhere(context, versionId);
    const { repoId: _repo, chartAppVer: _inner, ...before } = digObject(release, 'spec');
    const number = dig(release, 'spec', 'version');
    const spec = {
      ...before,
      ...chartOf(version),
      appId: appIdOf(digString(body, 'app_id')),
      appVerId: versionId,
      version: (typeof number === 'number' ? number : 0) + 1,
      ...(conf !== '' && { values }),
    };
    put(context, 'release', { ...release, spec });
    return success();
  });
}

/** `DELETE …/applications/{application}`. */
export function deleteRelease(context: RequestContext): Promise<Reply> {
  const id = context.params['application'] ?? '';
  return orInternal(() => {
    if (find(context, 'release', id) !== undefined)
      deleteObject(context, kindOf(context, 'release'), { name: id });
    else if (isService(context)) throw missing(context, '', id);
    return success();
  });
}
