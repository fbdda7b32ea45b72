import { internalError } from '../../core/api-error.js';
import {
  appIdLabel,
  categoryIdLabel,
  helmPackageNamespace,
  repoIdLabel,
  storeRepo,
} from '../../core/app-store-keys.js';
import { parseGoBool } from '../../core/go-bool.js';
import { digArray, digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import { storeId } from '../../charts/names.js';
import { offeredApps, offersOf } from '../../controllers/helm/repo-charts.js';
import { readConditions, type ConditionQuery } from '../../registry/conditions.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { dropFiles } from '../../registry/kept-files.js';
import { json, success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { showApp } from './answers/show-app.js';
import { stateOf } from './answers/show-version.js';
import { attach } from './attach.js';
import { isService, missing, orInternal, refused } from './failures.js';
import { byCreation, choicesOf, isChosen, pageReply, sorted } from './lists.js';
import { assertFits, readPackage, validatePackage } from './package-request.js';
import { optionalText, readRequest, shortened } from './read-request.js';
import { allOf, appIdOf, appOf, find, kindOf, listed, offeredApp, put, versionsOf } from './store.js';
import { newVersion } from './versions.js';

/**
 * `POST /apps`: an app of a package, its first version; with `validate` the package is only read.
 *
 * @see kubesphere/kubesphere pkg/models/openpitrix/applications.go CreateApp
 */
export async function createApp(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'CreateAppRequest');
  if (parseGoBool(context.query.get('validate') ?? '') === true)
    return validatePackage(body, 'version_package');
  return orInternal(async () => {
    const sent = await readPackage(body, 'version_package');
    assertFits(sent.content, 'upload chart data failed');
    const workspace = context.params['workspace'] ?? digString(body, 'isv');
    const name = digString(body, 'name');
    assertNameFree(context, workspace, name);
    const id = storeId(context.world.random, 'app-');
    const icon = digString(body, 'icon');
    const iconId = icon === '' ? '' : attach(context, Buffer.from(icon, 'base64'));
    const description = shortened(sent.metadata.description);
    const app = createObject(context, kindOf(context, 'app'), {
      metadata: {
        name: id,
        annotations: { [creatorAnnotation]: context.user.name },
        labels: { [workspaceLabel]: workspace },
      },
      spec: {
        name,
        ...(description !== '' && { description }),
        ...(iconId !== '' && { icon: iconId }),
      },
    }).object;
    return json({ app_id: id, version_id: newVersion(context, app, sent) });
  });
}

function nameOf(app: KubeObject): string {
  return digString(app, 'spec', 'name');
}

function assertNameFree(context: RequestContext, workspace: string, name: string): void {
  const isTaken = allOf(context, 'app').some(
    (app) => (label(app, workspaceLabel) ?? '') === workspace && nameOf(app) === name,
  );
  if (isTaken) throw refused(context, 'AlreadyExists', 'application exists');
}

/**
 * `GET /apps`: those uploaded and in the store, or those of the repository that `conditions=repo_id=…` names.
 *
 * @see kubesphere/kubesphere pkg/models/openpitrix/applications.go ListApps
 */
export function listApps(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const keyword = query.exact.get('keyword') ?? '';
  const states = choicesOf(query, 'status');
  const found = appsFor(context, query).filter(
    (app) => nameOf(app).includes(keyword) && isChosen(states, stateOf(app)),
  );
  const counts = parseGoBool(context.query.get('statistics') ?? '') === true;
  return pageReply(sorted(found, byCreation(nameOf), query), query, (app) =>
    show(context, app, counts ? releasesOf(context, app) : 0),
  );
}

function appsFor(context: RequestContext, query: ConditionQuery): readonly KubeObject[] {
  const repoId = query.exact.get('repo_id') ?? '';
  if (repoId !== '' && repoId !== storeRepo) {
    const repo = find(context, 'repo', repoId);
    if (repo === undefined && !isService(context)) throw internalError('load repo info failed');
    return repo === undefined ? [] : offersOf(repo).map(({ object }) => object);
  }
  const workspace =
    context.params['workspace'] ??
    query.exact.get(isService(context) ? 'isv' : 'workspace') ??
    context.query.get('workspace') ??
    '';
  const category = query.exact.get('category_id') ?? '';
  // OpenPitrix keeps what repositories offer beside what was uploaded.
  const offered =
    isService(context) && repoId === '' && workspace === '' ? offeredApps(context.cluster.store) : [];
  const uploaded = allOf(context, 'app').filter((app) => {
    const isWanted = repoId !== '' ? label(app, repoIdLabel) === repoId : isIn(app, workspace);
    return isWanted && (category === '' || label(app, categoryIdLabel) === category);
  });
  return [...uploaded, ...(category === '' ? offered.map(({ object }) => object) : [])];
}

function isIn(app: KubeObject, workspace: string): boolean {
  return workspace === '' || label(app, workspaceLabel) === workspace;
}

function releasesOf(context: RequestContext, app: KubeObject): number {
  const id = appIdOf(app.metadata.name);
  return allOf(context, 'release').filter((release) => appOf(release) === id).length;
}

function show(context: RequestContext, app: KubeObject, releases: number): ReturnType<typeof showApp> {
  const versions = versionsOf(context, appIdOf(app.metadata.name));
  const category = find(context, 'category', label(app, categoryIdLabel) ?? '');
  return showApp(app, { versions, category, releases });
}

/** `GET /apps/{app}`. */
export function getApp(context: RequestContext): Reply {
  const id = context.params['app'] ?? '';
  const app = offeredApp(context, id)?.object ?? listed(context, 'app', id);
  return json(show(context, app, isService(context) ? releasesOf(context, app) : 0));
}

/** `PATCH /apps/{app}`: what people are told of it, its category, icon and pictures. */
export function changeApp(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'ModifyAppRequest');
  return orInternal(() => {
    const app = listed(context, 'app', context.params['app'] ?? '');
    const [category, name] = [optionalText(body, 'category_id'), optionalText(body, 'name') ?? ''];
    if (name !== '' && name !== nameOf(app)) assertNameFree(context, label(app, workspaceLabel) ?? '', name);
    const { [categoryIdLabel]: before, ...others } = app.metadata.labels ?? {};
    const kept = category ?? before ?? '';
    const labels = { ...others, ...(kept !== '' && { [categoryIdLabel]: kept }) };
    const [description, abstraction] = [optionalText(body, 'description'), optionalText(body, 'abstraction')];
    const home = optionalText(body, 'home');
    const spec = {
      ...digObject(app, 'spec'),
      ...pictures(context, app, body),
      ...(name !== '' && { name }),
      ...(description !== undefined && { description }),
      ...(abstraction !== undefined && { abstraction }),
      ...(home !== undefined && { appHome: home }),
    };
    const now = context.world.clock.timestamp();
    const status = { statusTime: now, ...digObject(app, 'status'), updateTime: now };
    put(context, 'app', { ...app, metadata: { ...app.metadata, labels }, spec, status });
    return success();
  });
}

const mostPictures = 6;

/** What becomes of an app's icon and pictures. @see modifyAppAttachment */
function pictures(
  context: RequestContext,
  app: KubeObject,
  body: ReturnType<typeof readRequest>,
): ReturnType<typeof readRequest> {
  const content = Buffer.from(digString(body, 'attachment_content'), 'base64');
  switch (digString(body, 'type')) {
    case 'screenshot': {
      const at = body['sequence'];
      if (typeof at !== 'number') return {};
      const attachments = digArray(app, 'spec', 'attachments').filter((id) => typeof id === 'string');
      if (content.length > 0)
        return attachments.length < mostPictures
          ? { attachments: [...attachments, attach(context, content)] }
          : {};
      dropFiles(context, helmPackageNamespace, attachments.slice(at, at + 1));
      return { attachments: attachments.filter((_, index) => index !== at) };
    }
    case 'icon': {
      dropFiles(context, helmPackageNamespace, [digString(app, 'spec', 'icon')]);
      return { icon: content.length === 0 ? '' : attach(context, content) };
    }
    default:
      return {};
  }
}

/** `DELETE /apps/{app}`: only without releases and versions; its copy in the store goes with it. */
export function deleteApp(context: RequestContext): Promise<Reply> {
  const id = appIdOf(context.params['app'] ?? '');
  return orInternal(() => {
    const app = find(context, 'app', id);
    if (app === undefined) {
      if (isService(context)) throw missing(context, '', id);
      return success();
    }
    if (allOf(context, 'release').some((release) => label(release, appIdLabel) === id))
      throw internalError(`app ${id} has releases not deleted`);
    if (versionsOf(context, id).length > 0) throw internalError(`app ${id} has some versions not deleted`);
    const files = [...digArray(app, 'spec', 'attachments'), digString(app, 'spec', 'icon')];
    deleteObject(context, kindOf(context, 'app'), { name: id });
    dropFiles(
      context,
      helmPackageNamespace,
      files.filter((file) => typeof file === 'string'),
    );
    return success();
  });
}
