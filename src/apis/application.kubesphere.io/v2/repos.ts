import { badRequest } from '../../../core/api-error.js';
import { uploadRepo } from '../../../core/app-store-keys.js';
import { dig, digString, type JsonObject } from '../../../core/json.js';
import { label, withoutManagedFields, type KubeObject } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { credentialIn, credentialOf } from '../../../charts/repo-credential.js';
import { assertAsked, fetchRepoIndex } from '../../../charts/repo-index.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply } from '../../../registry/entity-reply.js';
import { withIndex } from '../../../controllers/app-store/loaded-indexes.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { json, success } from '../../../registry/reply.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { existing, storeKind } from '../../../controllers/app-store/store-kind.js';
import { assertFree, orInternal } from './failures.js';
import { storeList, storeReply } from './lists.js';
import { setRepoState } from '../../../controllers/app-store/sync-repo.js';
import { createOrUpdate, displayNameAnnotation } from '../../../controllers/app-store/write-apps.js';

const plural = 'repos';
const longestDescription = 512;
const events = { group: '', plural: 'events' };

/**
 * `POST /repos` and `PATCH /repos/{repo}`: the repository is asked for its index before anything is kept; with `validate`
 * nothing is. Of credentials only those in the URL are kept.
 *
 * @see kubesphere/kubesphere pkg/kapis/application/v2/handler_repo.go
 */
export async function writeRepo(context: RequestContext): Promise<Reply> {
  const sent = await orInternal(() => readTypedBody(context, storeKind(context, plural)));
  const sentName = digString(sent, 'metadata', 'name');
  if (sentName === uploadRepo) throw badRequest(`repo name ${uploadRepo} is not allowed`);
  const name = context.params['repo'] ?? sentName;
  const url = digString(sent, 'spec', 'url');
  assertAsked(url, context.release.name);
  const own = credentialIn(url);
  const index = await orInternal(() => fetchRepoIndex(url, { ...credentialOf(sent), ...own }));
  if ((context.query.get('validate') ?? '') !== '') return json({ ok: true });
  await assertFree(context, 'repo', plural, name);
  return orInternal(() => {
    const syncPeriod = dig(sent, 'spec', 'syncPeriod');
    const description = digString(sent, 'spec', 'description').slice(0, longestDescription);
    const write = (before: KubeObject | undefined): JsonObject => ({
      metadata: {
        labels: {
          ...before?.metadata.labels,
          [workspaceLabel]: digString(sent, 'metadata', 'labels', workspaceLabel),
        },
        annotations: {
          ...before?.metadata.annotations,
          [displayNameAnnotation]: digString(sent, 'metadata', 'annotations', displayNameAnnotation),
        },
      },
      spec: {
        url,
        credential: own,
        ...(description !== '' && { description }),
        ...(typeof syncPeriod === 'number' && { syncPeriod }),
      },
    });
    withIndex(context.world, name, index, () => createOrUpdate(context, plural, name, write));
    return json({ repo_id: name });
  });
}

/** `GET /repos`: those of the workspace and of everybody. */
export function listRepos(context: RequestContext): Reply {
  const seen = ['system-workspace', context.params['workspace'] ?? ''];
  const found = context.cluster.store
    .list(storeKind(context, plural))
    .filter(({ object }) => seen.includes(label(object, workspaceLabel) ?? ''));
  return storeList(context, plural, found);
}

/** `GET /repos/{repo}`. */
export function getRepo(context: RequestContext): Reply {
  return storeReply(context, plural, existing(context, plural, context.params['repo'] ?? ''));
}

/** `DELETE /repos/{repo}`: the apps of its charts go with it. */
export function deleteRepo(context: RequestContext): Promise<Reply> {
  return orInternal(() => {
    deleteObject(context, storeKind(context, plural), { name: context.params['repo'] ?? '' });
    return success();
  });
}

/** `POST /repos/{repo}/action`: asks the repository again. What goes wrong shows in its state only. */
export function resyncRepo(context: RequestContext): Promise<Reply> {
  return orInternal(async () => {
    const repo = existing(context, plural, context.params['repo'] ?? '');
    const { name } = repo.metadata;
    const url = digString(repo, 'spec', 'url');
    const index = await fetchRepoIndex(url, credentialOf(repo)).catch(() => undefined);
    const trigger = (): void => {
      setRepoState(context, name, 'manualTrigger');
    };
    if (index === undefined) trigger();
    else withIndex(context.world, name, index, trigger);
    return success();
  });
}

/** `GET /repos/{repo}/events`: Events about an object of that name. */
export function listRepoEvents(context: RequestContext): Reply {
  const name = context.params['repo'] ?? '';
  const found = context.cluster.store
    .list(events)
    .filter(({ object }) => digString(object, 'involvedObject', 'name') === name);
  return listReply(context, events, found, withoutManagedFields, {
    dialect: 'generic',
    form: 'withoutManagedFields',
  });
}
