import type { ReleaseRange } from '../../core/release.js';
import type { Moment } from './moment.js';
import type { Subject } from './subject.js';

/** What a figure is counted in; it says how many decimals are told. */
export type Unit = 'cores' | 'bytes' | 'bytesPerSecond' | 'perSecond' | 'ratio' | 'count' | 'seconds';

/** A figure of a subject at a moment; `undefined` when there is none. */
export type Formula = (subject: Subject, moment: Moment) => number | undefined;

/** A named metric. */
export interface Metric extends ReleaseRange {
  readonly name: string;
  readonly unit: Unit;
  readonly of: Formula;
}

/** A row of a table of metrics: what follows the prefix of the level, the unit, the formula, and where it is. */
export type Row = readonly [name: string, unit: Unit, of: Formula, range?: ReleaseRange];

/** The metrics of a table. */
export function metricsOf(prefix: string, rows: readonly Row[]): readonly Metric[] {
  return rows.map(([name, unit, of, range]) => ({ name: `${prefix}_${name}`, unit, of, ...range }));
}

const decimals: Readonly<Record<Unit, number>> = {
  cores: 3,
  bytes: 0,
  bytesPerSecond: 3,
  perSecond: 3,
  ratio: 4,
  count: 0,
  seconds: 6,
};

/** A figure as Prometheus prints it: the shortest decimal, after rounding as its unit asks. */
export function printFigure(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const scale = 10 ** decimals[unit];
  const rounded = Math.round(value * scale) / scale;
  return printFloat(rounded === 0 ? 0 : rounded);
}

/** A number as Go's `strconv.FormatFloat(v, 'f', -1, 64)` writes it. */
export function printFloat(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return text.includes('e-') ? value.toFixed(20).replace(/0+$/, '') : BigInt(value).toString();
}
