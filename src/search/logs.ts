import { assertBackend } from './assert-backend.js';
import type { JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { containerLogs, type LogLine } from './container-logs.js';
import { inOrder, present, type Words } from './present.js';
import { fits, readSearch, type Search } from './read-search.js';
import { readableNamespaces, workspaces } from './readable-namespaces.js';

/** A line with the pod it comes from. */
export interface Line extends LogLine {
  readonly namespace: string;
  readonly pod: string;
}

/** What a path narrows a search to; 2.1 has paths for workspaces, namespaces, pods and containers. */
export interface Narrowing {
  readonly workspace?: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly pod?: string;
  readonly container?: string;
  /** True when whoever may ask for the path may see all of it; absent: rights are looked at namespace by namespace. */
  readonly unchecked?: true;
}

/** Lines of an export at most. */
const mostExported = 100_000;
/** How long logs are kept, in milliseconds. */
const retention = 7 * 86_400_000;

/** How answers of 3.x name what was found. */
export const logWords: Words<Line> = {
  record: recordOf,
  statistics: (lines) => ({
    containers: new Set(lines.map(({ namespace, pod, container }) => `${namespace}/${pod}/${container}`))
      .size,
    logs: lines.length,
  }),
  bars: 'histograms',
};

/** `GET /logs`: what containers wrote, in namespaces where the caller may read logs; `export` answers a text file. */
export function searchLogs(context: RequestContext): Reply {
  assertBackend(context, 'logging');
  const search = readSearch(context.query, context.world.clock.now());
  const found = findLines(context, search, {});
  if (search.operation !== 'export') return present(found, search, logWords);
  const lines = inOrder(found, search).slice(0, mostExported);
  return {
    status: 200,
    contentType: 'text/plain',
    headers: { 'Content-Disposition': 'attachment' },
    body: lines.map(({ text }) => `${text}\n`).join(''),
  };
}

/** The lines of all containers that a search is about. */
export function findLines(context: RequestContext, search: Search, narrowing: Narrowing): readonly Line[] {
  const { query, cluster, world } = context;
  const right = { verb: 'get', apiGroup: '', resource: 'pods', subresource: 'log' };
  const workspaceOf =
    narrowing.unchecked === true ? workspaces(cluster) : readableNamespaces(context, right).workspaceOf;
  const now = world.clock.now();
  const [from, to] = [Math.max(search.start, now - retention), Math.min(search.end, now)];
  return cluster.store.list({ group: '', plural: 'pods' }).flatMap(({ object: pod }) => {
    const { namespace = '', name } = pod.metadata;
    const workspace = workspaceOf.get(namespace);
    if (workspace === undefined || !isAskedFor(pod, workspace, query, narrowing)) return [];
    return containerLogs(context, pod, from, to)
      .filter(({ container, text }) => {
        if (narrowing.container !== undefined && container !== narrowing.container) return false;
        return (
          fits(query, container, { exact: 'containers', fuzzy: 'container_query' }) &&
          fits(query, text, { fuzzy: 'log_query' })
        );
      })
      .map((line) => ({ ...line, namespace, pod: name }));
  });
}

function isAskedFor(
  pod: KubeObject,
  workspace: string,
  query: URLSearchParams,
  narrowing: Narrowing,
): boolean {
  const { namespace = '', name } = pod.metadata;
  const workload = workloadOf(pod);
  const parts: readonly (readonly [
    text: string,
    wanted: string | undefined,
    exact: string,
    fuzzy: string,
  ])[] = [
    [workspace, narrowing.workspace, 'workspaces', 'workspace_query'],
    [namespace, narrowing.namespace, 'namespaces', 'namespace_query'],
    [workload, narrowing.workload, 'workloads', 'workload_query'],
    [name, narrowing.pod, 'pods', 'pod_query'],
  ];
  return parts.every(
    ([text, wanted, exact, fuzzy]) =>
      (wanted === undefined || text === wanted) && fits(query, text, { exact, fuzzy }),
  );
}

/** The name of what a pod belongs to: of a ReplicaSet its Deployment. */
function workloadOf(pod: KubeObject): string {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner?.kind === 'ReplicaSet' ? owner.name.replace(/-[^-]*$/, '') : (owner?.name ?? '');
}

function recordOf({ at, text, namespace, pod, container }: Line): JsonObject {
  return { log: `${text}\n`, time: new Date(at).toISOString(), namespace, pod, container };
}
