import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import type { Options } from '../../src/core/options.js';
import { startFakeKsApiserver } from '../../src/index.js';

const repository = '/kapis/mine.example.org/v1/workspaces/demo/repos/main';
const rule = '/kapis/mine.example.org/v1/namespaces/demo/rules/cpu';
const rules = '/kapis/mine.example.org/v1/rules';

const ruleSchema: JsonObject = {
  type: 'object',
  required: ['id', 'query'],
  properties: { id: { type: 'string' }, query: { type: 'string' } },
};

const repositorySchema: JsonObject = {
  type: 'object',
  required: ['metadata'],
  properties: {
    kind: { type: 'string' },
    metadata: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
};

/** What nothing of ours will ever serve. */
const release: Options = {
  release: 'v3.4',
  specs: [
    {
      name: 'mine',
      document: {
        swagger: '2.0',
        info: { title: 'mine', version: '1' },
        paths: {
          [rules]: {
            get: {
              responses: {
                200: {
                  description: '',
                  schema: {
                    type: 'object',
                    required: ['items', 'total'],
                    properties: { items: { type: 'array', items: ruleSchema }, total: { type: 'integer' } },
                  },
                },
              },
            },
          },
          '/kapis/mine.example.org/v1/workspaces/{workspace}/repos/{repo}': {
            get: { responses: { 200: { description: '', schema: repositorySchema } } },
          },
          '/kapis/mine.example.org/v1/namespaces/{namespace}/rules/{rule}': {
            get: { responses: { 200: { description: '', schema: ruleSchema } } },
          },
        },
      },
    },
  ],
};

async function ask(
  ks: { url: string; token(): Promise<string> },
  path: string,
  method = 'GET',
): Promise<Response> {
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  return fetch(ks.url + path, { method, headers });
}

test('answers the same bytes to the same request, on every server of the same seed', async () => {
  await using first = await startFakeKsApiserver(release);
  await using second = await startFakeKsApiserver(release);
  await using other = await startFakeKsApiserver({ ...release, seed: 7 });
  const text = await (await ask(first, rule)).text();
  expect(await (await ask(first, rule)).text()).toBe(text);
  expect(await (await ask(second, rule)).text()).toBe(text);
  expect(await (await ask(other, rule)).text()).not.toBe(text);
});

test('marks what it made up, in a header and in the journal', async () => {
  await using ks = await startFakeKsApiserver(release);
  const answer = await ask(ks, rule);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('X-Fake-Ks-Generated')).toBe('true');
  expect((await ks.journal.entries()).at(-1)?.notes).toEqual([
    'generated from the published schema: nothing behind it is stored',
  ]);
});

test('puts the names of the path into the object', async () => {
  await using ks = await startFakeKsApiserver(release);
  const { metadata } = (await (await ask(ks, repository)).json()) as {
    metadata: { name: string; labels: Record<string, string> };
  };
  expect(metadata.name).toBe('main');
  expect(metadata.labels['kubesphere.io/workspace']).toBe('demo');
});

test('counts the items of a list', async () => {
  await using ks = await startFakeKsApiserver(release);
  const answer = await ask(ks, rules);
  const { items, total } = (await answer.json()) as { items: unknown[]; total: number };
  expect([answer.status, items.length]).toEqual([200, total]);
});

test('refuses a method that no document names as the router does', async () => {
  await using ks = await startFakeKsApiserver(release);
  const answer = await ask(ks, rule, 'PATCH');
  expect([answer.status, await answer.text()]).toEqual([405, '405: Method Not Allowed']);
  expect(answer.headers.get('Allow')).not.toBe('');
});

test('keeps the answers of servers apart that were given different documents', async () => {
  const specs = (word: string): { name: string; document: JsonObject }[] => [
    {
      name: 'mine',
      document: {
        swagger: '2.0',
        info: { title: 'mine', version: '1' },
        paths: {
          '/kapis/mine.example.org/v1/word': {
            get: { responses: { 200: { description: '', schema: { type: 'string', enum: [word] } } } },
          },
        },
      },
    },
  ];
  for (const word of ['one', 'two', 'three']) {
    await using ks = await startFakeKsApiserver({ specs: specs(word) });
    expect(await (await ask(ks, '/kapis/mine.example.org/v1/word')).json()).toBe(word);
  }
});

test.for([
  ['limit=1', [0], 2],
  ['limit=1&page=2', [1], 2],
  ['limit=1&page=3', [], 2],
  ['limit=-1', [0, 1], 2],
  ['paging=limit%3D1,page%3D2', [1], 2],
  ['start=1&limit=10', [1], 2],
  ['limit=many', [0, 1], 2],
] as const)('cuts a list as ?%s asks, and counts all of it', async ([query, places, total]) => {
  await using ks = await startFakeKsApiserver(release);
  const whole = (await (await ask(ks, rules)).json()) as { items: unknown[] };
  const page = (await (await ask(ks, `${rules}?${query}`)).json()) as { items: unknown[]; total: number };
  expect(page).toEqual({ ...whole, items: places.map((place) => whole.items[place]), total });
});

test.for([
  ['namespaces/demo/things', { namespace: 'demo' }],
  ['namespaces/demo/things/a', { namespace: 'demo', name: 'a' }],
  ['devops/pipes/things', { namespace: 'pipes' }],
  ['workspaces/team/things', { labels: { 'kubesphere.io/workspace': 'team' } }],
  ['clusters/edge', { name: 'edge', labels: { 'kubesphere.io/cluster': 'edge' } }],
  ['users/jo', { name: 'jo' }],
  ['users/jo/kubeconfig', { name: 'jo', labels: { 'iam.kubesphere.io/user-ref': 'jo' } }],
  ['nodes/node3', { name: 'node3' }],
] as const)('names in %s what the answer is about', async ([path, metadata]) => {
  const template = path.replace(
    /(\w+)s\/(?!things|kubeconfig)(\w+)/g,
    (_, kind: string) => `${kind}s/{${kind === 'devop' ? 'devops' : kind}}`,
  );
  const answer = { description: '', schema: { $ref: '#/definitions/Thing' } };
  const document = {
    swagger: '2.0',
    info: { title: 'mine', version: '1' },
    paths: { [`/kapis/mine.example.org/v1/${template}`]: { get: { responses: { 200: answer } } } },
    definitions: {
      Thing: {
        type: 'object',
        properties: { metadata: { type: 'object', properties: { name: { type: 'string' } } } },
      },
    },
  };
  await using ks = await startFakeKsApiserver({ specs: [{ name: 'mine', document }] });
  const body = (await (await ask(ks, `/kapis/mine.example.org/v1/${path}`)).json()) as object;
  expect(body).toMatchObject({ metadata });
});
