import { ApiError } from '../../core/api-error.js';
import { digArray, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { callsIn } from '../../metrics/traffic/calls.js';
import { podsOfWorkload } from '../../metrics/traffic/workloads.js';
import { podUsage } from '../../registry/usage/pod-usage.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';

const ending = ';<pod>';
/** How far back the line of a figure reaches, and its steps, in milliseconds. */
const lineSpan = 60_000;
const lineStep = 15_000;

/** `GET /namespaces/{namespace}/topology`: pods and whom they talk to, in the words of Weave Scope. */
export function topology(context: RequestContext): Reply {
  const all = pods(context);
  const asked = askedBy(context, all);
  return json({ nodes: Object.fromEntries(all.map((pod) => [idOf(pod), summary(pod, asked)])) });
}

/** `GET /namespaces/{namespace}/topology/{node_id}`. @throws ApiError 404 */
export function topologyNode(context: RequestContext): Reply {
  const all = pods(context);
  const pod = all.find((one) => idOf(one) === context.params['node_id']);
  // Differs from KubeSphere: what a probe answers about a node there is not is unknown.
  if (pod === undefined) throw new ApiError(404, 'NotFound', 'Not Found');
  const asked = askedBy(context, all);
  const shown = { ...summary(pod, asked), ...figures(context, pod), connections: connections(pod, asked) };
  return json({ node: { ...shown, controls: [] } });
}

function pods({ cluster, params }: RequestContext): KubeObject[] {
  return cluster.store
    .list({ group: '', plural: 'pods' }, params['namespace'] ?? '-')
    .map(({ object }) => object)
    .filter((pod) => digString(pod, 'status', 'phase') === 'Running');
}

function idOf({ metadata }: KubeObject): string {
  return `${metadata.uid ?? ''}${ending}`;
}

function summary(pod: KubeObject, asked: Asked): JsonObject {
  const { name, namespace = '' } = pod.metadata;
  const count = digArray(pod, 'spec', 'containers').length;
  const node = digString(pod, 'spec', 'nodeName');
  const adjacency = [...(asked.get(pod) ?? [])].map(idOf);
  return {
    id: idOf(pod),
    label: name,
    labelMinor: `${String(count)} container${count === 1 ? '' : 's'}`,
    rank: `${namespace}/${name}`,
    shape: 'heptagon',
    metadata: [
      row('kubernetes_state', 'State', 1, digString(pod, 'status', 'phase')),
      row('kubernetes_ip', 'IP', 3, digString(pod, 'status', 'podIP'), 'ip'),
      row('kubernetes_namespace', 'Namespace', 5, namespace),
      row('kubernetes_created', 'Created', 6, pod.metadata.creationTimestamp ?? '', 'datetime'),
    ],
    parents: [{ id: `${node};<host>`, label: node, topologyId: 'hosts' }],
    ...(adjacency.length > 0 && { adjacency }),
  };
}

function row(id: string, text: string, priority: number, value: string, dataType?: string): JsonObject {
  return { id, label: text, value, priority, ...(dataType !== undefined && { dataType }) };
}

type Asked = ReadonlyMap<KubeObject, ReadonlySet<KubeObject>>;

/** The pods that each pod asks something of: those behind the Services its workload calls. */
function askedBy({ cluster, params }: RequestContext, all: readonly KubeObject[]): Asked {
  const { store } = cluster;
  const running = new Set(all);
  const asked = new Map<KubeObject, Set<KubeObject>>();
  for (const { from, to } of callsIn(store, params['namespace'] ?? '')) {
    const targets = podsOfWorkload(store, to).filter((pod) => running.has(pod));
    for (const pod of from === undefined ? [] : podsOfWorkload(store, from)) {
      const known = asked.get(pod) ?? new Set();
      for (const target of targets) known.add(target);
      asked.set(pod, known);
    }
  }
  return asked;
}

function connections(pod: KubeObject, asked: Asked): JsonObject[] {
  const table = (id: string, text: string, found: readonly KubeObject[]): JsonObject => ({
    id,
    topologyId: 'pods',
    label: text,
    columns: [{ id: 'port', label: 'Port', dataType: 'number' }],
    connections: found.map((other) => ({
      id: `${id}-${idOf(other)}`,
      nodeId: idOf(other),
      label: other.metadata.name,
      metadata: [],
    })),
  });
  const asking = [...asked].filter(([, targets]) => targets.has(pod)).map(([other]) => other);
  return [
    table('incoming-connections', 'Inbound', asking),
    table('outgoing-connections', 'Outbound', [...(asked.get(pod) ?? [])]),
  ];
}

function figures({ world }: RequestContext, pod: KubeObject): JsonObject {
  const now = world.clock.now();
  const moments = Array.from({ length: lineSpan / lineStep + 1 }, (_, at) => now - lineSpan + at * lineStep);
  const line = (id: string, text: string, format: string, of: (at: number) => number): JsonObject => {
    const samples = moments.map((at) => ({ date: new Date(at).toISOString(), value: of(at) }));
    const values = samples.map(({ value }) => value);
    const metric = { samples, min: Math.min(...values), max: Math.max(...values) };
    // The document names members as the Go struct does, which prints them in lower case.
    return { id, label: text, format, value: values.at(-1) ?? 0, priority: 1, metric };
  };
  const usage = (at: number): { readonly cpu: number; readonly memory: number } =>
    podUsage(world.random.seed, pod, at);
  return {
    metrics: [
      line('docker_cpu_total_usage', 'CPU', 'percent', (at) => usage(at).cpu * 100),
      line('docker_memory_usage', 'Memory', 'filesize', (at) => usage(at).memory),
    ],
  };
}
