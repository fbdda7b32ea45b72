import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { call, type Answer, type Call } from '../support/call.js';

const mebibyte = 1024 * 1024;
const maps = '/api/v1/namespaces/default/configmaps';

/** Sends a request as admin. */
async function ask(
  ks: InProcessFake,
  method: string,
  path: string,
  body?: unknown,
  contentType = 'application/json',
): Promise<Answer> {
  const token = await ks.token();
  const text =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const sent: Call = {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(text !== undefined && { 'Content-Type': contentType }) },
    ...(text !== undefined && { body: text }),
  };
  return call(ks.url, path, sent);
}

/** Writes bytes to the server's socket and reads until it closes, or until it has been quiet for a moment. */
async function raw(ks: InProcessFake, text: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(ks.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(text);
  socket.end();
  await once(socket, 'close');
  return answer;
}

/** An object in an object in an object. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

/** The server still answers, nothing broke inside, and no prototype was touched. */
async function expectUnharmed(ks: InProcessFake): Promise<void> {
  expect((await ask(ks, 'GET', '/api/v1/namespaces/default')).status).toBe(200);
  expect((await ks.journal.errors()).map((entry) => entry.error)).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}

const unrecognized = (why: string, shown: string): string =>
  `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ${why} (${shown})`;

describe('a request body', () => {
  const bodies: readonly (readonly [what: string, body: string, code: number, message: string | RegExp])[] = [
    ['empty', '', 400, unrecognized('unexpected end of JSON input', '<empty>')],
    ['not JSON', 'x', 400, unrecognized("invalid character 'x' looking for beginning of value", '78')],
    ['cut short', '{"kind":', 400, unrecognized('unexpected end of JSON input', '{"kind":')],
    ['followed by more', '{} {}', 400, unrecognized("invalid character '{' after top-level value", '{} {}')],
    ['a list', '[]', 400, /json: cannot unmarshal array into Go value of type struct/],
    // To Go it is an object without anything.
    [
      'null',
      'null',
      422,
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    ['nested 100,000 deep', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 400, /exceeded max depth/],
    ['an array 100,000 deep', '['.repeat(100_000), 400, /exceeded max depth/],
    [
      'of the wrong kind',
      '{"kind":"Secret","metadata":{"name":"a"}}',
      400,
      /^Secret in version "v1" cannot be handled as a ConfigMap/,
    ],
    [
      'of the wrong version',
      '{"apiVersion":"v2","metadata":{"name":"a"}}',
      400,
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      'with metadata that is a text',
      '{"metadata":"x"}',
      400,
      /cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta/,
    ],
    ['with a kind that is a number', '{"kind":7}', 400, /cannot unmarshal number/],
  ];

  test.for(bodies)('that is %s is refused in words', async ([, body, code, message]) => {
    await using ks = await startFakeKsApiserver();
    const answer = await ask(ks, 'POST', maps, body);
    const status = JSON.parse(answer.body) as { kind: string; code: number; message: string };
    expect([answer.status, status.kind, status.code]).toEqual([code, 'Status', code]);
    if (typeof message === 'string') expect(status.message).toBe(message);
    else expect(status.message).toMatch(message);
    await expectUnharmed(ks);
  });

  test.for([
    ['text/plain', 415],
    ['application/vnd.kubernetes.protobuf', 400],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['nonsense', 415],
    ['application/json; charset=utf-8', 201],
    ['APPLICATION/JSON', 201],
  ] as const)('of type %s is answered %i', async ([type, status]) => {
    await using ks = await startFakeKsApiserver();
    const answer = await ask(ks, 'POST', maps, { metadata: { name: 'a' } }, type);
    expect(answer.status).toBe(status);
    if (status === 415)
      expect(JSON.parse(answer.body)).toMatchObject({
        kind: 'Status',
        reason: 'UnsupportedMediaType',
        code: 415,
      });
    await expectUnharmed(ks);
  });

  test('in YAML is read, and refused where it is none', async () => {
    await using ks = await startFakeKsApiserver();
    const good = await ask(ks, 'POST', maps, 'metadata:\n  name: a\ndata:\n  k: v\n', 'application/yaml');
    expect([good.status, JSON.parse(good.body)]).toEqual([
      201,
      expect.objectContaining({ data: { k: 'v' } }),
    ]);
    for (const bad of [
      'a: [',
      '\t- x: :',
      '&a [*a, *a',
      '*nobody',
      `a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]`,
    ]) {
      expect((await ask(ks, 'POST', maps, bad, 'application/yaml')).status).toBe(400);
    }
    await expectUnharmed(ks);
  });

  test('above 3 MiB is refused, whether its length is told or not', async () => {
    await using ks = await startFakeKsApiserver();
    const big = Buffer.alloc(3 * mebibyte + 1, 0x20);
    const told = await ask(ks, 'POST', maps, big);
    expect([told.status, JSON.parse(told.body)]).toEqual([
      413,
      expect.objectContaining({
        reason: 'RequestEntityTooLarge',
        message: 'Request entity too large: limit is 3145728',
      }),
    ]);
    const chunk = Buffer.concat([
      Buffer.from('100000\r\n'),
      Buffer.alloc(mebibyte, 0x20),
      Buffer.from('\r\n'),
    ]);
    const head = `POST ${maps} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunked = await raw(
      ks,
      Buffer.concat([Buffer.from(head), chunk, chunk, chunk, chunk, Buffer.from('0\r\n\r\n')]),
    );
    expect(chunked).toMatch(/^HTTP\/1.1 413 /);
    const exact = await ask(ks, 'POST', maps, `{"metadata":{"name":"a"}}`.padEnd(3 * mebibyte, ' '));
    expect(exact.status).toBe(201);
    await expectUnharmed(ks);
  });

  test('that never ends is answered 413 and the connection closed', async () => {
    await using ks = await startFakeKsApiserver();
    const { hostname, port } = new URL(ks.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    let open = true;
    const isOpen = (): boolean => open;
    socket.on('data', (data: Buffer) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => (open = false));
    socket.write(`POST ${maps} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([
      Buffer.from('100000\r\n'),
      Buffer.alloc(mebibyte, 0x20),
      Buffer.from('\r\n'),
    ]);
    while (isOpen()) {
      if (!socket.write(chunk))
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    await expectUnharmed(ks);
  });

  test('given up half-way changes nothing', async () => {
    await using ks = await startFakeKsApiserver();
    await ask(ks, 'POST', maps, { metadata: { name: 'a' } });
    const { hostname, port } = new URL(ks.url);
    const socket = connect(Number(port), hostname);
    const token = await ks.token();
    socket.write(
      `DELETE ${maps}/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\n{`,
    );
    await once(socket, 'connect');
    const before = ks.world.journal.count;
    while (ks.world.journal.count === before) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    expect((await ask(ks, 'GET', `${maps}/a`)).status).toBe(200);
    await expectUnharmed(ks);
  });

  test('of invalid UTF-8 is taken as Go takes it', async () => {
    await using ks = await startFakeKsApiserver();
    const body = Buffer.concat([
      Buffer.from('{"metadata":{"name":"a"},"data":{"k":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}}'),
    ]);
    const answer = await ask(ks, 'POST', maps, body);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      201,
      expect.objectContaining({ data: { k: '\ufffd\ufffd' } }),
    ]);
    await expectUnharmed(ks);
  });
});

describe('names that reach into JavaScript', () => {
  const keys = ['__proto__', 'constructor', 'prototype'];

  test.for(keys)('%s in a body is data like any other', async (key) => {
    await using ks = await startFakeKsApiserver();
    await using other = await startFakeKsApiserver();
    const text = `{"metadata":{"name":"a","labels":{"${key}":"x"},"annotations":{"${key}":"x"}},"data":{"${key}":"x"},"${key}":{"polluted":"yes"}}`;
    const answer = await ask(ks, 'POST', maps, text);
    expect([201, 422]).toContain(answer.status);
    const user = `{"metadata":{"name":"eve"},"spec":{"email":"eve@example.com","${key}":{"polluted":"yes"}},"${key}":{"polluted":"yes"}}`;
    expect((await ask(ks, 'POST', '/apis/iam.kubesphere.io/v1beta1/users', user)).status).toBe(201);
    await expectUnharmed(ks);
    await expectUnharmed(other);
    expect((await ask(other, 'GET', `${maps}/a`)).status).toBe(404);
  });

  test.for(keys)('%s in a merge patch is data like any other', async (key) => {
    await using ks = await startFakeKsApiserver();
    await ask(ks, 'POST', maps, { metadata: { name: 'a' } });
    const patches = [
      `{"${key}":{"polluted":"yes"}}`,
      `{"data":{"${key}":"x"}}`,
      `{"metadata":{"${key}":{"polluted":"yes"}}}`,
      `{"data":{"${key}":null}}`,
    ];
    for (const patch of patches) {
      const answer = await ask(ks, 'PATCH', `${maps}/a`, patch, 'application/merge-patch+json');
      expect(answer.status).toBe(200);
    }
    await expectUnharmed(ks);
  });

  test.for(keys)('%s in a JSON patch is data like any other', async (key) => {
    await using ks = await startFakeKsApiserver();
    await ask(ks, 'POST', maps, { metadata: { name: 'a' }, data: { k: 'v' } });
    const refused = [
      [{ op: 'add', path: `/${key}/polluted`, value: 'yes' }],
      [{ op: 'add', path: `/data/${key}/polluted`, value: 'yes' }],
      [{ op: 'remove', path: `/data/${key}` }],
      [{ op: 'move', from: `/data/${key}/${key}`, path: '/data/x' }],
    ];
    for (const patch of refused) {
      expect((await ask(ks, 'PATCH', `${maps}/a`, patch, 'application/json-patch+json')).status).toBe(422);
    }
    const passed = [
      [{ op: 'replace', path: `/${key}`, value: 'yes' }],
      [{ op: 'copy', from: `/${key}`, path: '/data/x' }],
    ];
    for (const patch of passed) {
      expect((await ask(ks, 'PATCH', `${maps}/a`, patch, 'application/json-patch+json')).status).toBe(200);
    }
    const answer = await ask(
      ks,
      'PATCH',
      `${maps}/a`,
      [{ op: 'add', path: `/data/${key}`, value: 'x' }],
      'application/json-patch+json',
    );
    expect(answer.status).toBe(200);
    await expectUnharmed(ks);
  });

  test.for(keys)('%s in a query or path finds nothing', async (key) => {
    await using ks = await startFakeKsApiserver();
    for (const path of [
      `/api/v1/nodes?${key}=x&labelSelector=${key}`,
      `/api/v1/nodes?fieldSelector=${key}%3Dx`,
      `/api/v1/${key}`,
      `/apis/${key}`,
      `/apis/${key}/${key}/${key}/${key}`,
      `${maps}/${key}`,
      `/kapis/resources.kubesphere.io/v1alpha3/${key}`,
      `/kapis/resources.kubesphere.io/v1alpha3/nodes?${key}[polluted]=yes&sortBy=${key}`,
      `/clusters/${key}/api/v1/nodes`,
    ]) {
      expect((await ask(ks, 'GET', path)).status, path).toBeLessThan(501);
    }
    await expectUnharmed(ks);
  });
});

describe('a JSON patch', () => {
  const patches: readonly (readonly [what: string, patch: unknown, code: number])[] = [
    ['with a huge index', [{ op: 'add', path: '/metadata/finalizers/4294967295', value: 'x' }], 422],
    ['with a negative index', [{ op: 'add', path: '/metadata/finalizers/-1', value: 'x' }], 422],
    [
      'with an index of many digits',
      [{ op: 'add', path: `/metadata/finalizers/${'9'.repeat(400)}`, value: 'x' }],
      422,
    ],
    ['that is an object', {}, 400],
    ['of numbers', [1], 400],
    ['without path', [{ op: 'add', value: 1 }], 422],
    ['with an unknown operation', [{ op: 'grow', path: '/data', value: 1 }], 422],
    ['that fails its test', [{ op: 'test', path: '/data/k', value: 'w' }], 422],
    ['that removes what is not there', [{ op: 'remove', path: '/data/none' }], 422],
    [
      'that doubles itself until memory ends',
      Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '/data', path: `/data/k${String(at)}` })),
      422,
    ],
    [
      'that nests beyond 1,000 levels',
      [
        { op: 'add', path: '/x', value: nested(600) },
        { op: 'add', path: `/x${'/a'.repeat(600)}`, value: nested(600) },
      ],
      422,
    ],
    [
      'of more than 10,000 operations',
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/k', value: 'v' })),
      413,
    ],
    ['that moves a part into itself', [{ op: 'move', from: '/data', path: '/data/k' }], 422],
    ['that replaces everything by a list', [{ op: 'replace', path: '', value: [] }], 400],
  ];

  test.for(patches)('%s is refused', async ([, patch, code]) => {
    await using ks = await startFakeKsApiserver();
    await ask(ks, 'POST', maps, { metadata: { name: 'a', finalizers: ['x.io/y'] }, data: { k: 'v' } });
    const answer = await ask(ks, 'PATCH', `${maps}/a`, patch, 'application/json-patch+json');
    expect([answer.status, (JSON.parse(answer.body) as { kind: string }).kind]).toEqual([code, 'Status']);
    await expectUnharmed(ks);
  });

  test.for([
    [
      'application/apply-patch+yaml',
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    ['application/json', 415, /^415: Unsupported Media Type$/],
  ] as readonly (readonly [string, number, string | RegExp])[])(
    'of type %s is answered %i',
    async ([type, code, message]) => {
      await using ks = await startFakeKsApiserver();
      const answer = await ask(ks, 'PATCH', '/api/v1/nodes/node1', {}, type);
      expect(answer.status).toBe(code);
      expect((JSON.parse(answer.body) as { message: string }).message).toMatch(message);
    },
  );
});

describe('a URL', () => {
  test.for([
    ['bad escapes', '/api/v1/nodes/%zz', 400],
    ['an escape cut short', '/api/v1/nodes/%', 400],
    ['escapes that are no UTF-8', '/api/v1/nodes/%ff%fe', 400],
  ] as const)('with %s is answered 400', async ([, path, code]) => {
    await using ks = await startFakeKsApiserver();
    expect((await ask(ks, 'GET', path)).status).toBe(code);
    await expectUnharmed(ks);
  });

  test('with encoded slashes, dots, NUL and line breaks finds nothing and breaks nothing', async () => {
    await using ks = await startFakeKsApiserver();
    for (const part of [
      '%2F',
      '%2f..%2f..%2fetc%2fpasswd',
      '..%2f',
      '%2e%2e',
      '%00',
      'a%00b',
      '%0d%0aSet-Cookie:%20a=b',
      '%0a',
      '%20',
      '%25',
      '%F0%9F%98%80',
      'a'.repeat(5000),
    ]) {
      for (const path of [
        `/api/v1/nodes/${part}`,
        `/apis/${part}/v1/x`,
        `/kapis/${part}`,
        `/kapis/resources.kubesphere.io/v1alpha3/namespaces/${part}/pods`,
        `/${part}//x`,
        `/oauth/${part}`,
        `/clusters/${part}/api/v1/nodes`,
      ]) {
        const answer = await ask(ks, 'GET', path);
        expect(answer.status, path).toBeGreaterThanOrEqual(200);
        expect(answer.headers['set-cookie'], path).toBeUndefined();
      }
    }
    await expectUnharmed(ks);
  });

  test.for([
    ['limit=-1', 200],
    ['limit=0', 200],
    ['limit=9007199254740993', 200],
    ['limit=99999999999999999999999', 400],
    ['limit=ten', 400],
    ['limit=1e3', 400],
    ['continue=nonsense', 400],
    ['continue=e30', 400],
    ['resourceVersion=-1', 400],
    ['resourceVersion=99999999999999', 504],
    ['resourceVersionMatch=Exact', 422],
    ['labelSelector=a%3D%3D%3Db', 400],
    ['labelSelector=%28%28%28', 400],
    ['fieldSelector=spec.nope%3D1', 400],
  ] as const)('of a native list with ?%s is answered %i', async ([query, code]) => {
    await using ks = await startFakeKsApiserver();
    const answer = await ask(ks, 'GET', `/api/v1/nodes?${query}`);
    expect([answer.status, (JSON.parse(answer.body) as { kind: string }).kind]).toEqual([
      code,
      code === 200 ? 'NodeList' : 'Status',
    ]);
    await expectUnharmed(ks);
  });

  test.for([
    'limit=-1',
    'limit=99999999999999999999999',
    'limit=x',
    'page=-1',
    'page=0',
    'page=99999999999999999999',
    'page=x&limit=y',
    'limit=10&page=9223372036854775807',
    'sortBy=&ascending=maybe',
    'ascending=%00',
  ])('of a KubeSphere list with ?%s is answered', async (query) => {
    await using ks = await startFakeKsApiserver();
    const answer = await ask(ks, 'GET', `/kapis/resources.kubesphere.io/v1alpha3/nodes?${query}`);
    expect([200, 400, 404]).toContain(answer.status);
    await expectUnharmed(ks);
  });
});

describe('the connection', () => {
  test.for([
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03garbage\r\n\r\n'],
    ['an absurd method', 'FROBNICATE / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a header with a line break in its name', 'GET / HTTP/1.1\r\nHo st: x\r\n\r\n'],
    ['a length that is no number', 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n'],
    [
      'two different lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    ['a bad chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a head of 2 MiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(2 * mebibyte)}\r\n\r\n`],
  ] as readonly (readonly [string, string])[])(
    'that carries %s is answered 4xx and closed',
    async ([, text]) => {
      await using ks = await startFakeKsApiserver();
      expect(await raw(ks, text)).toMatch(/^HTTP\/1.1 4\d\d /);
      await expectUnharmed(ks);
    },
  );

  test('that pipelines garbage after a request gets its answer first', async () => {
    await using ks = await startFakeKsApiserver();
    const answer = await raw(ks, 'GET /kapis/version HTTP/1.1\r\nHost: x\r\n\r\n\0\0\0garbage\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 [24]\d\d /);
    await expectUnharmed(ks);
  });

  test.for(['TRACE', 'OPTIONS', 'HEAD', 'PROPFIND', 'LOCK', 'CONNECT'])(
    'with method %s is answered',
    async (method) => {
      await using ks = await startFakeKsApiserver();
      const token = await ks.token();
      const answer = await raw(
        ks,
        `${method} /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      );
      if (method !== 'CONNECT') expect(answer).toMatch(/^HTTP\/1.1 [2345]\d\d /);
      await expectUnharmed(ks);
    },
  );
});

test('a name with line breaks never reaches a header or an object', async () => {
  await using ks = await startFakeKsApiserver();
  for (const name of ['a\r\nSet-Cookie: b', 'a\nb', 'a\0b', '../../etc', 'a/b', ' ', 'ä', 'A']) {
    const answer = await ask(ks, 'POST', maps, { metadata: { name } });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([422, undefined]);
  }
  await expectUnharmed(ks);
});
