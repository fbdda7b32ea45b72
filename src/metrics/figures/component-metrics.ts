import { digArray, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { Metric, Unit } from './metric.js';
import { birthOf, type Moment } from './moment.js';
import type { Subject } from './subject.js';

/** What tells the series of a metric apart: a member of etcd, values of a label, or nothing. */
type Apart = 'members' | 'once' | readonly [label: string, values: readonly string[]];

/** From what to what a figure moves; equal ends stand still. `members` counts control plane nodes. */
type Range = readonly [low: number, high: number] | 'members';

type ComponentRow = readonly [name: string, unit: Unit, apart: Apart, range: Range];

/** A metric of a component: it knows its own series. */
export interface ComponentMetric extends Metric {
  readonly subjects: (nodes: readonly KubeObject[]) => readonly Subject[];
}

const quantiles: Apart = ['quantile', ['0.5', '0.9', '0.99']];
const verbs: Apart = ['verb', ['DELETE', 'GET', 'LIST', 'PATCH', 'POST', 'PUT', 'WATCH']];
const results: Apart = ['result', ['error', 'scheduled', 'unschedulable']];

const rows: Readonly<Record<string, readonly ComponentRow[]>> = {
  etcd: [
    ['server_list', 'count', 'members', [1, 1]],
    ['server_total', 'count', 'once', 'members'],
    ['server_up_total', 'count', 'once', 'members'],
    ['server_has_leader', 'count', 'members', [1, 1]],
    ['server_is_leader', 'count', 'members', [1, 1]],
    ['server_leader_changes', 'count', 'members', [0, 0]],
    ['server_proposals_failed_rate', 'perSecond', 'once', [0, 0]],
    ['server_proposals_applied_rate', 'perSecond', 'once', [8, 25]],
    ['server_proposals_committed_rate', 'perSecond', 'once', [8, 25]],
    ['server_proposals_pending_count', 'count', 'once', [0, 1.4]],
    ['mvcc_db_size', 'bytes', 'once', [24_000_000, 60_000_000]],
    ['network_client_grpc_received_bytes', 'bytesPerSecond', 'once', [10_000, 40_000]],
    ['network_client_grpc_sent_bytes', 'bytesPerSecond', 'once', [60_000, 300_000]],
    ['grpc_call_rate', 'perSecond', 'once', [20, 60]],
    ['grpc_call_failed_rate', 'perSecond', 'once', [0, 0]],
    ['grpc_server_msg_received_rate', 'perSecond', 'once', [10, 30]],
    ['grpc_server_msg_sent_rate', 'perSecond', 'once', [20, 70]],
    ['disk_wal_fsync_duration', 'seconds', 'members', [0.001, 0.006]],
    ['disk_wal_fsync_duration_quantile', 'seconds', quantiles, [0.001, 0.02]],
    ['disk_backend_commit_duration', 'seconds', 'members', [0.002, 0.009]],
    ['disk_backend_commit_duration_quantile', 'seconds', quantiles, [0.002, 0.03]],
  ],
  apiserver: [
    ['up_sum', 'count', 'once', 'members'],
    ['request_rate', 'perSecond', 'once', [20, 90]],
    ['request_by_verb_rate', 'perSecond', verbs, [0.5, 14]],
    ['request_latencies', 'seconds', 'once', [0.005, 0.06]],
    ['request_by_verb_latencies', 'seconds', verbs, [0.004, 0.08]],
  ],
  scheduler: [
    ['up_sum', 'count', 'once', 'members'],
    ['schedule_attempts', 'count', results, [2, 400]],
    ['schedule_attempt_rate', 'perSecond', results, [0, 0.4]],
    ['e2e_scheduling_latency', 'seconds', 'once', [0.01, 0.09]],
    ['e2e_scheduling_latency_quantile', 'seconds', quantiles, [0.01, 0.2]],
  ],
};

const controlPlane = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** The nodes a component runs on: those of the control plane, or the first one there is. */
function membersOf(nodes: readonly KubeObject[]): readonly KubeObject[] {
  const members = nodes.filter((node) => controlPlane.some((key) => label(node, key) !== undefined));
  return members.length > 0 ? members : nodes.slice(0, 1);
}

/** The metrics of a component; empty for one that is not known. */
export function componentMetrics(component: string): readonly ComponentMetric[] {
  const known = Object.hasOwn(rows, component) ? (rows[component] ?? []) : [];
  return known.map(([name, unit, apart, range]) => ({
    name: `${component}_${name}`,
    unit,
    subjects: (nodes) => seriesOf(component, apart, membersOf(nodes)),
    of: ({ object, labels }, moment) => {
      if (object === undefined) return undefined;
      if (range === 'members') return membersOf(moment.nodes).length;
      if (name === 'server_is_leader') return membersOf(moment.nodes)[0] === object ? 1 : 0;
      const [low, high] = range;
      return low + (high - low) * moment.sway(object, `${name} ${Object.values(labels).join(' ')}`);
    },
  }));
}

function seriesOf(component: string, apart: Apart, members: readonly KubeObject[]): readonly Subject[] {
  const [first] = members;
  if (first === undefined) return [];
  const subject = (object: KubeObject, labels: Record<string, string>): Subject => ({
    labels,
    object,
    since: birthOf(object),
    pods: (moment: Moment) => moment.podsOn(object.metadata.name),
  });
  if (apart === 'once') return [subject(first, {})];
  if (apart === 'members') {
    return members.map((node) => {
      const address = digArray(node, 'status', 'addresses').find(
        (one) => digString(one, 'type') === 'InternalIP',
      );
      const ip = digString(address, 'address');
      return subject(node, { instance: `${ip}:2379`, job: component, node: node.metadata.name, node_ip: ip });
    });
  }
  const [key, values] = apart;
  return values.map((value) => subject(first, { [key]: value }));
}
