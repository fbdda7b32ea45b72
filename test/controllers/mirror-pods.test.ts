import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { releaseNames } from '../../src/core/release.js';
import { as, namesOf, type Body } from '../support/ask.js';

const system = '/api/v1/namespaces/kube-system/pods';
const now = '2026-01-02T03:04:05Z';
const mirror = 'kubernetes.io/config.mirror';

test.for(releaseNames)(
  'pods of the control plane in the default world of %s are run from files',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const { json } = await admin.get(`${system}?labelSelector=tier%3Dcontrol-plane`);
    expect(json.items).toHaveLength(3);
    const { uid } = (await admin.get('/api/v1/nodes/master')).json.metadata;
    for (const { metadata, spec } of json.items) {
      const { annotations } = metadata;
      expect(annotations).toMatchObject({
        'kubernetes.io/config.source': 'file',
        'kubernetes.io/config.hash': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        'kubernetes.io/config.seen': expect.stringMatching(/^2020-06-18T07:31:\d\d\.\d{9}Z$/) as string,
      });
      expect(annotations[mirror]).toBe(annotations['kubernetes.io/config.hash']);
      const owner = { apiVersion: 'v1', kind: 'Node', name: 'master', uid, controller: true };
      // Kubernetes 1.15 does not say it yet.
      expect(metadata['ownerReferences']).toEqual(release === 'v2.1' ? undefined : [owner]);
      expect(spec['tolerations']).toEqual([{ operator: 'Exists', effect: 'NoExecute' }]);
      expect(spec).not.toHaveProperty('volumes');
    }
  },
);

test('a pod that is run from a file comes back as it was when it is deleted', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  const path = `${system}/kube-scheduler-master`;
  const before = (await admin.get(path)).json;
  expect((await admin.send('DELETE', path)).status).toBe(200);
  const after = (await admin.get(path)).json;
  expect(after.metadata['uid']).not.toBe(before.metadata['uid']);
  expect(after.metadata['creationTimestamp']).toBe(now);
  expect(after.metadata).not.toHaveProperty('deletionTimestamp');
  expect(after.metadata.annotations).toEqual(before.metadata.annotations);
  expect([after.spec, after['status']]).toEqual([before.spec, before['status']]);
});

test('a pod that is run from a file goes with its node', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await admin.send('DELETE', '/api/v1/nodes/master');
  await ks.clock.advance('1m');
  expect(namesOf(await admin.get(`${system}?labelSelector=tier%3Dcontrol-plane`))).toEqual([]);
});

test('a pod does not get the address a finished one shows', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const pods = '/api/v1/namespaces/default/pods';
  const containers = [{ name: 'work', image: 'work' }];
  const template = { spec: { restartPolicy: 'Never', nodeName: 'node3', containers } };
  const job = { metadata: { name: 'work' }, spec: { template } };
  await admin.send('POST', '/apis/batch/v1/namespaces/default/jobs', job);
  await admin.send('POST', pods, { metadata: { name: 'next' }, spec: { nodeName: 'node3', containers } });
  const addresses = (await admin.get('/api/v1/pods')).json.items
    .filter(({ spec }) => spec['hostNetwork'] !== true)
    .map((pod) => (pod['status'] as Body)['podIP']);
  expect(addresses.length).toBeGreaterThan(5);
  expect(new Set(addresses).size).toBe(addresses.length);
});
