import { qualifiedName, type Expression } from '../syntax/expression.js';
import { parseExpression } from '../syntax/parser.js';
import { CelCompileError } from '../syntax/problems.js';
import {
  listType,
  mapType,
  optionalType,
  scalarTypes,
  showType,
  typeType,
  unwrapped,
  type CelType,
} from '../types/cel-type.js';
import type { Overload } from '../types/signature.js';
import { isOpen } from '../types/unify.js';
import type { Checked, Declarations } from './checked.js';
import { literalProblems } from './literal-problems.js';
import { TypeNotes } from './type-notes.js';

const { bool, dyn, error, string } = scalarTypes;

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/**
 * Reads an expression and finds the types of its parts.
 *
 * @throws CelCompileError
 * @see google/cel-go checker/checker.go
 */
export function compileExpression(text: string, declarations: Declarations): Checked {
  const expression = parseExpression(text);
  return new Checker(text, declarations).check(expression);
}

class Checker extends TypeNotes {
  readonly #text: string;
  readonly #declarations: Declarations;
  readonly #types = new Map<Expression, CelType>();
  readonly #overloads = new Map<Expression, readonly Overload[]>();
  readonly #resolved = new Map<Expression, string>();
  readonly #uses = new Set<string>();
  #scopes: ReadonlyMap<string, CelType> = new Map();

  constructor(text: string, declarations: Declarations) {
    super();
    this.#text = text;
    this.#declarations = declarations;
  }

  check(expression: Expression): Checked {
    this.#visit(expression);
    const types = new Map<Expression, CelType>();
    for (const [part, type] of this.#types) types.set(part, this.resolved(type, true));
    const checked: Checked = {
      text: this.#text,
      expression,
      types,
      overloads: this.#overloads,
      resolved: this.#resolved,
      uses: this.#uses,
    };
    if (this.problems.length === 0) this.problems.push(...literalProblems(checked));
    if (this.problems.length > 0) throw new CelCompileError(this.#text, this.problems);
    return checked;
  }

  #visit(part: Expression): CelType {
    const type = this.#typeOf(part);
    this.#types.set(part, type);
    return type;
  }

  #typeOf(part: Expression): CelType {
    switch (part.kind) {
      case 'literal':
        return scalarTypes[part.literal.type];
      case 'name': {
        const found = this.#named(part, part.name);
        if (found !== undefined) return found;
        this.undeclared(part.at, part.name);
        return error;
      }
      case 'select':
        return this.#select(part);
      case 'call':
        return this.#call(part);
      case 'list':
        return this.#list(part);
      case 'map':
        return this.#map(part);
      case 'struct':
        return this.#struct(part);
      case 'fold':
        return this.#fold(part);
      default:
        return error;
    }
  }

  /** The type of what has a name; that of a type when the name is one. */
  #named(part: Expression, written: string): CelType | undefined {
    const name = written.replace(/^\./, '');
    const local = written === name ? this.#scopes.get(name) : undefined;
    if (local !== undefined) return local;
    const variable = this.#declarations.variables.get(name);
    if (variable !== undefined) {
      this.#uses.add(name);
      this.#resolved.set(part, name);
      return variable;
    }
    const type = this.#declarations.types.get(name);
    if (type !== undefined) this.#resolved.set(part, name);
    return type === undefined ? undefined : typeType(type);
  }

  #select(part: Node<'select'>): CelType {
    const name = qualifiedName(part);
    const named =
      name === undefined || this.#scopes.has(name.split('.')[0] ?? '') ? undefined : this.#named(part, name);
    if (named !== undefined) return named;
    const type = this.#field(part.at, part.operand, part.field, false);
    return part.tests ? bool : type;
  }

  /** The type of a member of something. @param isOptional Whether it may be missing. */
  #field(at: number, operand: Expression, field: string, isOptional: boolean): CelType {
    const whole = this.resolved(this.#visit(operand));
    const inner = unwrapped(whole);
    const type = this.#member(at, inner ?? whole, field);
    return inner !== undefined || isOptional ? optionalType(type) : type;
  }

  #member(at: number, owner: CelType, field: string): CelType {
    switch (owner.kind) {
      case 'map':
        return this.resolved(owner.of[1] ?? dyn);
      case 'struct': {
        const found = owner.members?.get(field) ?? owner.members?.get(`__${field}__`);
        if (found === undefined) this.wrong(at, `undefined field '${field}'`);
        return found ?? error;
      }
      case 'param':
        this.fits([dyn], [owner]);
        return dyn;
      default:
        if (!isOpen(owner)) this.wrong(at, `type '${showType(owner)}' does not support field selection`);
        return dyn;
    }
  }

  #call(part: Node<'call'>): CelType {
    const { name, target, args } = part;
    const [operand, field] = args;
    if (name === '_?._' && operand !== undefined && field?.kind === 'literal') {
      const type = this.#field(part.at, operand, String(field.literal.value), true);
      this.#types.set(field, string);
      this.#overloads.set(part, this.#declarations.functions.get(name) ?? []);
      return this.resolved(type);
    }
    for (const one of args) this.#visit(one);
    if (target === undefined) return this.#resolve(part, name.replace(/^\./, ''), undefined, name);
    const prefix = qualifiedName(target);
    const full = prefix === undefined ? undefined : `${prefix}.${name}`;
    if (full !== undefined && this.#declarations.functions.has(full)) {
      this.#resolved.set(part, full);
      return this.#resolve(part, full, undefined, full);
    }
    this.#visit(target);
    return this.#resolve(part, name, target, name);
  }

  #resolve(part: Node<'call'>, name: string, target: Expression | undefined, shown: string): CelType {
    const known = this.#declarations.functions.get(name);
    if (known === undefined) {
      this.undeclared(part.at, shown);
      return error;
    }
    if (name === '_&&_' || name === '_||_') return this.#logical(part, known);
    const given = (target === undefined ? part.args : [target, ...part.args]).map(
      (one) => this.#types.get(one) ?? error,
    );
    const chosen: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of known) {
      if (overload.isMember !== (target !== undefined)) continue;
      const { takes, gives } = this.instance(overload);
      if (!this.fits(given, takes)) continue;
      chosen.push(overload);
      const type = this.resolved(gives);
      if (result === undefined) result = type;
      else if (result.kind !== 'dyn' && showType(result) !== showType(type)) result = dyn;
    }
    this.#overloads.set(part, chosen);
    if (result !== undefined) return result;
    const [first, ...rest] = given.map((one) => showType(this.resolved(one, true)));
    const shownArgs =
      target === undefined
        ? `(${[first, ...rest].filter((one) => one !== undefined).join(', ')})`
        : `${first ?? ''}.(${rest.join(', ')})`;
    this.wrong(part.at, `found no matching overload for '${name}' applied to '${shownArgs}'`);
    return error;
  }

  #logical(part: Node<'call'>, known: readonly Overload[]): CelType {
    this.#overloads.set(part, known);
    let isSound = true;
    for (const one of part.args) {
      const type = this.#types.get(one) ?? error;
      if (this.fits([type], [bool])) continue;
      this.mismatch(one.at, bool, this.resolved(type));
      isSound = false;
    }
    return isSound ? bool : error;
  }

  #list({ items }: Node<'list'>): CelType {
    let type: CelType | undefined;
    for (const { value, isOptional } of items) type = this.joined(type, this.#item(value, isOptional));
    return listType(type ?? this.parameter());
  }

  /** The type of an item: of what it wraps when it is optional. */
  #item(value: Expression, isOptional: boolean): CelType {
    const type = this.#visit(value);
    if (!isOptional) return type;
    const inner = unwrapped(type);
    if (inner === undefined && type.kind !== 'dyn') this.mismatch(value.at, optionalType(type), type);
    return inner ?? type;
  }

  #map({ entries }: Node<'map'>): CelType {
    let [keys, values]: [CelType | undefined, CelType | undefined] = [undefined, undefined];
    for (const { key, value, isOptional } of entries) {
      keys = this.joined(keys, this.#visit(key));
      values = this.joined(values, this.#item(value, isOptional));
    }
    return mapType(keys ?? this.parameter(), values ?? this.parameter());
  }

  #struct(part: Node<'struct'>): CelType {
    const type = this.#declarations.types.get(part.name.replace(/^\./, ''));
    if (type === undefined) {
      this.undeclared(part.at, part.name);
      return error;
    }
    const isMessage = type.kind === 'struct';
    if (!isMessage) this.wrong(part.at, `'${showType(type)}' is not a message type`);
    for (const { at, field, value, isOptional } of part.entries) {
      const found = this.#item(value, isOptional);
      const wanted = isMessage ? this.#member(at, type, field) : error;
      if (this.fits([wanted], [found])) continue;
      this.wrong(
        at,
        `expected type of field '${field}' is '${showType(wanted)}' but provided type is '${showType(found)}'`,
      );
    }
    return isMessage ? type : error;
  }

  #fold(part: Node<'fold'>): CelType {
    this.#visit(part.range);
    const start = this.#visit(part.start);
    const range = this.resolved(this.#types.get(part.range) ?? error);
    const outer = this.#scopes;
    this.#scopes = new Map(outer).set(part.result, start);
    const around = this.#scopes;
    this.#scopes = new Map(around).set(part.variable, this.#itemOf(part.range.at, range));
    this.#assert(part.goesOn, bool);
    this.#assert(part.step, start);
    this.#scopes = around;
    const type = this.resolved(this.#visit(part.end));
    this.#scopes = outer;
    return type;
  }

  #assert(part: Expression, wanted: CelType): void {
    const type = this.#visit(part);
    if (!this.fits([wanted], [type])) this.mismatch(part.at, wanted, type);
  }

  #itemOf(at: number, range: CelType): CelType {
    if (range.kind === 'list' || range.kind === 'map') return range.of[0] ?? dyn;
    if (isOpen(range) || range.kind === 'param') {
      this.fits([dyn], [range]);
      return dyn;
    }
    this.wrong(
      at,
      `expression of type '${showType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
    return error;
  }
}
