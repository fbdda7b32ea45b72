import { createHash } from 'node:crypto';
import { parseGoInteger } from '../../core/go-integer.js';
import type { JsonObject } from '../../core/json.js';
import { callsIn, latencyOf, rateOf, type Call } from '../../metrics/traffic/calls.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { subjectOf } from './mesh-subject.js';

/** One request in this many seconds is traced. */
const every = 10;
const mostTraces = 1500;
/** How deep calls of calls are followed. */
const deepest = 8;

/**
 * `GET /namespaces/{namespace}/services/{service}/traces`: some of the requests to a Service, and what they asked others in
 * turn, in the words of Jaeger. `start` and `end` are microseconds since 1970.
 *
 * @throws ApiError 404 for a Service there is not
 */
export function serviceTraces(context: RequestContext): Reply {
  const { query, world, params, cluster } = context;
  const { inbound } = subjectOf(context);
  const now = world.clock.now() / 1000;
  const end = (parseGoInteger(query.get('end')) ?? now * 1e6) / 1e6;
  const start = (parseGoInteger(query.get('start')) ?? (end - 3600) * 1e6) / 1e6;
  const limit = Math.min(Math.max(0, parseGoInteger(query.get('limit')) ?? 20), mostTraces);
  const calls = callsIn(cluster.store, params['namespace'] ?? '');
  const traces: JsonObject[] = [];
  const { seed } = world.random;
  for (
    let at = Math.floor(Math.min(end, now) / every) * every;
    at >= start && traces.length < limit;
    at -= every
  ) {
    const [first] = inbound.filter((call) => rateOf(seed, call, at) > 0);
    if (first === undefined) break;
    traces.push(traceOf(seed, first, calls, at));
  }
  return json({ data: traces, total: 0, limit: 0, offset: 0, errors: null });
}

interface Span {
  readonly id: string;
  readonly parent?: string;
  readonly call: Call;
  readonly start: number;
  readonly duration: number;
}

function traceOf(seed: string, first: Call, calls: readonly Call[], at: number): JsonObject {
  const traceID = idOf(`${seed} ${first.service.metadata.uid ?? ''} ${String(at)}`, 32);
  const spans: Span[] = [];
  const add = (
    call: Call,
    start: number,
    duration: number,
    parent: string | undefined,
    path: readonly Call[],
  ): void => {
    const id = idOf(`${traceID} ${String(spans.length)}`, 16);
    spans.push({ id, call, start, duration, ...(parent !== undefined && { parent }) });
    if (path.length >= deepest) return;
    const next = calls.filter(
      ({ from, to }) => from?.object === call.to.object && !path.some((one) => one.to.object === to.object),
    );
    for (const [position, inner] of next.entries())
      add(
        inner,
        start + (duration * (position + 0.2)) / (next.length + 0.4),
        (duration * 0.6) / next.length,
        id,
        [...path, inner],
      );
  };
  add(first, at * 1e6, latencyOf(seed, first, at) * 1000, undefined, [first]);
  const services = [...new Set(spans.map(({ call }) => processOf(call)))];
  return {
    traceID,
    spans: spans.map(({ id, parent, call, start, duration }) => ({
      traceID,
      spanID: id,
      flags: 1,
      operationName: `${hostOf(call)}/*`,
      references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parent }],
      startTime: Math.round(start),
      duration: Math.round(duration),
      tags: [
        { key: 'http.method', type: 'string', value: 'GET' },
        { key: 'http.status_code', type: 'string', value: '200' },
        { key: 'span.kind', type: 'string', value: 'server' },
      ],
      logs: [],
      processID: `p${String(services.indexOf(processOf(call)) + 1)}`,
      warnings: null,
    })),
    processes: Object.fromEntries(
      services.map((serviceName, position) => [`p${String(position + 1)}`, { serviceName, tags: [] }]),
    ),
    warnings: null,
  };
}

function processOf({ to }: Call): string {
  return `${to.app}.${to.namespace}`;
}

function hostOf({ service }: Call): string {
  return `${service.metadata.name}.${service.metadata.namespace ?? ''}.svc.cluster.local`;
}

function idOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
