import { badRequest } from '../../core/api-error.js';
import { syncPeriodAnnotation } from '../../core/app-store-keys.js';
import { parseGoBool } from '../../core/go-bool.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { creatorAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import { storeId } from '../../charts/names.js';
import { credentialIn } from '../../charts/repo-credential.js';
import { assertAsked, fetchRepoIndex } from '../../charts/repo-index.js';
import { withIndex } from '../../controllers/app-store/loaded-indexes.js';
import { readConditions } from '../../registry/conditions.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json, success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { dateTime, present } from './answers/members.js';
import { showRepo } from './answers/show-repo.js';
import { isService, missing, orBadRequest, orInternal, refused } from './failures.js';
import { byCreation, choicesOf, isChosen, pageReply, sorted } from './lists.js';
import { optionalText, readRequest, shortened } from './read-request.js';
import { serviceAnnotations, serviceMembers } from './service-members.js';
import { parsePeriod } from './sync-period.js';
import { allOf, find, got, kindOf, listed, put } from './store.js';

/**
 * `POST /repos`: the repository is asked for its index before anything is kept; with `validate` nothing is.
 *
 * @see kubesphere/kubesphere pkg/kapis/openpitrix/v1/handler.go CreateRepo
 */
export async function createRepo(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'CreateRepoRequest');
  const workspace = context.params['workspace'] ?? (isService(context) ? digString(body, 'workspace') : '');
  const given = digString(body, 'url');
  assertAsked(given, context.release.name);
  const credential = credentialIn(given);
  const knowsPeriod = inRange(context.release.name, { since: 'v3.3' });
  const written = knowsPeriod ? digString(body, 'sync_period') : '';
  const syncPeriod = parsePeriod(written);
  const index = await orBadRequest(() => fetchRepoIndex(given, credential));
  if (parseGoBool(context.query.get('validate') ?? '') === true) return json({ ok: true });
  const name = digString(body, 'name');
  if (name === '') throw badRequest('repo name is empty');
  assertNameFree(context, workspace, name);
  const id = storeId(context.world.random, 'repo-');
  const description = shortened(digString(body, 'description'));
  return orInternal(() => {
    withIndex(context.world, id, index, () => {
      createObject(context, kindOf(context, 'repo'), {
        metadata: {
          name: id,
          labels: { [workspaceLabel]: workspace },
          annotations: {
            [creatorAnnotation]: context.user.name,
            ...(syncPeriod > 0 && { [syncPeriodAnnotation]: written }),
            ...(isService(context) && serviceAnnotations(body)),
          },
        },
        spec: {
          name,
          url: withoutCredential(given),
          credential,
          ...(description !== '' && { description }),
          ...(syncPeriod > 0 && { syncPeriod }),
        },
      });
    });
    return json({ repo_id: id });
  });
}

function withoutCredential(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//');
}

function assertNameFree(context: RequestContext, workspace: string, name: string): void {
  const isTaken = allOf(context, 'repo').some(
    (repo) => (label(repo, workspaceLabel) ?? '') === workspace && nameOf(repo) === name,
  );
  if (isTaken) throw refused(context, 'AlreadyExists', 'repo exists');
}

function nameOf(repo: KubeObject): string {
  return digString(repo, 'spec', 'name');
}

/** `GET /repos`: those of the workspace, without one those of everybody. */
export function listRepos(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const workspace = context.params['workspace'] ?? query.exact.get('workspace') ?? '';
  const keyword = query.exact.get('keyword') ?? '';
  const choices = (key: string): readonly string[] => (isService(context) ? choicesOf(query, key) : []);
  const [states, types, visibilities] = [choices('status'), choices('type'), choices('visibility')];
  const { name } = context.release;
  const found = allOf(context, 'repo').filter(
    (repo) =>
      (label(repo, workspaceLabel) ?? '') === workspace &&
      nameOf(repo).includes(keyword) &&
      isChosen(states, 'active') &&
      isChosen(types, serviceMembers(repo)['type'] ?? '') &&
      isChosen(visibilities, serviceMembers(repo)['visibility'] ?? ''),
  );
  return pageReply(sorted(found, byCreation(nameOf), query), query, (repo) => showRepo(repo, name));
}

/** `GET /repos/{repo}`. */
export function getRepo(context: RequestContext): Reply {
  return json(showRepo(got(context, 'repo', context.params['repo'] ?? ''), context.release.name));
}

/** `PATCH /repos/{repo}`: it is asked for its index again. */
export async function changeRepo(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'ModifyRepoRequest');
  const repo = got(context, 'repo', context.params['repo'] ?? '');
  const [name, url] = [optionalText(body, 'name') ?? '', optionalText(body, 'url') ?? ''];
  assertAsked(url, context.release.name);
  if (name !== '' && name !== nameOf(repo)) assertNameFree(context, label(repo, workspaceLabel) ?? '', name);
  const description = optionalText(body, 'description');
  const written = inRange(context.release.name, { since: 'v3.3' })
    ? optionalText(body, 'sync_period')
    : undefined;
  const period = written === undefined ? undefined : parsePeriod(written);
  const spec: JsonObject = {
    ...digObject(repo, 'spec'),
    ...(description !== undefined && { description: shortened(description) }),
    ...(name !== '' && { name }),
    ...(url !== '' && { url: withoutCredential(url), credential: credentialIn(url) }),
    ...(period !== undefined && { syncPeriod: period }),
    version: versionOf(repo) + 1,
  };
  const annotations = {
    ...repo.metadata.annotations,
    ...(written !== undefined && { [syncPeriodAnnotation]: written }),
    ...(isService(context) && serviceAnnotations(body)),
  };
  return orInternal(() => {
    put(context, 'repo', { ...repo, metadata: { ...repo.metadata, annotations }, spec });
    return success();
  });
}

function versionOf(repo: KubeObject): number {
  const version = dig(repo, 'spec', 'version');
  return typeof version === 'number' ? version : 0;
}

/** `DELETE /repos/{repo}`: what its charts were installed as stays. */
export function deleteRepo(context: RequestContext): Promise<Reply> {
  const id = context.params['repo'] ?? '';
  return orInternal(() => {
    const isThere = find(context, 'repo', id) !== undefined;
    if (!isThere && isService(context)) throw missing(context, '', id);
    if (isThere) deleteObject(context, kindOf(context, 'repo'), { name: id });
    return success();
  });
}

/**
 * `POST /repos/{repo}/action`: asks the repository again, whatever the action is called; OpenPitrix knows `index` alone. One
 * of another workspace is left alone.
 */
export async function indexRepo(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'RepoActionRequest');
  if (isService(context) && digString(body, 'action') !== 'index')
    throw refused(context, 'InvalidArgument', 'action not support');
  const repo = listed(context, 'repo', context.params['repo'] ?? '');
  const isElsewhere = (context.params['workspace'] ?? '') !== (label(repo, workspaceLabel) ?? '');
  if (isElsewhere && !isService(context)) return success();
  return orInternal(() => {
    put(context, 'repo', { ...repo, spec: { ...digObject(repo, 'spec'), version: versionOf(repo) + 1 } });
    return success();
  });
}

/** `GET /repos/{repo}/events`: how asking it went, the latest first. */
export function listRepoEvents(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const repo = got(context, 'repo', context.params['repo'] ?? '');
  const states = isService(context) ? choicesOf(query, 'status') : [];
  const found = digArray(repo, 'status', 'syncState').filter((one) =>
    isChosen(states, digString(one, 'state')),
  );
  return pageReply(found, query, (one) => {
    const time = dateTime(digString(one, 'syncTime'));
    return present({
      create_time: time,
      repo_id: repo.metadata.name,
      result: digString(one, 'message'),
      status: digString(one, 'state'),
      status_time: time,
    });
  });
}
