import { badRequest, notFound } from '../core/api-error.js';
import { RegExpError } from '../core/go-regexp.js';
import { encodeIndented, type JsonObject } from '../core/json.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { jsonType } from '../registry/reply.js';
import { choiceOf, metricFilter } from './choose.js';
import { birthOf } from './figures/moment.js';
import { levels, metricsOfLevel, type Choice, type LevelName } from './levels.js';
import { rank, type Ranked } from './rank.js';
import { readRanking, readWhen, sinceBirth, type Ranking, type When } from './read-query.js';
import { measure, printSeries, type Measured } from './series.js';

const namespaces = { group: '', plural: 'namespaces' };

/** The strings metering fills; monitoring leaves them empty. */
const noFees: JsonObject = {
  min_value: '',
  max_value: '',
  avg_value: '',
  sum_value: '',
  fee: '',
  resource_unit: '',
  currency_unit: '',
};

/** What items carry besides their figures. */
export function feesOf(release: ReleaseName): JsonObject {
  return inRange(release, { since: 'v3.1' }) ? noFees : {};
}

/** Named metrics of a level. @throws ApiError 400 */
export function answerLevel(context: RequestContext, name: LevelName): Reply {
  const level = levels[name];
  const { query, release } = context;
  const nothingChosen: Choice = { query, param: (key) => context.params[key] ?? '', takes: () => true };
  const known = metricsOfLevel(level, nothingChosen, release.name);
  const when = readWhen(query, context.world.clock.now(), release.name);
  const cut = cutToNamespace(context, when);
  if (cut === undefined) {
    return resultsReply(known.map((metric) => ({ metric_name: metric.name, data: {} })));
  }
  const ranking = readRanking(query);
  const filter = metricFilter(query.get('metrics_filter'));
  const metrics = known.filter((metric) => filter(metric.name));
  const measured = measureLevel(context, name, metrics, cut);
  return present(measured, ranking, level.identifier, feesOf(release.name));
}

/** Measures what a request chose; a filter that cannot be read fails every metric. */
export function measureLevel(
  context: RequestContext,
  name: LevelName,
  metrics: Parameters<typeof measure>[1],
  when: When,
): readonly Measured[] {
  try {
    const choice = choiceOf(context);
    return measure(context, metrics, levels[name].subjects(context, choice), when);
  } catch (error) {
    if (!(error instanceof RegExpError)) throw error;
    const text = `bad_data: invalid parameter "query": ${error.message}`;
    return metrics.map((metric) => ({ name: metric.name, type: 'vector', series: [], error: text }));
  }
}

/**
 * A query about a namespace begins no earlier than the namespace itself.
 *
 * @returns `undefined` when it ends before that
 * @throws ApiError 400 for a namespace that is not there
 */
export function cutToNamespace({ params, cluster }: RequestContext, when: When): When | undefined {
  const name = params['namespace'];
  if (name === undefined) return when;
  const found = cluster.store.find(namespaces, undefined, name)?.object;
  if (found === undefined) throw badRequest(notFound(namespaces, name).message);
  return sinceBirth(when, birthOf(found));
}

/** Ranks and cuts what was measured where that was asked for, and prints it. */
export function present(
  measured: readonly Measured[],
  ranking: Ranking | undefined,
  identifier: string,
  fees: JsonObject,
): Reply {
  if (ranking === undefined || identifier === '')
    return resultsReply(measured.map((one) => print(one, fees)));
  const { results, total } = rank(measured, identifier, ranking);
  const counts = total === 0 ? {} : pageCounts(ranking, total);
  return resultsReply(
    results.map((one) => print(one, fees)),
    counts,
  );
}

/** The page and how many there are. */
export function pageCounts({ page, limit }: Ranking, total: number): JsonObject {
  return { page, total_page: Math.ceil(total / limit), total_item: total };
}

function print({ name, type, series, error }: Ranked['results'][number], fees: JsonObject): JsonObject {
  if (error !== undefined) return { metric_name: name, data: {}, error };
  const items = series.map((one) => (one === undefined ? fees : printSeries(type, one, fees)));
  return { metric_name: name, data: { resultType: type, ...(items.length > 0 && { result: items }) } };
}

/** Results in their envelope; none at all are null. */
export function resultsReply(results: readonly JsonObject[], counts: JsonObject = {}): Reply {
  const body = { results: results.length === 0 ? null : results, ...counts };
  return { status: 200, contentType: jsonType, body: encodeIndented(body, 1) };
}
