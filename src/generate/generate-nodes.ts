import { deepFreeze, type JsonArray, type JsonObject } from '../core/json.js';
import type { ObjectMeta } from '../core/kube-object.js';
import { formatTimestamp } from '../state/clock.js';
import { lastHeartbeat } from '../state/heartbeat-times.js';
import type { Generation } from './generation.js';
import { flat } from './identity.js';
import { nodeImages } from './image.js';
import { completeNode } from './node.js';
import { namesIn, Names, putObject } from './put-objects.js';

const nodes = { group: '', plural: 'nodes' };

/** Sizes machines come in: name, cores, memory in Ki, disk in Ki. */
const sizes = [
  ['standard.4xlarge', '16', '65806344Ki', '206292644Ki'],
  ['standard.2xlarge', '8', '32882676Ki', '103079844Ki'],
  ['standard.xlarge', '4', '16266408Ki', '103079844Ki'],
  ['memory.2xlarge', '8', '65806344Ki', '103079844Ki'],
] as const;

const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] as const;

/** Images a node may have pulled; every node has a choice of them. */
const images =
  `kubesphere/ks-apiserver:v4.1.3 kubesphere/ks-console:v4.1.3 kubesphere/ks-controller-manager:v4.1.3
calico/node:v3.27.3 calico/cni:v3.27.3 calico/kube-controllers:v3.27.3 calico/pod2daemon-flexvol:v3.27.3
registry.k8s.io/kube-proxy:v1.29.2 registry.k8s.io/pause:3.9 registry.k8s.io/dns/k8s-dns-node-cache:1.22.20
coredns/coredns:1.9.3 openebs/provisioner-localpv:3.3.0 openebs/linux-utils:3.3.0 prom/node-exporter:v1.7.0
prom/prometheus:v2.51.0 prom/alertmanager:v0.27.0 quay.io/brancz/kube-rbac-proxy:v0.16.0 grafana/grafana:10.4.1
fluent/fluent-bit:2.2.2 nginx:1.25.4 redis:7.2.4 mysql:8.0.36 postgres:16.2 rabbitmq:3.13.0 memcached:1.6.24
busybox:1.36.1 alpine:3.19.1 node:20.11.1-alpine python:3.12.2-slim golang:1.22.1 openjdk:21-jdk-slim haproxy:2.9.6
traefik:v2.11.0 minio/minio:RELEASE.2024-03-15 elasticsearch:8.12.2 kibana:8.12.2 jenkins/jenkins:2.440.1-lts`.split(
    /\s+/,
  );
const imageLists = 16;
const imagesEach = 22;

/** Made-up nodes were set up from here on, one every few minutes. */
const firstCreated = Date.parse('2022-03-01T08:00:00Z');
const createdEvery = 97_000;

/**
 * Adds nodes; one in fifty is cordoned, one in fifty not ready, one in a hundred has lost its kubelet.
 *
 * @returns names of those whose kubelet is alive
 */
export function generateNodes(generation: Generation, count: number): string[] {
  const { world, random, platform, origin } = generation;
  const { store } = world.host;
  const names = new Names(namesIn(store, nodes));
  const lists = Array.from({ length: count === 0 ? 0 : imageLists }, (_, at) => imageList(at));
  const alive: string[] = [];
  const width = Math.max(5, String(count).length);
  for (let at = 0; at < count; at += 1) {
    const name = names.free(flat('node-', String(at + 1).padStart(width, '0')));
    const fate = random.integer(100);
    const created = formatTimestamp(firstCreated + at * createdEvery);
    const isLost = fate === 0;
    const heartbeat = isLost ? created : formatTimestamp(lastHeartbeat(name, origin, world.clock.now()));
    if (!isLost) alive.push(name);
    const node = completeNode(
      {
        kind: 'Node',
        apiVersion: 'v1',
        metadata: metadataOf(generation, name, created, at),
        spec: specOf(at, fate, created),
        status: statusOf(name, fate, at),
      },
      { platform, images: lists[at % imageLists] ?? [], heartbeat },
    );
    putObject(store, nodes, node);
  }
  return alive;
}

function imageList(at: number): JsonArray {
  return deepFreeze(
    nodeImages(
      Array.from({ length: imagesEach }, (_, step) => images[(at * 5 + step) % images.length] ?? ''),
    ),
  );
}

function metadataOf({ random }: Generation, name: string, created: string, at: number): ObjectMeta {
  const [size] = sizes[at % sizes.length] ?? sizes[0];
  const zone = zones[random.integer(zones.length)] ?? zones[0];
  const address = addressOf(at);
  return {
    name,
    creationTimestamp: created,
    labels: {
      'beta.kubernetes.io/arch': 'amd64',
      'beta.kubernetes.io/instance-type': size,
      'beta.kubernetes.io/os': 'linux',
      'failure-domain.beta.kubernetes.io/region': 'eu-central-1',
      'failure-domain.beta.kubernetes.io/zone': zone,
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'node-role.kubernetes.io/worker': '',
      'node.kubernetes.io/instance-type': size,
      'topology.kubernetes.io/region': 'eu-central-1',
      'topology.kubernetes.io/zone': zone,
    },
    annotations: {
      'csi.volume.kubernetes.io/nodeid': flat('{"disk.csi.example.com":"i-', random.suffix(8), '"}'),
      'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/containerd/containerd.sock',
      'node.alpha.kubernetes.io/ttl': '0',
      'projectcalico.org/IPv4Address': flat(address, '/16'),
      'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
    },
  };
}

function specOf(at: number, fate: number, created: string): JsonObject {
  const taints: JsonObject[] = [];
  if (fate === 0)
    taints.push({ key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule', timeAdded: created });
  if (fate === 1 || fate === 2)
    taints.push({ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule', timeAdded: created });
  const isCordoned = fate === 3 || fate === 4;
  if (isCordoned)
    taints.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: created });
  const podCIDR = flat(podPrefixOf(at), '.0/24');
  return {
    podCIDR,
    podCIDRs: [podCIDR],
    ...(taints.length > 0 && { taints }),
    ...(isCordoned && { unschedulable: true }),
  };
}

function statusOf(name: string, fate: number, at: number): JsonObject {
  const [, cpu, memory, disk] = sizes[at % sizes.length] ?? sizes[0];
  return {
    capacity: { cpu, memory, 'ephemeral-storage': disk },
    addresses: [
      { type: 'InternalIP', address: addressOf(at) },
      { type: 'Hostname', address: name },
    ],
    conditions: fate === 0 ? lost : fate === 1 || fate === 2 ? notReady : [],
  };
}

const unknown = {
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
};
const lost: readonly JsonObject[] = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map(
  (type) => ({
    type,
    ...unknown,
  }),
);
const notReady: readonly JsonObject[] = [
  {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
  },
];

/** Machines live in 10.16.0.0 and up, apart from pods and services. */
function addressOf(at: number): string {
  return flat('10.', String(16 + (at >> 16)), '.', String((at >> 8) & 255), '.', String(at & 255));
}

/** Pods get the carrier-grade network 100.64.0.0/10, and 30.0.0.0/8 beyond its 16,384 blocks. */
function podPrefixOf(at: number): string {
  const inFirst = at < 16_384;
  const rest = inFirst ? at : at - 16_384;
  return flat(inFirst ? '100.' : '30.', String((inFirst ? 64 : 0) + (rest >> 8)), '.', String(rest & 255));
}
