import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver, type InProcessFake, type Options } from '../../src/index.js';
import { startHolding, type HoldingServer } from '../support/holding-server.js';
import { stock } from '../apis/resources/stock.js';

const now = '2024-06-01T00:00:00Z';
const group = 'extensions.kubesphere.io';
const apiVersion = `${group}/v1alpha1`;
const status = { state: 'Available' };

/** A way on which requests are passed on: where a fake is told of it, and a path that takes it. */
interface Way {
  readonly options?: (url: string) => Options;
  readonly prepare?: (ks: InProcessFake, url: string) => void;
  readonly path: string;
}

const ways: Readonly<Record<string, Way>> = {
  'the Kubernetes underneath': {
    options: (kubeApiserver) => ({ kubeApiserver }),
    path: '/api/v1/namespaces',
  },
  'a member': {
    options: (url) => ({ clusters: [{ name: 'west', url }] }),
    path: '/clusters/west/api/v1/namespaces',
  },
  'an APIService': {
    prepare: (ks, url) => {
      const rest = { spec: { group: 'x.io', version: 'v1', url }, status };
      const names = { kind: 'APIService', apiVersion };
      stock(ks, { group, plural: 'apiservices' }, names, { name: 'v1.x.io', rest });
    },
    path: '/kapis/x.io/v1/things',
  },
  'a ReverseProxy': {
    prepare: (ks, url) => {
      const spec = { matcher: { path: '/proxy/x/*', method: '*' }, upstream: { url }, directives: {} };
      const names = { kind: 'ReverseProxy', apiVersion };
      stock(ks, { group, plural: 'reverseproxies' }, names, { name: 'x', rest: { spec, status } });
    },
    path: '/proxy/x/things',
  },
  "a JSBundle's server": {
    prepare: (ks, url) => {
      const links = { raw: { link: '/dist/x/things' }, silent: { link: '/dist/x/thingssilent' } };
      for (const [name, { link }] of Object.entries(links)) {
        const rest = { spec: { rawFrom: { url: `${url}/${name}` } }, status: { ...status, link } };
        stock(ks, { group, plural: 'jsbundles' }, { kind: 'JSBundle', apiVersion }, { name, rest });
      }
    },
    path: '/dist/x/things',
  },
};

async function start({ options, prepare }: Way, { url }: HoldingServer): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ now, ...options?.(url) });
  prepare?.(ks, url);
  return ks;
}

function ask(ks: InProcessFake, path: string, token: string, signal?: AbortSignal): Promise<Response> {
  return fetch(ks.url + path, { headers: { authorization: `Bearer ${token}` }, ...(signal && { signal }) });
}

async function firstPiece({ body }: Response): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('first\n');
  return reader;
}

async function bugs(ks: InProcessFake): Promise<unknown[]> {
  return (await ks.journal.entries({ errors: true })).map(({ error }) => error);
}

describe.for(Object.entries(ways))('What is passed on to %s', ([, way]) => {
  test('is left there when the client leaves in the middle of the answer', async () => {
    await using upstream = await startHolding();
    await using ks = await start(way, upstream);
    const reader = await firstPiece(await ask(ks, way.path, await ks.token({ user: 'admin' })));
    expect(upstream.open()).toHaveLength(1);
    await reader.cancel();
    await expect.poll(() => upstream.open()).toEqual([]);
    expect(await bugs(ks)).toEqual([]);
  });

  test('is left there when the client leaves before there is an answer', async () => {
    await using upstream = await startHolding();
    await using ks = await start(way, upstream);
    const token = await ks.token({ user: 'admin' });
    const leaving = new AbortController();
    const asked = ask(ks, `${way.path}silent`, token, leaving.signal).catch(() => undefined);
    await expect.poll(() => upstream.open()).toHaveLength(1);
    leaving.abort();
    await expect.poll(() => upstream.open()).toEqual([]);
    await asked;
    expect(await bugs(ks)).toEqual([]);
  });

  test('breaks off when the upstream does, which is no bug of the fake', async () => {
    await using upstream = await startHolding();
    await using ks = await start(way, upstream);
    const reader = await firstPiece(await ask(ks, way.path, await ks.token({ user: 'admin' })));
    upstream.breakOff();
    await expect(reader.read()).rejects.toThrow('terminated');
    expect(await bugs(ks)).toEqual([]);
    const entry = (await ks.journal.entries()).find(({ url }) => url === way.path);
    expect(entry?.notes).toContain('Error while proxying request: unexpected EOF');
  });
});

test('A connection that asks the Kubernetes underneath again and again is not told of each of these questions when it ends', async () => {
  await using upstream = await startHolding();
  await using ks = await startFakeKsApiserver({ now, kubeApiserver: upstream.url });
  const token = await ks.token({ user: 'admin' });
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  for (let at = 0; at < 15; at += 1) await (await ask(ks, '/apis', token)).text();
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});
