import {
  labelValueProblems,
  nameProblems,
  qualifiedNameProblems,
  type NameRule,
} from '../../../registry/names.js';
import { ValueList } from '../values/collections.js';
import { CelOpaque, CelOptional } from '../values/value.js';
import type { CelFunction, CelLibrary } from './library.js';

/** Says what keeps a text from being of a format. */
class CelFormat extends CelOpaque {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly problems: (text: string) => readonly string[];

  constructor(problems: (text: string) => readonly string[]) {
    super();
    this.problems = problems;
  }

  equals(other: CelOpaque): boolean {
    return other === this;
  }
}

function named(rule: NameRule, isPrefix: boolean): CelFormat {
  return new CelFormat((text) => nameProblems(isPrefix ? text.replace(/-$/, 'a') : text, rule));
}

function matching(pattern: RegExp, why: string): CelFormat {
  return new CelFormat((text) => (pattern.test(text) ? [] : [why]));
}

function isDate(text: string): boolean {
  const [, day] = /^(\d{4}-\d{2}-\d{2})$/.exec(text) ?? [];
  return day !== undefined && new Date(`${day}T00:00:00Z`).toJSON().startsWith(day);
}

/** By the name a rule gives. @see kubernetes/apiserver pkg/cel/library/format.go */
const formats: Readonly<Record<string, CelFormat>> = {
  dns1123Label: named('label', false),
  dns1123Subdomain: named('subdomain', false),
  dns1035Label: named('dns1035', false),
  dns1123LabelPrefix: named('label', true),
  dns1123SubdomainPrefix: named('subdomain', true),
  dns1035LabelPrefix: named('dns1035', true),
  qualifiedName: new CelFormat(qualifiedNameProblems),
  labelValue: new CelFormat(labelValueProblems),
  uri: matching(/^([a-zA-Z][a-zA-Z0-9+.-]*:\S+|\/\S*)$/, 'invalid URI for request'),
  uuid: matching(
    /^(?:[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})$/,
    'does not match the UUID format',
  ),
  byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'invalid base64'),
  date: new CelFormat((text) => (isDate(text) ? [] : ['invalid date'])),
  datetime: matching(
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/,
    'invalid datetime',
  ),
};

const type = 'kubernetes.NamedFormat';

/** Formats in rules: `format.dns1123Label().validate(self.name)`. */
export const namedFormats: CelLibrary = {
  types: [type],
  functions: [
    ...Object.entries(formats).map(([name, format]): CelFunction => [
      `format-${name} format.${name}(): ${type}`,
      () => format,
    ]),
    [
      `format-named format.named(string): optional_type(${type})`,
      (name: string) => new CelOptional(Object.hasOwn(formats, name) ? formats[name] : undefined),
    ],
    [
      `format-validate .validate(${type}, string): optional_type(list(string))`,
      ({ problems }: CelFormat, text: string) => {
        const found = problems(text);
        return found.length === 0 ? new CelOptional() : new CelOptional(new ValueList(found));
      },
    ],
  ],
};
