import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/json.js';
import { brokenRules } from '../../../src/kube/custom-resources/cel-rules.js';
import { keywordProblems } from '../../../src/kube/custom-resources/schema-keywords.js';
import { expensive, failing, holding, unread, wrong } from './cel-rows.js';

/** A schema with a member of every kind. @param isLimited Whether lists, maps and texts have limits */
function sampleSchema(isLimited: boolean, ...rules: readonly JsonObject[]): JsonObject {
  const text = (maxLength: number): JsonObject => ({ type: 'string', ...(isLimited && { maxLength }) });
  const list = (items: JsonObject, maxItems: number, more: JsonObject = {}): JsonObject => ({
    type: 'array',
    items,
    ...(isLimited && { maxItems }),
    ...more,
  });
  const map = (values: JsonObject): JsonObject => ({
    type: 'object',
    additionalProperties: values,
    ...(isLimited && { maxProperties: 5 }),
  });
  const integer = { type: 'integer' };
  const set = list(text(10), 5, { 'x-kubernetes-list-type': 'set' });
  const item = { type: 'object', properties: { k: text(10), v: integer } };
  const keys = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
  const byKey = list({ ...item, required: ['k'] }, 5, keys);
  const inner = { type: 'object', properties: { z: integer } };
  const nested = { type: 'object', properties: { a: text(5), c: inner } };
  const spec = {
    type: 'object',
    properties: {
      n: integer,
      m: integer,
      x: { type: 'number' },
      b: { type: 'boolean' },
      s: text(20),
      t: text(10),
      e: { type: 'string', enum: ['aa', 'bbb'] },
      dur: { type: 'string', format: 'duration' },
      d: { type: 'string', format: 'date-time' },
      day: { type: 'string', format: 'date' },
      by: { ...text(20), format: 'byte' },
      io: { 'x-kubernetes-int-or-string': true },
      nul: { ...text(5), nullable: true },
      'my-name': text(5),
      namespace: text(5),
      l: list(integer, 10),
      ls: list(text(10), 10),
      set,
      set2: set,
      lm: byKey,
      lm2: byKey,
      lo: list(item, 5),
      mp: map(text(10)),
      mi: map(integer),
      o: nested,
      o2: nested,
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      u: text(50),
      ip: text(50),
      cidr: text(50),
      q: text(20),
    },
    'x-kubernetes-validations': rules,
  };
  return { type: 'object', properties: { spec } };
}

const sample: JsonObject = {
  n: 5,
  m: 0,
  x: 1.5,
  b: true,
  s: 'hello',
  t: 'a😀b',
  e: 'aa',
  dur: '90m',
  d: '2024-02-29T13:04:05.25Z',
  day: '2023-12-31',
  by: 'aGk=',
  io: '50%',
  nul: null,
  'my-name': 'dash',
  namespace: 'ns',
  l: [3, 1, 2],
  ls: ['b', 'a', 'c'],
  set: ['x', 'y'],
  set2: ['y', 'x'],
  lm: [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
  ],
  lm2: [
    { k: 'b', v: 2 },
    { k: 'a', v: 1 },
  ],
  lo: [{ k: 'a', v: 1 }, { k: 'b' }],
  mp: { a: '1', b: '2' },
  mi: { one: 1, two: 2 },
  o: { a: 'q', c: { z: 1 } },
  o2: { a: 'q', c: { z: 1 } },
  open: { any: 1 },
  u: 'https://user@example.com:8443/p/a?x=1&x=2',
  ip: '192.168.1.5',
  cidr: '10.0.0.0/8',
  q: '1.5Gi',
};

function told(schema: JsonObject, spec: Json, old?: Json): string[] {
  const whole = (one: Json): JsonObject => ({
    apiVersion: 'a/v1',
    kind: 'A',
    metadata: { name: 'a' },
    spec: one,
  });
  const causes = brokenRules(whole(spec), old === undefined ? undefined : whole(old), schema);
  return causes.map(({ field, message }) => `${field}: ${message}`);
}

function problems(schema: JsonObject): string[] {
  return keywordProblems(schema, 'schema', true).map(({ field, message }) => `${field}: ${message}`);
}

/** Whether a problem is another than what a rule costs. */
function isNoCost(problem: string): boolean {
  return !problem.includes(': Forbidden: ');
}

const place = 'schema.properties[spec].x-kubernetes-validations[0].rule';
const invalid = 'spec: Invalid value: "object"';

describe('rules about a sample', () => {
  test.for(holding)('%s holds', (rule) => {
    const schema = sampleSchema(true, { rule });
    expect(told(schema, sample, sample)).toEqual([]);
    expect(problems(schema).filter(isNoCost)).toEqual([]);
  });

  test.for(failing)('%s is broken', (rule) => {
    expect(told(sampleSchema(true, { rule }), sample)).toEqual([`${invalid}: failed rule: ${rule}`]);
  });

  test.for(wrong)('%s cannot be told', ([rule, why]) => {
    const schema = sampleSchema(true, { rule, message: 'told' });
    const [cause = '', ...more] = told(schema, sample);
    expect(more).toEqual([]);
    expect(cause.startsWith(`${invalid}: ${why}`), cause).toBe(true);
    expect(cause).toMatch(/(?:evaluating rule|for rule): told$/);
    expect(problems(schema).filter(isNoCost)).toEqual([]);
  });

  test.for(unread)('%s cannot be compiled', ([rule, problem]) => {
    const [cause = '', ...more] = problems(sampleSchema(true, { rule }));
    expect(more).toEqual([]);
    expect(cause).toContain(problem);
    expect(cause.startsWith(`${place}: Invalid value: apiextensions.ValidationRule{`)).toBe(true);
  });

  test.for(expensive)('%s can cost %s of what it may where nothing is limited', ([rule, factor]) => {
    const limit =
      '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
    expect(problems(sampleSchema(false, { rule }))).toContain(
      `${place}: Forbidden: estimated rule cost exceeds budget by factor of ${factor} ${limit}`,
    );
  });
});

describe('rules of a schema', () => {
  const rules = (...all: readonly JsonObject[]): JsonObject => ({ 'x-kubernetes-validations': all });
  const specOf = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
    type: 'object',
    properties: { spec: { type: 'object', properties, ...more } },
  });
  const integer = { type: 'integer' };
  const short = { type: 'string', maxLength: 5 };

  test.for<readonly [what: string, schema: JsonObject, spec: Json, ...causes: readonly string[]]>([
    [
      'are told at items of lists and keys of maps',
      specOf({
        l: { type: 'array', maxItems: 5, items: { ...integer, ...rules({ rule: 'self > 1' }) } },
        m: {
          type: 'object',
          maxProperties: 5,
          additionalProperties: { ...integer, ...rules({ rule: 'self > 1' }) },
        },
      }),
      { l: [1, 2], m: { 'b.c': 0 } },
      'spec.l[0]: Invalid value: "integer": failed rule: self > 1',
      'spec.m[b.c]: Invalid value: "integer": failed rule: self > 1',
    ],
    [
      'make messages, and fall back to a plain one',
      specOf(
        { s: short },
        rules(
          { rule: 'false', messageExpression: "' s is ' + self.s" },
          { rule: 'false', message: 'plain', messageExpression: 'self.s[0]' },
          { rule: 'false', message: 'plain', messageExpression: "'a\\nb'" },
          { rule: 'false', messageExpression: "'  '" },
        ),
      ),
      { s: 'x' },
      `${invalid}: s is x`,
      `${invalid}: plain`,
      `${invalid}: plain`,
      `${invalid}: failed rule: false`,
    ],
    [
      'name a reason and a member',
      specOf(
        { s: short, m: { type: 'object', maxProperties: 2, additionalProperties: integer } },
        rules(
          { rule: 'false', message: 'no', reason: 'FieldValueRequired', fieldPath: '.s' },
          { rule: 'false', message: 'no', reason: 'FieldValueDuplicate', fieldPath: ".m['k']" },
          { rule: 'false', message: 'no', reason: 'FieldValueForbidden' },
        ),
      ),
      { s: 'x' },
      'spec.s: Required value: no',
      'spec.m[k]: Duplicate value: "object"',
      'spec: Forbidden: no',
    ],
    [
      'see the name of a resource, also of one within another',
      {
        ...specOf({
          t: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            'x-kubernetes-preserve-unknown-fields': true,
            ...rules({ rule: "self.kind == 'Pod' && self.metadata.name == 'x'" }),
          },
        }),
        ...rules({ rule: "self.metadata.name == 'b' && !has(self.metadata.generateName)" }),
      },
      { t: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'y' } } },
      `<nil>: Invalid value: "object": failed rule: self.metadata.name == 'b' && !has(self.metadata.generateName)`,
      `spec.t: Invalid value: "object": failed rule: self.kind == 'Pod' && self.metadata.name == 'x'`,
    ],
    [
      'are not asked of null, nor of what was not there before',
      specOf({
        n: { ...integer, nullable: true, ...rules({ rule: 'self > 1' }) },
        o: {
          ...integer,
          ...rules({ rule: 'self == oldSelf' }, { rule: '!oldSelf.hasValue()', optionalOldSelf: true }),
        },
      }),
      { n: null, o: 1 },
    ],
    [
      'stop when they cost too much',
      specOf(
        { l: { type: 'array', items: integer } },
        rules({ rule: 'self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))' }, { rule: 'false' }),
      ),
      { l: Array.from({ length: 200 }, () => 1) },
      `${invalid}: 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))`,
    ],
  ])('%s', ([, schema, spec, ...causes]) => {
    expect(told(schema, spec)).toEqual(causes);
  });

  test('are paired with what was there before by the keys of lists and maps', () => {
    const fixed = rules({ rule: 'self.v == oldSelf.v', message: 'fixed' });
    const item = { type: 'object', properties: { k: short, v: integer }, required: ['k'], ...fixed };
    const schema = specOf({
      l: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        maxItems: 5,
        items: item,
      },
      m: { type: 'object', maxProperties: 5, additionalProperties: item },
    });
    const old = {
      l: [
        { k: 'b', v: 3 },
        { k: 'a', v: 1 },
      ],
      m: { a: { v: 1 }, b: { v: 1 } },
    };
    const spec = {
      l: [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
        { k: 'c', v: 9 },
      ],
      m: { a: { v: 2 }, c: { v: 1 } },
    };
    expect(told(schema, spec, old)).toEqual([
      'spec.l[1]: Invalid value: "object": fixed',
      'spec.m[a]: Invalid value: "object": fixed',
    ]);
    expect(problems(schema)).toEqual([]);
  });

  test('must not cost too much together', () => {
    const each = (maxItems: number): JsonObject => ({
      type: 'array',
      maxItems,
      items: { type: 'string', maxLength: 4 },
      ...rules({ rule: 'self.all(x, self.exists(y, y == x))' }),
    });
    const all = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`l${String(at)}`, each(950)]));
    const found = problems(specOf(all));
    expect(found).toHaveLength(5);
    expect(found[4]).toMatch(
      /^schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 2\.2x /,
    );
    expect(problems(specOf({ l: each(950) }))).toEqual([]);
  });
});
