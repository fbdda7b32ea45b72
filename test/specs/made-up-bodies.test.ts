import { Ajv2020 } from 'ajv/dist/2020.js';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.js';
import { startFakeKsApiserver } from '../../src/index.js';
import { as, type Answer } from '../support/ask.js';

const { fullFormats } = createRequire(import.meta.url)('ajv-formats/dist/formats.js') as {
  fullFormats: Record<string, RegExp>;
};
const ajv = new Ajv2020({ strict: false, formats: fullFormats, logger: false });
const root = '/kapis/made.example.org/v1';

/** A document of OpenAPI 3.1 with an operation for each schema. */
function openapi(schemas: readonly JsonObject[], components: JsonObject = {}): JsonObject {
  return {
    openapi: '3.1.0',
    info: { title: 'made up', version: '1' },
    paths: Object.fromEntries(
      schemas.map((schema, at) => [
        `${root}/x${String(at)}`,
        { get: { responses: { 200: { description: '', content: { 'application/json': { schema } } } } } },
      ]),
    ),
    components: { schemas: components },
  };
}

function swagger(responses: JsonObject, definitions: JsonObject = {}): JsonObject {
  return {
    swagger: '2.0',
    info: { title: 'made up', version: '1' },
    paths: { [`${root}/x0`]: { get: { responses } } },
    definitions,
  };
}

async function answersOf(
  document: JsonObject,
  count = 1,
  seed = 1,
): Promise<{ readonly answers: readonly Answer[]; readonly repairs: readonly string[] }> {
  await using ks = await startFakeKsApiserver({ seed, specs: [{ name: 'made', document }] });
  const admin = await as(ks, 'admin');
  const paths = [...Array(count).keys()].map((at) => `${root}/x${String(at)}`);
  const answers = await Promise.all(paths.map((path) => admin.get(path)));
  return { answers, repairs: (await ks.specs()).documents[0]?.repairs ?? [] };
}

const rules: readonly JsonObject[] = [
  {
    allOf: [
      { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
      { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] },
    ],
  },
  {
    allOf: [
      { properties: { a: { minimum: 5 } } },
      { properties: { a: { type: 'integer', maximum: 6 } }, required: ['a'] },
    ],
  },
  { oneOf: [{ type: 'string' }, { type: 'integer' }] },
  {
    oneOf: [
      { type: 'integer', minimum: 0 },
      { type: 'integer', minimum: 0, multipleOf: 3 },
    ],
  },
  { anyOf: [{ type: 'string', minLength: 20 }, { type: 'boolean' }] },
  { const: 5 },
  { const: { a: [1, null] } },
  { type: 'integer', minimum: 100 },
  { type: 'integer', maximum: -100 },
  { type: 'number', exclusiveMinimum: 3, exclusiveMaximum: 4 },
  { type: 'integer', exclusiveMinimum: 3, maximum: 4 },
  { type: 'number', multipleOf: 0.01, minimum: 10 },
  { type: 'integer', multipleOf: 7, minimum: 50, maximum: 60 },
  { type: 'string', pattern: '^[A-Z]{3}-\\d{4}$' },
  { type: 'string', pattern: '^\\p{L}+$' },
  { type: 'string', pattern: '^a.*z$', minLength: 5, maxLength: 8 },
  { type: 'string', minLength: 40 },
  { type: 'string', maxLength: 3 },
  { type: 'string', maxLength: 0 },
  ...['uuid', 'email', 'ipv4', 'ipv6', 'date', 'date-time', 'time', 'uri', 'hostname', 'byte'].map(
    (format) => ({ type: 'string', format }),
  ),
  { type: 'array', items: { type: 'integer', minimum: 1, maximum: 3 }, minItems: 3, uniqueItems: true },
  { type: 'array', items: { type: 'string' }, minItems: 7 },
  { type: 'array', items: { type: 'string' }, maxItems: 1 },
  {
    type: 'array',
    prefixItems: [{ type: 'string' }, { type: 'integer', minimum: 9 }],
    items: false,
    minItems: 2,
  },
  { type: 'array', prefixItems: [{ const: 'a' }], items: { type: 'boolean' }, minItems: 3 },
  { type: 'array', items: { type: 'integer' }, contains: { const: 3 } },
  { type: ['integer', 'null'], minimum: 4 },
  { type: 'null' },
  { type: 'object', additionalProperties: { type: 'integer', minimum: 8 }, minProperties: 3 },
  { type: 'object', additionalProperties: { type: 'integer', minimum: 8 }, required: ['there'] },
  {
    type: 'object',
    patternProperties: { '^x-': { type: 'integer' } },
    minProperties: 2,
    additionalProperties: false,
  },
  {
    type: 'object',
    propertyNames: { pattern: '^[A-Z]+_\\d$' },
    minProperties: 1,
    additionalProperties: { type: 'string' },
  },
  { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string' } } },
  {
    type: 'object',
    maxProperties: 1,
    properties: { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } },
    required: ['c'],
  },
  { enum: ['a', 1, null] },
  { type: 'string', enum: ['only'] },
  {
    type: 'object',
    properties: { __proto__x: { const: 1 }, constructor: { type: 'string', minLength: 2 } },
    required: ['constructor'],
  },
  { minimum: 7 },
  { minLength: 12 },
  { type: 'integer', not: { enum: [0, 1, 2, 3] } },
  {
    type: 'object',
    properties: {
      kind: { const: 'x' },
      metadata: {
        type: 'object',
        properties: { name: { type: 'string', pattern: '^[0-9]+$' } },
        required: ['name'],
      },
    },
    required: ['kind', 'metadata'],
  },
  {
    if: { properties: { a: { const: 1 } }, required: ['a'] },
    then: { required: ['b'] },
    type: 'object',
    properties: { a: { const: 1 }, b: { type: 'string' } },
    required: ['a'],
  },
];

const asOld = (schemas: readonly JsonObject[]): JsonObject => ({
  swagger: '2.0',
  info: { title: 'made up', version: '1' },
  paths: Object.fromEntries(
    schemas.map((schema, at) => [
      `${root}/x${String(at)}`,
      { get: { responses: { 200: { description: '', schema } } } },
    ]),
  ),
});

test.for([
  ['OpenAPI 3.1', openapi],
  [
    'OpenAPI 3.0',
    (schemas: readonly JsonObject[]): JsonObject => ({ ...openapi(schemas), openapi: '3.0.3' }),
  ],
  ['Swagger 2.0', asOld],
] as const)('Bodies keep every rule of their schemas, in %s', async ([, documentOf], { expect: holds }) => {
  for (const seed of [1, 2]) {
    const { answers } = await answersOf(documentOf(rules), rules.length, seed);
    const wrong = answers.flatMap(({ status, text }, at) => {
      const rule = rules[at] ?? {};
      const fits = status === 200 && ajv.validate(rule, JSON.parse(text));
      return fits ? [] : [`${JSON.stringify(rule)}: ${String(status)} ${text}`];
    });
    holds(wrong).toEqual([]);
  }
});

test('The words of OpenAPI 3.0 for null and for bounds are understood', async () => {
  const schemas = [
    { type: 'integer', nullable: true, minimum: 4, exclusiveMinimum: true, maximum: 5 },
    { type: 'object', required: ['a'], properties: { a: { type: 'string', nullable: true, enum: [null] } } },
  ];
  const { answers } = await answersOf({ ...openapi(schemas), openapi: '3.0.3' }, schemas.length);
  expect(answers.map(({ text }) => JSON.parse(text) as unknown)).toEqual([5, { a: null }]);
});

test.for<readonly [string, JsonObject, Json]>([
  [
    'of Swagger 2.0',
    swagger({
      200: { description: '', schema: { type: 'object' }, examples: { 'application/json': { a: 1 } } },
    }),
    { a: 1 },
  ],
  ['of a schema', swagger({ 200: { description: '', schema: { type: 'integer', example: 42 } } }), 42],
  ['that does not fit', swagger({ 200: { description: '', schema: { enum: ['x'], example: 42 } } }), 'x'],
  [
    'of a whole body that does not fit',
    swagger({ 200: { description: '', schema: { enum: ['x'] }, examples: { 'application/json': 3 } } }),
    'x',
  ],
  [
    'of a member',
    openapi([{ type: 'object', required: ['a'], properties: { a: { type: 'string', example: 'shown' } } }]),
    { a: 'shown' },
  ],
  ['among several', openapi([{ type: 'string', minLength: 4, examples: ['no', 'shown'] }]), 'shown'],
  [
    'behind a reference',
    openapi([{ $ref: '#/components/schemas/A' }], { A: { type: 'integer', example: 7 } }),
    7,
  ],
])('An example %s is shown when it fits', async ([, document, body]) => {
  const { answers } = await answersOf(document);
  expect([answers[0]?.status, JSON.parse(answers[0]?.text ?? '')]).toEqual([200, body]);
});

test('The examples of a media type are shown when they fit', async () => {
  const schema = { type: 'object', required: ['size'], properties: { size: { type: 'integer' } } };
  for (const [media, size] of [
    [{ example: { size: 3 } }, 3],
    [{ examples: { one: { summary: 'one', value: { size: 4 } } } }, 4],
    [{ examples: { bad: { value: { size: 'x' } }, good: { $ref: '#/components/examples/good' } } }, 5],
  ] as const) {
    const content = { 'application/json': { schema, ...media } };
    const document = {
      ...openapi([]),
      components: { examples: { good: { value: { size: 5 } } } },
      paths: { [`${root}/x0`]: { get: { responses: { 200: { description: '', content } } } } },
    };
    expect((await answersOf(document)).answers[0]?.json).toEqual({ size });
  }
});

test('An operation that only has a default answer answers what that says', async () => {
  const schema = { type: 'object', required: ['word'], properties: { word: { type: 'string' } } };
  const { answers } = await answersOf(swagger({ default: { description: '', schema } }));
  expect([answers[0]?.status, answers[0]?.json]).toEqual([200, { word: expect.any(String) as string }]);
});

test.for([
  ['get', '2XX', 200],
  ['post', '2XX', 201],
  ['put', '2XX', 200],
] as const)('A %s whose success is the range %s answers %i', async ([method, range, status]) => {
  const content = { 'application/json': { schema: { const: 'done' } } };
  const responses = { [range]: { description: '', content }, '4XX': { description: '' } };
  const document = { ...openapi([]), paths: { [`${root}/x0`]: { [method]: { responses } } } };
  await using ks = await startFakeKsApiserver({ specs: [{ name: 'made', document }] });
  const answer = await (await as(ks, 'admin')).send(method.toUpperCase(), `${root}/x0`);
  expect([answer.status, answer.text]).toEqual([status, '"done"']);
  expect((await ks.specs()).documents[0]?.repairs).toEqual([]);
});

test.for(['creationTimestamp', 'startTime', 'lastTransitionTime', 'create_time', 'updatedAt', 'created_at'])(
  'A text called %s is a time, whatever the document says of it',
  async (name) => {
    const schema = { type: 'object', required: [name], properties: { [name]: { type: 'string' } } };
    const { answers } = await answersOf(openapi([schema]));
    expect(answers[0]?.json[name]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  },
);

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

test('References that only lead to each other are repaired, and listed', async () => {
  const { answers, repairs } = await answersOf(
    openapi([ref('L1'), ref('Self'), ref('Part'), ref('Tail')], {
      L1: ref('L2'),
      L2: ref('L1'),
      Self: ref('Self'),
      Part: { allOf: [ref('Part'), { type: 'object', required: ['a'], properties: { a: { const: 1 } } }] },
      Tail: ref('L1'),
    }),
    4,
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(answers[2]?.json).toEqual({ a: 1 });
  expect(repairs).toEqual([
    'L2: a reference that leads back to itself (L1 → L2 → L1); taken for anything',
    'Self: a reference that leads back to itself (Self → Self); taken for anything',
    'Part: a reference that leads back to itself (Part → Part); taken for anything',
  ]);
});

const node = (next: JsonObject, ...others: string[]): JsonObject => ({
  type: 'object',
  required: ['next', ...others],
  properties: { next, value: { type: 'integer' } },
});

test.for<readonly [string, JsonObject, JsonObject, string]>([
  [
    'a definition that requires itself',
    ref('Node'),
    { Node: node(ref('Node')) },
    'no value of the definition "Node" ends: it requires itself',
  ],
  [
    'two that require each other',
    ref('A'),
    { A: node(ref('B')), B: node({ type: 'array', items: ref('A'), minItems: 1 }) },
    'no value of the definition "A" ends: it requires itself',
  ],
  [
    'a list of lists without end',
    { type: 'array', items: ref('L'), minItems: 1 },
    { L: { type: 'array', items: ref('L'), minItems: 1 } },
    'no value of the definition "L" ends: it requires itself',
  ],
  [
    'two types at once',
    { allOf: [{ type: 'string' }, { type: 'integer' }] },
    {},
    'one of its parts must be of two types at once',
  ],
  ['bounds that cross', { type: 'integer', minimum: 5, maximum: 4 }, {}, ''],
  [
    'a text without end',
    { type: 'string', minLength: 1_000_000_000 },
    {},
    'minLength 1000000000 is more than is made up',
  ],
  [
    'a list without end',
    { type: 'array', minItems: 1_000_000_000 },
    {},
    'minItems 1000000000 is more than is made up',
  ],
  [
    'a member that may not be there',
    { type: 'object', required: ['a'], additionalProperties: false },
    {},
    '"a" is required, but no additional members may be there',
  ],
  ['nothing at all', { not: {} }, {}, 'nothing fits one of its parts'],
])('A schema nothing fits answers 501 and says why: %s', async ([, schema, components, why]) => {
  const { answers } = await answersOf(openapi([schema], components));
  expect(answers[0]?.status).toBe(501);
  expect(answers[0]?.json['message']).toMatch(
    `fake-ks-apiserver does not implement an answer to GET ${root}/x0: its schema cannot be satisfied (${why}`,
  );
});

test('Recursion that can end ends, and nests that are deep are made up whole', async () => {
  const length = 600;
  const chain = Object.fromEntries(
    [...Array(length).keys()].map((at) => [
      `D${String(at)}`,
      at === length - 1
        ? { const: 'end' }
        : { type: 'object', required: ['d'], properties: { d: ref(`D${String(at + 1)}`) } },
    ]),
  );
  let inline: JsonObject = { const: 'end' };
  for (let at = 0; at < 80; at += 1) inline = { type: 'object', required: ['d'], properties: { d: inline } };
  const components = {
    ...chain,
    Tree: node({ oneOf: [ref('Tree'), { type: 'null' }] }),
    List: node({ type: 'array', items: ref('List') }),
    Twin: node({ type: ['object', 'null'], properties: {} }),
    Maybe: { type: 'object', properties: { maybe: ref('Maybe'), sure: { const: true } }, required: ['sure'] },
  };
  const schemas = [ref('D0'), inline, ref('Tree'), ref('List'), ref('Maybe')];
  const { answers } = await answersOf(openapi(schemas, components), schemas.length);
  expect(answers.map(({ status }) => status)).toEqual(schemas.map(() => 200));
  expect(answers[0]?.text.match(/"d"/g)).toHaveLength(length - 1);
  expect(answers[1]?.text.match(/"d"/g)).toHaveLength(80);
  expect(answers[0]?.text).toContain('"end"');
  const validate = new Ajv2020({ strict: false }).compile({
    ...ref('Tree'),
    components: { schemas: components },
  });
  expect(validate(answers[2]?.json)).toBe(true);
});

/** A schema made up from a seed: rules of every kind, nested a few levels. */
function randomSchema(random: () => number, depth: number, names: readonly string[]): JsonObject {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const nested = (): JsonObject => randomSchema(random, depth + 1, names);
  const some = (rules: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(rules).filter(() => random() < 0.5));
  const leaves: readonly (() => JsonObject)[] = [
    () => ({ type: 'string', ...some({ minLength: 3, maxLength: 12 }) }),
    () => ({
      type: 'string',
      format: pick(['uuid', 'email', 'ipv4', 'ipv6', 'date', 'date-time', 'uri', 'hostname', 'byte']),
    }),
    () => ({
      type: 'string',
      pattern: pick(['^[a-z]{2,4}$', '^v\\d+(\\.\\d+)?$', '[0-9a-f]{8}', '^(foo|bar)-\\w+$', '^\\S+$']),
    }),
    () => ({
      type: 'integer',
      ...some({ minimum: pick([-50, 0, 100]), maximum: pick([101, 500]), multipleOf: pick([2, 5]) }),
    }),
    () => ({
      type: 'number',
      ...some({ exclusiveMinimum: pick([-1, 0, 2.5]), exclusiveMaximum: pick([3, 1e6]) }),
    }),
    () => ({
      type: pick([
        ['integer', 'null'],
        ['null', 'boolean'],
        ['string', 'number'],
      ]),
    }),
    () => ({
      enum: pick([
        ['a', 'b'],
        [1, null],
        [{ a: 1 }, [2]],
      ]),
    }),
    () => ({ const: pick<Json>([1, 'x', null, { a: [] }]) }),
    () => ({ type: 'boolean' }),
    () => ({ minimum: 3 }),
  ];
  const compound: readonly (() => JsonObject)[] = [
    () => ({ type: 'array', items: nested(), ...some({ minItems: pick([1, 3]), maxItems: 4 }) }),
    () => ({
      type: 'array',
      items: pick([{ type: 'integer' }, { type: 'string' }]),
      uniqueItems: true,
      minItems: 3,
    }),
    () => ({
      type: 'array',
      prefixItems: [nested(), nested()],
      items: pick([false, nested()]),
      ...some({ minItems: 2 }),
    }),
    () => ({
      type: 'object',
      properties: { a: nested(), b: nested(), c: nested() },
      ...some({ required: pick([['a'], ['b', 'c'], ['a', 'other']]), minProperties: 2 }),
    }),
    () => ({ type: 'object', additionalProperties: nested(), ...some({ minProperties: 2 }) }),
    () => ({
      allOf: [
        { type: 'object', properties: { a: nested() }, required: ['a'] },
        { properties: { b: nested() }, ...some({ required: ['b'] }) },
      ],
    }),
    () => ({
      oneOf: [
        { type: 'object', properties: { k: { const: 1 } }, required: ['k'] },
        { type: 'string' },
        { type: 'integer', minimum: 4 },
      ],
    }),
    () => ({ anyOf: [nested(), nested()] }),
    () => ({ $ref: `#/components/schemas/${pick(names)}` }),
  ];
  return pick(depth >= 3 ? leaves : [...leaves, ...compound, ...compound])();
}

test('Bodies fit schemas nobody has thought of', { timeout: 60_000 }, async ({ expect: holds }) => {
  const seed = Number(process.env['FAKE_KS_TEST_SEED'] ?? Date.now() % 1_000_000);
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const names = ['One', 'Two', 'Three'];
  const leafOnly = Object.fromEntries(names.map((name) => [name, randomSchema(random, 2, ['Leaf'])]));
  const components: JsonObject = { ...leafOnly, Leaf: { type: 'string', minLength: 2 } };
  const schemas = [...Array(150).keys()].map(() => randomSchema(random, 0, names));
  const { answers } = await answersOf(openapi(schemas, components), schemas.length, seed);
  const wrong = answers.flatMap(({ status, text }, at) => {
    const whole = { ...schemas[at], components: { schemas: components } };
    const fits = status === 200 && ajv.validate(whole, JSON.parse(text));
    return fits ? [] : [`${JSON.stringify(whole)}: ${String(status)} ${text}`];
  });
  holds(wrong, `FAKE_KS_TEST_SEED=${String(seed)}`).toEqual([]);
});
