import { syncPeriodAnnotation } from '../../../core/app-store-keys.js';
import { digString, type Json, type JsonObject } from '../../../core/json.js';
import { annotation, label, type KubeObject } from '../../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../../core/release.js';
import { creatorAnnotation, workspaceLabel } from '../../../core/well-known-keys.js';
import { serviceMembers } from '../service-members.js';
import { dateTime, present } from './members.js';

/** `openpitrix.Repo`; lists that Go never fills are null. @see convertRepo */
export function showRepo(repo: KubeObject, release: ReleaseName): JsonObject {
  const isService = inRange(release, { until: 'v3.0' });
  const created = repo.metadata.creationTimestamp;
  const list: Json = isService ? [] : null;
  const workspace = label(repo, workspaceLabel) ?? '';
  const { providers, ...kept } = isService ? serviceMembers(repo) : { providers: null };
  const texts: Readonly<Record<string, string>> = kept;
  return present({
    app_default_status: texts['app_default_status'],
    category_set: list,
    create_time: dateTime(created),
    description: digString(repo, 'spec', 'description'),
    labels:
      isService && workspace !== ''
        ? [{ create_time: dateTime(created), label_key: 'workspace', label_value: workspace }]
        : list,
    name: digString(repo, 'spec', 'name'),
    creator: inRange(release, { since: 'v3.3' }) ? annotation(repo, creatorAnnotation) : undefined,
    providers,
    repo_id: repo.metadata.name,
    selectors: list,
    status: isService ? 'active' : digString(repo, 'status', 'state') || 'syncing',
    status_time: isService ? dateTime(created) : dateTime(undefined),
    sync_period: inRange(release, { since: 'v3.3' }) ? annotation(repo, syncPeriodAnnotation) : undefined,
    type: texts['type'],
    url: digString(repo, 'spec', 'url'),
    visibility: texts['visibility'],
  });
}
