import { digArray, digString, isJsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { parseQuantity } from '../../core/quantity.js';
import { swingOf, wave, type Swing } from './wave.js';

/** What something uses at a moment. */
export interface Usage {
  /** Cores. */
  readonly cpu: number;
  /** Bytes in use that cannot be taken back at once: the working set. */
  readonly memory: number;
}

/** What one container uses at a moment. */
export interface ContainerUsage extends Usage {
  readonly name: string;
}

/** Nothing at all. */
export const noUsage: Usage = { cpu: 0, memory: 0 };

interface Source {
  readonly name: string;
  /** What it moves between: cores and bytes. */
  readonly cpu: readonly [low: number, high: number];
  readonly memory: readonly [low: number, high: number];
  readonly cpuSwing: Swing;
  readonly memorySwing: Swing;
}

interface Measured {
  readonly seed: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly sources: readonly Source[];
}

/** What a container that asks for nothing is taken to need. */
const modest = { cpu: 0.05, memory: 96 * 1024 * 1024 };
const page = 4096;
const measured = new WeakMap<KubeObject, Measured>();

/**
 * What each container of a pod uses: a smooth function of seed, pod and moment that stays near its requests and below its
 * limits. The one truth behind metrics.k8s.io and every monitoring API.
 *
 * @param seed The world's `random.seed`
 * @param at Milliseconds since 1970
 * @returns empty while the pod does not run, and before it did
 */
export function containerUsage(seed: string, pod: KubeObject, at: number): readonly ContainerUsage[] {
  const { since, sources } = measuredOf(seed, pod);
  if (at < since) return [];
  const seconds = at / 1000;
  return sources.map((source) => ({ name: source.name, ...usageOf(source, seconds) }));
}

/**
 * What a pod uses: the sum of its containers.
 *
 * @param at Milliseconds since 1970
 */
export function podUsage(seed: string, pod: KubeObject, at: number): Usage {
  const { since, sources } = measuredOf(seed, pod);
  if (at < since || sources.length === 0) return noUsage;
  let cpu = 0;
  let memory = 0;
  for (const source of sources) {
    const usage = usageOf(source, at / 1000);
    cpu += usage.cpu;
    memory += usage.memory;
  }
  return { cpu: nano(cpu), memory };
}

/** Tells whether there are figures of a pod at a moment: it runs, and did so then. */
export function isMeasured(pod: KubeObject, at: number): boolean {
  return digString(pod, 'status', 'phase') === 'Running' && at >= startOf(pod);
}

function usageOf({ cpu, memory, cpuSwing, memorySwing }: Source, seconds: number): Usage {
  const cores = cpu[0] + (cpu[1] - cpu[0]) * wave(cpuSwing, seconds);
  const bytes = memory[0] + (memory[1] - memory[0]) * wave(memorySwing, seconds);
  return { cpu: nano(cores), memory: Math.round(bytes / page) * page };
}

/** Cores in whole billionths, as kubelets count them. */
function nano(cores: number): number {
  return Math.round(cores * 1e9) / 1e9;
}

function measuredOf(seed: string, pod: KubeObject): Measured {
  let known = measured.get(pod);
  if (known?.seed !== seed) measured.set(pod, (known = measure(seed, pod)));
  return known;
}

function measure(seed: string, pod: KubeObject): Measured {
  const runs = digString(pod, 'status', 'phase') === 'Running';
  const { uid, namespace = '', name } = pod.metadata;
  const sources = (runs ? digArray(pod, 'spec', 'containers') : []).filter(isJsonObject).map((container) => {
    const containerName = digString(container, 'name');
    const who = `${uid ?? `${namespace}/${name}`}/${containerName}`;
    const amount = (kind: string, of: string): number | undefined =>
      numberOf(digString(container, 'resources', kind, of));
    const range = (of: 'cpu' | 'memory', low: number, high: number): readonly [number, number] => {
      const limit = amount('limits', of) ?? Number.POSITIVE_INFINITY;
      const asked = amount('requests', of) ?? Math.min(modest[of], limit);
      return [Math.min(asked * low, limit * low), Math.min(asked * high, limit * 0.95)];
    };
    return {
      name: containerName,
      cpu: range('cpu', 0.1, 0.8),
      memory: range('memory', 0.5, 0.95),
      cpuSwing: swingOf(seed, `${who}/cpu`),
      memorySwing: swingOf(seed, `${who}/memory`),
    };
  });
  return { seed, since: startOf(pod), sources };
}

function startOf(pod: KubeObject): number {
  const started = Date.parse(digString(pod, 'status', 'startTime'));
  return Number.isNaN(started) ? Date.parse(pod.metadata.creationTimestamp ?? '') || 0 : started;
}

/** A quantity as a plain number; `undefined` when it is none, or nothing. */
export function numberOf(text: string): number | undefined {
  const quantity = parseQuantity(text);
  return quantity === undefined || quantity.milli <= 0n ? undefined : Number(quantity.milli) / 1000;
}
