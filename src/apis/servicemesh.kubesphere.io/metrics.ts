import { badRequest } from '../../core/api-error.js';
import { parseGoInteger } from '../../core/go-integer.js';
import type { Json, JsonObject } from '../../core/json.js';
import { latencyOf, rateOf, type Call } from '../../metrics/traffic/calls.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { subjectOf } from './mesh-subject.js';

/** Moments of a series at most; Prometheus has the same limit. */
const mostMoments = 11_000;
const kilobyte = 1024;
/** What follows from the requests and their latency in milliseconds: bytes of requests and answers. */
const histograms: Readonly<Record<string, (latency: number) => number>> = {
  request_duration: (latency) => latency / 1000,
  request_size: () => kilobyte,
  response_size: (latency) => latency * kilobyte,
};

/**
 * `GET …/metrics` of a namespace, app, Service or workload: rates and distributions over time, in the words of Kiali.
 *
 * @throws ApiError 400 for a number that is none, 404 for a subject there is not
 */
export function meshMetrics(context: RequestContext): Reply {
  const { query, world } = context;
  const subject = subjectOf(context);
  const calls = query.get('direction') === 'inbound' ? subject.inbound : subject.outbound;
  const end = parseGoInteger(query.get('queryTime')) ?? Math.floor(world.clock.now() / 1000);
  const duration = positive(query, 'duration', 1800);
  const step = positive(query, 'step', 15);
  if (duration / step > mostMoments)
    throw badRequest('exceeded maximum resolution of 11,000 points per timeseries');
  const wanted = query.getAll('filters[]');
  const quantiles = query.getAll('quantiles[]');
  const series = (of: (seconds: number) => number): JsonObject => {
    const values: Json[] = [];
    for (let at = end - duration; at <= end; at += step) values.push([at, String(of(at))]);
    return { matrix: calls.length === 0 ? [] : [{ metric: {}, values }] };
  };
  const total = (at: number): number => sum(calls, (call) => rateOf(world.random.seed, call, at));
  const all: Record<string, (seconds: number) => number> = {
    request_count: total,
    request_error_count: () => 0,
    tcp_received: () => 0,
    tcp_sent: () => 0,
  };
  const isWanted = ([name]: readonly [string, unknown]): boolean =>
    wanted.length === 0 || wanted.includes(name);
  const middle = (at: number): number =>
    sum(calls, (call) => latencyOf(world.random.seed, call, at)) / Math.max(1, calls.length);
  return json({
    metrics: Object.fromEntries(
      Object.entries(all)
        .filter(isWanted)
        .map(([name, of]) => [name, series(of)]),
    ),
    histograms: Object.fromEntries(
      Object.entries(histograms)
        .filter(isWanted)
        .map(([name, of]) => [
          name,
          Object.fromEntries(
            ['avg', ...quantiles].map((key) => [key, series((at) => of(middle(at)) * spread(key))]),
          ),
        ]),
    ),
  });
}

/** How far a quantile lies from the middle. */
function spread(quantile: string): number {
  const value = Number(quantile);
  return quantile === 'avg' || !(value > 0 && value < 1) ? 1.1 : Math.log(1 - value) / Math.log(0.5);
}

function sum(calls: readonly Call[], of: (call: Call) => number): number {
  return calls.reduce((total, call) => total + of(call), 0);
}

function positive(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name) ?? '';
  if (text === '') return otherwise;
  const value = parseGoInteger(text.replace(/s$/, ''));
  if (value === undefined || value <= 0)
    throw badRequest(`bad request, cannot parse query parameter '${name}'`);
  return value;
}
