import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import { startFakeKsApiserver } from '../../src/index.js';
import { runLine } from '../support/command-line.js';

const folder = mkdtempSync(join(tmpdir(), 'fake-ks-specs-'));
const widgets = '/kapis/widgets.example.io/v1/namespaces/{namespace}/widgets';

function fileWith(name: string, content: string | object): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const swagger = {
  swagger: '2.0',
  info: { title: 'Widgets', version: '1' },
  paths: {
    [widgets]: {
      get: {
        operationId: 'list',
        parameters: [{ name: 'namespace', in: 'path', required: true, type: 'string' }],
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/WidgetList' } } },
      },
    },
  },
  definitions: {
    WidgetList: {
      type: 'object',
      required: ['items', 'totalItems'],
      properties: {
        items: { type: 'array', items: { $ref: '#/definitions/Widget' } },
        totalItems: { type: 'integer' },
      },
    },
    Widget: {
      type: 'object',
      required: ['metadata', 'size'],
      properties: {
        metadata: { type: 'object', properties: { name: { type: 'string' }, namespace: { type: 'string' } } },
        size: { type: 'integer' },
      },
    },
  },
} as const;

const openapi = `
openapi: 3.1.0
info: {title: Widgets, version: "1"}
servers: [{url: 'https://example.io/kapis/widgets.example.io/v1'}]
paths:
  /namespaces/{namespace}/widgets:
    parameters:
      - {name: namespace, in: path, required: true, schema: {type: string}}
    get:
      responses:
        "200": {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/WidgetList'}}}}
components:
  schemas:
    WidgetList:
      type: object
      required: [items, totalItems]
      properties:
        items: {type: array, items: {$ref: '#/components/schemas/Widget'}}
        totalItems: {type: integer}
    Widget:
      type: object
      required: [metadata, size]
      properties:
        metadata: {type: object, properties: {name: {type: string}, namespace: {type: string}}}
        size: {type: integer}
        note: {type: [string, "null"]}
`;

async function listOf(ks: { url: string; token(): Promise<string> }): Promise<JsonObject> {
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  const answer = await fetch(ks.url + widgets.replace('{namespace}', 'demo'), { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as JsonObject;
}

test.for([
  ['Swagger 2.0 in JSON', (): string => fileWith('widgets.json', swagger)],
  ['OpenAPI 3.1 in YAML', (): string => fileWith('widgets.yaml', openapi)],
] as const)('answers the operations of a document given as %s', async ([, file]) => {
  await using ks = await startFakeKsApiserver({ specs: [file()] });
  const { items, totalItems } = (await listOf(ks)) as { items: JsonObject[]; totalItems: number };
  expect(totalItems).toBe(items.length);
  expect(items[0]?.['metadata']).toMatchObject({ namespace: 'demo' });
  expect(items[0]?.['size']).toBeTypeOf('number');
  const { documents } = await ks.specs();
  expect(documents.map(({ name, operations }) => [name, operations])).toEqual([
    ['widgets', 1],
    ['kubesphere', 197],
    ['kubesphere-crd', 29],
  ]);
});

test('fetches a document from a URL at start', async () => {
  const server = createServer((_, response) => response.end(JSON.stringify(swagger))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/swagger.json?raw=1`;
  await using ks = await startFakeKsApiserver({ specs: [`widgets=${url}`] });
  server.close();
  expect((await ks.specs()).documents[0]).toEqual({
    name: 'widgets',
    operations: 1,
    source: url,
    replaced: false,
    repairs: [],
  });
  await listOf(ks);
});

test.for([
  ['behind redirects', '/moved', undefined],
  ['packed for the way', '/encoded', undefined],
  ['as a gzip file', '/widgets.json.gz', undefined],
  ['with a mark of byte order', '/marked', undefined],
  ['that is not there', '/gone', 'answered 404; correct the URL'],
  ['without an end of redirects', '/round', 'cannot be fetched: redirect count exceeded'],
  ['that breaks off', '/short', 'cannot be fetched: '],
  [
    'that is cut in the middle of a gzip file',
    '/cut.json.gz',
    'is no whole gzip file: unexpected end of file',
  ],
  ['that is too large once unpacked', '/bomb.json.gz', 'has more than 16 MiB; give a smaller document'],
] as const)('takes a document %s, or says why not', async ([, path, problem]) => {
  const text = JSON.stringify(swagger);
  const packed = gzipSync(text);
  const server = createServer(({ url }, response) => {
    if (url === '/moved') response.writeHead(302, { Location: '/marked' }).end();
    else if (url === '/round') response.writeHead(302, { Location: '/round' }).end();
    else if (url === '/encoded') response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed);
    else if (url === '/widgets.json.gz') response.end(packed);
    else if (url === '/cut.json.gz') response.end(packed.subarray(0, packed.length - 20));
    else if (url === '/bomb.json.gz') response.end(gzipSync(Buffer.alloc(20 * 1024 * 1024, ' ')));
    else if (url === '/marked') response.end(`\uFEFF${text}`);
    else if (url === '/short')
      response.writeHead(200, { 'Content-Length': 9999 }).write(text, () => response.destroy());
    else response.writeHead(404).end('none');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`;
  try {
    const start = startFakeKsApiserver({ specs: [url] });
    if (problem !== undefined) {
      await expect(start).rejects.toThrow(`${url}: ${problem}`);
      return;
    }
    await using ks = await start;
    expect((await ks.specs()).documents[0]).toMatchObject({ operations: 1, source: url });
    if (path.endsWith('.gz')) expect((await ks.specs()).documents[0]?.name).toBe('widgets');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('answers an operation without content without a type of it', async () => {
  const document = {
    ...swagger,
    paths: {
      '/kapis/widgets.example.io/v1/all': { delete: { responses: { 204: { description: 'gone' } } } },
    },
  };
  await using ks = await startFakeKsApiserver({ specs: [{ name: 'widgets', document }] });
  const headers = { authorization: `Bearer ${await ks.token({ user: 'admin' })}` };
  const answer = await fetch(`${ks.url}/kapis/widgets.example.io/v1/all`, { method: 'DELETE', headers });
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([204, null, '']);
});

test('puts a document in the place of the packaged one of its name', async () => {
  await using ks = await startFakeKsApiserver({ specs: [{ name: 'kubesphere', document: swagger }] });
  const { documents } = await ks.specs();
  expect(documents).toMatchObject([
    { name: 'kubesphere', operations: 1, replaced: true },
    { name: 'kubesphere-crd', operations: 29 },
  ]);
  expect((await ks.coverage()).operations).toBe(30);
});

test('counts an operation once that two documents describe', async () => {
  const document = {
    ...swagger,
    paths: {
      '/kapis/resources.kubesphere.io/v1alpha3/{kind}': { get: { responses: { 200: { description: '' } } } },
    },
  };
  await using ks = await startFakeKsApiserver({ specs: [{ name: 'more', document }] });
  expect((await ks.coverage()).operations).toBe(226);
});

const published = {
  swagger: '2.0',
  info: {},
  paths: {
    '/kapis/a.io/v1/things/{thing:[a-z]+} ': {
      parameters: [{ name: 'dry', in: 'query', type: 'bool' }],
      post: {
        operationId: 'do',
        parameters: [
          { name: 'body', in: 'body', schema: { $ref: '#/definitions/Gone' } },
          { name: 'again', in: 'body', schema: { type: 'object' } },
          { name: 'other', in: 'path', required: true, type: 'string' },
          { $ref: '#/parameters/none' },
        ],
        responses: { 200: { schema: { $ref: 'https://example.io/x.json#/X' } }, ok: {} },
      },
      get: { operationId: 'do', responses: {} },
    },
    '/kapis/a.io/v1/things/{name}': { get: { parameters: [{ name: 'name', in: 'path' }] } },
  },
  definitions: {
    Odd: { type: 'map[string]string', required: true, properties: { at: { pattern: '(' } } },
    No: 3,
  },
};

test('lists what it had to repair in a document as it was published', async () => {
  const file = fileWith('published.json', published);
  const result = await runLine(['serve', '--port', '0', '--spec', file, '--json']);
  expect(result.code).toBe(0);
  const { specs } = JSON.parse(result.stdout) as { specs: { repairs: string[] }[] };
  const post = 'POST /kapis/a.io/v1/things/{thing}';
  expect(specs[0]?.repairs).toEqual([
    'No: a definition that is no mapping; left out',
    '/kapis/a.io/v1/things/{thing:[a-z]+} : not a plain path; read as /kapis/a.io/v1/things/{thing}',
    `${post} body: dangling reference #/definitions/Gone; taken for anything`,
    `${post}: two parameters are the body; the first is kept`,
    `${post}: parameter "other" is not in the path; left out`,
    `${post}: dangling reference "#/parameters/none"; left out`,
    `${post} parameter "dry": unknown type "bool"; boolean`,
    `${post}: no parameter describes "thing" of the path; a text is expected`,
    `${post} 200: reference to another document https://example.io/x.json#/X; taken for anything`,
    `${post}: "ok" is no status; left out`,
    'GET /kapis/a.io/v1/things/{thing} parameter "dry": unknown type "bool"; boolean',
    'GET /kapis/a.io/v1/things/{thing}: no parameter describes "thing" of the path; a text is expected',
    'GET /kapis/a.io/v1/things/{thing}: operationId do is given twice; renamed to do_2',
    'GET /kapis/a.io/v1/things/{thing}: no answer is described; 200 without a schema',
    'GET /kapis/a.io/v1/things/{name}: the same as GET /kapis/a.io/v1/things/{thing}; left out',
    'Odd: unknown type "map[string]string"; taken for any type',
    'Odd: "required" is no list of names; left out',
    'Odd.at: pattern "(" is no regular expression; left out',
  ]);
});

test('takes together what JSON says of one path in several places', async () => {
  const operation = (id: string): string =>
    `{"operationId":"${id}","responses":{"200":{"description":"} ] \\" ,","schema":{"type":"object"}}}}`;
  const file = fileWith(
    'twice.json',
    `{"swagger":"2.0","info":{"title":"\\"paths\\": {","version":"1"}, "paths": {
      "/kapis/a.io/v1/a" : {"get":${operation('one')}},
      "/kapis/a.io/v1/b":{"get":${operation('two')},"x-n":-1.5e3,"x-l":[1,[2],{}],"x-t":true},
      "/kapis/a.io/v1/a":{"delete":${operation('three')},"get":${operation('four')}}
    }, "definitions":{}}`,
  );
  await using ks = await startFakeKsApiserver({ specs: [file] });
  const [document] = (await ks.specs()).documents.filter(({ name }) => name === 'twice');
  expect(document?.repairs).toEqual(['/kapis/a.io/v1/a: a path given more than once; taken together']);
  const headers = { authorization: `Bearer ${await ks.token({ user: 'admin' })}` };
  for (const [method, path] of [
    ['GET', 'a'],
    ['DELETE', 'a'],
    ['GET', 'b'],
  ] as const)
    expect((await fetch(`${ks.url}/kapis/a.io/v1/${path}`, { method, headers })).status).toBe(200);
});

test('shows the first repairs in the banner', async () => {
  const file = fileWith('published.json', published);
  const { stdout } = await runLine(['serve', '--port', '0', '--spec', file]);
  expect(stdout).toContain(`published (${file}): 2 operations, added, 18 repairs`);
  expect(stdout).toContain('No: a definition that is no mapping; left out');
  expect(stdout).toMatch(/and 8 more: curl -s http:.*\/__fake\/specs/);
});

const deep = `{"swagger":"2.0","paths":{"/a":{"get":{"responses":{"200":{"schema":${'{"items":'.repeat(5000)}{}${'}'.repeat(5000)}}}}}}}`;

test('survives schemas nested without end', async () => {
  const { code, stdout } = await runLine(['serve', '--port', '0', '--spec', fileWith('deep.json', deep)]);
  expect([code, stdout.includes('schemas nested deeper than 100 levels')]).toEqual([0, true]);
});

test.for([
  [
    'there is none',
    (): string => join(folder, 'none.json'),
    'cannot be read: no such file; give the path of a readable file or a URL',
  ],
  [
    'a folder',
    (): string => folder,
    'cannot be read: is a folder; give the path of a readable file or a URL',
  ],
  [
    'no mapping',
    (): string => fileWith('list.json', '[1]'),
    'is no mapping; give a Swagger 2.0 or OpenAPI 3 document',
  ],
  [
    'another document',
    (): string => fileWith('x.json', { a: 1 }),
    'must be Swagger 2.0 or OpenAPI 3.0 or 3.1; neither "swagger" nor "openapi" is there',
  ],
  [
    'an old one',
    (): string => fileWith('old.json', { swagger: '1.2' }),
    'must be Swagger 2.0 or OpenAPI 3.0 or 3.1; got "1.2"',
  ],
  [
    'a new one',
    (): string => fileWith('new.json', { openapi: '4.0.0' }),
    'must be Swagger 2.0 or OpenAPI 3.0 or 3.1; got "4.0.0"',
  ],
  [
    'empty',
    (): string => fileWith('empty.json', { swagger: '2.0', paths: {} }),
    'paths: names no operations; give a whole document',
  ],
  ['nobody listens', (): string => 'http://127.0.0.1:9/swagger.json', 'cannot be fetched: '],
] as const)('refuses a document with one line and exit code 2: %s', async ([, make, message]) => {
  const file = make();
  const { code, stdout, stderr } = await runLine(['serve', '--port', '0', '--spec', file]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(`${file}: ${message}`);
});

test('tells the line of a fault in JSON', async () => {
  const file = fileWith('broken.json', '{"swagger": "2.0",\n "paths": {,}}');
  const { code, stderr } = await runLine(['serve', '--port', '0', '--spec', file]);
  expect([code, stderr.includes(`${file}:2:`)]).toEqual([2, true]);
});

test('refuses two documents of one name', async () => {
  const file = fileWith('widgets.json', swagger);
  const { code, stderr } = await runLine([
    'serve',
    '--port',
    '0',
    '--spec',
    file,
    '--spec',
    `widgets=${file}`,
  ]);
  expect([code, stderr.includes('the name "widgets" is taken by')]).toEqual([2, true]);
});

test('says of a document for Kubernetes that only its page shows it', async () => {
  await using ks = await startFakeKsApiserver({ specs: [{ name: 'kubernetes', document: swagger }] });
  const given = (await ks.specs()).documents.find(({ name }) => name === 'kubernetes');
  expect(given?.repairs).toContainEqual(expect.stringMatching(/^only its page shows it/));
});
