import { typeIn, type Checked } from '../check/checked.js';
import type { Expression } from '../syntax/expression.js';
import { gathered } from '../syntax/macros.js';
import type { SchemaType } from '../types/schema-types.js';
import { callEstimate } from './call-estimates.js';
import type { Estimate } from './calls.js';
import { capped, either, operandOf, Sizes, type Operand, type Size } from './sizes.js';

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/**
 * The most an expression can cost to evaluate.
 *
 * @param root What `self` is described by.
 * @see google/cel-go checker/cost.go
 */
export function estimatedCost(checked: Checked, root: SchemaType | undefined): number {
  return new Estimator(checked, new Sizes(root)).cost(checked.expression);
}

const ways: Readonly<Partial<Record<string, string>>> = { index_list: '@items', index_map: '@values' };

class Estimator {
  readonly #checked: Checked;
  readonly #sizes: Sizes;
  readonly #paths = new Map<Expression, readonly string[]>();
  readonly #made = new Map<Expression, Size>();
  /** What the variables of macros go over; the innermost last. */
  readonly #ranges: { readonly name: string; readonly range: Expression }[] = [];

  constructor(checked: Checked, sizes: Sizes) {
    this.#checked = checked;
    this.#sizes = sizes;
  }

  cost(part: Expression): number {
    switch (part.kind) {
      case 'name':
        this.#paths.set(part, this.#pathOf(part.name));
        return 1;
      case 'select':
        return this.#select(part);
      case 'call':
        return this.#call(part);
      case 'list':
        return this.#sum(part.items.map(({ value }) => value)) + 10;
      case 'map':
        return this.#sum(part.entries.flatMap(({ key, value }) => [key, value])) + 30;
      case 'struct':
        return this.#sum(part.entries.map(({ value }) => value)) + 40;
      case 'fold':
        return this.#fold(part);
      default:
        return 0;
    }
  }

  #sum(parts: readonly Expression[]): number {
    return capped(parts.reduce((sum, part) => sum + this.cost(part), 0));
  }

  #pathOf(name: string): readonly string[] {
    const range = this.#ranges.findLast((one) => one.name === name)?.range;
    if (range === undefined) return [name];
    const path = this.#paths.get(range) ?? [];
    const { kind } = typeIn(this.#checked, range);
    if (kind === 'list') return [...path, '@items'];
    return kind === 'map' ? [...path, '@keys'] : [];
  }

  #select(part: Node<'select'>): number {
    const name = this.#checked.resolved.get(part);
    if (name !== undefined) {
      this.#paths.set(part, [name]);
      return 1;
    }
    const cost = this.cost(part.operand);
    if (part.tests) return cost;
    const { kind } = typeIn(this.#checked, part.operand);
    this.#paths.set(part, [...(this.#paths.get(part.operand) ?? []), part.field]);
    return capped(cost + (kind === 'map' || kind === 'struct' || kind === 'param' ? 1 : 0));
  }

  #operand(part: Expression): Operand {
    const path = this.#paths.get(part) ?? [];
    return operandOf(part, this.#checked, path[0] === gathered ? [] : path, this.#made.get(part));
  }

  #call(part: Node<'call'>): number {
    const costs = part.args.map((arg) => this.cost(arg));
    const overloads = this.#checked.overloads.get(part) ?? [];
    if (overloads.length === 0) return 0;
    const name = this.#checked.resolved.get(part) ?? part.name.replace(/^\./, '');
    const isMember = part.target !== undefined && !this.#checked.resolved.has(part);
    const target = isMember ? part.target : undefined;
    const targetCost = target === undefined ? 0 : this.cost(target);
    const args = part.args.map((arg) => this.#operand(arg));
    const owner = target === undefined ? undefined : this.#operand(target);
    let [most, size]: [number, Size | undefined] = [0, undefined];
    for (const { id } of overloads) {
      const found: Estimate = callEstimate({ name, id, target: owner, args, costs }, this.#sizes);
      most = Math.max(most, found.cost);
      if (found.size !== undefined) size = size === undefined ? found.size : either(size, found.size);
      const way = ways[id];
      const [first] = part.args;
      if (way !== undefined && first !== undefined)
        this.#paths.set(part, [...(this.#paths.get(first) ?? []), way]);
    }
    if (size !== undefined) this.#made.set(part, size);
    return capped(targetCost + most);
  }

  #fold(part: Node<'fold'>): number {
    const outer = this.cost(part.range) + this.cost(part.start);
    this.#ranges.push({ name: part.variable, range: part.range });
    const each = this.cost(part.goesOn) + this.cost(part.step);
    this.#ranges.pop();
    const end = this.cost(part.end);
    const size = this.#sizes.of(this.#operand(part.range), true);
    this.#made.set(part, size);
    return capped(outer + end + (size.max === 0 ? 0 : size.max * each));
  }
}
