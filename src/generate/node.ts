import { digArray, digObject, digString, type JsonArray, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { flat, hexOf, uidOf } from './identity.js';
import type { Platform } from './platform.js';

/** What is known of a node besides what a person would write down. */
export interface NodeFacts {
  readonly platform: Platform;
  /** `status.images`. */
  readonly images: JsonArray;
  /** RFC 3339: when the kubelet reported last. */
  readonly heartbeat: string;
}

/** Kibibytes and millicores Kubernetes keeps for itself on a node, as KubeKey sets them up. */
const reserved = { memory: 102_400 + 250 * 1024, cpu: 200 };

/**
 * Completes a node: given its name, roles, addresses and capacity it becomes what a kubelet reports.
 *
 * Conditions given are kept, in place of the healthy ones of the same type.
 */
export function completeNode(partial: KubeObject, facts: NodeFacts): KubeObject {
  const { name } = partial.metadata;
  const status = digObject(partial, 'status');
  const capacity = digObject(status, 'capacity');
  const podCidr = digString(partial, 'spec', 'podCIDR');
  const full: JsonObject = {
    cpu: digString(capacity, 'cpu'),
    'ephemeral-storage': digString(capacity, 'ephemeral-storage'),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: digString(capacity, 'memory'),
    pods: '110',
  };
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: partial.metadata,
    spec: { podCIDR: podCidr, podCIDRs: [podCidr], ...digObject(partial, 'spec') },
    status: {
      capacity: full,
      allocatable: allocatable(full),
      conditions: conditions(partial, facts.heartbeat),
      addresses: digArray(status, 'addresses'),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: nodeInfo(name, facts.platform),
      images: facts.images,
    },
  };
}

function allocatable(capacity: JsonObject): JsonObject {
  const storage = Number.parseInt(digString(capacity, 'ephemeral-storage'), 10);
  const memory = Number.parseInt(digString(capacity, 'memory'), 10);
  const cpu = Number(digString(capacity, 'cpu')) * 1000;
  return {
    ...capacity,
    cpu: flat(String(cpu - reserved.cpu), 'm'),
    // The kubelet keeps 10 % of the disk free and reports the rest in bytes.
    'ephemeral-storage': String(Math.floor(storage * 1024 * 0.9)),
    memory: flat(String(memory - reserved.memory), 'Ki'),
  };
}

type ConditionRow = readonly [type: string, status: string, reason: string, message: string];

/** Ready comes last: the console judges a node by its last condition. */
const healthy: readonly ConditionRow[] = [
  ['NetworkUnavailable', 'False', 'CalicoIsUp', 'Calico is running on this node'],
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

function conditions(partial: KubeObject, heartbeat: string): JsonObject[] {
  const created = partial.metadata.creationTimestamp ?? heartbeat;
  const given = new Map(
    digArray(partial, 'status', 'conditions').map((condition) => [digString(condition, 'type'), condition]),
  );
  return healthy.map(([type, status, reason, message]) => {
    // The network plugin reports once, when it comes up; only the kubelet repeats itself.
    const beat = type === 'NetworkUnavailable' ? created : heartbeat;
    return {
      type,
      status,
      lastHeartbeatTime: beat,
      lastTransitionTime: created,
      reason,
      message,
      ...digObject(given.get(type)),
    };
  });
}

function nodeInfo(name: string, platform: Platform): JsonObject {
  return {
    machineID: hexOf(flat('machine/', name)).slice(0, 32),
    systemUUID: uidOf(flat('system/', name)).toUpperCase(),
    bootID: uidOf(flat('boot/', name)),
    kernelVersion: platform.kernelVersion,
    osImage: platform.osImage,
    containerRuntimeVersion: platform.containerRuntimeVersion,
    kubeletVersion: platform.kubernetesVersion,
    kubeProxyVersion: platform.kubernetesVersion,
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}
