import { badRequest, notFound, notImplemented } from '../core/api-error.js';
import { RegExpError } from '../core/go-regexp.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import { feesOf } from './answer.js';
import { withinNamespace } from './promql/within-namespace.js';
import { printFloat } from './figures/metric.js';
import { Evaluator } from './promql/evaluate.js';
import type { Expression } from './promql/expression.js';
import { parseQuery } from './promql/parse.js';
import { QueryError, UnknownQuery } from './promql/query-error.js';
import { rawMetrics } from './promql/sources.js';
import { isVector, keyOf, type Labels } from './promql/value.js';
import { readWhen, type When } from './read-query.js';
import { momentsOf, printSeries, type Point } from './series.js';

/** `GET [/namespaces/{namespace}]/targets/metadata`: the metrics there are, of a namespace those that name one. */
export function targetMetadata(context: RequestContext): Reply {
  const { namespace } = namespaceOf(context);
  const told = [...rawMetrics().values()].filter((metric) => {
    const sources = metric.sources(context);
    return sources.some(({ labels }) => namespace === undefined || labels['namespace'] === namespace);
  });
  return json({ data: told.map(({ name, type, help }) => ({ metric: name, type, help })) });
}

/**
 * `GET [/namespaces/{namespace}]/targets/labelsets`: the labels of each series of a metric.
 *
 * @throws ApiError 400 unless `metric`, `start` and `end` are given
 */
export function targetLabelSets(context: RequestContext): Reply {
  const { query } = context;
  if (['metric', 'start', 'end'].some((name) => (query.get(name) ?? '') === ''))
    throw badRequest('required fields are missing: [metric, start, end]');
  const { namespace } = namespaceOf(context);
  const when = readWhen(query, context.world.clock.now(), context.release.name);
  const end = 'end' in when ? when.end : when.instant;
  const sources =
    rawMetrics()
      .get(query.get('metric') ?? '')
      ?.sources(context) ?? [];
  const found = sources.filter(
    ({ labels, since }) => since <= end && (namespace === undefined || labels['namespace'] === namespace),
  );
  return json({ data: found.map(({ labels }) => sorted(labels)) });
}

function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * `GET [/namespaces/{namespace}]/targets/query`: what a query in Prometheus' language comes to, in a namespace narrowed to
 * it.
 *
 * @throws ApiError 400 for times and, in a namespace, queries that cannot be read; 501 for what of the language is not known
 */
export function targetQuery(context: RequestContext): Reply {
  const { namespace } = namespaceOf(context);
  const given = context.query.get('expr') ?? '';
  const when = readWhen(context.query, context.world.clock.now(), context.release.name);
  const fees = feesOf(context.release.name);
  try {
    const expression = read(namespace === undefined ? given : withinNamespace(given, namespace));
    const { type, series } = run(context, expression, when);
    const items = series.map((one) => printSeries(type, one, fees));
    return json({ data: { resultType: type, ...(items.length > 0 && { result: items }) } });
  } catch (error) {
    if (error instanceof UnknownQuery) throw notImplemented(`${error.message} in queries of Prometheus`);
    if (!(error instanceof QueryError)) throw error;
    const isGrammar = error.message.includes('parse error');
    if (isGrammar && namespace !== undefined) throw badRequest(error.message);
    const kind = isGrammar ? 'bad_data: invalid parameter "query"' : 'execution';
    return json({ data: {}, error: `${kind}: ${error.message}` });
  }
}

function namespaceOf({ params, cluster }: RequestContext): { readonly namespace: string | undefined } {
  const { namespace } = params as { readonly namespace?: string };
  const namespaces = { group: '', plural: 'namespaces' };
  if (namespace !== undefined && cluster.store.find(namespaces, undefined, namespace) === undefined)
    throw badRequest(notFound(namespaces, namespace).message);
  return { namespace };
}

function read(query: string): Expression {
  try {
    return parseQuery(query);
  } catch (error) {
    throw error instanceof RegExpError ? new QueryError(`1:1: parse error: ${error.message}`) : error;
  }
}

interface Answer {
  readonly type: 'vector' | 'matrix';
  readonly series: readonly { readonly labels: Labels; readonly points: readonly Point[] }[];
}

function run(context: RequestContext, expression: Expression, when: When): Answer {
  const evaluator = new Evaluator(context);
  const moments = momentsOf(when, context.world.clock.now());
  if (typeof moments === 'string') throw new QueryError(moments.replace(/^\w+: /, ''));
  const isInstant = 'instant' in when;
  const series = new Map<string, { readonly labels: Labels; readonly points: Point[] }>();
  for (const at of moments) {
    const value = evaluator.at(expression, at);
    // A number is told over a time only.
    if (!isVector(value) && isInstant) break;
    for (const sample of isVector(value) ? value : [{ labels: {}, value }]) {
      const key = keyOf(sample.labels);
      const known = series.get(key) ?? { labels: sample.labels, points: [] };
      known.points.push([at / 1000, figure(sample.value)]);
      series.set(key, known);
    }
  }
  const all = [...series];
  if (!isInstant) all.sort(([a], [b]) => (a < b ? -1 : 1));
  return { type: isInstant ? 'vector' : 'matrix', series: all.map(([, one]) => one) };
}

function figure(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return printFloat(value === 0 ? 0 : value);
}
