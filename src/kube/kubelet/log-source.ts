import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { LogScript } from '../../state/containers.js';
import { containerSpec } from './find-container.js';
import { hashOf, imageLog } from './image-log.js';

/** A line of a log, without its newline. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Nanoseconds beyond them. */
  readonly nanos: number;
  readonly text: string;
}

/** Everything a container has logged and will log: a line per number, in order of time. */
export interface LogSource {
  /** The lines written at a moment from `from` (exclusive) to `to` (inclusive), oldest first. */
  readonly between: (from: number, to: number) => LogLine[];
  /** When the first line after a moment comes; `undefined` for never. */
  readonly nextAfter: (moment: number) => number | undefined;
}

/** Regular lines that are kept; older ones were rotated away. */
const keptLines = 1000;

/** What the image of a container has it log, from its start on. */
export function imageSource(pod: KubeObject, container: string, start: number): LogSource {
  const image = digString(containerSpec(pod, container), 'image');
  const seed = `${pod.metadata.uid ?? ''}/${container}/${String(start)}`;
  const { greeting, period, regular } = imageLog(image);
  const details = { pod, container, seed };
  const tick = (number: number): LogLine => {
    const jitter = hashOf(`${seed}/${String(number)}`);
    const at = start + number * period + (jitter % Math.floor(period / 3));
    return { at, nanos: jitter % 1_000_000, text: regular({ ...details, at, number, roll: jitter }) };
  };
  const greetings = greeting.map((text, at): LogLine => {
    const moment = start + 40 + at * 35;
    return {
      at: moment,
      nanos: hashOf(`${seed}/start/${String(at)}`) % 1_000_000,
      text: text({ ...details, at: moment, number: at, roll: hashOf(`${seed}/${String(at)}`) }),
    };
  });
  return {
    between: (from, to) => {
      const last = Math.floor((to - start) / period);
      const first = Math.max(1, Math.floor((from - start) / period) - 1, last - keptLines);
      const lines = last - keptLines > 1 ? [] : [...greetings];
      for (let number = first; number <= last; number += 1) lines.push(tick(number));
      return lines.filter(({ at }) => at > from && at <= to);
    },
    nextAfter: (moment) => {
      const early = greetings.find(({ at }) => at > moment);
      if (early !== undefined) return early.at;
      for (let number = Math.max(1, Math.floor((moment - start) / period)); ; number += 1) {
        const { at } = tick(number);
        if (at > moment) return at;
      }
    },
  };
}

/** What somebody wants a container to log. */
export function scriptSource({ lines, everyMs, since }: LogScript, start: number): LogSource {
  if (everyMs === undefined) {
    const all = lines.map((text, at): LogLine => ({ at: start, nanos: at, text }));
    return {
      between: (from, to) => all.filter(({ at }) => at > from && at <= to),
      nextAfter: (moment) => (moment < start ? start : undefined),
    };
  }
  const line = (number: number): LogLine => ({
    at: since + number * everyMs,
    nanos: 0,
    text: lines[(number - 1) % lines.length] ?? '',
  });
  const numberAfter = (moment: number): number => Math.max(1, Math.floor((moment - since) / everyMs) + 1);
  return {
    between: (from, to) => {
      const last = Math.floor((to - since) / everyMs);
      const found: LogLine[] = [];
      for (let number = Math.max(numberAfter(from), last - keptLines); number <= last; number += 1)
        found.push(line(number));
      return found;
    },
    nextAfter: (moment) => line(numberAfter(moment)).at,
  };
}
