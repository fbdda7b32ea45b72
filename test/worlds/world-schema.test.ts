import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const file = new URL('../../fixtures/schemas/world.schema.json', import.meta.url);
const fits = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
const node = { kind: 'Node', apiVersion: 'v1', metadata: { name: 'n' } };

test.for([
  ['an object', node],
  ['a list', { kind: 'List', apiVersion: 'v1', items: [node] }],
  ['a typed list', { kind: 'NodeList', apiVersion: 'v1', items: [{ metadata: { name: 'n' } }] }],
  ['a document', { users: [{ name: 'u', password: 'p' }], objects: [node], config: { anything: true } }],
  ['a recorded world', { meta: { release: 'v4.1.3', note: 'x', config: {} }, users: [], objects: [node] }],
] as const)('the published schema takes %s', ([, world]) => {
  expect(fits(world), JSON.stringify(fits.errors)).toBe(true);
});

test.for([
  ['an unknown key', { objects: [], user: [] }],
  ['an object without a name', { kind: 'Node', apiVersion: 'v1', metadata: {} }],
  [
    'a label that is no text',
    { kind: 'Node', apiVersion: 'v1', metadata: { name: 'n', labels: { on: true } } },
  ],
  [
    'an item without kind in a plain List',
    { kind: 'List', apiVersion: 'v1', items: [{ metadata: { name: 'n' } }] },
  ],
  ['a login without a password', { users: [{ name: 'u' }] }],
  ['a duration in words', { config: { authentication: { issuer: { accessTokenMaxAge: '2 hours' } } } }],
  ['nothing at all', {}],
] as const)('the published schema refuses %s', ([, world]) => {
  expect(fits(world)).toBe(false);
});

test('the sources of the default world fit the schema users write by', () => {
  const folder = new URL('../../fixtures/default/', import.meta.url);
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.yaml'))) {
    for (const document of parseAllDocuments(readFileSync(new URL(name, folder), 'utf8'))) {
      expect(fits(document.toJS()), `${name}: ${JSON.stringify(fits.errors)}`).toBe(true);
    }
  }
});
