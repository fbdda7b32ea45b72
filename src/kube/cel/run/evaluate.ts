import type { Checked } from '../check/checked.js';
import { callCost } from '../cost/run-costs.js';
import { typeNames } from '../library/all.js';
import { valueIn } from '../library/optionals.js';
import { shown } from '../library/texts-of-values.js';
import type { Expression, Literal } from '../syntax/expression.js';
import { ValueList, ValueMap } from '../values/collections.js';
import {
  CelError,
  CelOptional,
  CelTypeName,
  CelUint,
  noOverload,
  typeNameOf,
  type CelValue,
} from '../values/value.js';
import { chooseOverload } from './dispatch.js';
import { itemAt, itemsOf, memberOf } from './members.js';

/** What is given: the value of a variable; `undefined` when there is none. May throw a CelError. */
export type Given = (name: string) => CelValue | undefined;

/** What came out of an expression, and what it cost. */
export type Outcome =
  | { readonly value: CelValue; readonly cost: number }
  | { readonly failure: string; readonly cost: number; readonly isTooExpensive?: boolean };

/** The cost one expression may have. @see kubernetes/apiserver pkg/apis/cel/config.go PerCallLimit */
const callLimit = 1_000_000;

/** What an expression cost more than it may. */
class TooExpensive extends Error {
  override readonly name = 'TooExpensive';
}

/** Gives the value of an expression, or what keeps it from having one. @see google/cel-go interpreter/interpretable.go */
export function evaluate(checked: Checked, given: Given): Outcome {
  const run = new Run(checked, given);
  try {
    return { value: run.value(checked.expression, undefined), cost: run.cost };
  } catch (error) {
    if (error instanceof CelError) return { failure: error.message, cost: run.cost };
    if (error instanceof TooExpensive)
      return { failure: error.message, cost: run.cost, isTooExpensive: true };
    throw error;
  }
}

/** A variable of a macro. One that gathers may hold what went wrong so far. */
interface Scope {
  readonly name: string;
  value: CelValue | CelError;
  readonly outer: Scope | undefined;
}

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

class Run {
  readonly #checked: Checked;
  readonly #given: Given;
  cost = 0;

  constructor(checked: Checked, given: Given) {
    this.#checked = checked;
    this.#given = given;
  }

  #charge(cost: number): void {
    this.cost += cost;
    if (this.cost > callLimit) throw new TooExpensive('operation cancelled: actual cost limit exceeded');
  }

  value(part: Expression, scope: Scope | undefined): CelValue {
    switch (part.kind) {
      case 'literal':
        return literalValue(part.literal);
      case 'name':
        this.#charge(1);
        return this.#named(part, scope);
      case 'select':
        return this.#select(part, scope);
      case 'call':
        return this.#call(part, scope);
      case 'list':
        return this.#list(part, scope);
      case 'map':
        return this.#map(part, scope);
      case 'fold':
        return this.#fold(part, scope);
      default:
        throw new CelError('unsupported expression');
    }
  }

  #named(part: Node<'name'>, scope: Scope | undefined): CelValue {
    for (let one = scope; one !== undefined; one = one.outer)
      if (one.name === part.name) {
        if (one.value instanceof CelError) throw one.value;
        return one.value;
      }
    return this.#global(part.name.replace(/^\./, ''));
  }

  #global(name: string): CelValue {
    const value = this.#given(name);
    if (value !== undefined) return value;
    if (typeNames.has(name)) return new CelTypeName(name);
    throw new CelError(`no such attribute(s): ${name}`);
  }

  #select(part: Node<'select'>, scope: Scope | undefined): CelValue {
    const name = this.#checked.resolved.get(part);
    if (name !== undefined) return this.#global(name);
    const operand = this.value(part.operand, scope);
    if (!part.tests) this.#charge(1);
    const inner = operand instanceof CelOptional ? operand.value : operand;
    const found = inner === undefined ? undefined : memberOf(inner, part.field);
    if (part.tests) return found !== undefined;
    if (operand instanceof CelOptional) return new CelOptional(found);
    if (found === undefined) throw new CelError(`no such key: ${part.field}`);
    return found;
  }

  #call(part: Node<'call'>, scope: Scope | undefined): CelValue {
    const [first = part, second = part, third = part] = part.args;
    switch (part.name) {
      case '_&&_':
        return this.#logical(part.args, false, scope);
      case '_||_':
        return this.#logical(part.args, true, scope);
      case '_?_:_': {
        const condition = this.value(first, scope);
        if (typeof condition !== 'boolean') throw noOverload();
        return this.value(condition ? second : third, scope);
      }
      case '@not_strictly_false':
        return this.#isNotFalse(first, scope);
      case '_[_]':
      case '_[?_]':
        return this.#index(part.name === '_[?_]', this.value(first, scope), this.value(second, scope));
      case '_?._': {
        const operand = this.value(first, scope);
        this.#charge(1);
        const inner = operand instanceof CelOptional ? operand.value : operand;
        const field = second.kind === 'literal' ? String(second.literal.value) : '';
        return new CelOptional(inner === undefined ? undefined : memberOf(inner, field));
      }
      case 'or':
      case 'orValue':
        if (part.target !== undefined) return this.#or(part.name, part.target, first, scope);
        break;
      default:
    }
    return this.#function(part, scope);
  }

  /** All terms but those after the one that decides; what went wrong counts only when none does. */
  #logical(terms: readonly Expression[], decides: boolean, scope: Scope | undefined): boolean {
    let failure: CelError | undefined;
    for (const term of terms)
      try {
        const value = this.value(term, scope);
        if (value === decides) return decides;
        if (typeof value !== 'boolean') failure ??= noOverload();
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
    if (failure !== undefined) throw failure;
    return !decides;
  }

  #isNotFalse(part: Expression, scope: Scope | undefined): boolean {
    try {
      return this.value(part, scope) !== false;
    } catch (error) {
      if (error instanceof CelError) return true;
      throw error;
    }
  }

  #index(isOptional: boolean, operand: CelValue, key: CelValue): CelValue {
    this.#charge(1);
    const inner = operand instanceof CelOptional ? operand.value : operand;
    const found =
      inner === undefined ? undefined : itemAt(inner, key, isOptional || operand instanceof CelOptional);
    if (isOptional || operand instanceof CelOptional) return new CelOptional(found);
    return found ?? null;
  }

  #or(name: string, target: Expression, other: Expression, scope: Scope | undefined): CelValue {
    const value = this.value(target, scope);
    if (!(value instanceof CelOptional)) throw noOverload(name);
    if (value.value === undefined) return this.value(other, scope);
    return name === 'or' ? value : value.value;
  }

  #function(part: Node<'call'>, scope: Scope | undefined): CelValue {
    const name = this.#checked.resolved.get(part) ?? part.name.replace(/^\./, '');
    const isMember = part.target !== undefined && name === part.name;
    const inputs = isMember ? [part.target, ...part.args] : part.args;
    const values = inputs.map((one) => this.value(one, scope));
    const overload = chooseOverload(name, isMember, values);
    // A pattern that is written down is read before, and what is not a text then says less.
    const isPlanned = /^(find|findAll|matches)$/.test(name) && part.args[0]?.kind === 'literal';
    if (isPlanned && typeof values[0] !== 'string') throw noOverload();
    if (overload?.run === undefined) throw noOverload(`${name}(${values.map(typeNameOf).join(', ')})`);
    const value = overload.run(...values);
    this.#charge(callCost(name, overload.id, values, value));
    return value;
  }

  #list({ items }: Node<'list'>, scope: Scope | undefined): CelValue {
    const values: CelValue[] = [];
    for (const { value, isOptional } of items) {
      const made = this.value(value, scope);
      if (!isOptional) values.push(made);
      else if (!(made instanceof CelOptional))
        throw new CelError(
          `cannot initialize optional list element from non-optional value ${typeNameOf(made)}`,
        );
      else if (made.value !== undefined) values.push(made.value);
    }
    this.#charge(10);
    return new ValueList(values);
  }

  #map({ entries }: Node<'map'>, scope: Scope | undefined): CelValue {
    const made: [CelValue, CelValue][] = [];
    for (const { key, value, isOptional } of entries) {
      const [name, held] = [this.value(key, scope), this.value(value, scope)];
      if (!isOptional) made.push([name, held]);
      else if (held instanceof CelOptional) {
        if (held.value !== undefined) made.push([name, valueIn(held)]);
      } else throw new CelError(`cannot initialize optional entry '${shown(name)}' from non-optional value`);
    }
    this.#charge(30);
    return new ValueMap(made);
  }

  #fold(part: Node<'fold'>, scope: Scope | undefined): CelValue {
    const range = this.value(part.range, scope);
    const gathered: Scope = { name: part.result, value: this.#attempt(part.start, scope), outer: scope };
    for (const item of itemsOf(range)) {
      const inner: Scope = { name: part.variable, value: item, outer: gathered };
      const goesOn = this.#attempt(part.goesOn, inner);
      if (goesOn === false) break;
      gathered.value = this.#attempt(part.step, inner);
    }
    return this.value(part.end, gathered);
  }

  #attempt(part: Expression, scope: Scope | undefined): CelValue | CelError {
    try {
      return this.value(part, scope);
    } catch (error) {
      if (error instanceof CelError) return error;
      throw error;
    }
  }
}

function literalValue(literal: Literal): CelValue {
  return literal.type === 'uint' ? new CelUint(literal.value) : literal.value;
}
