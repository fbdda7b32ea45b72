import { digArray, digObject, digString, dig, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { flat } from './identity.js';
import { parseQuantity } from './quantity.js';

/** Where a pod runs. */
export interface Placement {
  readonly nodeName: string;
  readonly hostIP: string;
  readonly podIP: string;
}

interface Machine {
  readonly name: string;
  readonly address: string;
  /** The first three numbers of its pod addresses. */
  readonly prefix: string;
  readonly open: boolean;
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
  usedCpu: number;
  usedMemory: number;
  placed: number;
  lastHost: number;
}

/** Puts pods on nodes in turn, as long as what they request fits into what a node has left. */
export class Scheduler {
  readonly #machines = new Map<string, Machine>();
  readonly #open: Machine[] = [];
  #turn = 0;

  /** @param nodes Complete nodes, in the order they are to take turns. */
  constructor(nodes: readonly KubeObject[]) {
    for (const node of nodes) {
      const machine = machineOf(node);
      this.#machines.set(machine.name, machine);
      if (machine.open) this.#open.push(machine);
    }
    this.nodeNames = [...this.#machines.keys()];
  }

  /** Names of all nodes, cordoned and tainted ones included: where the pods of a DaemonSet go. */
  readonly nodeNames: readonly string[];

  /** How many nodes take pods without a toleration. */
  get openCount(): number {
    return this.#open.length;
  }

  /** Counts a pod that is already there. */
  occupy(pod: KubeObject): void {
    const machine = this.#machines.get(digString(pod, 'spec', 'nodeName'));
    const phase = digString(pod, 'status', 'phase');
    if (machine === undefined || phase === 'Succeeded' || phase === 'Failed') return;
    take(machine, requestsOf(digObject(pod, 'spec')));
    const podIP = digString(pod, 'status', 'podIP');
    if (podIP.startsWith(`${machine.prefix}.`)) {
      machine.lastHost = Math.max(machine.lastHost, Number(podIP.slice(machine.prefix.length + 1)));
    }
  }

  /** The next node in turn with room for a pod; `undefined` when no node has. */
  place(podSpec: JsonObject): Placement | undefined {
    const wanted = requestsOf(podSpec);
    for (let tried = 0; tried < this.#open.length; tried += 1) {
      const machine = this.#open[this.#turn % this.#open.length];
      this.#turn += 1;
      if (machine !== undefined && fits(machine, wanted)) return settle(machine, podSpec, wanted);
    }
    return undefined;
  }

  /** Puts a pod on a given node, room or not. @throws Error when there is no such node */
  placeOn(nodeName: string, podSpec: JsonObject): Placement {
    const machine = this.#machines.get(nodeName);
    if (machine === undefined) throw new Error(`no node ${nodeName}`);
    return settle(machine, podSpec, requestsOf(podSpec));
  }
}

function machineOf(node: KubeObject): Machine {
  const address = digArray(node, 'status', 'addresses').find(
    (entry) => digString(entry, 'type') === 'InternalIP',
  );
  const taints = digArray(node, 'spec', 'taints');
  const allocatable = digObject(node, 'status', 'allocatable');
  const cidr = digString(node, 'spec', 'podCIDR');
  return {
    name: node.metadata.name,
    address: digString(address, 'address'),
    prefix: cidr.slice(0, cidr.lastIndexOf('.')),
    open: dig(node, 'spec', 'unschedulable') !== true && !taints.some((taint) => closes(taint)),
    cpu: parseQuantity(digString(allocatable, 'cpu')),
    memory: parseQuantity(digString(allocatable, 'memory')),
    pods: Number(digString(allocatable, 'pods')),
    usedCpu: 0,
    usedMemory: 0,
    placed: 0,
    lastHost: 1,
  };
}

function closes(taint: Json): boolean {
  return digString(taint, 'effect') !== 'PreferNoSchedule';
}

interface Requests {
  readonly cpu: number;
  readonly memory: number;
}

function requestsOf(podSpec: JsonObject): Requests {
  let cpu = 0;
  let memory = 0;
  for (const container of digArray(podSpec, 'containers')) {
    const requests = digObject(container, 'resources', 'requests');
    cpu += parseQuantity(digString(requests, 'cpu'));
    memory += parseQuantity(digString(requests, 'memory'));
  }
  return { cpu, memory };
}

function fits(machine: Machine, { cpu, memory }: Requests): boolean {
  return (
    machine.placed < machine.pods &&
    machine.usedCpu + cpu <= machine.cpu &&
    machine.usedMemory + memory <= machine.memory
  );
}

function take(machine: Machine, { cpu, memory }: Requests): void {
  machine.placed += 1;
  machine.usedCpu += cpu;
  machine.usedMemory += memory;
}

function settle(machine: Machine, podSpec: JsonObject, wanted: Requests): Placement {
  take(machine, wanted);
  const onHost = podSpec['hostNetwork'] === true;
  if (!onHost) machine.lastHost += 1;
  return {
    nodeName: machine.name,
    hostIP: machine.address,
    podIP: onHost ? machine.address : flat(machine.prefix, '.', String(machine.lastHost)),
  };
}
