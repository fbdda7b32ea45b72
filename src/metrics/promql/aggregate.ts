import { keyOf, pickLabels, type Labels, type VectorSample } from './value.js';

type Grouping = { readonly without: boolean; readonly labels: readonly string[] } | undefined;

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
const variance = (values: readonly number[]): number => {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
};

const folds: Readonly<Record<string, (values: readonly number[], parameter: number) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => values.reduce((least, one) => (one < least || Number.isNaN(least) ? one : least), NaN),
  max: (values) => values.reduce((most, one) => (one > most || Number.isNaN(most) ? one : most), NaN),
  count: (values) => values.length,
  group: () => 1,
  stdvar: variance,
  stddev: (values) => Math.sqrt(variance(values)),
  quantile,
};

/** Makes one series of several, group by group; `topk` and `bottomk` keep the series as they are. */
export function aggregate(
  name: string,
  samples: readonly VectorSample[],
  by: Grouping,
  parameter: number,
): VectorSample[] {
  const groups = new Map<string, { readonly labels: Labels; readonly members: VectorSample[] }>();
  for (const sample of samples) {
    const labels = pickLabels(sample.labels, by?.labels ?? [], by?.without ?? false);
    const key = keyOf(labels);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { labels, members: [sample] });
    else known.members.push(sample);
  }
  const fold = folds[name];
  return [...groups.values()].flatMap(({ labels, members }) => {
    if (fold !== undefined) {
      return [
        {
          labels,
          value: fold(
            members.map(({ value }) => value),
            parameter,
          ),
        },
      ];
    }
    const sign = name === 'bottomk' ? 1 : -1;
    const sorted = [...members].sort((a, b) => (a.value - b.value) * sign);
    return sorted.slice(0, Math.max(0, Math.trunc(parameter) || 0));
  });
}

function quantile(values: readonly number[], share: number): number {
  if (share < 0) return -Infinity;
  if (share > 1) return Infinity;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)] ?? NaN, sorted[Math.ceil(rank)] ?? NaN];
  return low + (high - low) * (rank - Math.floor(rank));
}
