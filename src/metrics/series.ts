import type { JsonObject } from '../core/json.js';
import type { RequestContext } from '../registry/contract.js';
import type { ComponentMetric } from './figures/component-metrics.js';
import { printFigure, type Metric } from './figures/metric.js';
import { Moment } from './figures/moment.js';
import type { Subject } from './figures/subject.js';
import type { When } from './read-query.js';

/** One series: its labels, and its points as seconds and printed figure. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

/** Seconds since 1970, and the figure. */
export type Point = readonly [seconds: number, figure: string];

/** What came of a named metric. */
export interface Measured {
  readonly name: string;
  readonly type: 'vector' | 'matrix';
  readonly series: readonly Series[];
  /** Why there are none, in words of Prometheus. */
  readonly error?: string;
}

/** Points of one series Prometheus answers at most. */
const mostPoints = 11_000;
/** Looks at a subject taken at most for one request, so that none holds up the others. */
const mostLooks = 20_000_000;

const refusals = {
  step: 'bad_data: zero or negative query resolution step widths are not accepted. Try a positive integer',
  points:
    'bad_data: exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
  samples: 'execution: query processing would load too many samples into memory in query execution',
} as const;

/** Measures metrics of subjects: nothing before they were made, nothing of the future. */
export function measure(
  context: RequestContext,
  metrics: readonly (Metric | ComponentMetric)[],
  subjects: readonly Subject[],
  when: When,
): readonly Measured[] {
  const type = 'instant' in when ? 'vector' : 'matrix';
  const { world, cluster } = context;
  const all = momentsOf(when, world.clock.now());
  if (typeof all === 'string') return metrics.map(({ name }) => ({ name, type, series: [], error: all }));
  const moments = all.map((at) => new Moment(cluster.store, world.random.seed, at));
  const weight = Math.max(subjects.length, cluster.store.count({ group: '', plural: 'pods' }));
  if (moments.length * weight * metrics.length > mostLooks && moments.length > 1) {
    return metrics.map(({ name }) => ({ name, type, series: [], error: refusals.samples }));
  }
  const nodes = new Moment(cluster.store, world.random.seed, world.clock.now()).nodes;
  return metrics.map((metric) => {
    const about = 'subjects' in metric ? metric.subjects(nodes) : subjects;
    return {
      name: metric.name,
      type,
      series: about.flatMap((subject) => seriesOf(metric, subject, moments)),
    };
  });
}

function seriesOf(metric: Metric, subject: Subject, moments: readonly Moment[]): readonly Series[] {
  const points: Point[] = [];
  for (const moment of moments) {
    if (moment.at < subject.since) continue;
    const value = metric.of(subject, moment);
    if (value !== undefined) points.push([moment.at / 1000, printFigure(value, metric.unit)]);
  }
  return points.length === 0 ? [] : [{ labels: subject.labels, points }];
}

/** The moments a query looks at, none of them in the future; or why it cannot. */
export function momentsOf(when: When, now: number): readonly number[] | string {
  if ('instant' in when) return when.instant > now ? [] : [when.instant];
  const { start, end, step } = when;
  if (step <= 0) return refusals.step;
  if ((end - start) / step > mostPoints) return refusals.points;
  const moments: number[] = [];
  for (let at = start; at <= Math.min(end, now); at += step) moments.push(at);
  return moments;
}

/** A series as the API prints it. */
export function printSeries(
  type: Measured['type'],
  { labels, points }: Series,
  extra: JsonObject,
): JsonObject {
  const [first] = points;
  const value = first === undefined ? undefined : [first[0], first[1]];
  return {
    ...(Object.keys(labels).length > 0 && { metric: sorted(labels) }),
    ...(type === 'vector' ? { value } : { values: points.map(([at, figure]) => [at, figure]) }),
    ...extra,
  };
}

function sorted(labels: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
