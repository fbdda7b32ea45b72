import { internalError } from '../../../core/api-error.js';
import { appCategoryLabel, appStoreLabel } from '../../../core/app-store-keys.js';
import { parseGoBool } from '../../../core/go-bool.js';
import { digArray, digObject, digString } from '../../../core/json.js';
import { checkGoTypes } from '../../../registry/check-go-types.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json, success } from '../../../registry/reply.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { readAppRequest, summaryOf } from './app-request.js';
import { existing, storeKind } from '../../../controllers/app-store/store-kind.js';
import { assertFree, orInternal } from './failures.js';
import { selected, stateTest, storeList, storeReply, workspaceTest } from './lists.js';
import { dropPackages } from './packages.js';
import { setVersionState } from './version-state.js';
import {
  descriptionAnnotation,
  displayNameAnnotation,
  versionsOf,
  writeApp,
} from '../../../controllers/app-store/write-apps.js';

const statusType = 'ks/applicationVersion.status';

/** `POST /apps` and `POST /apps/{app}`: uploads an app, or new content for one; with `validate` it is only read. */
export async function uploadApp(context: RequestContext): Promise<Reply> {
  const request = await readAppRequest(context);
  const { versionName, ...summary } = summaryOf(request);
  const resources = request.resources.length === 0 ? null : request.resources;
  const answer = json({ ...summary, resources, versionName });
  if (parseGoBool(context.query.get('validate') ?? '') === true) return answer;
  await assertFree(context, 'app', 'applications', request.appName);
  return orInternal(() => {
    writeApp(context, [request]);
    return answer;
  });
}

/** `GET /apps`: those in a state, of a workspace and of everybody. */
export function listApps(context: RequestContext): Reply {
  const [hasState, isSeen] = [stateTest(context), workspaceTest(context)];
  const found = selected(context, 'applications').filter(({ object }) => hasState(object) && isSeen(object));
  return storeList(context, 'applications', found);
}

/** `GET /apps/{app}`. */
export function getApp(context: RequestContext): Reply {
  return storeReply(context, 'applications', existing(context, 'applications', context.params['app'] ?? ''));
}

/** `DELETE /apps/{app}`: its versions and attachments go with it. */
export function deleteApp(context: RequestContext): Promise<Reply> {
  return orInternal(() => {
    const app = existing(context, 'applications', context.params['app'] ?? '');
    const attachments = digArray(app, 'spec', 'attachments').filter((id) => typeof id === 'string');
    dropPackages(context, attachments);
    deleteObject(context, storeKind(context, 'applications'), { name: app.metadata.name });
    return success();
  });
}

/** `PATCH /apps/{app}`: what people are told of it; what the body does not say is emptied. */
export function changeApp(context: RequestContext): Promise<Reply> {
  return orInternal(() => {
    const body = readBodyObject(context, 'application.AppRequest');
    checkGoTypes(body, 'application/appRequest');
    const app = existing(context, 'applications', context.params['app'] ?? '');
    const { metadata } = app;
    const labels = { ...metadata.labels, [appCategoryLabel]: digString(body, 'categoryName') };
    const annotations = {
      ...metadata.annotations,
      [descriptionAnnotation]: digString(body, 'description'),
      [displayNameAnnotation]: digString(body, 'aliasName'),
    };
    const spec = {
      ...digObject(app, 'spec'),
      icon: digString(body, 'icon'),
      attachments: digArray(body, 'attachments'),
      abstraction: digString(body, 'abstraction'),
      appHome: digString(body, 'appHome'),
    };
    const wanted = { ...app, metadata: { ...metadata, labels, annotations }, spec };
    const changed = updateObject(context, storeKind(context, 'applications'), wanted, {
      unconditional: true,
    });
    return storeReply(context, 'applications', changed.object);
  });
}

/**
 * `POST /apps/{app}/action`: draft to active, active to suspended and back; versions in either state follow.
 *
 * @see kubesphere/kubesphere pkg/kapis/application/v2/handler_app.go DoAppAction
 */
export async function actOnApp(context: RequestContext): Promise<Reply> {
  const body = readBodyObject(context, 'v2.ApplicationVersionStatus');
  checkGoTypes(body, statusType);
  const state = digString(body, 'state');
  const name = context.params['app'] ?? '';
  return orInternal(() => {
    const app = existing(context, 'applications', name);
    const before = digString(app, 'status', 'state');
    if (state === 'active') assertCanBeActive(context, name, before);
    if (state === 'suspended' && before !== 'active')
      throw internalError(`app ${name} is not in active status`);
    const labels =
      state === 'active' ? { ...app.metadata.labels, [appStoreLabel]: 'true' } : app.metadata.labels;
    const status = { ...digObject(app, 'status'), state, updateTime: context.world.clock.timestamp() };
    const wanted = { ...app, metadata: { ...app.metadata, ...(labels && { labels }) }, status };
    updateObject(context, storeKind(context, 'applications'), wanted, { unconditional: true });
    const message = digString(body, 'message');
    for (const version of versionsOf(context, name)) {
      if (!['active', 'suspended'].includes(digString(version, 'status', 'state'))) continue;
      setVersionState(context, version.metadata.name, { state, message, userName: context.user.name });
    }
    return success();
  });
}

function assertCanBeActive(context: RequestContext, name: string, before: string): void {
  const isReady = versionsOf(context, name).some((version) =>
    ['active', 'passed'].includes(digString(version, 'status', 'state')),
  );
  if (!['draft', 'suspended'].includes(before))
    throw internalError(`app ${name} is not in draft or suspended status`);
  if (!isReady) throw internalError(`app ${name} has no active or passed appversion`);
}
