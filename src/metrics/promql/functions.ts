/** A sample of a series over a time: milliseconds since 1970, and the figure. */
export type Sample = readonly [at: number, value: number];

/** A function of the language: how many arguments it takes, and whether it looks over a time. */
export interface QueryFunction {
  readonly takes: readonly [least: number, most: number];
  readonly overTime: boolean;
  /** Makes one figure of the samples over a time; absent for those of the evaluator's own. */
  readonly of?: (samples: readonly Sample[]) => number | undefined;
  /** Makes one figure of another, and of numbers that follow. */
  readonly each?: (value: number, ...more: readonly number[]) => number;
}

const values = (samples: readonly Sample[]): number[] => samples.map(([, value]) => value);
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function overTime(of: (numbers: readonly number[]) => number): QueryFunction {
  return {
    takes: [1, 1],
    overTime: true,
    of: (samples) => (samples.length === 0 ? undefined : of(values(samples))),
  };
}

function each(
  of: (value: number, ...more: readonly number[]) => number,
  more = 0,
  least = more,
): QueryFunction {
  return { takes: [1 + least, 1 + more], overTime: false, each: of };
}

const own = (least: number, most: number, over = false): QueryFunction => ({
  takes: [least, most],
  overTime: over,
});

/** The functions known here, by name. `rate`, `irate` and `increase` look at counters, which the evaluator integrates. */
export const functions: Readonly<Record<string, QueryFunction>> = {
  rate: own(1, 1, true),
  irate: own(1, 1, true),
  increase: own(1, 1, true),
  avg_over_time: overTime((numbers) => sum(numbers) / numbers.length),
  max_over_time: overTime((numbers) => Math.max(...numbers)),
  min_over_time: overTime((numbers) => Math.min(...numbers)),
  sum_over_time: overTime(sum),
  count_over_time: overTime((numbers) => numbers.length),
  last_over_time: overTime((numbers) => numbers.at(-1) ?? NaN),
  abs: each(Math.abs),
  ceil: each(Math.ceil),
  floor: each(Math.floor),
  exp: each(Math.exp),
  ln: each(Math.log),
  log2: each(Math.log2),
  log10: each(Math.log10),
  sqrt: each(Math.sqrt),
  round: each((value, to = 1) => Math.floor(value / to + 0.5) * to, 1, 0),
  clamp_min: each((value, least = 0) => Math.max(value, least), 1),
  clamp_max: each((value, most = 0) => Math.min(value, most), 1),
  clamp: each((value, least = 0, most = 0) => Math.max(least, Math.min(most, value)), 2),
  absent: own(1, 1),
  scalar: own(1, 1),
  vector: own(1, 1),
  time: own(0, 0),
  sort: own(1, 1),
  sort_desc: own(1, 1),
  label_replace: own(5, 5),
};
