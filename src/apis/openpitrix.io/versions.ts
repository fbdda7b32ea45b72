import { internalError } from '../../core/api-error.js';
import {
  appIdLabel,
  appStoreGroup,
  helmPackageNamespace,
  helmVersionIdLabel,
} from '../../core/app-store-keys.js';
import { parseGoBool } from '../../core/go-bool.js';
import { digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import { storeId } from '../../charts/names.js';
import { compareVersions } from '../../charts/semver.js';
import { versionName, versionsOfApp } from '../../controllers/helm/app-status.js';
import { readConditions } from '../../registry/conditions.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { dropFiles } from '../../registry/kept-files.js';
import { json, success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { showVersion, stateOf } from './answers/show-version.js';
import { isService, missing, orInternal, refused } from './failures.js';
import { choicesOf, isChosen, pageReply, sorted, type Order } from './lists.js';
import {
  assertFits,
  keepContent,
  readPackage,
  validatePackage,
  type SentPackage,
} from './package-request.js';
import { optionalText, readRequest, shortened } from './read-request.js';
import { allOf, appIdOf, find, kindOf, listed, put, versionAnywhere, versionsOf } from './store.js';

/** `POST /apps/{app}/versions`; with `validate` the package is only read. */
export async function createVersion(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'CreateAppVersionRequest');
  if (parseGoBool(context.query.get('validate') ?? '') === true) return validatePackage(body, 'package');
  return orInternal(async () => {
    const sent = await readPackage(body, 'package');
    assertFits(sent.content, 'upload chart data failed');
    const app = listed(context, 'app', context.params['app'] ?? '');
    return json({ version_id: newVersion(context, app, sent) });
  });
}

/**
 * Makes a version of an app of a package.
 *
 * @returns its id
 * @throws ApiError 500 when the app has one of this name
 * @see kubesphere/kubesphere pkg/models/openpitrix/utils.go buildApplicationVersion
 */
export function newVersion(
  context: RequestContext,
  app: KubeObject,
  { content, metadata }: SentPackage,
): string {
  const id = storeId(context.world.random, 'appv-');
  const now = context.world.clock.timestamp();
  const { name, version, appVersion, icon, home } = metadata;
  const description = shortened(metadata.description);
  const spec = {
    ...Object.fromEntries(
      Object.entries({ name, home, version, description, icon, appVersion }).filter(
        ([, text]) => text !== '',
      ),
    ),
    dataKey: id,
    created: now,
  };
  const wanted = versionName({ kind: '', apiVersion: '', metadata: { name: id }, spec });
  if (versionsOfApp(context, app.metadata.name).some((one) => versionName(one) === wanted))
    throw refused(context, 'AlreadyExists', 'application version exists');
  keepContent(context, id, content);
  createObject(context, kindOf(context, 'version'), {
    metadata: {
      name: id,
      annotations: { [creatorAnnotation]: context.user.name },
      labels: {
        [appIdLabel]: app.metadata.name,
        [workspaceLabel]: label(app, workspaceLabel) ?? '',
      },
      ownerReferences: [
        {
          apiVersion: `${appStoreGroup}/v1alpha1`,
          kind: 'HelmApplication',
          name: app.metadata.name,
          uid: app.metadata.uid ?? '',
        },
      ],
    },
    spec,
    status: { state: 'draft', audit: [{ state: 'draft', time: now, operator: context.user.name }] },
  });
  return id;
}

/** The order of versions as numbers, the oldest first, then of creation. */
export const byVersion: Order<KubeObject> = (a, b) => {
  const order = compareVersions(digString(a, 'spec', 'version'), digString(b, 'spec', 'version'));
  if (order !== 0) return order;
  return (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1;
};

/** `GET /apps/{app}/versions`. */
export function listVersions(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const keyword = query.exact.get('keyword') ?? '';
  const states = choicesOf(query, 'status');
  const found = versionsOf(context, appIdOf(context.params['app'] ?? '')).filter(
    (version) => versionName(version).includes(keyword) && isChosen(states, stateOf(version)),
  );
  const counts = parseGoBool(context.query.get('statistics') ?? '') === true;
  return pageReply(sorted(found, byVersion, query), query, (version) =>
    counts ? showVersion(version, releasesOf(context, version.metadata.name).length) : showVersion(version),
  );
}

function releasesOf(context: RequestContext, id: string): readonly KubeObject[] {
  return allOf(context, 'release').filter((release) => label(release, helmVersionIdLabel) === id);
}

/** `GET /apps/{app}/versions/{version}`: OpenPitrix also knows those of repositories. */
export function getVersion(context: RequestContext): Reply {
  const id = context.params['version'] ?? '';
  const version = isService(context) ? versionAnywhere(context, id).object : listed(context, 'version', id);
  return json(showVersion(version));
}

/** `PATCH /apps/{app}/versions/{version}`: name and description; nothing of them is emptied. */
export function changeVersion(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'ModifyAppVersionRequest');
  return orInternal(() => {
    const version = listed(context, 'version', context.params['version'] ?? '');
    const [name, description] = [optionalText(body, 'name') ?? '', optionalText(body, 'description') ?? ''];
    const spec = {
      ...digObject(version, 'spec'),
      ...(name !== '' && parseVersionName(name)),
      ...(description !== '' && { description: shortened(description) }),
    };
    put(context, 'version', { ...version, spec });
    return success();
  });
}

/** The reverse of {@link versionName}. */
function parseVersionName(name: string): { readonly version: string; readonly appVersion: string } {
  const [version = '', inner = ''] = name.trim().split('[');
  return { version: version.trim(), appVersion: inner.replace(/^\]+|\]+$/g, '').trim() };
}

/** `DELETE /apps/{app}/versions/{version}`: not one that is active or installed. */
export function deleteVersion(context: RequestContext): Promise<Reply> {
  const id = context.params['version'] ?? '';
  return orInternal(() => {
    const version = find(context, 'version', id);
    if (version === undefined) {
      if (isService(context)) throw missing(context, '', id);
      return success();
    }
    if (stateOf(version) === 'active') {
      if (!isService(context)) throw internalError('action not permitted');
      throw refused(context, 'FailedPrecondition', `app version [${id}] has incorrect status [active]`);
    }
    const places = releasesOf(context, id).map(
      (release) =>
        `${label(release, workspaceLabel) ?? ''}/${label(release, 'kubesphere.io/namespace') ?? ''}`,
    );
    if (places.length > 0) throw internalError(`release exists: ${[...new Set(places)].join(',')}`);
    dropFiles(context, helmPackageNamespace, [id]);
    deleteObject(context, kindOf(context, 'version'), { name: id });
    return success();
  });
}
