import { annotation, type KubeObject } from '../../core/kube-object.js';

/** Label and annotation of a pod of an indexed Job. */
export const indexKey = 'batch.kubernetes.io/job-completion-index';

/** The indexes below a number that pods stand for. */
export function indexesIn(pods: readonly KubeObject[], completions: number): ReadonlySet<number> {
  const all = pods.map((pod) => Number(annotation(pod, indexKey) ?? NaN));
  return new Set(all.filter((index) => index >= 0 && index < completions));
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
