import {
  labelValueProblems,
  nameProblems,
  qualifiedNameProblems,
  type NameRule,
} from '../../../registry/names.js';
import type { CelFunction, CelLibrary } from './library.js';

/** Says what keeps a text from being of a format. */
class CelFormat {
  readonly problems: (text: string) => readonly string[];

  constructor(problems: (text: string) => readonly string[]) {
    this.problems = problems;
  }
}

/** What formats hang on. */
class FormatNames {
  readonly name = 'format';
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

/** How the evaluator wraps what may be missing. */
export interface OptionalMaker {
  of(value: unknown): unknown;
  none(): unknown;
}

/** Formats in rules: `format.dns1123Label().validate(self.name)`. */
export function formatLibrary(optional: OptionalMaker): CelLibrary {
  const type = 'kubernetes.NamedFormat';
  const makers = Object.entries(formats).map(([name, format]): CelFunction => [
    `fake.formatNames.${name}(): ${type}`,
    () => format,
  ]);
  return {
    types: { [type]: CelFormat, 'fake.formatNames': FormatNames },
    constants: { format: ['fake.formatNames', new FormatNames()] },
    functions: [
      ...makers,
      [
        `fake.formatNames.named(string): optional<${type}>`,
        (_: FormatNames, name: string) =>
          Object.hasOwn(formats, name) ? optional.of(formats[name]) : optional.none(),
      ],
      [
        `${type}.validate(string): optional<list<string>>`,
        ({ problems }: CelFormat, text: string) => {
          const found = problems(text);
          return found.length === 0 ? optional.none() : optional.of([...found]);
        },
      ],
    ],
  };
}
