import { RegExpError } from '../../core/go-regexp.js';
import type { RequestContext } from '../../registry/contract.js';
import { formatTimestamp } from '../../state/clock.js';
import { Evaluator } from '../promql/evaluate.js';
import type { Expression } from '../promql/expression.js';
import { parseQuery } from '../promql/parse.js';
import { QueryError, UnknownQuery } from '../promql/query-error.js';
import { durationOf } from '../promql/tokens.js';
import { isVector, keyOf, type Labels, type VectorSample } from '../promql/value.js';
import { expandTemplate } from './expand-template.js';

/** How a rule or an alert stands. */
export type RuleState = 'inactive' | 'pending' | 'firing';

/** A rule to be evaluated. */
export interface RuleToEvaluate {
  readonly name: string;
  readonly query: string;
  /** How long it has to hold, such as `5m`; empty: not at all. */
  readonly lasting: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Milliseconds since 1970: it was not evaluated before. */
  readonly since: number;
}

/** A series that a rule found. */
export interface RuleAlert {
  readonly activeAt: string;
  readonly annotations: Labels;
  readonly labels: Labels;
  readonly state: Exclude<RuleState, 'inactive'>;
  readonly value: string;
}

/** What came of the latest evaluation of a rule. */
export interface EvaluatedRule {
  readonly state: RuleState;
  readonly health: 'ok' | 'err';
  readonly lastError?: string;
  readonly lastEvaluation: string;
  readonly alerts: readonly RuleAlert[];
}

const minute = 60_000;
/** How far back, and how closely, it is looked whether a rule has held: by the minute, then by the hour, then by the day. */
const looks: readonly (readonly [step: number, count: number])[] = [
  [minute, 120],
  [60 * minute, 48],
  [1440 * minute, 30],
];

/**
 * Evaluates a rule as a ruler does every minute of the world's clock.
 *
 * Differs from Prometheus: nothing is remembered; since when a rule holds is found by looking back, after two hours by the
 * hour and after two days by the day.
 *
 * @returns `undefined` before the first evaluation, and for a query that this fake cannot answer
 */
export function evaluateRule(context: RequestContext, rule: RuleToEvaluate): EvaluatedRule | undefined {
  const at = Math.floor(context.world.clock.now() / minute) * minute;
  if (at < rule.since) return undefined;
  const lastEvaluation = formatTimestamp(at);
  try {
    const expression = parseQuery(rule.query);
    const evaluator = new Evaluator(context);
    const found = vectorAt(evaluator, expression, at);
    const activeSince =
      found.length === 0 ? new Map<string, number>() : lookBack(evaluator, expression, at, rule);
    const alerts = found.map((sample) =>
      alertOf(sample, rule, activeSince.get(keyOf(sample.labels)) ?? at, at),
    );
    const isFiring = alerts.some(({ state }) => state === 'firing');
    const state = isFiring ? 'firing' : alerts.length > 0 ? 'pending' : 'inactive';
    return { state, health: 'ok', lastEvaluation, alerts };
  } catch (error) {
    if (error instanceof QueryError)
      return { state: 'inactive', health: 'err', lastError: error.message, lastEvaluation, alerts: [] };
    if (error instanceof UnknownQuery || error instanceof RegExpError) return undefined;
    throw error;
  }
}

/** A number counts as one series without labels, as for a recording rule. */
function vectorAt(evaluator: Evaluator, expression: Expression, at: number): readonly VectorSample[] {
  const value = evaluator.at(expression, at);
  return isVector(value) ? value : [{ labels: {}, value }];
}

/** Since when each series has been there without a gap, by its labels. */
function lookBack(
  evaluator: Evaluator,
  expression: Expression,
  now: number,
  { since, lasting }: RuleToEvaluate,
): ReadonlyMap<string, number> {
  const active = new Map(vectorAt(evaluator, expression, now).map(({ labels }) => [keyOf(labels), now]));
  const open = new Set(active.keys());
  let at = now;
  for (const [step, count] of looks) {
    // Further steps stand on whole hours and days, so that what they find does not move.
    const end = now - step * count;
    for (at = Math.floor((at - 1) / step) * step; at >= Math.max(since, end) && open.size > 0; at -= step) {
      const there = new Set(vectorAt(evaluator, expression, at).map(({ labels }) => keyOf(labels)));
      for (const key of open) {
        if (there.has(key)) active.set(key, at);
        else open.delete(key);
      }
    }
    at += step;
    if (open.size === 0) break;
  }
  // Held for longer than was looked: certainly as long as it takes to fire.
  const longest = now - durationOf(lasting);
  if (longest >= since) for (const key of open) active.set(key, Math.min(active.get(key) ?? now, longest));
  return active;
}

function alertOf(
  { labels: series, value }: VectorSample,
  rule: RuleToEvaluate,
  activeAt: number,
  now: number,
): RuleAlert {
  const { __name__: _, ...labels } = series;
  const expand = (texts: Labels): Labels =>
    Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, expandTemplate(text, labels, value)]),
    );
  return {
    activeAt: formatTimestamp(activeAt),
    annotations: expand(rule.annotations),
    labels: { ...labels, ...expand(rule.labels), alertname: rule.name },
    state: now - activeAt >= durationOf(rule.lasting) ? 'firing' : 'pending',
    value: scientific(value),
  };
}

/** A figure as Go's `strconv.FormatFloat(v, 'e', -1, 64)` writes it. */
function scientific(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
