import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf } from '../support/ask.js';

const core = '/api/v1/namespaces/default/events';
const own = '/apis/events.k8s.io/v1/namespaces/default/events';

const event = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'a' },
  eventTime: '2026-01-02T03:04:05.000000Z',
  reportingController: 'example.com/robot',
  reportingInstance: 'robot-1',
  action: 'Move',
  reason: 'Moved',
  regarding: { kind: 'Pod', namespace: 'default', name: 'web' },
  note: 'went left',
  type: 'Normal',
};

describe('Events', () => {
  test('of events.k8s.io are those of the core group in another form', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', own, event);
    expect([made.status, made.json]).toMatchObject([201, event]);
    const seen = await admin.get(`${core}/a`);
    expect(seen.json).toMatchObject({
      apiVersion: 'v1',
      metadata: { uid: made.json.metadata['uid'] },
      involvedObject: event.regarding,
      message: 'went left',
      reportingComponent: 'example.com/robot',
      firstTimestamp: null,
    });
    const patched = await admin.send(
      'PATCH',
      `${core}/a`,
      { count: 2, message: 'went right' },
      'application/merge-patch+json',
    );
    expect(patched.status).toBe(200);
    expect((await admin.get(`${own}/a`)).json).toMatchObject({ deprecatedCount: 2, note: 'went right' });
    const removed = await admin.send('DELETE', `${own}/a`);
    expect(removed.json).toMatchObject({
      status: 'Success',
      details: { group: 'events.k8s.io', kind: 'events' },
    });
    expect((await admin.get(`${core}/a`)).status).toBe(404);
  });

  test('are selected by the fields of the group they are asked in', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', own, event);
    const found = (path: string, field: string): Promise<unknown> =>
      admin.get(`${path}?fieldSelector=${field}`).then((answer) => [answer.status, namesOf(answer)]);
    expect(await found(own, 'regarding.name%3Dweb,reportingController%3Dexample.com%2Frobot')).toEqual([
      200,
      ['a'],
    ]);
    expect(await found(core, 'involvedObject.name%3Dweb,reason%3DMoved')).toEqual([200, ['a']]);
    expect(await found(own, 'involvedObject.name%3Dweb')).toEqual([400, []]);
  });

  test('of controllers are watched in both groups', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const { resourceVersion } = (await admin.get(own)).json.metadata;
    await admin.send('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'web', image: 'nginx:1.25' }] },
    });
    const since = `watch=true&resourceVersion=${String(resourceVersion)}&timeoutSeconds=1`;
    const lines = async (path: string): Promise<unknown[]> =>
      (await admin.get(`${path}?${since}`)).text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    const [inCore, inOwn] = await Promise.all([lines(core), lines(own)]);
    const reasons = ['Scheduled', 'Pulled', 'Created', 'Started'];
    expect(inCore).toMatchObject(
      reasons.map((reason) => ({
        type: 'ADDED',
        object: { apiVersion: 'v1', kind: 'Event', involvedObject: { name: 'web' }, reason },
      })),
    );
    expect(inOwn).toMatchObject(
      reasons.map((reason) => ({
        type: 'ADDED',
        object: { apiVersion: 'events.k8s.io/v1', kind: 'Event', regarding: { name: 'web' }, reason },
      })),
    );
  });

  test.for([
    ['busybox', 'v1.26.0', 'Successfully pulled image "busybox" in 1.279s', 'Created container c'],
    [
      'busybox',
      'v1.29.2',
      'Successfully pulled image "busybox" in 1.279s (1.279s including waiting)',
      'Created container c',
    ],
    [
      'busybox',
      'v1.32.4',
      'Successfully pulled image "busybox" in 1.279s (1.279s including waiting). Image size: 246752279 bytes.',
      'Created container: c',
    ],
    [
      'busybox:1',
      'v1.32.4',
      'Container image "busybox:1" already present on machine',
      'Created container: c',
    ],
  ] as const)('tell how %s came to a node of %s', async ([image, kubeVersion, pulled, created]) => {
    await using ks = await startFakeKsApiserver({ kubeVersion });
    const admin = await as(ks, 'admin');
    await admin.send('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'c', image }] },
    });
    const { json } = await admin.get(`${core}?fieldSelector=involvedObject.name%3Dweb`);
    const messages = json.items.map((one) => one['message']);
    expect(messages).toEqual(expect.arrayContaining([pulled, created]));
    expect(messages.includes('Pulling image "busybox"')).toBe(image === 'busybox');
  });

  test('of events.k8s.io can be brought by scenarios, and are shown in the columns of the core group', async () => {
    await using ks = await startFakeKsApiserver();
    const metadata = { name: 'a', namespace: 'default' };
    await ks.scenario({ description: 'An Event.', objects: [{ ...event, metadata }] });
    const token = await ks.token();
    const answer = await fetch(`${ks.url}${own}?fieldSelector=metadata.name%3Da`, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      },
    });
    const { rows } = (await answer.json()) as { readonly rows: readonly { readonly cells: unknown[] }[] };
    expect(rows.map(({ cells }) => cells.slice(1, 7))).toEqual([
      ['Normal', 'Moved', 'pod/web', '', 'example.com/robot, robot-1', 'went left'],
    ]);
    expect(namesOf(await (await as(ks, 'admin')).get(core))).toContain('a');
  });

  test('can be applied to, whichever group made them', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', core, {
      metadata: { name: 'b' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
      message: 'hello',
    });
    const applied = await admin.send(
      'PATCH',
      `${own}/b?fieldManager=robot&force=true`,
      { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'b', labels: { seen: 'yes' } } },
      'application/apply-patch+yaml',
    );
    expect([applied.status, applied.json['note']]).toEqual([200, 'hello']);
    expect((await admin.get(`${core}/b`)).json.metadata.labels).toEqual({ seen: 'yes' });
    const changed = await admin.send('PATCH', `${own}/b`, { note: 'bye' }, 'application/merge-patch+json');
    expect([changed.status, changed.json['message']]).toEqual([
      422,
      'Event "b" is invalid: message: Invalid value: "bye": field is immutable',
    ]);
  });

  test('of events.k8s.io must say everything', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const { status, json } = await admin.send('POST', own, {
      metadata: { name: 'a' },
      eventTime: '2026-01-02T03:04:05.000000Z',
      deprecatedCount: 1,
    });
    const { causes } = json['details'] as { readonly causes: readonly { readonly field: string }[] };
    expect([status, json['message']]).toEqual([422, expect.stringMatching(/^Event "a" is invalid: \[/)]);
    expect(causes.map(({ field }) => field)).toEqual([
      ...['reportingController', 'reportingController', 'reportingController', 'reportingInstance'],
      ...['action', 'reason', 'type', 'count'],
    ]);
  });
});
