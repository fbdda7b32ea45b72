import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Answer, type Asker } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const maps = `${core}/configmaps`;
const pods = `${core}/pods`;
const start = '2026-01-02T03:04:05Z';

async function withMaps(ks: InProcessFake): Promise<Asker> {
  const admin = await as(ks, 'admin');
  for (const [name, tier] of [
    ['a', 'web'],
    ['b', 'web'],
    ['c', 'db'],
  ] as const) {
    await admin.send('POST', maps, { metadata: { name, labels: { tier } } });
  }
  return admin;
}

async function left(admin: Asker): Promise<string[]> {
  return namesOf(await admin.get(`${maps}?labelSelector=tier`));
}

describe('deleting a collection', () => {
  test.for<readonly [query: string, body: unknown, gone: readonly string[], left: readonly string[]]>([
    ['labelSelector=tier', undefined, ['a', 'b', 'c'], []],
    ['labelSelector=tier%3Dweb', undefined, ['a', 'b'], ['c']],
    ['labelSelector=tier&fieldSelector=metadata.name%3Db', undefined, ['b'], ['a', 'c']],
    ['labelSelector=tier&limit=1', undefined, ['a'], ['b', 'c']],
    ['labelSelector=none', undefined, [], ['a', 'b', 'c']],
    ['labelSelector=tier&dryRun=All', undefined, ['a', 'b', 'c'], ['a', 'b', 'c']],
    ['labelSelector=tier', { dryRun: ['All'] }, ['a', 'b', 'c'], ['a', 'b', 'c']],
    // With a body, what the query says of the deletion does not count.
    ['labelSelector=tier&dryRun=All', { gracePeriodSeconds: 0 }, ['a', 'b', 'c'], []],
  ])('with %s and the body %j', async ([query, body, gone, stays]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await withMaps(ks);
    const before = (await admin.get(maps)).json.metadata['resourceVersion'];
    const { status, json, ...answer } = await admin.send('DELETE', `${maps}?${query}`, body);
    expect([status, json['kind'], namesOf({ status, json, ...answer })]).toEqual([
      200,
      'ConfigMapList',
      gone,
    ]);
    // As it was listed, before anything was deleted.
    expect(json.metadata['resourceVersion']).toBe(before);
    expect(await left(admin)).toEqual(stays);
  });

  test('says where a list that was cut goes on', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await withMaps(ks);
    const first = await admin.send('DELETE', `${maps}?limit=1&labelSelector=tier`);
    const token = first.json.metadata['continue'] as string;
    const second = await admin.send('DELETE', `${maps}?limit=1&labelSelector=tier&continue=${token}`);
    expect([namesOf(second), await left(admin)]).toEqual([['b'], ['c']]);
  });

  test('marks what is held', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await withMaps(ks);
    const finalizers = ['x.example.com/held'];
    await admin.send('POST', maps, { metadata: { name: 'held', labels: { tier: 'db' }, finalizers } });
    await admin.send('DELETE', `${maps}?labelSelector=tier&propagationPolicy=Foreground`);
    const { json } = await admin.get(`${maps}/held`);
    // The garbage collector has taken its own finalizer out: there are no dependents to wait for.
    expect([json.metadata['finalizers'], await left(admin)]).toEqual([finalizers, ['held']]);
    expect(json.metadata['deletionTimestamp']).toBeDefined();
  });

  test('of jobs leaves their pods unless told otherwise, and warns of it', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } };
    const headers = { Authorization: `Bearer ${await ks.token()}` };
    for (const [query, warned, remain] of [
      ['', true, 1],
      ['?propagationPolicy=Background', false, 0],
    ] as const) {
      const name = `job${String(remain)}`;
      await admin.send('POST', jobs, { metadata: { name }, spec: { template } });
      const response = await fetch(`${ks.url}${jobs}${query}`, { method: 'DELETE', headers });
      expect(response.headers.get('warning')?.includes('child pods are preserved') === true).toBe(warned);
      expect(namesOf(await admin.get(`${pods}?labelSelector=job-name%3D${name}`))).toHaveLength(remain);
    }
  });

  test.for<readonly [query: string, body: unknown, code: number, message: RegExp]>([
    ['labelSelector=a%20b', undefined, 400, /^unable to parse requirement: /],
    ['fieldSelector=spec.x%3D1', undefined, 400, /^"spec\.x" is not a known field selector/],
    [
      'dryRun=Some',
      undefined,
      422,
      /^DeleteOptions\.meta\.k8s\.io "" is invalid: dryRun: Unsupported value: /,
    ],
    [
      '',
      { propagationPolicy: 'Sideways' },
      422,
      /propagationPolicy: Unsupported value: "Sideways": supported values: /,
    ],
    ['', { kind: 'Pod' }, 400, /./],
    ['resourceVersionMatch=Exact', undefined, 422, /^ListOptions\.meta\.k8s\.io "" is invalid: /],
    ['uid=x', undefined, 409, /the UID in the precondition \(x\) does not match/],
    ['', { preconditions: { uid: 'x' } }, 409, /the UID in the precondition \(x\) does not match/],
  ])('with %s and the body %j is refused, and nothing is deleted', async ([query, body, code, message]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await withMaps(ks);
    const { status, json } = await admin.send('DELETE', `${maps}?${query}`, body);
    expect([status, json['kind']]).toEqual([code, 'Status']);
    expect(json['message']).toMatch(message);
    expect(await left(admin)).toEqual(['a', 'b', 'c']);
  });
});

describe('a precondition that does not hold', () => {
  test.for<readonly [path: string, object: string, kind: string]>([
    ['/api/v1/namespaces/default/configmaps/kube-root-ca.crt', 'ConfigMap "kube-root-ca.crt"', 'ConfigMap'],
    ['/apis/storage.k8s.io/v1/storageclasses/local', 'StorageClass.storage.k8s.io "local"', 'StorageClass'],
  ])('is told of by kind: %s', async ([path, object, kind]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const { uid, resourceVersion } = (await admin.get(path)).json.metadata;
    const refusal = async (preconditions: object): Promise<Answer> =>
      admin.send('DELETE', path, { preconditions });
    const byUid = await refusal({ uid: 'x' });
    expect([byUid.status, byUid.json['reason'], byUid.json['message']]).toEqual([
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${object}: the UID in the precondition (x) does not match the UID in record (${String(uid)}). The object might have been deleted and then recreated`,
    ]);
    expect(byUid.json['details']).toMatchObject({ name: path.split('/').at(-1), kind });
    const byVersion = await refusal({ uid, resourceVersion: '1' });
    expect(byVersion.json['message']).toBe(
      `Operation cannot be fulfilled on ${object}: the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${String(resourceVersion)}). The object might have been modified`,
    );
    expect((await refusal({ uid, resourceVersion })).status).toBe(200);
  });

  test('of a namespace is told of in the words of the storage', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'work' } });
    const { json } = await admin.send('DELETE', '/api/v1/namespaces/work', { preconditions: { uid: 'x' } });
    expect(json['message']).toBe(
      `Operation cannot be fulfilled on namespaces "work": Precondition failed: UID in precondition: x, UID in object meta: ${String(made.json.metadata['uid'])}`,
    );
  });
});

describe('a second deletion', () => {
  test.for<readonly [then: string, after: number, second: string, timestamp: string, grace: number]>([
    ['without a period changes nothing', 10, '', '2026-01-02T03:05:05Z', 60],
    ['with a longer one changes nothing', 10, '?gracePeriodSeconds=90', '2026-01-02T03:05:05Z', 60],
    ['with a shorter one counts from the first', 10, '?gracePeriodSeconds=30', '2026-01-02T03:04:35Z', 30],
    ['that would have ended ends in a second', 40, '?gracePeriodSeconds=30', '2026-01-02T03:04:45Z', 1],
    ['without grace ends at once', 10, '?gracePeriodSeconds=0', '2026-01-02T03:04:15Z', 0],
    ['with less than none is one of a second', 0, '?gracePeriodSeconds=-5', '2026-01-02T03:04:06Z', 1],
  ])('of a pod whose kubelet has not ended it yet %s', async ([, after, second, timestamp, grace]) => {
    await using ks = await startFakeKsApiserver({ now: start, controllers: { 'pod-termination': false } });
    const admin = await as(ks, 'admin');
    await admin.send('POST', pods, {
      metadata: { name: 'p', finalizers: ['x.example.com/held'] },
      spec: { nodeName: 'node1', containers: [{ name: 'c', image: 'i' }] },
    });
    await admin.send('DELETE', `${pods}/p?gracePeriodSeconds=60`);
    await ks.clock.advance(`${String(after)}s`);
    const { status, json } = await admin.send('DELETE', `${pods}/p${second}`);
    expect([status, json.metadata]).toMatchObject([
      200,
      { deletionTimestamp: timestamp, deletionGracePeriodSeconds: grace },
    ]);
  });

  test('may say anew what becomes of dependents, and does not count as a change otherwise', async () => {
    await using ks = await startFakeKsApiserver({ now: start });
    const admin = await as(ks, 'admin');
    await admin.send('POST', maps, { metadata: { name: 'a', finalizers: ['x.example.com/held'] } });
    const first = await admin.send('DELETE', `${maps}/a`);
    await ks.clock.advance('10s');
    const again = await admin.send('DELETE', `${maps}/a`);
    expect(again.json).toEqual(first.json);
  });
});
