import type { Ranking } from './read-query.js';
import type { Measured, Series } from './series.js';

/** Measured metrics with their resources ranked and cut, and how many there are. */
export interface Ranked {
  /** A resource without a figure leaves an empty slot. */
  readonly results: readonly (Omit<Measured, 'series'> & {
    readonly series: readonly (Series | undefined)[];
  })[];
  /** 0 when nothing could be ranked. */
  readonly total: number;
}

/**
 * Ranks the resources of instant answers by one metric, those without a figure last, ties by name.
 *
 * Resources of the same name in two namespaces take one place: so it is with the real server.
 *
 * @see kubesphere/kubesphere pkg/models/monitoring/sort_page.go
 */
export function rank(measured: readonly Measured[], identifier: string, ranking: Ranking): Ranked {
  const vectors = measured.filter(({ type, error }) => type === 'vector' && error === undefined);
  const target = vectors.find(({ name }) => name === ranking.metric);
  const places = new Map<string, number>();
  const byFigure = [...(target?.series ?? [])].sort((a, b) => compare(a, b, identifier, ranking.ascending));
  const place = (name: string | undefined): void => {
    if (name !== undefined && !places.has(name)) places.set(name, places.size);
  };
  for (const { labels } of byFigure) place(labels[identifier]);
  const names = new Set(
    vectors.flatMap(({ series }) => series.map(({ labels }) => labels[identifier] ?? '')),
  );
  for (const name of [...names].sort()) if (name !== '') place(name);
  const first = (ranking.page - 1) * ranking.limit;
  const results = measured.map((one) => {
    if (!vectors.includes(one)) return one;
    const slots = new Array<Series | undefined>(places.size).fill(undefined);
    for (const series of one.series) {
      const at = places.get(series.labels[identifier] ?? '');
      if (at !== undefined) slots[at] = series;
    }
    return { ...one, series: slots.slice(first, first + ranking.limit) };
  });
  return { results, total: places.size };
}

function compare(a: Series, b: Series, identifier: string, ascending: boolean): number {
  const [left, right] = [figureOf(a), figureOf(b)];
  if (left !== right && !(Number.isNaN(left) && Number.isNaN(right))) {
    if (Number.isNaN(left)) return 1;
    if (Number.isNaN(right)) return -1;
    return ascending ? left - right : right - left;
  }
  return (a.labels[identifier] ?? '') < (b.labels[identifier] ?? '') ? -1 : 1;
}

function figureOf({ points }: Series): number {
  const text = points[0]?.[1] ?? 'NaN';
  return text.endsWith('Inf') ? Number(`${text}inity`) : Number(text);
}
