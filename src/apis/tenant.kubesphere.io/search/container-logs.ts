import { digArray, digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { isMeasured } from '../../../registry/usage/pod-usage.js';
import { Random } from '../../../state/random.js';

/** A line a container wrote. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly container: string;
  readonly text: string;
}

/** Lines of a container are this far apart, and no more of them are kept. */
const period = 30_000;
const kept = 500;
const texts = [
  'handled request in 12ms',
  'cache refreshed',
  'connection from 10.233.64.1 accepted',
  'reconciled, nothing to do',
  'slow response from upstream, retrying',
] as const;

/**
 * What the containers of a pod wrote between two moments (milliseconds since 1970, both included), oldest first: the same
 * for the same pod, always.
 */
export function containerLogs(pod: KubeObject, from: number, to: number): readonly LogLine[] {
  const born = Date.parse(digString(pod, 'status', 'startTime'));
  if (Number.isNaN(born) || !isMeasured(pod, to)) return [];
  return digArray(pod, 'spec', 'containers').flatMap((one) => {
    const container = digString(one, 'name');
    const random = new Random(`${pod.metadata.uid ?? pod.metadata.name}/${container}`);
    const [phase, shift] = [random.integer(period), random.integer(texts.length)];
    const last = Math.floor((to - born - phase) / period);
    const first = Math.max(0, Math.ceil((from - born - phase) / period), last - kept + 1);
    const lines: LogLine[] = [];
    for (let number = first; number <= last; number += 1) {
      const text = texts[(number * 7 + shift) % texts.length] ?? '';
      lines.push({
        at: born + phase + number * period,
        container,
        text: `[${container}] #${String(number)} ${text}`,
      });
    }
    return lines;
  });
}
