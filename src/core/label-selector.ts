import { badRequest } from './api-error.js';
import type { KubeObject } from './kube-object.js';

type Operator = '' | '!' | '=' | '==' | '!=' | 'in' | 'notin' | '>' | '<';

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: ReadonlySet<string>;
}

const operators = ['==', '!=', '=', '>', '<'] as const;

/**
 * A test for objects a label selector selects; `undefined` for an empty selector.
 *
 * @throws ApiError 400 when the selector cannot be read
 * @see kubernetes/apimachinery pkg/labels/selector.go
 */
export function labelMatcher(
  selector: string,
): ((object: Pick<KubeObject, 'metadata'>) => boolean) | undefined {
  const requirements = parse(selector);
  if (requirements.length === 0) return undefined;
  return ({ metadata }) => requirements.every((requirement) => holds(requirement, metadata.labels ?? {}));
}

function holds({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '':
      return value !== undefined;
    case '!':
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
      if (value === undefined || !/^[-+]?\d+$/.test(value)) return false;
      const [limit = ''] = values;
      return operator === '>' ? BigInt(value) > BigInt(limit) : BigInt(value) < BigInt(limit);
    }
  }
}

/** Splits at commas outside of parentheses. */
function parse(selector: string): Requirement[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < selector.length; at += 1) {
    const character = selector.charAt(at);
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(selector.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(selector.slice(start));
  if (parts.length === 1 && selector.trim() === '') return [];
  return parts.map((part) => requirement(part.trim()));
}

const keyPattern = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const valuePattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const setPattern = /^(\S+)\s+(in|notin)\s*\((.*)\)$/;

function requirement(text: string): Requirement {
  const set = setPattern.exec(text);
  if (set !== null) {
    const [, key = '', operator = 'in', list = ''] = set;
    if (list.trim() === '')
      throw bad("values: Invalid value: []string{}: for 'in', 'notin' operators, values set can't be empty");
    return checked(
      key,
      operator as Operator,
      list.split(',').map((value) => value.trim()),
      text,
    );
  }
  if (/^\S+\s+(in|notin)$/.test(text)) throw bad("found '', expected: '('");
  if (text.startsWith('!') && !text.startsWith('!=')) return checked(text.slice(1).trim(), '!', [], text);
  for (const operator of operators) {
    const at = text.indexOf(operator);
    if (at <= 0) continue;
    const value = text.slice(at + operator.length).trim();
    const [, more] = value.split(/\s+/);
    if (more !== undefined) throw badRequest(`found '${more}', expected: ',' or 'end of string'`);
    return checked(text.slice(0, at).trim(), operator, [value], text);
  }
  return checked(text, '', [], text);
}

function checked(key: string, operator: Operator, values: readonly string[], text: string): Requirement {
  if (text === '') throw bad("found '', expected: !, identifier, or 'end of string'");
  if (/\s/.test(key))
    throw bad(`found '${key.split(/\s+/)[1] ?? ''}', expected: in, notin, =, ==, !=, gt, lt`);
  if (!keyPattern.test(key)) throw bad(`<nil>: Invalid value: ${JSON.stringify(key)}: ${keyText}`);
  const wrong = values.find((value) => !valuePattern.test(value));
  if (wrong !== undefined)
    throw bad(`values[0][${key}]: Invalid value: ${JSON.stringify(wrong)}: ${valueText}`);
  if ((operator === '>' || operator === '<') && !/^[-+]?\d+$/.test(values[0] ?? '')) {
    throw bad(
      `values[0]: Invalid value: ${JSON.stringify(values[0] ?? '')}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  return { key, operator, values: new Set(values) };
}

const keyText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function bad(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`);
}
