import { assertBackend } from '../../../search/assert-backend.js';
import type { JsonObject } from '../../../core/json.js';
import { parseGoQuery } from '../../../core/go-query.js';
import { parseRequestInfo, type RequestInfo } from '../../../core/request-info.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import type { JournalEntry } from '../../../state/journal.js';
import { sentFacts } from '../../../state/sent-facts.js';
import { present, type Happened } from '../../../search/present.js';
import { fits, readSearch } from '../../../search/read-search.js';
import { readableNamespaces } from '../../../search/readable-namespaces.js';

interface Audited extends Happened {
  readonly entry: JournalEntry;
  readonly info: RequestInfo;
  readonly workspace: string;
}

/** Reads are not archived. */
const reads = new Set(['get', 'list', 'watch']);

/** `GET /auditing/events`: what the journal knows of requests that changed something, where the caller may see it. */
export function searchAuditing(context: RequestContext): Reply {
  assertBackend(context, 'auditing');
  const { query, world } = context;
  const search = readSearch(query, world.clock.now());
  const right = { verb: 'list', apiGroup: 'auditing.kubesphere.io', resource: 'events' };
  const { everywhere, workspaceOf } = readableNamespaces(context, right);
  const found = world.journal.entries.flatMap((entry): Audited[] => {
    const info = infoOf(entry, context);
    if (info === undefined || entry.user === '' || entry.status === 0) return [];
    const { namespace } = info;
    if (!everywhere && !workspaceOf.has(namespace)) return [];
    const workspace = info.workspace === '' ? (workspaceOf.get(namespace) ?? '') : info.workspace;
    const audited = { at: entry.at, entry, info, workspace };
    return isAskedFor(audited, query) ? [audited] : [];
  });
  return present(found, search, {
    record: recordOf,
    statistics: (records) => ({
      resources: new Set(records.map(({ info }) => info.path)).size,
      events: records.length,
    }),
    bars: 'buckets',
  });
}

/** What a request was about; `undefined` for reads and what names no resource. */
function infoOf(entry: JournalEntry, { release }: RequestContext): RequestInfo | undefined {
  const { method, url } = entry;
  const mark = url.indexOf('?');
  try {
    const path = decodeURIComponent(mark === -1 ? url : url.slice(0, mark));
    const query = parseGoQuery(mark === -1 ? '' : url.slice(mark + 1), release.name);
    const info = parseRequestInfo(method, path, query, release);
    if (!info.isResourceRequest || reads.has(info.verb) || query.has('dryRun')) return undefined;
    return { ...info, ...toldByBody(entry, info) };
  } catch {
    return undefined;
  }
}

/** What an update that says the state of a user is recorded as. */
const stateVerbs: Readonly<Record<string, string>> = { Active: 'enable', Disabled: 'disable' };

/**
 * What the body of a request adds: the name of what is created, and whether a user is let in or shut out.
 *
 * @see kubesphere/kubesphere pkg/apiserver/auditing/types.go LogRequestObject
 */
function toldByBody(
  entry: JournalEntry,
  { verb, resource }: RequestInfo,
): Partial<Pick<RequestInfo, 'name' | 'verb'>> {
  const sent = sentFacts(entry);
  if (sent === undefined) return {};
  if (verb === 'create') return { name: sent.name };
  if (verb !== 'update' || resource !== 'users') return {};
  const told = stateVerbs[sent.state];
  return told === undefined ? {} : { verb: told };
}

function isAskedFor({ entry, info, workspace }: Audited, query: URLSearchParams): boolean {
  const tests: readonly (readonly [text: string, exact?: string | undefined, fuzzy?: string])[] = [
    [workspace, 'workspace_filter', 'workspace_search'],
    [info.namespace, 'objectref_namespace_filter', 'objectref_namespace_search'],
    [info.name, 'objectref_name_filter', 'objectref_name_search'],
    [info.resource, 'objectref_resource_filter'],
    [info.subresource, 'objectref_subresource_filter'],
    ['Metadata', 'level_filter'],
    [info.verb, 'verb_filter'],
    [entry.user, 'user_filter', 'user_search'],
    [String(entry.status), 'response_code_filter'],
    [statusOf(entry), 'response_status_filter'],
    // Differs from KubeSphere: the journal knows neither groups nor addresses.
    ['', undefined, 'group_search'],
    ['', undefined, 'source_ip_search'],
  ];
  return tests.every(([text, exact, fuzzy]) =>
    fits(query, text, { ...(exact !== undefined && { exact }), ...(fuzzy !== undefined && { fuzzy }) }),
  );
}

function statusOf({ status }: JournalEntry): string {
  return status < 400 ? 'Success' : 'Failure';
}

/** A record as the auditing component stores it: names of Go fields. */
function recordOf({ entry, info, workspace, at }: Audited): JsonObject {
  const time = new Date(at).toISOString();
  return {
    Workspace: workspace,
    Cluster: info.cluster,
    Message: '',
    Level: 'Metadata',
    AuditID: `00000000-0000-4000-8000-${String(entry.id).padStart(12, '0')}`,
    Stage: 'ResponseComplete',
    RequestURI: entry.url,
    Verb: info.verb,
    User: { Username: entry.user },
    ObjectRef: {
      Resource: info.resource,
      Namespace: info.namespace,
      Name: info.name,
      APIGroup: info.apiGroup,
      APIVersion: info.apiVersion,
      Subresource: info.subresource,
    },
    ResponseStatus: { code: entry.status, status: statusOf(entry) },
    RequestReceivedTimestamp: time,
    StageTimestamp: time,
  };
}
