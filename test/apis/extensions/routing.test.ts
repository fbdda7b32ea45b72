import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { as, type Answer } from '../../support/ask.js';
import { startEcho, type Echo } from '../../support/echo-server.js';
import { startFresh, stock } from '../resources/stock.js';

const group = 'extensions.kubesphere.io';
const apiVersion = `${group}/v1alpha1`;
const status = { state: 'Available' };

function stockService(ks: InProcessFake, endpoint: JsonObject): void {
  const spec = { group: 'x.io', version: 'v1', ...endpoint };
  const rest = { spec, status };
  stock(ks, { group, plural: 'apiservices' }, { kind: 'APIService', apiVersion }, { name: 'v1.x.io', rest });
}

function stockProxy(
  ks: InProcessFake,
  url: string,
  directives: JsonObject,
  matcher: JsonObject = { path: '/proxy/x/*', method: '*' },
): void {
  const rest = { spec: { matcher, upstream: { url }, directives }, status };
  stock(ks, { group, plural: 'reverseproxies' }, { kind: 'ReverseProxy', apiVersion }, { name: 'x', rest });
}

function echoed(answer: Answer): Echo {
  return JSON.parse(answer.text) as Echo;
}

test('An available APIService gets the requests of its group-version, told who asks', async () => {
  await using ks = await startFresh();
  await using echo = await startEcho({ 'X-Extension': 'yes' });
  stockService(ks, { url: `${echo.url}/not/used` });
  const admin = await as(ks, 'admin');
  const answer = await admin.send('POST', '/kapis/x.io/v1/namespaces/a/things/b%20(1)?z=1&a=%2A+~', {
    b: 1,
  });
  expect(answer.status).toBe(207);
  const { headers, ...rest } = echoed(answer);
  expect(rest).toEqual({
    method: 'POST',
    url: '/kapis/x.io/v1/namespaces/a/things/b%20%281%29?a=%2A+~&z=1',
    body: '{"b":1}',
  });
  expect(headers).toMatchObject({
    host: echo.url.slice('http://'.length),
    authorization: expect.stringMatching(/^Bearer ey/) as string,
    'x-remote-user': 'admin',
    'x-remote-group': expect.stringContaining('system:authenticated') as string,
    'x-forwarded-for': '127.0.0.1',
  });
});

test('An answer passes through with its own status and headers', async () => {
  await using ks = await startFresh();
  await using echo = await startEcho({
    'X-Extension': 'yes',
    Connection: 'close, x-secret',
    'X-Secret': 'a',
  });
  stockService(ks, { url: echo.url });
  const token = await ks.token({ user: 'admin' });
  const answer = await fetch(`${ks.url}/kapis/x.io/v1/things`, {
    headers: { authorization: `Bearer ${token}`, 'x-remote-user': 'root', 'x-remote-extra-a': 'b' },
  });
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('x-extension')]).toEqual([
    207,
    'application/json',
    'yes',
  ]);
  expect(answer.headers.get('x-secret')).toBeNull();
  const { headers } = (await answer.json()) as Echo;
  expect([headers['x-remote-user'], headers['x-remote-extra-a']]).toEqual(['admin', undefined]);
});

test.for([
  [{ url: 'http://127.0.0.1:1' }, 'dial tcp 127.0.0.1:1: connect: connection refused'],
  [{ url: 'ftp://a' }, 'unsupported protocol scheme "ftp"'],
  [{}, 'unsupported protocol scheme ""'],
  [
    { service: { name: 'x', namespace: 'no-such.invalid', port: 80 } },
    'dial tcp: lookup x.no-such.invalid.svc: no such host',
  ],
] as const)('An APIService at %j that cannot be reached is a 502', async ([endpoint, why], { expect }) => {
  await using ks = await startFresh();
  stockService(ks, endpoint);
  const answer = await (await as(ks, 'admin')).get('/kapis/x.io/v1/things');
  expect([answer.status, answer.json]).toEqual([
    502,
    {
      ErrStatus: {
        metadata: {},
        status: 'Failure',
        message: `Error while proxying request: ${why}`,
        reason: 'Bad Gateway',
        code: 502,
      },
    },
  ]);
});

test.for([
  '::::',
  '10.0.0.1:8080',
  'http://a b',
  'http://127.0.0.1:x',
  'http://127.0.0.1/%zz',
  'http://a\u0000',
])('An APIService at %j, which Go cannot read, is not available', async (url, { expect }) => {
  await using ks = await startFresh();
  stockService(ks, { url });
  const answer = await (await as(ks, 'admin')).get('/kapis/x.io/v1/things');
  expect([answer.status, answer.json['ErrStatus']]).toMatchObject([
    503,
    { message: 'apiService v1.x.io is not available', reason: 'ServiceUnavailable' },
  ]);
});

test.for([
  ['none', {}, '/proxy/x/a?b=c', '/proxy/x/a?b=c'],
  ['stripPathPrefix', { stripPathPrefix: '/proxy/x' }, '/proxy/x/a/b?c=d', '/a/b?c=d'],
  ['a whole stripPathPrefix', { stripPathPrefix: '/proxy/x/a' }, '/proxy/x/a', '/'],
  ['stripPathSuffix', { stripPathSuffix: '.html' }, '/proxy/x/a.html', '/proxy/x/a'],
  ['rewrite', { rewrite: ['/proxy/x/* /index.php?a=b'] }, '/proxy/x/c?d=e', '/index.php?a=b'],
  ['rewrite of the query only', { rewrite: ['* ?a=b'] }, '/proxy/x/c?d=e', '/proxy/x/c?a=b'],
  ['rewrite that does not fit', { rewrite: ['/other /y'] }, '/proxy/x/c', '/proxy/x/c'],
  ['rewrite with the path', { rewrite: ['* /v2{http.request.uri.path}'] }, '/proxy/x/c', '/v2/proxy/x/c'],
  ['replace', { replace: ['/x/ /y/'] }, '/proxy/x/c?p=/x/', '/proxy/y/c?p=%2Fx%2F'],
  ['pathRegexp', { pathRegexp: ['^/proxy/(\\w+)/(.*)$ /$2/${1}'] }, '/proxy/x/c/d', '/c/d/x'],
  ['a pathRegexp that is none', { pathRegexp: ['( /y'] }, '/proxy/x/c', '/proxy/x/c'],
] as const)('A ReverseProxy with %s sends %j for %s', async ([, directives, asked, arrives], { expect }) => {
  await using ks = await startFresh();
  await using echo = await startEcho();
  stockProxy(ks, echo.url, directives);
  const answer = await (await as(ks, 'admin')).get(asked);
  expect([answer.status, echoed(answer).url]).toEqual([207, arrives]);
});

test('A ReverseProxy changes method and headers both ways, and says who asks when told to', async () => {
  await using ks = await startFresh();
  await using echo = await startEcho({ 'X-Down': 'old', 'X-Gone': 'old' });
  stockProxy(ks, echo.url, {
    method: 'PUT',
    authProxy: true,
    headerUp: ['-Authorization', 'X-Set "a b"', '+X-Set c', 'no-value', 'bad\u0000name x'],
    headerDown: ['-X-Gone', 'X-Down new', '+X-More 1'],
  });
  const token = await ks.token({ user: 'admin' });
  const answer = await fetch(`${ks.url}/proxy/x/a`, { headers: { authorization: `Bearer ${token}` } });
  const { method, headers } = (await answer.json()) as Echo;
  expect(method).toBe('PUT');
  expect([headers['authorization'], headers['x-set'], headers['x-remote-user']]).toEqual([
    undefined,
    'a b, c',
    'admin',
  ]);
  expect(['x-gone', 'x-down', 'x-more'].map((name) => answer.headers.get(name))).toEqual([null, 'new', '1']);
});

test('A ReverseProxy with a placeholder the real server crashes on is refused', async () => {
  await using ks = await startFresh();
  stockProxy(ks, 'http://127.0.0.1:1', { rewrite: ['* /y?{query}'] });
  const answer = await (await as(ks, 'admin')).get('/proxy/x/a');
  expect([answer.status, answer.text]).toEqual([
    503,
    expect.stringContaining('failed to create handler directives Directives.Rewrite'),
  ]);
});

test('A bundle kept at a URL is fetched, its style and files too', async () => {
  await using ks = await startFresh();
  await using echo = await startEcho();
  const rest = {
    spec: {
      rawFrom: { url: `${echo.url}/deep/index.js` },
      assets: {
        style: { url: `${echo.url}/style.css`, link: '/dist/b/style.css' },
        files: [{ url: `${echo.url}/logo`, link: '/dist/b/logo.svg', mimeType: 'image/svg+xml' }],
      },
    },
    status: { ...status, link: '/dist/b/index.js' },
  };
  stock(ks, { group, plural: 'jsbundles' }, { kind: 'JSBundle', apiVersion }, { name: 'b', rest });
  const visitor = await as(ks, undefined);
  const answers = [];
  for (const path of ['index.js?v=1', 'style.css', 'logo.svg']) {
    const answer = await visitor.get(`/dist/b/${path}`);
    answers.push([answer.contentType, echoed(answer).url]);
  }
  expect(answers).toEqual([
    ['application/javascript; charset=utf-8', '/deep/index.js?v=1'],
    ['application/json', '/style.css'],
    ['image/svg+xml', '/logo'],
  ]);
});
