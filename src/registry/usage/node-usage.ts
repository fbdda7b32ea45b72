import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { numberOf, podUsage, type Usage } from './pod-usage.js';
import { swingOf, wave, type Swing } from './wave.js';

interface System {
  readonly seed: string;
  readonly cores: number;
  readonly bytes: number;
  readonly cpuSwing: Swing;
  readonly memorySwing: Swing;
}

const systems = new WeakMap<KubeObject, System>();

/**
 * What a node uses: its pods, and a little for kubelet and system that grows with its size. Never more than it has.
 *
 * @param seed The world's `random.seed`
 * @param pods Those on the node
 * @param at Milliseconds since 1970
 */
export function nodeUsage(seed: string, node: KubeObject, pods: Iterable<KubeObject>, at: number): Usage {
  const system = systemOf(seed, node);
  const seconds = at / 1000;
  let cpu = system.cores * (0.01 + 0.03 * wave(system.cpuSwing, seconds));
  let memory = system.bytes * (0.05 + 0.03 * wave(system.memorySwing, seconds));
  for (const pod of pods) {
    const usage = podUsage(seed, pod, at);
    cpu += usage.cpu;
    memory += usage.memory;
  }
  return {
    cpu: Math.round(Math.min(cpu, system.cores * 0.98) * 1e9) / 1e9,
    memory: Math.round(Math.min(memory, system.bytes * 0.98) / 4096) * 4096,
  };
}

function systemOf(seed: string, node: KubeObject): System {
  let known = systems.get(node);
  if (known?.seed !== seed) {
    const { uid, name } = node.metadata;
    known = {
      seed,
      cores: numberOf(digString(node, 'status', 'capacity', 'cpu')) ?? 0,
      bytes: numberOf(digString(node, 'status', 'capacity', 'memory')) ?? 0,
      cpuSwing: swingOf(seed, `${uid ?? name}/cpu`),
      memorySwing: swingOf(seed, `${uid ?? name}/memory`),
    };
    systems.set(node, known);
  }
  return known;
}
