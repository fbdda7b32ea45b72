import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { RequestContext } from '../../registry/contract.js';
import { containerUsage, numberOf } from '../../registry/usage/pod-usage.js';
import * as f from '../figures/formulas.js';
import type { Formula } from '../figures/metric.js';
import { birthOf, hasCondition, type Moment } from '../figures/moment.js';
import type { Subject } from '../figures/subject.js';
import { levels, metricsOfLevel, ownerOf, type Choice, type LevelName } from '../levels.js';

/** One series: its labels, since when it is there, and what it is at a moment. */
export interface Source {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The figure; of a counter, how much it grows in a second. */
  readonly at: (moment: Moment) => number | undefined;
}

/** A metric as Prometheus scrapes or records it. */
export interface RawMetric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly sources: (context: RequestContext) => readonly Source[];
}

type Labels = Readonly<Record<string, string>>;

function objects({ cluster }: RequestContext, group: string, plural: string): readonly KubeObject[] {
  return cluster.store.list({ group, plural }).map(({ object }) => object);
}

function gauge(name: string, help: string, sources: RawMetric['sources']): RawMetric {
  return { name, type: 'gauge', help, sources };
}

function counter(name: string, help: string, sources: RawMetric['sources']): RawMetric {
  return { name, type: 'counter', help, sources };
}

function nodeSubject(node: KubeObject): Subject {
  const { name } = node.metadata;
  return {
    labels: {},
    since: birthOf(node),
    object: node,
    nodes: () => [node],
    pods: (moment) => moment.podsOn(name),
  };
}

/** A figure of every node. */
function ofNodes(of: Formula, more: Labels = {}): RawMetric['sources'] {
  return (context) =>
    objects(context, '', 'nodes').map((node) => {
      const subject = nodeSubject(node);
      const { name } = node.metadata;
      const labels = { job: 'node-exporter', instance: name, node: name, ...more };
      return { labels, since: subject.since, at: (moment) => of(subject, moment) };
    });
}

/** A figure of every pod. */
function ofPods(
  of: (pod: KubeObject, moment: Moment) => number | undefined,
  more: Labels = {},
): RawMetric['sources'] {
  return (context) =>
    objects(context, '', 'pods').map((pod) => ({
      labels: { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name, ...more },
      since: birthOf(pod),
      at: (moment) => of(pod, moment),
    }));
}

/** A figure of every container that runs. */
function ofContainers(
  of: (usage: { readonly cpu: number; readonly memory: number }) => number,
): RawMetric['sources'] {
  return (context) =>
    objects(context, '', 'pods').flatMap((pod) =>
      digArray(pod, 'spec', 'containers').map((one): Source => {
        const container = digString(one, 'name');
        return {
          labels: {
            namespace: pod.metadata.namespace ?? '',
            pod: pod.metadata.name,
            container,
            image: digString(one, 'image'),
            node: digString(pod, 'spec', 'nodeName'),
            job: 'kubelet',
          },
          since: birthOf(pod),
          at: (moment) => {
            const found = containerUsage(moment.seed, pod, moment.at).find(({ name }) => name === container);
            return found === undefined ? undefined : of(found);
          },
        };
      }),
    );
}

function podFigure(of: Formula): (pod: KubeObject, moment: Moment) => number | undefined {
  return (pod, moment) => of({ labels: {}, since: 0, object: pod, pods: () => [pod] }, moment);
}

/** A figure that objects of a kind tell themselves, one series or several for each. */
function told(
  group: string,
  plural: string,
  of: (object: KubeObject) => readonly (readonly [labels: Labels, value: number])[],
): RawMetric['sources'] {
  return (context) =>
    objects(context, group, plural).flatMap((object) =>
      of(object).map(([labels, value]): Source => {
        const { namespace } = object.metadata;
        const place = namespace === undefined ? {} : { namespace };
        return {
          labels: { job: 'kube-state-metrics', ...place, ...labels },
          since: birthOf(object),
          at: () => value,
        };
      }),
    );
}

const numberAt = (object: KubeObject, ...path: string[]): number => {
  let value: unknown = object;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  return typeof value === 'number' ? value : 0;
};

function replicas(kind: string, plural: string, path: readonly string[]): RawMetric['sources'] {
  return told('apps', plural, (object) => [[{ [kind]: object.metadata.name }, numberAt(object, ...path)]]);
}

const phases = ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'];
const conditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
const one = (yes: boolean): number => (yes ? 1 : 0);

/** What kubelets, node exporters and kube-state-metrics tell. */
const scraped: readonly RawMetric[] = [
  gauge('up', 'Whether the target could be scraped.', (context) =>
    objects(context, '', 'nodes').map((node) => {
      const { name } = node.metadata;
      const labels = { job: 'kubelet', instance: name, node: name };
      return { labels, since: birthOf(node), at: () => one(hasCondition(node, 'Ready', 'True')) };
    }),
  ),
  counter(
    'container_cpu_usage_seconds_total',
    'CPU time consumed in seconds.',
    ofContainers(({ cpu }) => cpu),
  ),
  gauge(
    'container_memory_working_set_bytes',
    'Memory that cannot be taken back.',
    ofContainers(({ memory }) => memory),
  ),
  gauge(
    'container_memory_usage_bytes',
    'Memory in use, caches included.',
    ofContainers(({ memory }) => memory * 1.15),
  ),
  counter(
    'container_network_receive_bytes_total',
    'Bytes received.',
    ofPods(podFigure(f.podReceived), { interface: 'eth0', job: 'kubelet' }),
  ),
  counter(
    'container_network_transmit_bytes_total',
    'Bytes sent.',
    ofPods(podFigure(f.podTransmitted), { interface: 'eth0', job: 'kubelet' }),
  ),
  counter('node_cpu_seconds_total', 'Seconds that CPUs spent in each mode.', (context) => [
    ...ofNodes(f.nodeCpu, { mode: 'user' })(context),
    ...ofNodes(f.rest(f.nodeCores, f.nodeCpu), { mode: 'idle' })(context),
  ]),
  gauge('node_memory_MemTotal_bytes', 'Memory of the node.', ofNodes(f.nodeBytes)),
  gauge('node_memory_MemAvailable_bytes', 'Memory that is free.', ofNodes(f.rest(f.nodeBytes, f.nodeMemory))),
  gauge(
    'node_filesystem_size_bytes',
    'Size of the disk.',
    ofNodes(f.diskSize, { mountpoint: '/', device: '/dev/vda1', fstype: 'ext4' }),
  ),
  gauge(
    'node_filesystem_avail_bytes',
    'Free bytes of the disk.',
    ofNodes(f.rest(f.diskSize, f.diskUsed), { mountpoint: '/', device: '/dev/vda1', fstype: 'ext4' }),
  ),
  counter('node_network_receive_bytes_total', 'Bytes received.', ofNodes(f.nodeReceived, { device: 'eth0' })),
  counter('node_network_transmit_bytes_total', 'Bytes sent.', ofNodes(f.nodeTransmitted, { device: 'eth0' })),
  ...[1, 5, 15].map((minutes) =>
    gauge(
      `node_load${String(minutes)}`,
      `Load over ${String(minutes)} minutes.`,
      ofNodes((subject, moment) => {
        const share = f.load(minutes)(subject, moment);
        const cores = f.nodeCores(subject, moment);
        return share === undefined || cores === undefined ? undefined : share * cores;
      }),
    ),
  ),
  gauge(
    'kube_node_info',
    'What a node is.',
    told('', 'nodes', (node) => [
      [
        {
          node: node.metadata.name,
          kubelet_version: digString(node, 'status', 'nodeInfo', 'kubeletVersion'),
        },
        1,
      ],
    ]),
  ),
  gauge(
    'kube_node_status_condition',
    'Conditions of a node.',
    told('', 'nodes', (node) =>
      conditions.flatMap((condition) =>
        ['true', 'false', 'unknown'].map((status): [Labels, number] => {
          const written = status.charAt(0).toUpperCase() + status.slice(1);
          return [
            { node: node.metadata.name, condition, status },
            one(hasCondition(node, condition, written)),
          ];
        }),
      ),
    ),
  ),
  gauge(
    'kube_pod_info',
    'What a pod is.',
    told('', 'pods', (pod) => {
      const { kind, name } = ownerOf(pod);
      const node = digString(pod, 'spec', 'nodeName');
      return [[{ pod: pod.metadata.name, node, created_by_kind: kind, created_by_name: name }, 1]];
    }),
  ),
  gauge(
    'kube_pod_status_phase',
    'The phase of a pod.',
    told('', 'pods', (pod) =>
      phases.map((phase) => [
        { pod: pod.metadata.name, phase },
        one(digString(pod, 'status', 'phase') === phase),
      ]),
    ),
  ),
  gauge(
    'kube_pod_status_ready',
    'Whether a pod is ready.',
    told('', 'pods', (pod) =>
      ['true', 'false'].map((condition) => [
        { pod: pod.metadata.name, condition },
        one(hasCondition(pod, 'Ready', 'True') === (condition === 'true')),
      ]),
    ),
  ),
  gauge(
    'kube_pod_container_status_restarts_total',
    'How often a container was restarted.',
    told('', 'pods', (pod) =>
      digArray(pod, 'status', 'containerStatuses').map((status) => [
        { pod: pod.metadata.name, container: digString(status, 'name') },
        numberAt(status as KubeObject, 'restartCount'),
      ]),
    ),
  ),
  gauge(
    'kube_deployment_spec_replicas',
    'Pods wanted.',
    replicas('deployment', 'deployments', ['spec', 'replicas']),
  ),
  gauge(
    'kube_deployment_status_replicas_available',
    'Pods available.',
    replicas('deployment', 'deployments', ['status', 'availableReplicas']),
  ),
  gauge(
    'kube_deployment_status_replicas_unavailable',
    'Pods not available.',
    replicas('deployment', 'deployments', ['status', 'unavailableReplicas']),
  ),
  gauge(
    'kube_statefulset_replicas',
    'Pods wanted.',
    replicas('statefulset', 'statefulsets', ['spec', 'replicas']),
  ),
  gauge(
    'kube_statefulset_status_replicas_ready',
    'Pods ready.',
    replicas('statefulset', 'statefulsets', ['status', 'readyReplicas']),
  ),
  gauge(
    'kube_daemonset_status_desired_number_scheduled',
    'Pods wanted.',
    replicas('daemonset', 'daemonsets', ['status', 'desiredNumberScheduled']),
  ),
  gauge(
    'kube_daemonset_status_number_ready',
    'Pods ready.',
    replicas('daemonset', 'daemonsets', ['status', 'numberReady']),
  ),
  gauge(
    'kube_persistentvolumeclaim_resource_requests_storage_bytes',
    'Storage asked for.',
    told('', 'persistentvolumeclaims', (claim) => [
      [
        { persistentvolumeclaim: claim.metadata.name },
        numberOf(digString(claim, 'spec', 'resources', 'requests', 'storage')) ?? 0,
      ],
    ]),
  ),
];

/** The figures of KubeSphere's own named metrics at a level, as series of that name. */
function ofLevel(level: LevelName, param: Readonly<Record<string, string>> = {}): readonly RawMetric[] {
  const choice: Choice = {
    query: new URLSearchParams(),
    param: (name) => param[name] ?? '',
    takes: () => true,
  };
  return levels[level].metrics(choice).map((metric) =>
    gauge(metric.name, 'A named metric of KubeSphere.', (context) => {
      const known = metricsOfLevel(levels[level], choice, context.release.name).includes(metric);
      if (!known) return [];
      return levels[level].subjects(context, choice).map((subject) => ({
        labels: subject.labels,
        since: subject.since,
        at: (moment) => metric.of(subject, moment),
      }));
    }),
  );
}

/** What KubeSphere records of workloads, by the names its alert templates use. */
function recorded(): readonly RawMetric[] {
  const ofWorkloads =
    (index: string): RawMetric['sources'] =>
    (context) =>
      objects(context, '', 'namespaces').flatMap(({ metadata }) => {
        const choice: Choice = {
          query: new URLSearchParams(),
          param: (name) => (name === 'namespace' ? metadata.name : ''),
          takes: () => true,
        };
        const metric = levels.workload.metrics(choice).find(({ name }) => name === index);
        if (metric === undefined) return [];
        return levels.workload.subjects(context, choice).map((subject): Source => ({
          labels: subject.labels,
          since: subject.since,
          at: (moment) => metric.of(subject, moment),
        }));
      });
  const alike = (name: string, of: string, level: 'node' | 'namespace'): RawMetric => {
    const metric = ofLevel(level).find((one) => one.name === of);
    return gauge(name, 'Recorded by KubeSphere.', metric?.sources ?? (() => []));
  };
  return [
    alike('node:node_cpu_utilisation:avg1m', 'node_cpu_utilisation', 'node'),
    alike('node:node_memory_utilisation:', 'node_memory_utilisation', 'node'),
    alike('node:load1:ratio', 'node_load1', 'node'),
    alike('node:load5:ratio', 'node_load5', 'node'),
    alike('node:load15:ratio', 'node_load15', 'node'),
    alike('node:disk_space_utilization:ratio', 'node_disk_size_utilisation', 'node'),
    alike('node:disk_inode_utilization:ratio', 'node_disk_inode_utilisation', 'node'),
    alike('node:pod_utilization:ratio', 'node_pod_utilisation', 'node'),
    alike('node:pod_abnormal:ratio', 'node_pod_abnormal_ratio', 'node'),
    alike('namespace:pod_abnormal:ratio', 'namespace_pod_abnormal_ratio', 'namespace'),
    ...(
      [
        ['namespace:workload_cpu_usage:sum', 'workload_cpu_usage'],
        ['namespace:workload_memory_usage:sum', 'workload_memory_usage'],
        ['namespace:workload_memory_usage_wo_cache:sum', 'workload_memory_usage_wo_cache'],
        ['namespace:workload_net_bytes_transmitted:sum_irate', 'workload_net_bytes_transmitted'],
        ['namespace:workload_net_bytes_received:sum_irate', 'workload_net_bytes_received'],
        ['namespace:deployment_unavailable_replicas:ratio', 'workload_deployment_unavailable_replicas_ratio'],
        ['namespace:daemonset_unavailable_replicas:ratio', 'workload_daemonset_unavailable_replicas_ratio'],
        [
          'namespace:statefulset_unavailable_replicas:ratio',
          'workload_statefulset_unavailable_replicas_ratio',
        ],
      ] as const
    ).map(([name, of]) => gauge(name, 'Recorded by KubeSphere.', ofWorkloads(of))),
  ];
}

let all: ReadonlyMap<string, RawMetric> | undefined;

/** Every metric that can be asked for by a query, by name. Where two have one name, what is scraped counts. */
export function rawMetrics(): ReadonlyMap<string, RawMetric> {
  if (all === undefined) {
    const own = (['cluster', 'node', 'workspace', 'namespace', 'pod', 'pvc'] as const).flatMap((level) =>
      ofLevel(level),
    );
    all = new Map([...own, ...recorded(), ...scraped].map((metric) => [metric.name, metric]));
  }
  return all;
}
