import type { JsonObject } from '../../core/json.js';
import { parseGoInteger } from '../../core/go-integer.js';
import { rateOf, type Call } from '../../metrics/traffic/calls.js';
import type { MeshWorkload } from '../../metrics/traffic/workloads.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { subjectOf, type MeshSubject } from './mesh-subject.js';

/** `GET /namespaces/{namespace}/health`: health of every app, by name. @throws ApiError 404 */
export function namespaceHealth(context: RequestContext): Reply {
  const subject = subjectOf(context);
  const apps = new Map<string, MeshWorkload[]>();
  for (const workload of subject.workloads) {
    const known = apps.get(workload.app);
    if (known === undefined) apps.set(workload.app, [workload]);
    else known.push(workload);
  }
  const health = [...apps].map(([app, workloads]): [string, JsonObject] => [
    app,
    {
      workloadStatuses: workloads.map(statusOf),
      requests: requestsOf(context, {
        workloads,
        inbound: subject.inbound.filter(({ to }) => to.app === app),
        outbound: subject.outbound.filter(({ from }) => from?.app === app),
      }),
    },
  ]);
  return json(Object.fromEntries(health));
}

/** `GET /namespaces/{namespace}/apps/{app}/health`. @throws ApiError 404 */
export function appHealth(context: RequestContext): Reply {
  const subject = subjectOf(context);
  return json({ workloadStatuses: subject.workloads.map(statusOf), requests: requestsOf(context, subject) });
}

/** `GET /namespaces/{namespace}/services/{service}/health`. @throws ApiError 404 */
export function serviceHealth(context: RequestContext): Reply {
  return json({ requests: requestsOf(context, subjectOf(context)) });
}

/** `GET /namespaces/{namespace}/workloads/{workload}/health`. @throws ApiError 404 */
export function workloadHealth(context: RequestContext): Reply {
  const subject = subjectOf(context);
  return json({
    workloadStatus: subject.workloads.map(statusOf)[0] ?? null,
    requests: requestsOf(context, subject),
  });
}

function statusOf({ name, replicas, available }: MeshWorkload): JsonObject {
  return { name, replicas, available };
}

/** Nothing fails in this mesh; a ratio of -1 says that nobody asked. */
function requestsOf({ world, query }: RequestContext, { inbound, outbound }: MeshSubject): JsonObject {
  const seconds = parseGoInteger(query.get('queryTime')) ?? Math.floor(world.clock.now() / 1000);
  const sum = (calls: readonly Call[]): number =>
    calls.reduce((total, call) => total + rateOf(world.random.seed, call, seconds), 0);
  const [asked, asks] = [sum(inbound), sum(outbound)];
  const ratio = (rate: number): number => (rate > 0 ? 0 : -1);
  return {
    inboundErrorRate: 0,
    outboundErrorRate: 0,
    inboundRequestRate: asked,
    outboundRequestRate: asks,
    errorRatio: ratio(asked + asks),
    inboundErrorRatio: ratio(asked),
    outboundErrorRatio: ratio(asks),
  };
}
