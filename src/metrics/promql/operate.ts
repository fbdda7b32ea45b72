import type { Expression, Matching } from './expression.js';
import { QueryError } from './query-error.js';
import { isVector, keyOf, pickLabels, type Labels, type Value, type VectorSample } from './value.js';

type Binary = Extract<Expression, { readonly kind: 'binary' }>;

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};
const comparison: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Applies an operator to two values. @throws QueryError for what cannot be matched */
export function operate(expression: Binary, left: Value, right: Value): Value {
  const { operator, bool, matching } = expression;
  if (operator === 'and' || operator === 'or' || operator === 'unless') {
    if (!isVector(left) || !isVector(right))
      throw new QueryError(
        `1:1: parse error: set operator "${operator}" not allowed in binary scalar expression`,
      );
    return combine(operator, left, right, matching);
  }
  if (!isVector(left) && !isVector(right)) {
    const compare = comparison[operator];
    if (compare === undefined) return arithmetic[operator]?.(left, right) ?? NaN;
    if (!bool) throw new QueryError('1:1: parse error: comparisons between scalars must use BOOL modifier');
    return compare(left, right) ? 1 : 0;
  }
  if (isVector(left) && isVector(right)) return match(expression, left, right);
  const series = isVector(left) ? left : isVector(right) ? right : [];
  return series.flatMap((sample) => {
    const [a, b] = isVector(left) ? [sample.value, right as number] : [left, sample.value];
    const value = result(expression, a, b, sample.value);
    return value === undefined ? [] : [{ labels: shown(expression, sample.labels), value }];
  });
}

/** What two figures make; `undefined` where a comparison takes the series out. */
function result({ operator, bool }: Binary, a: number, b: number, kept: number): number | undefined {
  const compare = comparison[operator];
  if (compare === undefined) return arithmetic[operator]?.(a, b);
  const isTrue = compare(a, b);
  if (bool) return isTrue ? 1 : 0;
  return isTrue ? kept : undefined;
}

/** A comparison keeps the name of a series, everything else makes another one of it. */
function shown({ operator, bool }: Binary, labels: Labels): Labels {
  if (Object.hasOwn(comparison, operator) && !bool) return labels;
  return pickLabels(labels, [], true);
}

function signature(labels: Labels, matching: Matching | undefined): Labels {
  return pickLabels(labels, matching?.labels ?? [], matching?.on !== true);
}

function combine(
  operator: 'and' | 'or' | 'unless',
  left: readonly VectorSample[],
  right: readonly VectorSample[],
  matching: Matching | undefined,
): VectorSample[] {
  const keyed = (samples: readonly VectorSample[]): Set<string> =>
    new Set(samples.map(({ labels }) => keyOf(signature(labels, matching))));
  if (operator === 'or') {
    const known = keyed(left);
    return [...left, ...right.filter(({ labels }) => !known.has(keyOf(signature(labels, matching))))];
  }
  const there = keyed(right);
  return left.filter(({ labels }) => there.has(keyOf(signature(labels, matching))) === (operator === 'and'));
}

function match(
  expression: Binary,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
): VectorSample[] {
  const { matching } = expression;
  const group = matching?.group;
  const [many, one] = group === 'right' ? [right, left] : [left, right];
  const byKey = new Map<string, VectorSample>();
  for (const sample of one) {
    const key = keyOf(signature(sample.labels, matching));
    if (byKey.has(key)) {
      const side = group === 'right' ? 'left' : 'right';
      const told = `found duplicate series for the match group ${key} on the ${side} hand-side of the operation`;
      throw new QueryError(
        `${told};many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    byKey.set(key, sample);
  }
  const met = new Set<string>();
  return many.flatMap((sample) => {
    const key = keyOf(signature(sample.labels, matching));
    const other = byKey.get(key);
    if (other === undefined) return [];
    if (group === undefined && met.has(key))
      throw new QueryError(
        'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
      );
    met.add(key);
    const [a, b] = group === 'right' ? [other.value, sample.value] : [sample.value, other.value];
    const value = result(expression, a, b, a);
    if (value === undefined) return [];
    return [{ labels: labelsOf(expression, sample.labels, other.labels), value }];
  });
}

function labelsOf(expression: Binary, own: Labels, others: Labels): Labels {
  const { matching } = expression;
  const kept = shown(expression, own);
  if (matching === undefined) return kept;
  if (matching.group === undefined) return signature(kept, matching);
  const included = matching.include.filter((name) => Object.hasOwn(others, name));
  return { ...kept, ...Object.fromEntries(included.map((name) => [name, others[name] ?? ''])) };
}
