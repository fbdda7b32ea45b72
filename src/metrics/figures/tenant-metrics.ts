import { dig, digArray, digString } from '../../core/json.js';
import { numberOf, containerUsage } from '../../registry/usage/pod-usage.js';
import * as f from './formulas.js';
import { metricsOf, type Formula, type Metric, type Row } from './metric.js';

const usage: readonly Row[] = [
  ['cpu_usage', 'cores', f.podCpu],
  ['memory_usage', 'bytes', f.podMemoryWithCache],
  ['memory_usage_wo_cache', 'bytes', f.podMemory],
  ['net_bytes_transmitted', 'bytesPerSecond', f.podTransmitted],
  ['net_bytes_received', 'bytesPerSecond', f.podReceived],
];
const podRows: readonly Row[] = [
  ['pod_count', 'count', f.podCount],
  ['pod_running_count', 'count', f.podsRunning],
  ['pod_succeeded_count', 'count', f.podsSucceeded],
  ['pod_abnormal_count', 'count', f.podsAbnormal],
];

/** Of a workspace. */
export const workspaceMetrics: readonly Metric[] = metricsOf('workspace', [
  ...usage,
  ...podRows,
  ...f.countRows([
    'ingresses_extensions',
    'cronjob',
    'pvc',
    'daemonset',
    'deployment',
    'endpoint',
    'hpa',
    'job',
    'statefulset',
    'replicaset',
    'service',
    'secret',
  ]),
  ['pod_abnormal_ratio', 'ratio', f.podsAbnormalRatio],
]);

const quotas = { group: '', plural: 'resourcequotas' };
/** The least that the quotas of a namespace allow; nothing where there is none. */
function hard(...keys: string[]): Formula {
  return ({ within }, moment) => {
    const limits = moment
      .list(quotas)
      .filter(({ metadata }) => within?.(metadata.namespace ?? '') === true)
      .flatMap((quota) => keys.flatMap((key) => numberOf(digString(quota, 'spec', 'hard', key)) ?? []));
    return limits.length === 0 ? undefined : Math.min(...limits);
  };
}

/** Of a namespace. */
export const namespaceMetrics: readonly Metric[] = metricsOf('namespace', [
  ...usage,
  ...podRows,
  ['pod_abnormal_ratio', 'ratio', f.podsAbnormalRatio],
  ['memory_limit_hard', 'bytes', hard('limits.memory')],
  ['cpu_limit_hard', 'cores', hard('limits.cpu')],
  ['pod_count_hard', 'count', hard('pods', 'count/pods')],
  ...f.countRows([
    'cronjob',
    'pvc',
    'daemonset',
    'deployment',
    'endpoint',
    'hpa',
    'job',
    'statefulset',
    'replicaset',
    'service',
    'secret',
    'configmap',
    'ingresses_extensions',
    's2ibuilder',
  ]),
]);

/** A number of the status or spec of a workload of one kind. */
function replicas(kind: string, ...path: string[]): Formula {
  return ({ object }) => {
    if (object?.kind !== kind) return undefined;
    const value = dig(object, ...path);
    return typeof value === 'number' ? value : 0;
  };
}
const wanted = {
  deployment: replicas('Deployment', 'spec', 'replicas'),
  statefulset: replicas('StatefulSet', 'spec', 'replicas'),
  daemonset: replicas('DaemonSet', 'status', 'desiredNumberScheduled'),
};
const available = {
  deployment: replicas('Deployment', 'status', 'availableReplicas'),
  statefulset: replicas('StatefulSet', 'status', 'readyReplicas'),
  daemonset: replicas('DaemonSet', 'status', 'numberAvailable'),
};
const missing = (kind: keyof typeof wanted): Formula =>
  f.ratio(f.rest(wanted[kind], available[kind]), wanted[kind]);

/** Of a Deployment, StatefulSet or DaemonSet. */
export const workloadMetrics: readonly Metric[] = metricsOf('workload', [
  ...usage,
  ['deployment_replica', 'count', wanted.deployment],
  ['deployment_replica_available', 'count', available.deployment],
  ['statefulset_replica', 'count', wanted.statefulset],
  ['statefulset_replica_available', 'count', available.statefulset],
  ['daemonset_replica', 'count', wanted.daemonset],
  ['daemonset_replica_available', 'count', available.daemonset],
  ['deployment_unavailable_replicas_ratio', 'ratio', missing('deployment')],
  ['daemonset_unavailable_replicas_ratio', 'ratio', missing('daemonset')],
  ['statefulset_unavailable_replicas_ratio', 'ratio', missing('statefulset')],
]);

/** Of a pod. */
export const podMetrics: readonly Metric[] = metricsOf('pod', usage);

function ofContainer(figure: 'cpu' | 'memory'): Formula {
  return ({ object, container }, moment) => {
    if (object === undefined) return undefined;
    return containerUsage(moment.seed, object, moment.at).find(({ name }) => name === container)?.[figure];
  };
}
const containerMemory = ofContainer('memory');
const processes: Formula = ({ object, container }) => {
  if (object === undefined) return undefined;
  const at = digArray(object, 'spec', 'containers').findIndex((one) => digString(one, 'name') === container);
  return at === -1 ? undefined : 1 + (at % 3);
};

/** Of a container. */
export const containerMetrics: readonly Metric[] = metricsOf('container', [
  ['cpu_usage', 'cores', ofContainer('cpu')],
  ['memory_usage', 'bytes', f.times(containerMemory, 1.15)],
  ['memory_usage_wo_cache', 'bytes', containerMemory],
  ['processes_usage', 'count', processes, { since: 'v3.3' }],
  ['threads_usage', 'count', f.times(processes, 6), { since: 'v3.3' }],
]);

const requests: Formula = ({ object }, moment) =>
  object === undefined ? undefined : 0.5 + 20 * moment.sway(object, 'requests');
const share = (figure: string, most: number): Formula => {
  return (subject, moment) => {
    const all = requests(subject, moment);
    return all === undefined || subject.object === undefined
      ? undefined
      : all * most * moment.sway(subject.object, figure);
  };
};
const latency = (factor: number): Formula => {
  return ({ object }, moment) =>
    object === undefined ? undefined : factor * (0.02 + 0.05 * moment.sway(object, 'latency'));
};
const success: Formula = (subject, moment) => {
  const all = requests(subject, moment);
  const failed = (failing5xx(subject, moment) ?? 0) + (failing4xx(subject, moment) ?? 0);
  return all === undefined ? undefined : 1 - failed / all;
};
const failing4xx = share('4xx', 0.03);
const failing5xx = share('5xx', 0.01);

/** Of an Ingress, as its controller counts. */
export const ingressMetrics: readonly Metric[] = metricsOf('ingress', [
  ['request_count', 'count', f.times(requests, 300)],
  ['request_5xx_count', 'count', f.times(failing5xx, 300)],
  ['request_4xx_count', 'count', f.times(failing4xx, 300)],
  ['active_connections', 'count', share('connections', 2)],
  ['success_rate', 'ratio', success],
  ['request_duration_average', 'seconds', latency(1)],
  ['request_duration_50percentage', 'seconds', latency(0.8)],
  ['request_duration_95percentage', 'seconds', latency(2.5)],
  ['request_duration_99percentage', 'seconds', latency(4)],
  ['request_volume', 'perSecond', requests],
  ['request_volume_by_ingress', 'perSecond', requests],
  ['request_network_sent', 'bytesPerSecond', f.times(requests, 9000)],
  ['request_network_received', 'bytesPerSecond', f.times(requests, 1200)],
  ['request_memory_bytes', 'bytes', f.times(requests, 4_000_000)],
  ['request_cpu_usage', 'cores', f.times(requests, 0.002)],
]);
