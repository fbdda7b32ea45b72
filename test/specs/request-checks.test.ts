import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import { startFakeKsApiserver, type InProcessFake, type Options } from '../../src/index.js';

const rules = '/kapis/alerting.kubesphere.io/v2alpha1/rules';
const users = '/kapis/iam.kubesphere.io/v1beta1/users';

async function ask(ks: InProcessFake, method: string, path: string, body?: string): Promise<Response> {
  return fetch(ks.url + path, {
    method,
    headers: { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body }),
  });
}

const v34: Options = { release: 'v3.4' };
const cases = [
  [
    v34,
    'GET',
    `${rules}?page=two`,
    undefined,
    `GET ${rules}: query parameter "page" must be a whole number, not "two"`,
  ],
  [v34, 'POST', rules, undefined, `POST ${rules}: body "body" is required, but nothing was sent; send JSON`],
  [v34, 'POST', rules, '{"name":1}', `POST ${rules}: body.name must be string, not 1`],
  [v34, 'POST', rules, '{', /^POST .*: body is no JSON: /],
  [{}, 'POST', users, '{"spec":{"email":7}}', `POST ${users}: body.spec.email must be string, not 7`],
] as const satisfies readonly (readonly [Options, string, string, string | undefined, string | RegExp])[];

test.for(cases)('warns in the journal of %j %s %s %s', async ([options, method, path, body, problem]) => {
  await using ks = await startFakeKsApiserver(options);
  await ask(ks, method, path, body);
  const [entry] = await ks.journal.entries({ noted: true });
  expect(entry?.notes).toContainEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  const before = entry?.notes?.length;
  expect((await ks.journal.entries())[0]?.notes?.length, 'told once').toBe(before);
});

test.for(cases)(
  'refuses %j %s %s %s with 400 when strict',
  async ([options, method, path, body, problem]) => {
    await using ks = await startFakeKsApiserver({ ...options, strictRequests: true });
    const answer = await ask(ks, method, path, body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(problem instanceof RegExp ? problem : `${problem}\n`);
    expect((await ks.journal.entries({ noted: true }))[0]?.status).toBe(400);
  },
);

test('lets a request pass that fits, strict or not', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', strictRequests: true });
  expect((await ask(ks, 'GET', `${rules}?page=2&limit=3&name=a`)).status).toBe(200);
});

test('takes a patch that says only what changes', async () => {
  await using ks = await startFakeKsApiserver({ strictRequests: true });
  const answer = await ask(ks, 'PATCH', `${users}/admin`, '{"spec":{"lang":"en"}}');
  expect(await answer.text()).not.toContain('lacks the member');
});

test('guesses what a mistyped query parameter was meant to be, but refuses no filter', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', strictRequests: true });
  expect((await ask(ks, 'GET', `${rules}?label_filter=a&owner=b`)).status).toBe(200);
  expect((await ks.journal.entries({ noted: true }))[0]?.notes).toContain(
    `GET ${rules}: query parameter "label_filter" is not in the document; did you mean "label_filters"?`,
  );
});

test('says nothing of requests nobody may make', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  await fetch(`${ks.url}${rules}?page=two`);
  expect(await ks.journal.entries({ noted: true })).toEqual([]);
});

test('names operations of a brand and of a member cluster by their documents', async () => {
  await using ks = await startFakeKsApiserver({ brand: 'Super Kubenetes' });
  await ask(ks, 'GET', `/kapis/clusters/host/alerting.Super%20Kubenetes.io/v2alpha1/rules?page=two`);
  expect((await ks.journal.entries({ noted: true }))[0]?.notes).toContain(
    `GET ${rules}: query parameter "page" must be a whole number, not "two"`,
  );
  expect((await ks.coverage()).covered).toBe(1);
});

test('has nothing against what documents have no words for: lists of changes, nulls sent back, reads with a body', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', strictRequests: true });
  const headers = { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' };
  const patch = await fetch(`${ks.url}/apis/tenant.kubesphere.io/v1alpha1/workspaces/demo`, {
    method: 'PATCH',
    headers: { ...headers, 'Content-Type': 'application/json-patch+json' },
    body: '[{"op":"add","path":"/metadata/annotations","value":{"a":"b"}}]',
  });
  expect(patch.status).toBe(200);
  const quotas = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/resourcequotas';
  const quota = { metadata: { name: 'small' }, spec: { selector: {}, quota: { hard: { pods: '4' } } } };
  expect((await ask(ks, 'POST', quotas, JSON.stringify(quota))).status).toBe(200);
  const read = (await (await ask(ks, 'GET', `${quotas}/small`)).json()) as object;
  const sent = JSON.stringify({ ...read, status: { total: {}, namespaces: null } });
  expect((await ask(ks, 'PUT', `${quotas}/small`, sent)).status).toBe(200);
  const ofMember = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/workspacemembers/jeff/namespaces';
  expect((await ask(ks, 'GET', ofMember)).status).toBe(200);
});

const sizes = '/kapis/sizes.example.org/v1/sizes';
const sizeOf = (size: object): object => ({
  openapi: '3.1.0',
  info: { title: 'sizes', version: '1' },
  paths: {
    [sizes]: {
      post: {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { type: 'object', properties: { size }, additionalProperties: false },
            },
          },
        },
        responses: { 200: { description: '' } },
      },
    },
  },
});
const either = { oneOf: [{ type: 'string' }, { type: 'integer' }] };
const pair = { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false };

test.for([
  [either, '{"size":1}', undefined],
  [
    either,
    '{"size":1,"color":"red"}',
    'body has the member "color", which is not in the document; take it out',
  ],
  [either, '{"size":null}', 'body.size must be string, not null'],
  [{ type: ['integer', 'null'] }, '{"size":null}', undefined],
  [{ type: 'integer' }, '{"size":null}', 'body.size must be integer, not null'],
  [pair, '{"size":["a",1]}', undefined],
  [pair, '{"size":["a","b"]}', 'body.size.1 must be integer, not "b"'],
] as const)('OpenAPI 3.1 %j takes %s or says: %s', async ([size, body, problem]) => {
  const specs = [{ name: 'sizes', document: sizeOf(size) as JsonObject }];
  await using ks = await startFakeKsApiserver({ strictRequests: true, specs });
  const answer = await ask(ks, 'POST', sizes, body);
  if (problem === undefined) expect(answer.status).toBe(200);
  else expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(problem)]);
});

const document = {
  swagger: '2.0',
  info: { title: 'forms', version: '1' },
  paths: {
    '/kapis/forms.io/v1/form': {
      post: {
        consumes: ['multipart/form-data'],
        parameters: [{ name: 'f', in: 'formData', type: 'string', required: true }],
        responses: { 201: { description: 'made' } },
      },
    },
    '/kapis/forms.io/v1/rest/{path:*}': {
      get: { responses: { 200: { description: 'ok', schema: { type: 'object' } } } },
    },
  },
};

const forms = { name: 'forms', document };

const piece = (name: string): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n--b--\r\n`;

test.for([
  [
    'application/json',
    '{}',
    400,
    'field "f" of the form is required, but the body is no form; send one, not "application/json"',
  ],
  ['multipart/form-data; boundary=b', piece('g'), 400, 'field "f" of the form is required, but missing'],
  ['multipart/form-data; boundary=b', piece('f'), 201, ''],
  ['application/x-www-form-urlencoded', 'g=1', 400, 'field "f" of the form is required, but missing'],
  ['application/x-www-form-urlencoded', 'f=1', 201, ''],
] as const)('of a form sent as %s, %j, it says %s', async ([type, body, status, problem]) => {
  await using ks = await startFakeKsApiserver({ strictRequests: true, specs: [forms] });
  const headers = { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': type };
  const answer = await fetch(`${ks.url}/kapis/forms.io/v1/form`, { method: 'POST', headers, body });
  expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(problem)]);
});

test.for([
  ['GET', '/one', 200],
  ['GET', '/one/two/three', 200],
  ['POST', '/one/two/three', 405],
  ['GET', '', 404],
] as const)('answers %s of what may follow a path, here %j, with %i', async ([method, rest, status]) => {
  await using ks = await startFakeKsApiserver({ specs: [forms] });
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  const answer = await fetch(`${ks.url}/kapis/forms.io/v1/rest${rest}`, { method, headers });
  expect(answer.status).toBe(status);
});
