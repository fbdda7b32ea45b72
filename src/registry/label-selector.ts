import { badRequest } from '../core/api-error.js';
import type { KubeObject } from '../core/kube-object.js';
import { readSelectorTokens, type SelectorToken } from './label-selector-tokens.js';
import { labelValueProblems, qualifiedNameProblems } from './names.js';

type Operator = 'exists' | 'absent' | '=' | '==' | '!=' | 'in' | 'notin' | '>' | '<';

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: ReadonlySet<string>;
}

/**
 * A test for objects a label selector selects; `undefined` for an empty selector.
 *
 * @throws ApiError 400 when the selector cannot be read
 * @see kubernetes/apimachinery pkg/labels/selector.go
 */
export function labelMatcher(
  selector: string,
): ((object: Pick<KubeObject, 'metadata'>) => boolean) | undefined {
  const requirements = new Parser(readSelectorTokens(selector)).requirements();
  if (requirements.length === 0) return undefined;
  return ({ metadata }) => requirements.every((requirement) => holds(requirement, metadata.labels ?? {}));
}

function holds({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.has(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.has(value);
    case '>':
    case '<': {
      if (value === undefined || !isInt64(value)) return false;
      const [limit = ''] = values;
      return operator === '>' ? BigInt(value) > BigInt(limit) : BigInt(value) < BigInt(limit);
    }
  }
}

function isInt64(text: string): boolean {
  return /^[-+]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** Reads requirements one after the other; where a word may be a value, `in` and `notin` are words like any other. */
class Parser {
  readonly #tokens: readonly SelectorToken[];
  #at = 0;

  constructor(tokens: readonly SelectorToken[]) {
    this.#tokens = tokens;
  }

  /** All there are, joined by commas. */
  requirements(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#kind() === 'end') return requirements;
    if (!this.#startsRequirement())
      throw badRequest(`found '${this.#text()}', expected: !, identifier, or 'end of string'`);
    for (;;) {
      requirements.push(this.#requirement());
      const kind = this.#kind();
      if (kind === 'end') return requirements;
      if (kind !== ',') throw badRequest(`found '${this.#text()}', expected: ',' or 'end of string'`);
      this.#take();
      if (!this.#startsRequirement())
        throw badRequest(`found '${this.#text()}', expected: identifier after ','`);
    }
  }

  #startsRequirement(): boolean {
    return this.#kind() === 'word' || this.#kind() === '!';
  }

  #requirement(): Requirement {
    const isAbsent = this.#kind() === '!';
    if (isAbsent) this.#take();
    if (this.#kind() !== 'word') throw unreadable(`found '${this.#text()}', expected: identifier`);
    const key = this.#take();
    const problems = qualifiedNameProblems(key);
    if (problems.length > 0)
      throw unreadable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problems.join('; ')}`);
    if (isAbsent) return { key, operator: 'absent', values: new Set() };
    if (this.#kind() === 'end' || this.#kind() === ',') return { key, operator: 'exists', values: new Set() };
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#list() : [this.#value()];
    return checked({ key, operator, values: new Set([...values].sort()) });
  }

  #operator(): Operator {
    const text = this.#text();
    const operator = operators.find((one) => one === text);
    if (operator === undefined) throw unreadable(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    this.#take();
    return operator;
  }

  #value(): string {
    const kind = this.#kind();
    if (kind === 'end' || kind === ',') return '';
    if (kind !== 'word') throw unreadable(`found '${this.#text()}', expected: identifier`);
    return this.#take();
  }

  /** A value is empty where nothing stands before, between or after commas. */
  #list(): string[] {
    if (this.#kind() !== '(') throw unreadable(`found '${this.#text()}' expected: '('`);
    this.#take();
    const first = this.#kind();
    if (first === ')') {
      this.#take();
      return [''];
    }
    if (first !== 'word' && first !== ',')
      throw unreadable(`found '${this.#text()}', expected: ',', ')' or identifier`);
    const values: string[] = [];
    for (;;) {
      if (this.#kind() === 'word') {
        values.push(this.#take());
        if (this.#kind() === ')') break;
        if (this.#kind() !== ',') throw unreadable(`found '${this.#text()}', expected: ',' or ')'`);
      } else if (this.#kind() === ',') {
        this.#take();
        if (values.length === 0 || this.#kind() === ',' || this.#kind() === ')') values.push('');
        if (this.#kind() === ')') break;
        if (this.#kind() === ',') this.#take();
      } else {
        throw unreadable(`found '${this.#text()}', expected: ',', or identifier`);
      }
    }
    this.#take();
    return values;
  }

  #kind(): SelectorToken['kind'] {
    return this.#tokens[this.#at]?.kind ?? 'end';
  }

  #text(): string {
    return this.#tokens[this.#at]?.text ?? '';
  }

  #take(): string {
    const text = this.#text();
    this.#at += 1;
    return text;
  }
}

const operators = ['in', 'notin', '=', '==', '!=', '>', '<'] as const;

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  const problems: string[] = [];
  for (const [at, value] of [...values].entries()) {
    const where = `values[${String(at)}]`;
    const given = `Invalid value: ${JSON.stringify(value)}`;
    if ((operator === '>' || operator === '<') && !isInt64(value))
      problems.push(`${where}: ${given}: for 'Gt', 'Lt' operators, the value must be an integer`);
    const wrong = labelValueProblems(value);
    if (wrong.length > 0) problems.push(`${where}[${key}]: ${given}: ${wrong.join('; ')}`);
  }
  if (problems.length > 0)
    throw unreadable(problems.length === 1 ? problems.join('') : `[${problems.join(', ')}]`);
  return requirement;
}

function unreadable(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`);
}
