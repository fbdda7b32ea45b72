import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const now = '2026-01-02T03:04:05Z';

async function eventsOf(admin: Asker, kind: string, reason: string): Promise<readonly Body[]> {
  const path = `${core}/events?fieldSelector=involvedObject.kind%3D${kind},reason%3D${reason}`;
  return (await admin.get(path)).json.items;
}

test('what happens again is counted in the Event there is, with the first and last time', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await ks.scenario({ description: 'It crashes.', containers: [{ image: 'web', exitCode: 1 }] });
  await admin.send('POST', `${core}/pods`, {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image: 'web' }] },
  });
  await ks.clock.advance('2m');
  const backOff = await eventsOf(admin, 'Pod', 'BackOff');
  expect(backOff).toHaveLength(1);
  expect(backOff[0]).toMatchObject({ firstTimestamp: now });
  expect(backOff[0]?.['count']).toBeGreaterThan(2);
  expect(String(backOff[0]?.['lastTimestamp']) > now).toBe(true);
  const [started] = await eventsOf(admin, 'Pod', 'Started');
  expect(started?.['count']).toBeGreaterThan(2);
  const name = backOff[0]?.metadata.name ?? '';
  const { json } = await admin.get(`/apis/events.k8s.io/v1/namespaces/default/events/${name}`);
  expect(json['deprecatedCount']).toBe(backOff[0]?.['count']);
});

test('what differs in its message only is told nine times, then in one Event that stands for all', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${apps}/replicasets`, {
    metadata: { name: 'web' },
    spec: {
      replicas: 14,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'web' }] },
      },
    },
  });
  const made = await eventsOf(admin, 'ReplicaSet', 'SuccessfulCreate');
  expect(made).toHaveLength(10);
  const [combined] = made.filter(({ message }) =>
    String(message).startsWith('(combined from similar events): '),
  );
  expect(combined).toMatchObject({ count: 5 });
  await ks.clock.advance('11m');
  await admin.send('PATCH', `${apps}/replicasets/web`, { spec: { replicas: 15 } }, merge);
  expect(await eventsOf(admin, 'ReplicaSet', 'SuccessfulCreate')).toHaveLength(11);
});

test('an Event somebody took away is written anew, with what was counted', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  const cordon = async (unschedulable: boolean): Promise<void> => {
    await admin.send('PATCH', '/api/v1/nodes/node1', { spec: { unschedulable } }, merge);
  };
  for (const unschedulable of [true, false, true, false]) await cordon(unschedulable);
  const [first] = await eventsOf(admin, 'Node', 'NodeNotSchedulable');
  expect(first).toMatchObject({ count: 2 });
  await admin.send('DELETE', `${core}/events/${first?.metadata.name ?? ''}`);
  await cordon(true);
  const after = await eventsOf(admin, 'Node', 'NodeNotSchedulable');
  expect(after).toHaveLength(1);
  expect(after[0]).toMatchObject({ count: 3, firstTimestamp: now });
});
