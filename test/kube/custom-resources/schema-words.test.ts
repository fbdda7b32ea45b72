import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from './widget.js';

/** Texts a format takes, and texts it does not. */
const formats: Readonly<Record<string, readonly [good: readonly string[], bad: readonly string[]]>> = {
  'date-time': [
    ['2020-01-01t00:00:00.5+01:00'],
    ['2020-01-01 00:00:00Z', '2024-01-01T23:59:60Z', '2024-02-30T00:00:00Z'],
  ],
  byte: [['aGk='], ['', 'a']],
  cidr: [
    ['10.0.0.0/8', '010.1.1.1/32', 'fe80::/10'],
    ['10.0.0.0/33', '1::/129', '10.0.0.0'],
  ],
  creditcard: [['4111 1111 1111 1111'], ['4111111111111112']],
  date: [['2020-02-29'], ['2020-02-30', '2020-2-2']],
  duration: [
    ['1h30m', '1 day', '9 weeks'],
    ['5', 'x'],
  ],
  email: [
    ['a@b', 'Bob <a@b.c>', '"q r"@x.y'],
    ['a', 'a..b@c', 'a@b.'],
  ],
  hostname: [
    ['foo.bar', 'a.b.cc'],
    ['1.2.3.4', '-foo', '2020-01-01', 'foo_bar'],
  ],
  ipv4: [
    ['01.2.3.4', '::ffff:1.2.3.4'],
    ['1.2.3.256', '::1'],
  ],
  ipv6: [['::1'], ['1.2.3.4', '1::g', 'fe80::1%eth0']],
  isbn: [['978-0321751041', '0321751043'], ['0321751044']],
  mac: [
    ['01-23-45-67-89-ab', '0000.5e00.5301'],
    ['01:23-45:67:89:ab', '01:23'],
  ],
  rgbcolor: [['rgb(1, 2,255)'], ['rgb(1,2,256)']],
  ssn: [['111-22-3333'], ['111223333']],
  uri: [
    ['/x', 'http://a', 'mailto:x'],
    ['x', ''],
  ],
  uuid: [['550e8400e29b41d4a716446655440000'], ['550e8400']],
  uuid3: [['550e8400-e29b-31d4-a716-446655440000'], ['550e8400-e29b-41d4-a716-446655440000']],
  uuid4: [['550e8400-e29b-41d4-a716-446655440000'], ['550e8400-e29b-41d4-c716-446655440000']],
  nonsense: [['anything'], []],
};

test('texts in custom resources are of the formats their schema names', async () => {
  const properties = Object.fromEntries(
    Object.keys(formats).map((format) => [
      format,
      { type: 'object', additionalProperties: { type: 'string', format } },
    ]),
  );
  const spec = Object.fromEntries(
    Object.entries(formats).map(([format, texts]) => [
      format,
      Object.fromEntries(texts.flat().map((text, at) => [`v${String(at)}`, text])),
    ]),
  );
  const refused = Object.entries(formats).flatMap(([format, [good, bad]]) =>
    bad.map((_, at) => `spec.${format}.v${String(good.length + at)}`),
  );
  const { causes } = await refusal(properties, spec);
  expect(causes.map(([field]) => field).sort()).toEqual(refused.sort());
});

const embedded = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
};

test.for<readonly [JsonObject, unknown, ...[field: string, message: string][]]>([
  [
    { type: 'string', allOf: [{ minLength: 3 }, { pattern: 'b' }] },
    'a',
    ['spec.v', 'Invalid value: "a": spec.v in body should be at least 3 chars long'],
    ['spec.v', `Invalid value: "a": spec.v in body should match 'b'`],
    ['<nil>', 'Invalid value: "": "spec.v" must validate all the schemas (allOf). None validated'],
  ],
  [
    { type: 'string', allOf: [{ minLength: 3 }, { pattern: 'b' }] },
    'aaa',
    ['spec.v', `Invalid value: "aaa": spec.v in body should match 'b'`],
    ['<nil>', 'Invalid value: "": "spec.v" must validate all the schemas (allOf)'],
  ],
  [
    { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
    {},
    ['spec.v', 'Invalid value: 0: spec.v in body should have at least 1 properties'],
  ],
  [
    { type: 'string', enum: ['a'], 'x-kubernetes-validations': [{ rule: "self == 'a'" }] },
    'b',
    ['spec.v', 'Unsupported value: "b": supported values: "a"'],
    [
      '<nil>',
      'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ],
  ],
  [
    embedded,
    { apiVersion: 'a/b/c', kind: 'pod', metadata: { labels: { a: 'b c' } } },
    ['spec.v.apiVersion', 'Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
    [
      'spec.v.metadata.labels',
      `Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
  ],
])('what %j has against %j is told whole', async ([schema, value, ...causes]) => {
  expect((await refusal({ v: schema }, { v: value })).causes).toEqual(causes);
});

test('metadata of resources inside a resource loses what metadata does not know', async () => {
  const v = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', odd: 1 }, free: 1 };
  expect((await refusal({ v: embedded }, { v })).spec).toEqual({
    v: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, free: 1 },
  });
  const strict = await refusal({ v: embedded }, { v }, '?fieldValidation=Strict');
  expect(strict.message).toContain('strict decoding error: unknown field "spec.v.metadata.odd"');
});

test.for<readonly [value: JsonObject, why: string]>([
  [{ apiVersion: 1, kind: 'Pod' }, 'spec.v.apiVersion: Invalid value: 1: must be a string'],
  [
    { apiVersion: 'v1', kind: 'Pod', metadata: { labels: 'x' } },
    'spec.v.metadata: Invalid value: map[string]interface {}{"labels":"x"}: json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string',
  ],
])('a resource inside a resource that is %j cannot be read', async ([value, why]) => {
  const { status, message } = await refusal({ v: embedded }, { v: value });
  expect([status, message]).toEqual([400, `Widget in version "v1" cannot be handled as a Widget: ${why}`]);
});

/** What comes of creating a Widget whose spec has these members. */
async function refusal(
  properties: JsonObject,
  spec: unknown,
  query = '',
): Promise<{ status: number; causes: [string, string][]; message: unknown; spec: unknown }> {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const schema = { type: 'object', properties: { spec: { type: 'object', properties } } };
  const made = await admin.send('POST', definitionsPath, widgetDefinition([widgetVersion(schema)]));
  expect(made.status).toBe(201);
  const { json, status } = await admin.send('POST', `${widgetsPath}${query}`, {
    metadata: { name: 'a' },
    spec,
  });
  const details = json['details'] as { causes?: { field: string; message: string }[] } | undefined;
  const causes = (details?.causes ?? []).map(({ field, message }): [string, string] => [field, message]);
  return { status, causes, message: json['message'], spec: json.spec };
}
