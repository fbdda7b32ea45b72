import { compileGoRegExp, RegExpError } from '../../../core/go-regexp.js';
import type { Checked } from '../check/checked.js';
import { partsOf, type Expression } from '../syntax/expression.js';
import { evaluate } from './evaluate.js';

const conversions = new Set(['bool', 'bytes', 'double', 'duration', 'int', 'string', 'timestamp', 'uint']);

/**
 * What fails when an expression is made ready: values of one type are turned into another, and regular expressions read, as
 * far as they are written down.
 *
 * @see google/cel-go interpreter/decorators.go; kubernetes/apiserver pkg/cel/library/regex.go
 */
export function planProblem(checked: Checked): string | undefined {
  const visit = (part: Expression): string | undefined => {
    for (const one of partsOf(part)) {
      const found = visit(one);
      if (found !== undefined) return found;
    }
    if (part.kind !== 'call') return undefined;
    const [first] = part.args;
    if (first?.kind !== 'literal') return undefined;
    if (part.target === undefined && conversions.has(part.name)) return conversionProblem(part, checked);
    const isPattern = /^(find|findAll|matches)$/.test(part.name);
    return isPattern && first.literal.type === 'string' ? patternProblem(first.literal.value) : undefined;
  };
  return visit(checked.expression);
}

function conversionProblem(part: Expression, checked: Checked): string | undefined {
  const outcome = evaluate({ ...checked, expression: part }, () => undefined);
  return 'failure' in outcome ? outcome.failure : undefined;
}

function patternProblem(pattern: string): string | undefined {
  try {
    compileGoRegExp(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RegExpError) return error.message;
    throw error;
  }
}
