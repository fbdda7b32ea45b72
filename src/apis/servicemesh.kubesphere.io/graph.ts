import { badRequest } from '../../core/api-error.js';
import { parseGoDuration } from '../../core/go-duration.js';
import { parseGoInteger } from '../../core/go-integer.js';
import type { JsonObject } from '../../core/json.js';
import { callsIn, latencyOf, rateOf, type Call } from '../../metrics/traffic/calls.js';
import type { MeshWorkload } from '../../metrics/traffic/workloads.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';

/** What one circle of a graph stands for; `unknown` is whoever comes from outside. */
interface Circle {
  readonly id: string;
  readonly data: JsonObject;
  incoming: number;
  outgoing: number;
  readonly services: Set<string>;
}

type GraphType = 'workload' | 'app' | 'versionedApp' | 'service';

const graphTypes: readonly string[] = ['workload', 'app', 'versionedApp', 'service'];
const decimals = 2;

/**
 * `GET /namespaces/{namespace}/graph`, and `GET /namespaces/graph` with `namespaces`: who asks whom, in the words of Kiali.
 *
 * @throws ApiError 400 for a graph type there is not or a duration that is none
 */
export function meshGraph(context: RequestContext): Reply {
  const { params, query, cluster, world } = context;
  const type = query.get('graphType') ?? 'workload';
  if (!graphTypes.includes(type)) throw badRequest(`Invalid graphType [${type}]`);
  const duration = secondsOf(query.get('duration') ?? '10m');
  const timestamp = parseGoInteger(query.get('queryTime')) ?? Math.floor(world.clock.now() / 1000);
  const named = params['namespace'] ?? query.get('namespaces') ?? '';
  const calls = [...new Set(named.split(','))].flatMap((one) =>
    one === '' ? [] : callsIn(cluster.store, one),
  );
  return json({
    timestamp,
    duration,
    graphType: type,
    elements: elementsOf(context, calls, type as GraphType, timestamp),
  });
}

/** A Go duration, or seconds with an `s`, as whole seconds. */
function secondsOf(text: string): number {
  const value = parseGoDuration(text);
  if (value === undefined || value <= 0) throw badRequest(`Invalid duration [${text}]`);
  return Math.round(value / 1000);
}

function elementsOf(
  { world }: RequestContext,
  calls: readonly Call[],
  type: GraphType,
  seconds: number,
): JsonObject {
  const circles = new Map<string, Circle>();
  const edges = new Map<string, { source: string; target: string; rate: number; latency: number }>();
  for (const call of calls) {
    const rate = rateOf(world.random.seed, call, seconds);
    if (rate === 0) continue;
    const source = circleOf(circles, call.from, call, type, true);
    const target = circleOf(circles, call.to, call, type, false);
    source.outgoing += rate;
    target.incoming += rate;
    target.services.add(call.service.metadata.name);
    const key = `${source.id} ${target.id}`;
    const known = edges.get(key);
    const latency = latencyOf(world.random.seed, call, seconds);
    if (known === undefined) edges.set(key, { source: source.id, target: target.id, rate, latency });
    else known.rate += rate;
  }
  return {
    nodes: [...circles.values()].map(nodeOf),
    edges: [...edges].map(([, edge], at) => ({
      data: {
        id: `edge-${String(at)}`,
        source: edge.source,
        target: edge.target,
        responseTime: edge.latency.toFixed(0),
        traffic: {
          protocol: 'http',
          rates: { http: edge.rate.toFixed(decimals), httpPercentReq: '100.0' },
        },
      },
    })),
  };
}

function circleOf(
  circles: Map<string, Circle>,
  workload: MeshWorkload | undefined,
  { service }: Call,
  type: GraphType,
  isSource: boolean,
): Circle {
  const [name, data] = describe(workload, service.metadata.name, type, isSource);
  let circle = circles.get(name);
  if (circle === undefined) {
    const id = `node-${String(circles.size)}`;
    circle = { id, data, incoming: 0, outgoing: 0, services: new Set() };
    circles.set(name, circle);
  }
  return circle;
}

function describe(
  workload: MeshWorkload | undefined,
  service: string,
  type: GraphType,
  isSource: boolean,
): [name: string, data: JsonObject] {
  if (workload === undefined) {
    const unknown = {
      nodeType: 'unknown',
      namespace: 'unknown',
      workload: 'unknown',
      app: 'unknown',
      version: 'unknown',
    };
    return ['unknown', unknown];
  }
  const { namespace, name, app, version } = workload;
  const versioned = version === '' ? 'latest' : version;
  if (type === 'service' && !isSource)
    return [`service ${namespace}/${service}`, { nodeType: 'service', namespace, service }];
  if (type === 'app') return [`app ${namespace}/${app}`, { nodeType: 'app', namespace, app }];
  if (type === 'versionedApp')
    return [
      `app ${namespace}/${app}/${versioned}`,
      { nodeType: 'app', namespace, app, version: versioned, workload: name },
    ];
  return [
    `workload ${namespace}/${name}`,
    { nodeType: 'workload', namespace, workload: name, app, version: versioned },
  ];
}

function nodeOf({ id, data, incoming, outgoing, services }: Circle): { readonly data: JsonObject } {
  const rates = {
    ...(incoming > 0 && { httpIn: incoming.toFixed(decimals) }),
    ...(outgoing > 0 && { httpOut: outgoing.toFixed(decimals) }),
  };
  return {
    data: {
      id,
      ...data,
      ...(services.size > 0 && {
        destServices: Object.fromEntries([...services].map((one): [string, boolean] => [one, true])),
      }),
      traffic: [{ protocol: 'http', rates }],
      ...(incoming === 0 && { isRoot: true }),
    },
  };
}
