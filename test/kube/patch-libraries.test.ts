import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const notes = '/apis/patched.io/v1/namespaces/default/notes';
const spec = {
  a: 1,
  n: null,
  o: { p: { q: [1, 2, { r: 3 }] }, '': 5, 'a/b': 1, 'm~n': 2 },
  l: ['a', 'b', 'c'],
};

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  await admin.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'notes.patched.io' },
    spec: {
      group: 'patched.io',
      scope: 'Namespaced',
      names: { kind: 'Note', plural: 'notes' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  await admin.send('POST', notes, {
    apiVersion: 'patched.io/v1',
    kind: 'Note',
    metadata: { name: 'one' },
    spec,
  });
});

afterAll(() => ks.close());

async function patched(type: string, body: unknown): Promise<{ code: number; spec: Json | undefined }> {
  const path = `${notes}/one?dryRun=All`;
  const { status, json } = await admin.send('PATCH', path, body, `application/${type}+json`);
  return { code: status, spec: json.spec as Json };
}

describe('a JSON patch, as the library of kube-apiserver applies it,', () => {
  test.for<[string, object, object]>([
    ['adds behind the last', { op: 'add', path: '/spec/l/-1', value: 'z' }, { l: ['a', 'b', 'c', 'z'] }],
    ['adds in front of the last', { op: 'add', path: '/spec/l/-2', value: 'z' }, { l: ['a', 'b', 'z', 'c'] }],
    ['adds where a sign says', { op: 'add', path: '/spec/l/+1', value: 1 }, { l: ['a', 1, 'b', 'c'] }],
    ['removes the last', { op: 'remove', path: '/spec/l/-1' }, { l: ['a', 'b'] }],
    ['removes where zeros say', { op: 'remove', path: '/spec/l/01' }, { l: ['a', 'c'] }],
    ['tests the last', { op: 'test', path: '/spec/l/-1', value: 'c' }, {}],
    ['replaces what is not there', { op: 'replace', path: '/spec/zz', value: 1 }, { zz: 1 }],
    ['adds null when no value is given', { op: 'add', path: '/spec/a' }, { a: null }],
    ['replaces by null when no value is given', { op: 'replace', path: '/spec/a' }, { a: null }],
    ['copies what is not there as null', { op: 'copy', from: '/spec/zz', path: '/spec/c' }, { c: null }],
    ['copies the last', { op: 'copy', from: '/spec/l/-1', path: '/spec/z' }, { z: 'c' }],
    ['finds null where nothing is', { op: 'test', path: '/spec/zz', value: null }, {}],
  ])('%s', async ([, operation, changes]) => {
    expect(await patched('json-patch', [operation])).toEqual({ code: 200, spec: { ...spec, ...changes } });
  });

  test.for<[string, Json]>([
    ['adds past the end', { op: 'add', path: '/spec/l/4', value: 1 }],
    ['adds before the beginning', { op: 'add', path: '/spec/l/-5', value: 1 }],
    ['adds at a place that is no number', { op: 'add', path: '/spec/l/1e0', value: 1 }],
    ['replaces past the end', { op: 'replace', path: '/spec/l/3', value: 1 }],
    ['replaces below nothing', { op: 'replace', path: '/spec/zz/y', value: 1 }],
    ['adds below null', { op: 'add', path: '/spec/n/y', value: 1 }],
    ['tests null below nothing', { op: 'test', path: '/spec/zz/y', value: null }],
    ['removes what is not there', { op: 'remove', path: '/spec/zz' }],
    ['moves what is not there', { op: 'move', from: '/spec/zz', path: '/spec/b' }],
    ['moves something into itself', { op: 'move', from: '/spec/o', path: '/spec/o/p' }],
    ['is null', null],
  ])('is refused when it %s', async ([, operation]) => {
    expect((await patched('json-patch', [operation])).code).toBe(422);
  });
});

describe('a merge patch, as the library of kube-apiserver applies it,', () => {
  test.for<[string, object, object]>([
    ['takes nulls out of items', { l: [{ a: null, b: 1 }] }, { l: [{ b: 1 }] }],
    ['keeps nulls that are items', { l: [null] }, { l: [null] }],
    ['takes nulls out of what is new', { zz: { y: null, l: [{ a: null }] } }, { zz: { l: [{}] } }],
    ['keeps nulls of items that replace a map', { o: [{ a: null }] }, { o: [{ a: null }] }],
  ])('%s', async ([, patch, changes]) => {
    expect(await patched('merge-patch', { spec: patch })).toEqual({
      code: 200,
      spec: { ...spec, ...changes },
    });
  });
});
