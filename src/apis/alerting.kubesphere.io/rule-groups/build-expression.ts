import { goFloat } from '../../../core/go-float.js';
import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../../core/json.js';

/** Series by threshold: of its members the first that is there counts. */
type Metrics = Readonly<Record<string, Readonly<Record<string, string>>>>;

const ofWorkloads: Metrics = {
  cpu: { usage: 'namespace:workload_cpu_usage:sum' },
  memory: {
    usage: 'namespace:workload_memory_usage:sum',
    usageWoCache: 'namespace:workload_memory_usage_wo_cache:sum',
  },
  network: {
    transmittedRate: 'namespace:workload_net_bytes_transmitted:sum_irate',
    receivedRate: 'namespace:workload_net_bytes_received:sum_irate',
  },
  replica: { unavailableRatio: 'namespace:KIND_unavailable_replicas:ratio' },
};
const ofNodes: Metrics = {
  cpu: {
    utilization: 'node:node_cpu_utilisation:avg1m',
    load1m: 'node:load1:ratio',
    load5m: 'node:load5:ratio',
    load15m: 'node:load15:ratio',
  },
  memory: {
    utilization: 'node:node_memory_utilisation:',
    available: 'node:node_memory_bytes_available:sum',
  },
  network: {
    transmittedRate: 'node:node_net_bytes_transmitted:sum_irate',
    receivedRate: 'node:node_net_bytes_received:sum_irate',
  },
  disk: {
    spaceUtilization: 'node:disk_space_utilization:ratio',
    spaceAvailable: 'node:disk_space_available:',
    inodeUtilization: 'node:disk_inode_utilization:ratio',
    iopsRead: 'node:data_volume_iops_reads:sum',
    iopsWrite: 'node:data_volume_iops_writes:sum',
    throughputRead: 'node:data_volume_throughput_bytes_read:sum',
    throughputWrite: 'node:data_volume_throughput_bytes_write:sum',
  },
  pod: { utilization: 'node:pod_utilization:ratio', abnormalRatio: 'node:pod_abnormal:ratio' },
};

/**
 * The query of a threshold for workloads, such as `namespace:workload_cpu_usage:sum{workload="deployment:web"} > 1`.
 *
 * @returns An empty text when something is missing
 * @see kubesphere/kubesphere staging/src/kubesphere.io/api/alerting/v2beta1/rulegroup_types.go
 */
export function workloadExpression(builder: JsonObject): string {
  const kind = digString(builder, 'kind');
  const names = namesIn(builder);
  if (kind === '') return '';
  const listed = names.length === 1 ? (names[0] ?? '') : `(${names.join('|')})`;
  return comparison(builder, ofWorkloads, names, 'workload', `${kind}:${listed}`).replace(
    'KIND',
    kind.toLowerCase(),
  );
}

/** The query of a threshold for nodes, likewise. */
export function nodeExpression(builder: JsonObject): string {
  const names = namesIn(builder);
  const listed = names.length === 1 ? (names[0] ?? '') : `(${names.join('|')})`;
  return comparison(builder, ofNodes, names, 'node', listed);
}

function comparison(
  builder: JsonObject,
  metrics: Metrics,
  names: readonly string[],
  label: string,
  value: string,
): string {
  const comparator = digString(builder, 'comparator');
  const found = thresholdIn(digObject(builder, 'metricThreshold'), metrics);
  if (names.length === 0 || comparator === '' || found === undefined) return '';
  const operator = names.length === 1 ? '=' : '=~';
  return `${found.metric}{${label}${operator}"${value}"} ${comparator} ${goFloat(found.threshold)}`;
}

function thresholdIn(
  thresholds: JsonObject,
  metrics: Metrics,
): { readonly metric: string; readonly threshold: number } | undefined {
  for (const [part, series] of Object.entries(metrics)) {
    const given = thresholds[part];
    if (!isJsonObject(given)) continue;
    for (const [member, metric] of Object.entries(series)) {
      const threshold = given[member];
      if (typeof threshold === 'number') return { metric, threshold };
    }
    return undefined;
  }
  return undefined;
}

/** Names as they are listed, or by where they are; each once. */
function namesIn(builder: JsonObject): readonly string[] {
  const names = digArray(builder, 'names').flatMap((one) =>
    isJsonObject(one) ? digArray(one, 'names') : [one],
  );
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** The clusters or namespaces that names of a builder are in, each once. */
export function placesIn(builder: JsonObject, member: 'cluster' | 'namespace'): readonly string[] {
  const places = digArray(builder, 'names').map((one) => digString(one, member));
  return [...new Set(places.filter((place) => place !== ''))];
}
