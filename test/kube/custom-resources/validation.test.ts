import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from './widget.js';

interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A schema whose spec has these members. */
function specOf(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties: { spec: { type: 'object', properties, ...more } } };
}

async function withSchema(ks: InProcessFake, schema: JsonObject, more: JsonObject = {}): Promise<Asker> {
  const admin = await as(ks, 'admin');
  const { status, text } = await admin.send(
    'POST',
    definitionsPath,
    widgetDefinition([widgetVersion(schema, more)]),
  );
  expect([status, status === 201 ? '' : text]).toEqual([201, '']);
  return admin;
}

async function create(admin: Asker, spec: unknown, name = 'a'): Promise<ReturnType<Asker['send']>> {
  return admin.send('POST', widgetsPath, { metadata: { name }, spec });
}

const must = 'Invalid value: ';

describe('a custom resource that does not fit its schema', () => {
  test.for<readonly [JsonObject, unknown, string, string, string]>([
    [
      { type: 'integer' },
      'x',
      'FieldValueTypeInvalid',
      'spec.v',
      `${must}"string": spec.v in body must be of type integer: "string"`,
    ],
    [
      { type: 'string' },
      7,
      'FieldValueTypeInvalid',
      'spec.v',
      `${must}"integer": spec.v in body must be of type string: "integer"`,
    ],
    [
      { type: 'integer', minimum: 1 },
      0,
      'FieldValueInvalid',
      'spec.v',
      `${must}0: spec.v in body should be greater than or equal to 1`,
    ],
    [
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      1,
      'FieldValueInvalid',
      'spec.v',
      `${must}1: spec.v in body should be greater than 1`,
    ],
    [
      { type: 'number', maximum: 1.5 },
      2,
      'FieldValueInvalid',
      'spec.v',
      `${must}2: spec.v in body should be less than or equal to 1.5`,
    ],
    [
      { type: 'integer', multipleOf: 5 },
      7,
      'FieldValueInvalid',
      'spec.v',
      `${must}7: spec.v in body should be a multiple of 5`,
    ],
    [
      { type: 'string', minLength: 3 },
      'ab',
      'FieldValueInvalid',
      'spec.v',
      `${must}"ab": spec.v in body should be at least 3 chars long`,
    ],
    [
      { type: 'string', maxLength: 1 },
      'ab',
      'FieldValueTooLong',
      'spec.v',
      'Too long: may not be more than 1 bytes',
    ],
    [
      { type: 'string', pattern: '^a+$' },
      'b',
      'FieldValueInvalid',
      'spec.v',
      `${must}"b": spec.v in body should match '^a+$'`,
    ],
    [
      { type: 'string', enum: ['a', 'b'] },
      'c',
      'FieldValueNotSupported',
      'spec.v',
      'Unsupported value: "c": supported values: "a", "b"',
    ],
    [
      { type: 'string', format: 'date-time' },
      'no',
      'FieldValueTypeInvalid',
      'spec.v',
      `${must}"no": spec.v in body must be of type date-time: "no"`,
    ],
    [
      { type: 'string', format: 'ipv4' },
      '1.2.3',
      'FieldValueTypeInvalid',
      'spec.v',
      `${must}"1.2.3": spec.v in body must be of type ipv4: "1.2.3"`,
    ],
    [
      { type: 'array', minItems: 1, items: { type: 'string' } },
      [],
      'FieldValueInvalid',
      'spec.v',
      `${must}0: spec.v in body should have at least 1 items`,
    ],
    [
      { type: 'array', maxItems: 1, items: { type: 'string' } },
      ['a', 'b'],
      'FieldValueTooMany',
      'spec.v',
      'Too many: 2: must have at most 1 items',
    ],
    [
      { type: 'array', items: { type: 'string' } },
      ['a', 1],
      'FieldValueTypeInvalid',
      'spec.v[1]',
      `${must}"integer": spec.v[1] in body must be of type string: "integer"`,
    ],
    [
      { type: 'object', additionalProperties: { type: 'string' } },
      { a: 1 },
      'FieldValueTypeInvalid',
      'spec.v.a',
      `${must}"integer": spec.v.a in body must be of type string: "integer"`,
    ],
    [
      { type: 'object', required: ['a'], properties: { a: { type: 'string' } } },
      {},
      'FieldValueRequired',
      'spec.v.a',
      'Required value',
    ],
    [
      { 'x-kubernetes-int-or-string': true },
      true,
      'FieldValueTypeInvalid',
      'spec.v',
      `${must}"boolean": spec.v in body must be of type integer,string: "boolean"`,
    ],
    [
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      ['a', 'b', 'a'],
      'FieldValueDuplicate',
      'spec.v[2]',
      'Duplicate value: "a"',
    ],
    [
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      },
      [{ name: 'a' }, { name: 'a' }],
      'FieldValueDuplicate',
      'spec.v[1]',
      'Duplicate value: map[string]interface {}{"name":"a"}',
    ],
    [
      {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      { apiVersion: 'v1' },
      'FieldValueRequired',
      'spec.v.kind',
      'Required value: must not be empty',
    ],
    [
      { type: 'string', not: { enum: ['a'] } },
      'a',
      'FieldValueInvalid',
      '<nil>',
      `${must}"": "spec.v" must not validate the schema (not)`,
    ],
    [
      { type: 'string', oneOf: [{ pattern: 'a' }, { pattern: 'b' }] },
      'ab',
      'FieldValueInvalid',
      '<nil>',
      `${must}"": "spec.v" must validate one and only one schema (oneOf). Found 2 valid alternatives`,
    ],
  ])('%j refuses %j', async ([schema, value, reason, field, message]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await withSchema(ks, specOf({ v: schema }));
    const { status, json } = await create(admin, { v: value });
    expect(status).toBe(422);
    expect((json['details'] as { causes: Cause[] }).causes).toEqual([{ reason, message, field }]);
    expect(json['message']).toBe(`Widget.shop.example.com "a" is invalid: ${field}: ${message}`);
  });

  test('is refused for a name that schema does not allow', async () => {
    await using ks = await startFakeKsApiserver();
    const name = { type: 'string', maxLength: 4, pattern: '^a' };
    const metadata = { type: 'object', properties: { name } };
    const admin = await withSchema(ks, { type: 'object', properties: { metadata } });
    expect((await create(admin, undefined, 'ab')).status).toBe(201);
    expect((await create(admin, undefined, 'bb')).json['message']).toBe(
      `Widget.shop.example.com "bb" is invalid: metadata.name: Invalid value: "bb": metadata.name in body should match '^a'`,
    );
    expect((await create(admin, undefined, 'bbbbb')).json['message']).toBe(
      'Widget.shop.example.com "bbbbb" is invalid: metadata.name: Too long: may not be more than 4 bytes',
    );
  });

  test('is told everything at once, the alternatives that come closest included', async () => {
    await using ks = await startFakeKsApiserver();
    const schema = specOf(
      { a: { type: 'integer' }, b: { type: 'integer' }, c: { type: 'integer' } },
      { anyOf: [{ required: ['a', 'b'] }, { required: ['c'] }] },
    );
    const admin = await withSchema(ks, schema);
    const { json } = await create(admin, {});
    expect(json['message']).toBe(
      'Widget.shop.example.com "a" is invalid: [<nil>: Invalid value: "": "spec" must validate at least one schema (anyOf), spec.c: Required value]',
    );
  });

  test('is refused when a patch makes it so, and left alone when only its metadata changes', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await withSchema(ks, specOf({ v: { type: 'integer', maximum: 3 } }));
    await create(admin, { v: 3 });
    const patch = (body: unknown): ReturnType<Asker['send']> =>
      admin.send('PATCH', `${widgetsPath}/a`, body, 'application/merge-patch+json');
    expect((await patch({ spec: { v: 4 } })).status).toBe(422);
    const stricter = widgetDefinition([widgetVersion(specOf({ v: { type: 'integer', maximum: 2 } }))]);
    const definition = `${definitionsPath}/widgets.shop.example.com`;
    const { resourceVersion } = (await admin.get(definition)).json.metadata;
    const metadata = { name: 'widgets.shop.example.com', resourceVersion };
    expect((await admin.send('PUT', definition, { ...stricter, metadata })).status).toBe(200);
    expect((await patch({ metadata: { labels: { a: 'b' } } })).status).toBe(200);
    expect((await patch({ spec: { v: 3, w: 1 } })).status).toBe(200);
    expect((await patch({ spec: { v: 2.5 } })).status).toBe(422);
  });
});

describe('what is stored of a custom resource', () => {
  test('is what its schema knows', async () => {
    await using ks = await startFakeKsApiserver();
    const item = { type: 'object', properties: { a: { type: 'string' } } };
    const admin = await withSchema(
      ks,
      specOf({
        list: { type: 'array', items: item },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: item } },
        map: { type: 'object', additionalProperties: item },
      }),
    );
    const spec = {
      list: [{ a: 'x', b: 'y' }],
      free: { any: { thing: 1 }, known: { a: 'x', b: 'y' } },
      map: { k: { a: 'x', b: 'y' } },
      other: 1,
    };
    const { json } = await create(admin, spec);
    expect(json.spec).toEqual({
      free: { any: { thing: 1 }, known: { a: 'x' } },
      list: [{ a: 'x' }],
      map: { k: { a: 'x' } },
    });
  });

  test('has the defaults of the schema, in place of null too', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await withSchema(
      ks,
      specOf({
        size: { type: 'integer', default: 3 },
        nested: { type: 'object', default: {}, properties: { on: { type: 'boolean', default: true } } },
        list: {
          type: 'array',
          items: { type: 'object', properties: { p: { type: 'string', default: 'TCP' } } },
        },
        nothing: { type: 'string', nullable: true, default: 'x' },
      }),
    );
    const { json } = await create(admin, { size: null, list: [{}, { p: 'UDP' }], nothing: null });
    expect(json.spec).toEqual({
      list: [{ p: 'TCP' }, { p: 'UDP' }],
      nested: { on: true },
      nothing: null,
      size: 3,
    });
  });

  test('loses what is null where the schema allows none and has no default', async () => {
    await using ks = await startFakeKsApiserver();
    const text = { type: 'string' };
    const admin = await withSchema(
      ks,
      specOf({
        a: text,
        b: { ...text, nullable: true },
        list: { type: 'array', items: { type: 'object', properties: { a: text } } },
        map: { type: 'object', additionalProperties: text },
      }),
    );
    const { json } = await create(admin, { a: null, b: null, list: [{ a: null }], map: { k: null, l: 'x' } });
    expect(json.spec).toEqual({ b: null, list: [{}], map: { l: 'x' } });
  });

  test('is read with defaults the schema got later', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await withSchema(ks, specOf({ a: { type: 'string' } }));
    await create(admin, { a: 'x' });
    expect((await admin.get(`${widgetsPath}/a`)).json.spec).toEqual({ a: 'x' });
    const path = `${definitionsPath}/widgets.shop.example.com`;
    const schema = specOf({ a: { type: 'string' }, b: { type: 'integer', default: 7 } });
    const body = [{ op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: schema }];
    expect((await admin.send('PATCH', path, body, 'application/json-patch+json')).status).toBe(200);
    expect((await admin.get(`${widgetsPath}/a`)).json.spec).toEqual({ a: 'x', b: 7 });
    expect((await admin.get(widgetsPath)).json.items[0]?.spec).toEqual({ a: 'x', b: 7 });
  });
});

describe('rules in CEL', () => {
  const rule = (text: string, more: JsonObject = {}): JsonObject => ({
    'x-kubernetes-validations': [{ rule: text, ...more }],
  });
  const members = {
    min: { type: 'integer' },
    max: { type: 'integer' },
    name: { type: 'string', maxLength: 63 },
  };

  test.for<readonly [JsonObject, unknown, string]>([
    [
      rule('self.min <= self.max'),
      { min: 3, max: 1 },
      'spec: Invalid value: "object": failed rule: self.min <= self.max',
    ],
    [
      rule('self.min <= self.max', { message: 'min is too large' }),
      { min: 3, max: 1 },
      'spec: Invalid value: "object": min is too large',
    ],
    [
      rule('self.min <= self.max', { message: 'no', messageExpression: "'min is %d'.format([self.min])" }),
      { min: 3, max: 1 },
      'spec: Invalid value: "object": min is 3',
    ],
    [
      rule('self.min <= self.max', { message: 'no', fieldPath: '.min', reason: 'FieldValueForbidden' }),
      { min: 3, max: 1 },
      'spec.min: Forbidden: no',
    ],
    [
      rule("self.name.matches('^a') && self.name.size() < 3"),
      { name: 'abc' },
      `spec: Invalid value: "object": failed rule: self.name.matches('^a') && self.name.size() < 3`,
    ],
    [
      rule('!format.dns1123Label().validate(self.name).hasValue()'),
      { name: 'A_b' },
      'spec: Invalid value: "object": failed rule: !format.dns1123Label().validate(self.name).hasValue()',
    ],
  ])('%j refuse %j', async ([rules, spec, problem]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await withSchema(ks, specOf(members, rules));
    const { status, json } = await create(admin, spec);
    expect([status, json['message']]).toEqual([422, `Widget.shop.example.com "a" is invalid: ${problem}`]);
    expect((await create(admin, { min: 1, max: 3, name: 'ab' })).status).toBe(201);
  });

  test('compare with what was there before', async () => {
    await using ks = await startFakeKsApiserver();
    const fixed = rule('self == oldSelf', { message: 'name is immutable' });
    const admin = await withSchema(
      ks,
      specOf({ name: { type: 'string', ...fixed }, max: { type: 'integer' } }),
    );
    expect((await create(admin, { name: 'x' })).status).toBe(201);
    const patch = async (spec: unknown): Promise<unknown> =>
      (await admin.send('PATCH', `${widgetsPath}/a`, { spec }, 'application/merge-patch+json')).json[
        'message'
      ];
    expect(await patch({ name: 'y' })).toBe(
      'Widget.shop.example.com "a" is invalid: spec.name: Invalid value: "string": name is immutable',
    );
    expect(await patch({ max: 1 })).toBeUndefined();
  });

  test('are not asked while other things are wrong', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await withSchema(ks, specOf(members, rule('self.min <= self.max')));
    const { json } = await create(admin, { min: 'x', max: 1 });
    expect((json['details'] as { causes: Cause[] }).causes[1]?.message).toContain(
      'some validation rules were not checked because the object was invalid',
    );
  });

  const text = (column: number, mark: string, why: string): string =>
    `compilation failed: ERROR: <input>:1:${String(column)}: ${why}\n | ${mark}\n | ${'.'.repeat(column - 1)}^`;
  test.for<readonly [rule: string, problem: string]>([
    [
      'self.min <=',
      text(
        12,
        'self.min <=',
        "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
      ),
    ],
    ['self.size > 1', text(5, 'self.size > 1', "undefined field 'size'")],
    ['has(self.size)', text(4, 'has(self.size)', "undefined field 'size'")],
    ['them.min > 1', text(1, 'them.min > 1', "undeclared reference to 'them' (in container '')")],
    ['grow(self)', text(5, 'grow(self)', "undeclared reference to 'grow' (in container '')")],
    [
      "1 + 'a' == 2",
      text(3, "1 + 'a' == 2", "found no matching overload for '_+_' applied to '(int, string)'"),
    ],
    [
      "'a'.matches(1)",
      text(12, "'a'.matches(1)", "found no matching overload for 'matches' applied to 'string.(int)'"),
    ],
    ['1 + 1', 'cel expression must evaluate to a bool'],
    ['authorizer == 1', text(1, 'authorizer == 1', "undeclared reference to 'authorizer' (in container '')")],
  ])('%s cannot be asked, which is said at once', async ([asked, problem]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const definition = widgetDefinition([widgetVersion(specOf(members, rule(asked)))]);
    const { status, json } = await admin.send('POST', definitionsPath, definition);
    const [cause] = (json['details'] as { causes: Cause[] }).causes;
    const shown = `apiextensions.ValidationRule{Rule:${JSON.stringify(asked)}, Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`;
    expect([status, cause?.message]).toEqual([422, `${must}${shown}: ${problem}`]);
  });

  test('know the fields of a resource, of items, maps and what is left open', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const short = { type: 'string', maxLength: 9 };
    const item = { type: 'object', properties: { 'a.b': short, if: { type: 'integer' } } };
    const schema = {
      ...specOf({
        list: { type: 'array', items: item, maxItems: 9 },
        map: { type: 'object', additionalProperties: item, maxProperties: 9 },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
      }),
      ...rule(
        "self.metadata.name != '' && self.kind == 'Widget' && self.spec.list.all(i, i.a__dot__b != '' && i.__if__ > 0) && self.spec.map.all(k, self.spec.map[k].a__dot__b != '') && self.spec.open == self.spec.open && self.spec.port == 1 && self.spec.list.all(i, i.if > 0)",
      ),
    };
    const made = await admin.send('POST', definitionsPath, widgetDefinition([widgetVersion(schema)]));
    expect(made).toMatchObject({ status: 201 });
  });
});

describe('what a definition declares', () => {
  test('are columns of its table', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await withSchema(
      ks,
      specOf({
        size: { type: 'integer' },
        list: { type: 'array', items: { type: 'object', properties: { n: { type: 'string' } } } },
      }),
      {
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'How large.' },
          { name: 'First', type: 'string', jsonPath: '.spec.list[0].n', priority: 1 },
          { name: 'Hot', type: 'string', jsonPath: ".spec.list[?(@.n=='b')].n" },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    );
    await create(admin, { size: 3, list: [{ n: 'a' }, { n: 'b' }] });
    await create(admin, {}, 'b');
    const response = await fetch(`${ks.url}${widgetsPath}`, {
      headers: {
        Authorization: `Bearer ${await ks.token()}`,
        Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
      },
    });
    const table = (await response.json()) as {
      columnDefinitions: JsonObject[];
      rows: { cells: unknown[] }[];
    };
    expect(table.columnDefinitions.map(({ name, type, priority }) => [name, type, priority])).toEqual([
      ['Name', 'string', 0],
      ['Size', 'integer', 0],
      ['First', 'string', 1],
      ['Hot', 'string', 0],
      ['Age', 'date', 0],
    ]);
    expect(table.columnDefinitions[1]?.['description']).toBe('How large.');
    expect(table.rows.map(({ cells }) => cells)).toEqual([
      ['a', 3, 'a', 'b', '0s'],
      ['b', null, null, null, '0s'],
    ]);
  });

  test('are fields to select by', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await withSchema(ks, specOf({ color: { type: 'string' }, size: { type: 'integer' } }), {
      selectableFields: [{ jsonPath: '.spec.color' }],
    });
    await create(admin, { color: 'red' });
    await create(admin, { color: 'blue' }, 'b');
    const { json } = await admin.get(`${widgetsPath}?fieldSelector=spec.color%3Dblue`);
    expect(json.items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    const refused = await admin.get(`${widgetsPath}?fieldSelector=spec.size%3D1`);
    expect([refused.status, refused.json['message']]).toEqual([
      400,
      '"spec.size" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ]);
  });

  test('is a status of its own: neither writes the other, and only one counts as a generation', async () => {
    await using ks = await startFakeKsApiserver();
    const schema = specOf({ size: { type: 'integer' } });
    const status = { type: 'object', properties: { ready: { type: 'boolean' } } };
    const whole = { ...schema, properties: { ...(schema['properties'] as JsonObject), status } };
    const admin = await withSchema(ks, whole, { subresources: { status: {} } });
    const created = await admin.send('POST', widgetsPath, {
      metadata: { name: 'a' },
      spec: { size: 1 },
      status: { ready: true },
    });
    expect([created.json['status'], created.json.metadata['generation']]).toEqual([undefined, 1]);
    const patch = async (path: string, body: unknown): Promise<JsonObject> =>
      (await admin.send('PATCH', path, body, 'application/merge-patch+json')).json as unknown as JsonObject;
    const both = { spec: { size: 2 }, status: { ready: true } };
    const viaStatus = await patch(`${widgetsPath}/a/status`, both);
    expect([viaStatus['spec'], viaStatus['status']]).toEqual([{ size: 1 }, { ready: true }]);
    const viaMain = await patch(`${widgetsPath}/a`, { spec: { size: 2 }, status: { ready: false } });
    expect([viaMain['spec'], viaMain['status'], (viaMain['metadata'] as JsonObject)['generation']]).toEqual([
      { size: 2 },
      { ready: true },
      2,
    ]);
  });

  test('is where a scale finds its numbers', async () => {
    await using ks = await startFakeKsApiserver();
    const inner = (properties: JsonObject): JsonObject => ({ type: 'object', properties });
    const schema = inner({
      spec: inner({ pool: inner({ count: { type: 'integer' } }) }),
      status: inner({ running: { type: 'integer' }, selector: { type: 'string' } }),
    });
    const admin = await withSchema(ks, schema, {
      subresources: {
        scale: {
          specReplicasPath: '.spec.pool.count',
          statusReplicasPath: '.status.running',
          labelSelectorPath: '.status.selector',
        },
      },
    });
    const status = { running: 1, selector: 'a=b' };
    await admin.send('POST', widgetsPath, { metadata: { name: 'a' }, spec: { pool: { count: 2 } }, status });
    const { json } = await admin.get(`${widgetsPath}/a/scale`);
    expect([json['kind'], json.spec, json['status']]).toEqual([
      'Scale',
      { replicas: 2 },
      { replicas: 1, selector: 'a=b' },
    ]);
    const body = { spec: { replicas: 5 } };
    const scaled = await admin.send('PATCH', `${widgetsPath}/a/scale`, body, 'application/merge-patch+json');
    expect(scaled.json.spec).toEqual({ replicas: 5 });
    expect((await admin.get(`${widgetsPath}/a`)).json.spec).toEqual({ pool: { count: 5 } });
  });

  test('is that a version is deprecated, of which every answer warns', async () => {
    await using ks = await startFakeKsApiserver();
    await withSchema(ks, specOf({}), { deprecated: true });
    const headers = { Authorization: `Bearer ${await ks.token()}` };
    const warning = '299 - "shop.example.com/v1 Widget is deprecated"';
    for (const [path, method, status] of [
      [widgetsPath, 'GET', 200],
      [`${widgetsPath}/none`, 'GET', 404],
      [widgetsPath, 'PUT', 400],
      [widgetsPath, 'POST', 400],
    ] as const) {
      const response = await fetch(`${ks.url}${path}`, { headers, method });
      expect([response.status, response.headers.get('warning')]).toEqual([status, warning]);
    }
  });
});

describe('a definition', () => {
  const schema = specOf({});
  const version = widgetVersion(schema);
  test.for<readonly [string, JsonObject, string]>([
    [
      'without a type at the root',
      widgetDefinition([widgetVersion({ properties: {} })]),
      'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root',
    ],
    [
      'without a type of a field',
      widgetDefinition([widgetVersion({ type: 'object', properties: { a: {} } })]),
      'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ],
    [
      'without a type of items',
      widgetDefinition([widgetVersion(specOf({ a: { type: 'array', items: {} } }))]),
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].items.type: Required value: must not be empty for specified array items',
    ],
    [
      'without a schema',
      widgetDefinition([{ name: 'v1', served: true, storage: true }]),
      'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required',
    ],
    [
      'with a type in an alternative',
      widgetDefinition([widgetVersion(specOf({}, { anyOf: [{ type: 'object' }] }))]),
      'spec.validation.openAPIV3Schema.properties[spec].anyOf[0].type: Forbidden: must be empty to be structural',
    ],
    [
      'with any members at the root',
      widgetDefinition([widgetVersion({ type: 'object', additionalProperties: false })]),
      'spec.validation.openAPIV3Schema.additionalProperties: Forbidden: must not be used at the root',
    ],
    [
      'with named members and no others',
      widgetDefinition([widgetVersion(specOf({ a: { type: 'string' } }, { additionalProperties: false }))]),
      'spec.validation.openAPIV3Schema.properties[spec].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
    ],
    [
      'of items that are all different',
      widgetDefinition([
        widgetVersion(specOf({ a: { type: 'array', uniqueItems: true, items: { type: 'string' } } })),
      ]),
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
    [
      'with a default that does not fit',
      widgetDefinition([widgetVersion(specOf({ a: { type: 'integer', default: 'x' } }))]),
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].default: Invalid value: "string":  in body must be of type integer: "string"',
    ],
    [
      'of an unknown scope',
      widgetDefinition([version], { scope: 'Everywhere' }),
      'spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
    ],
    [
      'of a group without a dot',
      { ...widgetDefinition([version], { group: 'shop' }), metadata: { name: 'widgets.shop' } },
      'spec.group: Invalid value: "shop": should be a domain with at least one dot',
    ],
    [
      'of another name',
      { ...widgetDefinition([version]), metadata: { name: 'x.shop.example.com' } },
      'metadata.name: Invalid value: "x.shop.example.com": must be spec.names.plural+"."+spec.group',
    ],
    [
      'of a protected group',
      { ...widgetDefinition([version], { group: 'x.k8s.io' }), metadata: { name: 'widgets.x.k8s.io' } },
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
    [
      'with a column of no type',
      widgetDefinition([
        widgetVersion(schema, { additionalPrinterColumns: [{ name: 'A', type: 'x', jsonPath: '.a' }] }),
      ]),
      'spec.additionalPrinterColumns[0].type: Invalid value: "x": must be one of boolean,date,integer,number,string',
    ],
  ])('%s is refused', async ([, definition, problem]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const { status, json } = await admin.send('POST', definitionsPath, definition);
    const { name } = definition['metadata'] as { name: string };
    const message = `CustomResourceDefinition.apiextensions.k8s.io "${name}" is invalid: ${problem}`;
    expect([status, json['message']]).toEqual([422, message]);
  });

  test('stores at one version exactly', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const versions = [version, widgetVersion(schema, { name: 'v2' })];
    const { status, json } = await admin.send('POST', definitionsPath, widgetDefinition(versions));
    expect([status, json['message']]).toEqual([
      422,
      expect.stringMatching(/: must have exactly one version marked as storage version$/),
    ]);
  });

  test('keeps its scope, its kind and versions that objects may be stored at', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', definitionsPath, widgetDefinition([version]));
    const path = `${definitionsPath}/widgets.shop.example.com`;
    const patch = async (spec: unknown): Promise<unknown> =>
      (await admin.send('PATCH', path, { spec }, 'application/merge-patch+json')).json['message'];
    const subject = 'CustomResourceDefinition.apiextensions.k8s.io "widgets.shop.example.com" is invalid: ';
    expect(await patch({ scope: 'Cluster' })).toBe(
      `${subject}spec.scope: Invalid value: "Cluster": field is immutable`,
    );
    expect(await patch({ versions: [widgetVersion(schema, { name: 'v2' })] })).toBe(
      `${subject}status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions`,
    );
  });
});
