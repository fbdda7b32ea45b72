import { digString } from '../../core/json.js';
import { numberOf } from '../../registry/usage/pod-usage.js';
import * as f from './formulas.js';
import { metricsOf, type Formula, type Metric, type Row } from './metric.js';
import { hasCondition } from './moment.js';

const machine: readonly Row[] = [
  ['cpu_utilisation', 'ratio', f.ratio(f.nodeCpu, f.nodeCores)],
  ['cpu_usage', 'cores', f.nodeCpu],
  ['cpu_total', 'cores', f.nodeCores],
  ['memory_utilisation', 'ratio', f.ratio(f.nodeMemory, f.nodeBytes)],
  ['memory_available', 'bytes', f.rest(f.nodeBytes, f.nodeMemory)],
  ['memory_total', 'bytes', f.nodeBytes],
  ['memory_usage_wo_cache', 'bytes', f.nodeMemory],
  ['net_utilisation', 'bytesPerSecond', both(f.nodeTransmitted, f.nodeReceived)],
  ['net_bytes_transmitted', 'bytesPerSecond', f.nodeTransmitted],
  ['net_bytes_received', 'bytesPerSecond', f.nodeReceived],
  ['disk_read_iops', 'perSecond', f.diskActivity('reads', 12)],
  ['disk_write_iops', 'perSecond', f.diskActivity('writes', 40)],
  ['disk_read_throughput', 'bytesPerSecond', f.diskActivity('read bytes', 200_000)],
  ['disk_write_throughput', 'bytesPerSecond', f.diskActivity('written bytes', 600_000)],
  ['disk_size_usage', 'bytes', f.diskUsed],
  ['disk_size_utilisation', 'ratio', f.ratio(f.diskUsed, f.diskSize)],
  ['disk_size_capacity', 'bytes', f.diskSize],
  ['disk_size_available', 'bytes', f.rest(f.diskSize, f.diskUsed)],
  ['disk_inode_total', 'count', f.inodes],
  ['disk_inode_usage', 'count', f.inodesUsed],
  ['disk_inode_utilisation', 'ratio', f.ratio(f.inodesUsed, f.inodes)],
];

const podRows: readonly Row[] = [
  ['pod_count', 'count', f.podCount],
  ['pod_quota', 'count', f.podQuota],
  ['pod_utilisation', 'ratio', f.ratio(f.podsRunning, f.podQuota)],
  ['pod_running_count', 'count', f.podsRunning],
  ['pod_succeeded_count', 'count', f.podsSucceeded],
  ['pod_abnormal_count', 'count', f.podsAbnormal],
];

const loads: readonly Row[] = [
  ['load1', 'ratio', f.load(1)],
  ['load5', 'ratio', f.load(5)],
  ['load15', 'ratio', f.load(15)],
];

const nodesOffline = f.ofNodes((node) => (hasCondition(node, 'Ready', 'True') ? 0 : 1));
const nodesTotal = f.ofNodes(() => 1);

/** Of the whole cluster. */
export const clusterMetrics: readonly Metric[] = metricsOf('cluster', [
  ...machine,
  ['namespace_count', 'count', f.count('', 'namespaces')],
  ...podRows,
  ['node_online', 'count', f.rest(nodesTotal, nodesOffline)],
  ['node_offline', 'count', nodesOffline],
  ['node_total', 'count', nodesTotal],
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
    'pv',
    'ingresses_extensions',
  ]),
  ...loads,
  ['pod_abnormal_ratio', 'ratio', f.podsAbnormalRatio],
  ['node_offline_ratio', 'ratio', f.ratio(nodesOffline, nodesTotal)],
]);

/** Of a node. */
export const nodeMetrics: readonly Metric[] = metricsOf('node', [
  ...machine,
  ...podRows,
  ...loads,
  ['pod_abnormal_ratio', 'ratio', f.podsAbnormalRatio],
  ['pleg_quantile', 'seconds', (subject, moment) => pleg(subject.object, moment)],
  ['device_size_usage', 'bytes', f.diskUsed, { since: 'v3.1' }],
  ['device_size_utilisation', 'ratio', f.ratio(f.diskUsed, f.diskSize), { since: 'v3.1' }],
]);

/** How long kubelets take to look at all their pods. */
function pleg(
  ...[node, moment]: [Parameters<Formula>[0]['object'], Parameters<Formula>[1]]
): number | undefined {
  return node === undefined ? undefined : 0.005 + 0.01 * moment.sway(node, 'pleg');
}

function both(one: Formula, other: Formula): Formula {
  return (subject, moment) => (one(subject, moment) ?? 0) + (other(subject, moment) ?? 0);
}

/** Of a claim of storage: how much of it is used, by a wave of its own. */
const claimed: Formula = ({ object }) =>
  object === undefined
    ? undefined
    : (numberOf(digString(object, 'status', 'capacity', 'storage')) ??
      numberOf(digString(object, 'spec', 'resources', 'requests', 'storage')));
const claimUsed: Formula = (subject, moment) => {
  const size = claimed(subject, moment);
  if (size === undefined || subject.object === undefined) return undefined;
  return Math.floor((size * (0.15 + 0.5 * moment.sway(subject.object, 'storage'))) / 4096) * 4096;
};
const claimInodes: Formula = (subject, moment) => {
  const size = claimed(subject, moment);
  return size === undefined ? undefined : Math.floor(size / 16_384);
};
const claimInodesUsed: Formula = (subject, moment) => {
  const used = claimUsed(subject, moment);
  return used === undefined ? undefined : Math.floor(used / 65_536);
};

/** Of a claim of storage. */
export const claimMetrics: readonly Metric[] = metricsOf('pvc', [
  ['inodes_available', 'count', f.rest(claimInodes, claimInodesUsed)],
  ['inodes_used', 'count', claimInodesUsed],
  ['inodes_total', 'count', claimInodes],
  ['inodes_utilisation', 'ratio', f.ratio(claimInodesUsed, claimInodes)],
  ['bytes_available', 'bytes', f.rest(claimed, claimUsed)],
  ['bytes_used', 'bytes', claimUsed],
  ['bytes_total', 'bytes', claimed],
  ['bytes_utilisation', 'ratio', f.ratio(claimUsed, claimed)],
]);
