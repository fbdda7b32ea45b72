/** A value written down in an expression. */
export type Literal =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'int' | 'uint'; readonly value: bigint }
  | { readonly type: 'null'; readonly value: null }
  | { readonly type: 'string'; readonly value: string };

/** One part of an expression. `at` is where it stands in the text, in UTF-16 units: an operator, the dot, the parenthesis. */
export type Expression = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'select';
      readonly operand: Expression;
      readonly field: string;
      /** Whether it only asks whether the field is there: `has()`. */
      readonly tests: boolean;
    }
  | {
      readonly kind: 'call';
      /** As declared: `size`, `_==_`. */
      readonly name: string;
      readonly target?: Expression | undefined;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  | { readonly kind: 'struct'; readonly name: string; readonly entries: readonly FieldEntry[] }
  | {
      readonly kind: 'fold';
      readonly range: Expression;
      readonly variable: string;
      readonly result: string;
      readonly start: Expression;
      readonly goesOn: Expression;
      readonly step: Expression;
      readonly end: Expression;
    }
  /** What could not be read. */
  | { readonly kind: 'unread' }
);

/** An item of a list; one that is optional is left out when there is none. */
export interface Item {
  readonly value: Expression;
  readonly isOptional: boolean;
}

/** An entry of a map. */
export interface Entry extends Item {
  readonly at: number;
  readonly key: Expression;
}

/** A member of a struct. */
export interface FieldEntry extends Item {
  readonly at: number;
  readonly field: string;
}

/** A member's full name, such as `a.b.c`; `undefined` for what is none. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'select' || expression.tests) return undefined;
  const before = qualifiedName(expression.operand);
  return before === undefined ? undefined : `${before}.${expression.field}`;
}

/** The parts an expression is directly made of. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'select':
      return [expression.operand];
    case 'call':
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args];
    case 'list':
      return expression.items.map(({ value }) => value);
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expression.entries.map(({ value }) => value);
    case 'fold':
      return [expression.range, expression.start, expression.goesOn, expression.step, expression.end];
    default:
      return [];
  }
}
