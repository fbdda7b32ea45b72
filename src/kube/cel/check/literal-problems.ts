import { compileGoRegExp, RegExpError } from '../../../core/go-regexp.js';
import { partsOf, type Expression } from '../syntax/expression.js';
import type { Problem } from '../syntax/problems.js';
import { sameType, showType, unwrapped, type CelType } from '../types/cel-type.js';
import { parseDuration } from '../values/durations.js';
import { parseTimestamp } from '../values/timestamps.js';
import { formatProblem } from '../library/format-text.js';
import { typeIn, type Checked } from './checked.js';

/**
 * What is wrong with the values written down in an expression whose types fit: texts that are no duration, time or regular
 * expression, and lists and maps of mixed types.
 *
 * @see google/cel-go cel/validator.go
 */
export function literalProblems(checked: Checked): Problem[] {
  const [texts, formats, lists, maps]: [Problem[], Problem[], Problem[], Problem[]] = [[], [], [], []];
  const visit = (part: Expression, isExempt: boolean): void => {
    if (part.kind === 'call') {
      texts.push(...textProblems(part));
      if (part.name === 'format' && part.target !== undefined) formats.push(...formatProblems(part, checked));
    } else if (part.kind === 'list' && !isExempt)
      lists.push(
        ...mixed(
          part.items.map(({ value, isOptional }) => [value, isOptional]),
          checked,
          true,
        ),
      );
    else if (part.kind === 'map' && !isExempt) {
      maps.push(
        ...mixed(
          part.entries.map(({ key }) => [key, false]),
          checked,
          false,
        ),
      );
      maps.push(
        ...mixed(
          part.entries.map(({ value, isOptional }) => [value, isOptional]),
          checked,
          false,
        ),
      );
    }
    const exempts = isExempt || (part.kind === 'call' && part.name === 'format');
    for (const one of partsOf(part)) visit(one, exempts);
  };
  visit(checked.expression, false);
  return [...texts, ...lists, ...maps, ...formats];
}

/** Whether a text can be turned into what a function makes of it. */
const readers: Readonly<Partial<Record<string, (text: string) => boolean>>> = {
  duration: (text) => parseDuration(text) !== undefined,
  timestamp: (text) => parseTimestamp(text) !== undefined,
  matches: isExpression,
};

function isExpression(text: string): boolean {
  try {
    compileGoRegExp(text);
    return true;
  } catch (error) {
    if (!(error instanceof RegExpError)) throw error;
    return false;
  }
}

function textProblems({ name, args: [first] }: Extract<Expression, { kind: 'call' }>): Problem[] {
  const reads = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (reads === undefined || first?.kind !== 'literal' || first.literal.type !== 'string') return [];
  return reads(first.literal.value) ? [] : [{ at: first.at, why: `invalid ${name} argument` }];
}

/** @see google/cel-go ext/formatting.go stringFormatValidator */
function formatProblems(
  { at, target, args }: Extract<Expression, { kind: 'call' }>,
  checked: Checked,
): Problem[] {
  const [list] = args;
  if (target?.kind !== 'literal' || target.literal.type !== 'string' || list?.kind !== 'list') return [];
  const items = list.items.map(({ value }) => ({ at: value.at, type: typeIn(checked, value) }));
  return formatProblem(target.literal.value, items, at);
}

/** Parts whose type is not that of the first; of a list only the first of these is told. */
function mixed(
  parts: readonly (readonly [part: Expression, isOptional: boolean])[],
  checked: Checked,
  onlyFirst: boolean,
): Problem[] {
  const all = parts.map(([part, isOptional]): { part: Expression; type: CelType } => {
    const type = typeIn(checked, part);
    return { part, type: isOptional ? (unwrapped(type) ?? type) : type };
  });
  const [first] = all;
  if (first === undefined) return [];
  const found = all
    .filter(({ type }) => !sameType(type, first.type))
    .map(({ part, type }) => ({
      at: part.at,
      why: `expected type '${showType(first.type)}' but found '${showType(type)}'`,
    }));
  return onlyFirst ? found.slice(0, 1) : found;
}
