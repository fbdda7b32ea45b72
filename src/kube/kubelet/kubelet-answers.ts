import { ApiError } from '../../core/api-error.js';
import { digString, encodeCompact, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { nodeUsage } from '../../registry/usage/node-usage.js';
import { containerUsage, podUsage, type Usage } from '../../registry/usage/pod-usage.js';
import { formatTimestamp } from '../../state/clock.js';

const pods = { group: '', plural: 'pods' };

/** What a kubelet knows: its node, and the pods there. */
interface Kubelet {
  readonly node: KubeObject;
  readonly pods: readonly KubeObject[];
  readonly seed: string;
  readonly now: number;
}

const text = 'text/plain; charset=utf-8';
const answers: Readonly<Record<string, (kubelet: Kubelet) => Reply>> = {
  '/healthz': () => ({ status: 200, contentType: text, body: 'ok' }),
  '/pods': (kubelet) => json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: kubelet.pods }),
  '/stats/summary': (kubelet) => json(summary(kubelet)),
  '/metrics/resource': (kubelet) => ({
    status: 200,
    contentType: 'text/plain; version=0.0.4',
    body: metrics(kubelet, false),
  }),
  '/metrics/cadvisor': (kubelet) => ({
    status: 200,
    contentType: 'text/plain; version=0.0.4',
    body: metrics(kubelet, true),
  }),
};

/** What the kubelet of a node answers. @throws ApiError 404 for what it does not serve */
export function kubeletAnswer(
  { world, cluster, method }: RequestContext,
  node: KubeObject,
  path: string,
): Reply {
  const answer = answers[path.length > 1 ? path.replace(/\/$/, '') : path];
  if (answer === undefined) throw new ApiError(404, 'NotFound', '404 page not found', { dialect: 'text' });
  if (method !== 'GET' && method !== 'HEAD')
    throw new ApiError(405, 'MethodNotAllowed', 'Method Not Allowed', { dialect: 'router' });
  const here = cluster.store
    .list(pods)
    .map(({ object }) => object)
    .filter((pod) => digString(pod, 'spec', 'nodeName') === node.metadata.name);
  return answer({ node, pods: here, seed: world.random.seed, now: world.clock.now() });
}

function json(value: JsonObject): Reply {
  return { status: 200, contentType: 'application/json', body: encodeCompact(value) };
}

function figures({ cpu, memory }: Usage, at: number): JsonObject {
  const time = formatTimestamp(at);
  return {
    cpu: { time, usageNanoCores: Math.round(cpu * 1e9) },
    memory: { time, usageBytes: memory, workingSetBytes: memory },
  };
}

function summary({ node, pods: here, seed, now }: Kubelet): JsonObject {
  const { name, creationTimestamp } = node.metadata;
  return {
    node: {
      nodeName: name,
      startTime: creationTimestamp,
      ...figures(nodeUsage(seed, node, here, now), now),
    },
    pods: here.map((pod) => ({
      podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
      startTime: digString(pod, 'status', 'startTime'),
      containers: containerUsage(seed, pod, now).map((container) => ({
        name: container.name,
        startTime: digString(pod, 'status', 'startTime'),
        ...figures(container, now),
      })),
      ...figures(podUsage(seed, pod, now), now),
    })),
  };
}

function metrics({ node, pods: here, seed, now }: Kubelet, isCadvisor: boolean): string {
  const names = isCadvisor
    ? ['container_cpu_usage_rate', 'container_memory_working_set_bytes']
    : ['container_cpu_usage_cores', 'container_memory_working_set_bytes'];
  const [cpuName = '', memoryName = ''] = names;
  const cpu: string[] = [];
  const memory: string[] = [];
  for (const pod of here) {
    for (const usage of containerUsage(seed, pod, now)) {
      const labels = `{container="${usage.name}",namespace="${pod.metadata.namespace ?? ''}",pod="${pod.metadata.name}"}`;
      cpu.push(`${cpuName}${labels} ${String(usage.cpu)} ${String(now)}`);
      memory.push(`${memoryName}${labels} ${String(usage.memory)} ${String(now)}`);
    }
  }
  const whole = nodeUsage(seed, node, here, now);
  return [
    `# TYPE ${cpuName} gauge`,
    ...cpu,
    `# TYPE ${memoryName} gauge`,
    ...memory,
    '# TYPE node_memory_working_set_bytes gauge',
    `node_memory_working_set_bytes ${String(whole.memory)} ${String(now)}`,
    '',
  ].join('\n');
}
