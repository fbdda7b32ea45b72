import { request, type ClientRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const maps = '/api/v1/namespaces/default/configmaps';
/** Nothing puts a ConfigMap back that is deleted. */
const quiet = { controllers: { 'namespace-lifecycle': false } };

interface Event {
  readonly type: string;
  readonly object: {
    readonly [key: string]: unknown;
    readonly metadata: { readonly name?: string; readonly resourceVersion: string };
  };
}

/** A watch as a client sees it. */
class Watch implements AsyncDisposable {
  readonly #request: ClientRequest;
  readonly #events: Event[] = [];
  readonly #raw: string[] = [];
  #rest = '';
  #wake: () => void = () => undefined;
  #closed = false;

  private constructor(sent: ClientRequest) {
    this.#request = sent;
  }

  /** Resolves when the head of the answer is there. */
  static async open(ks: InProcessFake, path: string, headers: Record<string, string> = {}): Promise<Watch> {
    const token = await ks.token();
    return new Promise((resolve, reject) => {
      const all = { Authorization: `Bearer ${token}`, ...headers };
      const sent = request(ks.url + path, { headers: all, agent: false }, (response) => {
        const watch = new Watch(sent);
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          watch.#take(text);
        });
        response.on('close', () => {
          watch.#closed = true;
          watch.#wake();
        });
        response.on('error', () => undefined);
        resolve(watch);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#events.push(JSON.parse(line) as Event);
    this.#raw.push(...lines);
    this.#wake();
  }

  /** The next so many events. */
  async next(count: number): Promise<Event[]> {
    while (this.#events.length < count) {
      if (this.#closed) throw new Error(`the watch ended after ${String(this.#events.length)} events`);
      await new Promise<void>((wake) => (this.#wake = wake));
    }
    return this.#events.splice(0, count);
  }

  /** Type and name of the next so many events. */
  async told(count: number): Promise<string[]> {
    return (await this.next(count)).map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`);
  }

  /** What is left once the server has ended it. */
  async rest(): Promise<Event[]> {
    while (!this.#closed) await new Promise<void>((wake) => (this.#wake = wake));
    return this.#events.splice(0);
  }

  /** Lines as they came. */
  get lines(): readonly string[] {
    return this.#raw;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#request.destroy();
    return Promise.resolve();
  }
}

function config(
  name: string,
  labels: Record<string, string> = {},
  data: Record<string, string> = {},
): object {
  return { metadata: { name, labels }, data };
}

async function emptied(ks: InProcessFake): Promise<void> {
  const admin = await as(ks, 'admin');
  await admin.send('DELETE', maps);
}

describe('a watch', () => {
  test('tells what is there, then every change in order, as kube-apiserver writes it', async () => {
    await using ks = await startFakeKsApiserver({ ...quiet, now: '2026-01-02T03:04:05Z' });
    await emptied(ks);
    const admin = await as(ks, 'admin');
    await admin.send('POST', maps, config('a'));
    await using watch = await Watch.open(ks, `${maps}?watch=true`);
    expect(await watch.told(1)).toEqual(['ADDED a']);
    await admin.send('POST', maps, config('b'));
    await admin.send('PUT', `${maps}/a`, config('a', {}, { x: '1' }));
    const { json } = await admin.get(`${maps}/a`);
    await admin.send('DELETE', `${maps}/b`);
    expect(await watch.told(3)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']);
    expect(watch.lines[2]).toBe(`{"type":"MODIFIED","object":${JSON.stringify(json)}}`);
  });

  test('of one version on tells only what came after it', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const first = await admin.send('POST', maps, config('a'));
    await admin.send('POST', maps, config('b'));
    await admin.send('POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 'other' } });
    const from = String(first.json.metadata['resourceVersion']);
    await using watch = await Watch.open(ks, `${maps}?watch=1&resourceVersion=${from}`);
    await admin.send('POST', maps, config('c'));
    expect(await watch.told(2)).toEqual(['ADDED b', 'ADDED c']);
  });

  test('that was cut goes on where it was, without loss or repetition', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const seen: string[] = [];
    let version = String((await admin.get(maps)).json.metadata['resourceVersion']);
    for (let round = 0; round < 5; round += 1) {
      const watch = await Watch.open(ks, `${maps}?watch=true&resourceVersion=${version}`);
      for (const part of ['x', 'y']) await admin.send('POST', maps, config(`${part}${String(round)}`));
      for (const { object } of await watch.next(1)) {
        seen.push(object.metadata.name ?? '');
        version = object.metadata.resourceVersion;
      }
      await watch[Symbol.asyncDispose]();
    }
    await using last = await Watch.open(ks, `${maps}?watch=true&resourceVersion=${version}`);
    for (const { object } of await last.next(5)) seen.push(object.metadata.name ?? '');
    expect(seen).toEqual(['x0', 'y0', 'x1', 'y1', 'x2', 'y2', 'x3', 'y3', 'x4', 'y4']);
  });

  test('with a selector tells of coming and going as ADDED and DELETED', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await using watch = await Watch.open(ks, `${maps}?watch=true&labelSelector=app%3Dx`);
    await admin.send('POST', maps, config('a', { app: 'y' }, { step: '1' }));
    await admin.send('PUT', `${maps}/a`, config('a', { app: 'x' }, { step: '2' }));
    await admin.send('PUT', `${maps}/a`, config('a', { app: 'x' }, { step: '3' }));
    const left = await admin.send('PUT', `${maps}/a`, config('a', { app: 'y' }, { step: '4' }));
    await admin.send('PUT', `${maps}/a`, config('a', { app: 'z' }));
    await admin.send('POST', maps, config('end', { app: 'x' }));
    const events = await watch.next(4);
    expect(events.map(({ type, object }) => [type, object['data']])).toEqual([
      ['ADDED', { step: '2' }],
      ['MODIFIED', { step: '3' }],
      ['DELETED', { step: '3' }],
      ['ADDED', undefined],
    ]);
    expect(events[2]?.object.metadata.resourceVersion).toBe(left.json.metadata['resourceVersion']);
  });

  test('of one object by its name hears of nothing else', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await using selected = await Watch.open(ks, `${maps}?watch=true&fieldSelector=metadata.name%3Db`);
    await using old = await Watch.open(ks, '/api/v1/watch/namespaces/default/configmaps/b');
    await admin.send('POST', maps, config('a'));
    await admin.send('POST', maps, config('b'));
    expect(await selected.told(1)).toEqual(['ADDED b']);
    expect(await old.told(1)).toEqual(['ADDED b']);
  });

  test('marks the end of what was there for those who ask', async () => {
    await using ks = await startFakeKsApiserver(quiet);
    await emptied(ks);
    const admin = await as(ks, 'admin');
    await admin.send('POST', maps, config('a'));
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    await using watch = await Watch.open(ks, `${maps}?${query}`);
    const [first, mark] = await watch.next(2);
    expect(first?.type).toBe('ADDED');
    expect(mark).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    });
  });

  test('ends in time, with a bookmark before', async () => {
    await using ks = await startFakeKsApiserver();
    const version = String((await (await as(ks, 'admin')).get(maps)).json.metadata['resourceVersion']);
    const query = `watch=true&resourceVersion=${version}&timeoutSeconds=1&allowWatchBookmarks=true`;
    await using watch = await Watch.open(ks, `${maps}?${query}`);
    expect((await watch.rest()).map(({ type, object }) => [type, object.metadata.resourceVersion])).toEqual([
      ['BOOKMARK', version],
    ]);
  });

  test.for(['1', '999999999'])(
    'of version %s, forgotten or not reached, is told to begin anew',
    async (version) => {
      await using ks = await startFakeKsApiserver();
      await using watch = await Watch.open(ks, `${maps}?watch=true&resourceVersion=${version}`);
      expect(await watch.rest()).toMatchObject([
        { type: 'ERROR', object: { kind: 'Status', reason: 'Expired', code: 410 } },
      ]);
    },
  );

  test('comes as tables to kubectl, with the columns once', async () => {
    await using ks = await startFakeKsApiserver(quiet);
    await emptied(ks);
    const admin = await as(ks, 'admin');
    const Accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    await using watch = await Watch.open(ks, `${maps}?watch=true`, { Accept });
    await admin.send('POST', maps, config('a', {}, { x: '1' }));
    await admin.send('POST', maps, config('b'));
    expect((await watch.next(2)).map(({ object }) => object)).toMatchObject([
      { kind: 'Table', columnDefinitions: [{ name: 'Name' }, {}, {}], rows: [{ cells: ['a', 1, '0s'] }] },
      { kind: 'Table', columnDefinitions: null, rows: [{ cells: ['b', 0, '0s'] }] },
    ]);
  });

  test('tells metadata alone to caches that need no more, in bookmarks too', async () => {
    await using ks = await startFakeKsApiserver({ ...quiet, now: '2026-01-02T03:04:05Z' });
    await emptied(ks);
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', maps, config('a', { x: 'y' }, { z: '1' }));
    const Accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const query =
      'watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    await using watch = await Watch.open(ks, `${maps}?${query}`, { Accept });
    const [added, bookmark] = (await watch.next(2)).map(({ object }) => object);
    const { uid, managedFields, resourceVersion } = made.json.metadata;
    const own = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };
    expect(added).toEqual({
      ...own,
      metadata: {
        ...{ name: 'a', namespace: 'default', uid, resourceVersion, labels: { x: 'y' }, managedFields },
        creationTimestamp: '2026-01-02T03:04:05Z',
      },
    });
    expect(bookmark).toEqual({
      ...own,
      metadata: {
        resourceVersion,
        creationTimestamp: null,
        annotations: { 'k8s.io/initial-events-end': 'true' },
      },
    });
  });

  test.for(['application/json', 'application/vnd.kubernetes.protobuf'])(
    'that asks for lists of metadata in %s ends without its first event: an object is no list',
    async (type) => {
      await using ks = await startFakeKsApiserver();
      const Accept = `${type};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;
      await using there = await Watch.open(ks, `${maps}?watch=true`, { Accept });
      expect(await there.rest()).toEqual([]);
      const { resourceVersion } = (await (await as(ks, 'admin')).get(maps)).json.metadata;
      const from = `resourceVersion=${String(resourceVersion)}`;
      await using later = await Watch.open(ks, `${maps}?watch=true&${from}`, { Accept });
      await (await as(ks, 'admin')).send('POST', maps, config('a'));
      expect(await later.rest()).toEqual([]);
    },
  );

  test.for([
    ['watch=true&sendInitialEvents=true', 422],
    ['watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1', 422],
    ['sendInitialEvents=true', 422],
    ['watch=true&resourceVersion=x', 400],
    ['watch=true&fieldSelector=spec.x%3D1', 400],
    ['watch=true&timeoutSeconds=x', 400],
  ] as const)('asked for with %s is refused with %i', async ([query, status]) => {
    await using ks = await startFakeKsApiserver();
    expect((await (await as(ks, 'admin')).get(`${maps}?${query}`)).status).toBe(status);
  });
});

describe('the end of a watch', () => {
  test('comes with the client leaving: nothing is kept', async () => {
    await using ks = await startFakeKsApiserver();
    const { store } = ks.world.host;
    const before = store.watchers;
    const watches = await Promise.all(
      Array.from({ length: 20 }, () => Watch.open(ks, `${maps}?watch=true&resourceVersion=0`)),
    );
    expect(store.watchers).toBe(before + 20);
    for (const watch of watches) await watch[Symbol.asyncDispose]();
    await expect.poll(() => store.watchers).toBe(before);
  });

  test('comes with a reset, and with the server closing', async () => {
    const ks = await startFakeKsApiserver();
    const { store } = ks.world.host;
    const watch = await Watch.open(ks, `${maps}?watch=true`);
    await ks.reset();
    await watch.rest();
    const other = await Watch.open(ks, `${maps}?watch=true`);
    await ks.close();
    await other.rest();
    expect(store.watchers).toBe(0);
  });

  test('does not come for those who watch other clusters or spaces', async () => {
    await using ks = await startFakeKsApiserver();
    await using space = await ks.space('one');
    await using watch = await Watch.open(space, `${maps}?watch=true&labelSelector=mine`);
    await ks.reset();
    await (await as(ks, 'admin')).send('POST', maps, config('theirs', { mine: 'no' }));
    await (await as(space, 'admin')).send('POST', maps, config('ours', { mine: 'yes' }));
    expect(await watch.told(1)).toEqual(['ADDED ours']);
  });
});

test('a hundred watches all hear of a thousand writes, in order', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await admin.send('POST', maps, config('counter'));
  const watches = await Promise.all(
    Array.from({ length: 100 }, () =>
      Watch.open(ks, `${maps}?watch=true&fieldSelector=metadata.name%3Dcounter`),
    ),
  );
  const { store } = ks.world.host;
  const resource = { group: '', plural: 'configmaps' };
  for (let count = 1; count <= 1000; count += 1) {
    const { object } = store.get(resource, 'default', 'counter');
    store.update(resource, { ...object, data: { count: String(count) } });
  }
  const wanted = ['', ...Array.from({ length: 1000 }, (_, at) => String(at + 1))];
  for (const watch of watches) {
    const counts = (await watch.next(1001)).map(
      ({ object }) => (object['data'] as { count?: string } | undefined)?.count ?? '',
    );
    expect(counts).toEqual(wanted);
    await watch[Symbol.asyncDispose]();
  }
}, 30_000);
