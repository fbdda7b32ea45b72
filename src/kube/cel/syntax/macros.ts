import type { Expression } from './expression.js';

/** A macro that was written wrong. */
export interface BadMacro {
  readonly at: number;
  readonly why: string;
}

/** What the steps of a macro gather; rules can name nothing so. */
export const gathered = '__result__';

type Made = Expression | BadMacro;
type Macro = (at: number, target: Expression, args: readonly Expression[]) => Made;

/**
 * What a call that is a macro stands for; `undefined` for a call that is none.
 *
 * @see google/cel-go parser/macro.go, cel/library.go
 */
export function expandMacro(
  at: number,
  name: string,
  target: Expression | undefined,
  args: readonly Expression[],
): Made | undefined {
  const [first] = args;
  if (target === undefined) {
    if (name !== 'has' || first === undefined || args.length !== 1) return undefined;
    if (first.kind !== 'select') return { at: first.at, why: 'invalid argument to has() macro' };
    return { at, kind: 'select', operand: first.operand, field: first.field, tests: true };
  }
  return macros[`${name}/${String(args.length)}`]?.(at, target, args);
}

function call(at: number, name: string, ...args: readonly Expression[]): Expression {
  return { at, kind: 'call', name, args };
}

function literalBool(at: number, value: boolean): Expression {
  return { at, kind: 'literal', literal: { type: 'bool', value } };
}

function literalInt(at: number, value: bigint): Expression {
  return { at, kind: 'literal', literal: { type: 'int', value } };
}

function listOf(at: number, ...all: readonly Expression[]): Expression {
  return { at, kind: 'list', items: all.map((value) => ({ value, isOptional: false })) };
}

interface Loop {
  readonly start: Expression;
  readonly goesOn: Expression;
  readonly step: Expression;
  readonly end: Expression;
}

function loop(at: number, range: Expression, variable: string, parts: Loop): Expression {
  return { at, kind: 'fold', range, variable, result: gathered, ...parts };
}

/** A macro whose first argument is the name of its variable. */
function withName(
  why: string,
  make: (at: number, target: Expression, name: string, args: readonly Expression[]) => Expression,
): Macro {
  return (at, target, args) => {
    const [first] = args;
    return first?.kind === 'name' ? make(at, target, first.name, args) : { at: first?.at ?? at, why };
  };
}

const simpleName = 'argument must be a simple name';
const identifier = 'argument is not an identifier';

const all = withName(simpleName, (at, target, name, [, test = target]) => {
  const result: Expression = { at, kind: 'name', name: gathered };
  return loop(at, target, name, {
    start: literalBool(at, true),
    goesOn: call(at, '@not_strictly_false', result),
    step: call(at, '_&&_', result, test),
    end: result,
  });
});

const exists = withName(simpleName, (at, target, name, [, test = target]) => {
  const result: Expression = { at, kind: 'name', name: gathered };
  return loop(at, target, name, {
    start: literalBool(at, false),
    goesOn: call(at, '@not_strictly_false', call(at, '!_', result)),
    step: call(at, '_||_', result, test),
    end: result,
  });
});

const existsOne = withName(simpleName, (at, target, name, [, test = target]) => {
  const result: Expression = { at, kind: 'name', name: gathered };
  return loop(at, target, name, {
    start: literalInt(at, 0n),
    goesOn: literalBool(at, true),
    step: call(at, '_?_:_', test, call(at, '_+_', result, literalInt(at, 1n)), result),
    end: call(at, '_==_', result, literalInt(at, 1n)),
  });
});

/** Gathers what is made of each item, or of those that pass a test. */
function gathering(
  at: number,
  target: Expression,
  name: string,
  item: Expression,
  test?: Expression,
): Expression {
  const result: Expression = { at, kind: 'name', name: gathered };
  const step = call(at, '_+_', result, listOf(at, item));
  return loop(at, target, name, {
    start: listOf(at),
    goesOn: literalBool(at, true),
    step: test === undefined ? step : call(at, '_?_:_', test, step, result),
    end: result,
  });
}

/** What is made of a value that may be missing: nothing when it is. */
function ofPresent(isFlat: boolean): Macro {
  const why = `${isFlat ? 'optFlatMap' : 'optMap'}() variable name must be a simple identifier`;
  return withName(why, (at, target, name, [, made = target]) => {
    const value: Expression = {
      at,
      kind: 'fold',
      range: listOf(at),
      variable: '#unused',
      result: name,
      start: { at, kind: 'call', name: 'value', target, args: [] },
      goesOn: literalBool(at, false),
      step: { at, kind: 'name', name },
      end: made,
    };
    return call(
      at,
      '_?_:_',
      { at, kind: 'call', name: 'hasValue', target, args: [] },
      isFlat ? value : call(at, 'optional.of', value),
      call(at, 'optional.none'),
    );
  });
}

const macros: Readonly<Partial<Record<string, Macro>>> = {
  'all/2': all,
  'exists/2': exists,
  'exists_one/2': existsOne,
  'map/2': withName(identifier, (at, target, name, [, item = target]) => gathering(at, target, name, item)),
  'map/3': withName(identifier, (at, target, name, [, test, item = target]) =>
    gathering(at, target, name, item, test),
  ),
  'filter/2': withName(identifier, (at, target, name, [item = target, test]) =>
    gathering(at, target, name, item, test),
  ),
  'optMap/2': ofPresent(false),
  'optFlatMap/2': ofPresent(true),
};
