import { appIdLabel, repoNameLabel, uploadRepo } from '../../../core/app-store-keys.js';
import { parseGoBool } from '../../../core/go-bool.js';
import { digString } from '../../../core/json.js';
import { label } from '../../../core/kube-object.js';
import { ChartError } from '../../../charts/chart-error.js';
import { nameableVersion } from '../../../charts/names.js';
import { unpackArchive, type ChartFile } from '../../../charts/unpack-archive.js';
import { checkGoTypes } from '../../../registry/check-go-types.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json, success } from '../../../registry/reply.js';
import { untyped } from '../../../registry/typed-json.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { readAppRequest, summaryOf } from './app-request.js';
import { existing, storeKind } from '../../../controllers/app-store/store-kind.js';
import { alwaysInternal, assertFree, orInternal } from './failures.js';
import { selected, stateTest, storeList, storeReply, workspaceTest } from './lists.js';
import { packageOf } from './packages.js';
import { setVersionState } from './version-state.js';
import { noteLatestVersion, writeVersion } from '../../../controllers/app-store/write-apps.js';

/** `POST /apps/{app}/versions` and `POST /apps/{app}/versions/{version}`. */
export async function uploadVersion(context: RequestContext): Promise<Reply> {
  const appName = context.params['app'] ?? '';
  const request = await readAppRequest(context, appName);
  const answer = json(summaryOf(request));
  if (parseGoBool(context.query.get('validate') ?? '') === true) return answer;
  const versionName = nameableVersion(request.versionName);
  await assertFree(context, 'version', 'applicationversions', `${appName}-${versionName}`);
  return orInternal(() => {
    const app = existing(context, 'applications', appName);
    writeVersion(context, app, { ...request, versionName });
    noteLatestVersion(context, appName);
    return answer;
  });
}

/** `GET /apps/{app}/versions`. */
export function listVersions(context: RequestContext): Reply {
  const [hasState, isSeen] = [stateTest(context), workspaceTest(context)];
  const found = selected(context, 'applicationversions').filter(
    ({ object }) => label(object, appIdLabel) === context.params['app'] && hasState(object) && isSeen(object),
  );
  return storeList(context, 'applicationversions', found);
}

/** `GET /reviews`: versions that were uploaded, in a state. */
export function listReviews(context: RequestContext): Reply {
  const hasState = stateTest(context);
  const found = context.cluster.store
    .list(storeKind(context, 'applicationversions'))
    .filter(({ object }) => label(object, repoNameLabel) === uploadRepo && hasState(object));
  return storeList(context, 'applicationversions', found);
}

/** `GET /apps/{app}/versions/{version}`. */
export function getVersion(context: RequestContext): Reply {
  const version = existing(context, 'applicationversions', context.params['version'] ?? '');
  return storeReply(context, 'applicationversions', version);
}

/** `DELETE /apps/{app}/versions/{version}`. */
export function deleteVersion(context: RequestContext): Promise<Reply> {
  return orInternal(() => {
    deleteObject(context, storeKind(context, 'applicationversions'), {
      name: context.params['version'] ?? '',
    });
    return success();
  });
}

/** `POST …/versions/{version}/action`: any state is taken. */
export function actOnVersion(context: RequestContext): Promise<Reply> {
  return orInternal(() => {
    const body = readBodyObject(context, 'v2.ApplicationVersionStatus');
    checkGoTypes(body, 'ks/applicationVersion.status');
    setVersionState(context, context.params['version'] ?? '', {
      state: digString(body, 'state'),
      message: digString(body, 'message'),
      userName: digString(body, 'userName'),
    });
    return success();
  });
}

/** `GET …/versions/{version}/package`. */
export function getPackage(context: RequestContext): Promise<Reply> {
  const { app = '', version = '' } = context.params;
  return alwaysInternal(async () => {
    const content = await packageOf(context, version);
    return json({ appID: app, package: content.toString('base64'), versionID: version });
  });
}

/** `GET …/versions/{version}/files`: what the chart holds; another package is the one file `all.yaml`. */
export function getFiles(context: RequestContext): Promise<Reply> {
  return alwaysInternal(async () => {
    const content = await packageOf(context, context.params['version'] ?? '');
    const files = await chartFiles(content);
    return json(untyped(Object.fromEntries(files.map(({ name, data }) => [name, data.toString('base64')]))));
  });
}

async function chartFiles(content: Buffer): Promise<readonly ChartFile[]> {
  try {
    return await unpackArchive(content);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    return [{ name: 'all.yaml', data: content }];
  }
}
