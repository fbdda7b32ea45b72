import { encodeIndented, type JsonObject } from '../../../core/json.js';
import { label } from '../../../core/kube-object.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { jsonType } from '../../../registry/reply.js';
import { cutToNamespace, measureLevel, pageCounts } from '../../../metrics/answer.js';
import { metricFilter } from '../../../metrics/choose.js';
import { countsOfWorkspace } from '../counters.js';
import { levels, metricsOfLevel, type LevelName } from '../../../metrics/levels.js';
import { rank } from '../../../metrics/rank.js';
import { readRanking, readWhen } from '../../../metrics/read-query.js';
import { printSeries, type Measured, type Series } from '../../../metrics/series.js';

/** Named metrics of a level in the envelope of 2.1, which tells the level and how each query went. */
export function answerOldLevel(context: RequestContext, name: LevelName): Reply {
  const { query, params, release, world } = context;
  if (query.get('type') === 'statistics') {
    const counts = statistics(context, name);
    if (counts !== undefined) return counted(name, counts, world.clock.seconds());
  }
  const level = levels[name];
  const when = readWhen(query, world.clock.now(), release.name);
  const cut = cutToNamespace(context, when);
  const ranking = readRanking(query);
  const filter = metricFilter(query.get('metrics_filter'));
  const choice = { query, param: (key: string) => params[key] ?? '', takes: () => true };
  const metrics = metricsOfLevel(level, choice, release.name).filter((metric) => filter(metric.name));
  const measured = cut === undefined ? [] : measureLevel(context, name, metrics, cut);
  if (ranking === undefined || level.identifier === '') {
    return envelope(
      name,
      measured.map((one) => print(one)),
    );
  }
  const { results, total } = rank(measured, level.identifier, ranking);
  return envelope(
    name,
    results.map((one) => print(one)),
    total === 0 ? {} : pageCounts(ranking, total),
  );
}

/** Counters of the platform or of a workspace; `undefined` for levels that have none. */
function statistics(context: RequestContext, name: LevelName): [string, number][] | undefined {
  const { store } = context.cluster;
  const { params } = context;
  if (name === 'workspace' && params['workspace'] !== undefined) {
    return countsOfWorkspace(context, params['workspace']);
  }
  if (name !== 'cluster') return undefined;
  const namespaces = store.list({ group: '', plural: 'namespaces' });
  const isProject = 'kubesphere.io/devopsproject';
  return [
    ['cluster_workspace_count', store.count({ group: 'tenant.kubesphere.io', plural: 'workspaces' })],
    ['cluster_account_count', store.count({ group: 'iam.kubesphere.io', plural: 'users' })],
    ['cluster_namespace_count', namespaces.length],
    [
      'cluster_devops_project_count',
      namespaces.filter(({ object }) => label(object, isProject) !== undefined).length,
    ],
  ];
}

function counted(name: LevelName, counts: readonly (readonly [string, number])[], now: number): Reply {
  return envelope(
    name,
    counts.map(([metric, count]) => ({
      metric_name: metric,
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: {}, value: [now, String(count)] }] },
    })),
  );
}

interface Printable extends Omit<Measured, 'series'> {
  readonly series: readonly (Series | undefined)[];
}

function print({ name, type, series, error }: Printable): JsonObject {
  if (error !== undefined) {
    const [errorType = '', ...text] = error.split(': ');
    const data = { resultType: '', result: [] };
    return { metric_name: name, status: 'error', data, errorType, error: text.join(': ') };
  }
  const result = series.map((one) =>
    one === undefined ? { metric: {} } : { metric: {}, ...printSeries(type, one, {}) },
  );
  return { metric_name: name, status: 'success', data: { resultType: type, result } };
}

function envelope(name: LevelName, results: readonly JsonObject[], counts: JsonObject = {}): Reply {
  const body = { metrics_level: name, results, ...counts };
  return { status: 200, contentType: jsonType, body: encodeIndented(body, 1) };
}
