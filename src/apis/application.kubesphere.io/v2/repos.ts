import { badRequest } from '../../../core/api-error.js';
import { uploadRepo } from '../../../core/app-store-keys.js';
import { dig, digString } from '../../../core/json.js';
import { label, withoutManagedFields } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { credentialIn, credentialOf } from '../../../charts/repo-credential.js';
import { fetchRepoIndex } from '../../../charts/repo-index.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply } from '../../../registry/entity-reply.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { json, success } from '../../../registry/reply.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { assertFree, existing, orInternal, storeKind } from './failures.js';
import { storeList, storeReply } from './lists.js';
import { setRepoState, syncRepo } from './sync-repo.js';
import { createOrUpdate, displayNameAnnotation } from './write-apps.js';

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
  const own = credentialIn(url);
  const index = await orInternal(() => fetchRepoIndex(url, { ...credentialOf(sent), ...own }));
  if ((context.query.get('validate') ?? '') !== '') return json({ ok: true });
  await assertFree(context, 'repo', plural, name);
  return orInternal(() => {
    const syncPeriod = dig(sent, 'spec', 'syncPeriod');
    const description = digString(sent, 'spec', 'description').slice(0, longestDescription);
    createOrUpdate(context, plural, name, (before) => ({
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
    }));
    syncRepo(context, name, index);
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
    const { metadata, ...repo } = existing(context, plural, context.params['repo'] ?? '');
    setRepoState(context, metadata.name, 'manualTrigger');
    const url = digString(repo, 'spec', 'url');
    const index = await fetchRepoIndex(url, credentialOf(repo)).catch(() => undefined);
    if (index !== undefined) syncRepo(context, metadata.name, index);
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
