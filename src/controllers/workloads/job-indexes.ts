import { annotation, type KubeObject } from '../../core/kube-object.js';

/** Label and annotation of a pod of an indexed Job. */
export const indexKey = 'batch.kubernetes.io/job-completion-index';
/** Indexes a text is read up to: as many as the largest Job may have pods of. */
const mostIndexes = 100_000;

/** The index a pod stands for; `undefined` for none below that number. */
export function indexOf(pod: KubeObject, completions: number): number | undefined {
  const index = Number(annotation(pod, indexKey) ?? NaN);
  return Number.isInteger(index) && index >= 0 && index < completions ? index : undefined;
}

/** The indexes below a number that pods stand for. */
export function indexesIn(pods: readonly KubeObject[], completions: number): Set<number> {
  const all = pods.map((pod) => indexOf(pod, completions));
  return new Set(all.filter((index) => index !== undefined));
}

/** First and last index of each range in a text such as `0,2-4`; what is none is left out. */
export function rangesIn(text: string): readonly (readonly [number, number])[] {
  return text.split(',').flatMap((part) => {
    const [, from, to] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part) ?? [];
    return from === undefined ? [] : [[Number(from), Number(to ?? from)] as const];
  });
}

/** The indexes below a number that a status tells of. */
export function indexesOf(text: string, completions: number): Set<number> {
  const found = new Set<number>();
  for (const [from, to] of rangesIn(text)) {
    const last = Math.min(to, completions - 1, mostIndexes);
    for (let index = from; index <= last; index += 1) found.add(index);
  }
  return found;
}

/** Indexes as a status tells them: `0,2-4`. */
export function rangesOf(indexes: ReadonlySet<number>): string {
  const ranges: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges
    .map(([from, to]) => {
      if (from === to) return String(from);
      return `${String(from)}${to === from + 1 ? ',' : '-'}${String(to)}`;
    })
    .join(',');
}
