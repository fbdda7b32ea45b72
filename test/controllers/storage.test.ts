import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const now = '2026-01-02T03:04:05Z';

async function makeClaim(admin: Asker, spec: object = {}): Promise<void> {
  await admin.send('POST', `${core}/persistentvolumeclaims`, {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } }, ...spec },
  });
}

async function makeVolume(admin: Asker, name: string, storage: string, spec: object = {}): Promise<void> {
  await admin.send('POST', '/api/v1/persistentvolumes', {
    metadata: { name, labels: { name } },
    spec: {
      capacity: { storage },
      accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
      storageClassName: 'hand',
      hostPath: { path: '/data' },
      ...spec,
    },
  });
}

async function makePod(admin: Asker): Promise<void> {
  await admin.send('POST', `${core}/pods`, {
    metadata: { name: 'user' },
    spec: {
      containers: [{ name: 'c', image: 'nginx' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
}

async function claimOf(admin: Asker): Promise<Body> {
  return (await admin.get(`${core}/persistentvolumeclaims/data`)).json;
}

async function phaseOf(admin: Asker, volume: string): Promise<unknown> {
  const { json } = await admin.get(`/api/v1/persistentvolumes/${volume}`);
  return (json['status'] as { readonly phase: string } | undefined)?.phase;
}

describe('a claim that is deleted', () => {
  test('stays, Terminating, until the pod that uses it is gone', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeClaim(admin);
    await makePod(admin);
    expect((await claimOf(admin)).metadata['finalizers']).toEqual(['kubernetes.io/pvc-protection']);
    const { volumeName } = (await claimOf(admin)).spec as { readonly volumeName: string };
    await admin.send('DELETE', `${core}/persistentvolumeclaims/data`);
    await admin.send('DELETE', `/api/v1/persistentvolumes/${volumeName}`);
    expect((await claimOf(admin)).metadata['deletionTimestamp']).toBe(now);
    expect(await phaseOf(admin, volumeName)).toBe('Bound');
    await admin.send('DELETE', `${core}/pods/user`);
    expect((await admin.get(`${core}/persistentvolumeclaims/data`)).status).toBe(404);
    expect((await admin.get(`/api/v1/persistentvolumes/${volumeName}`)).status).toBe(404);
  });

  test('goes at once where nothing protects it', async () => {
    await using ks = await startFakeKsApiserver({ now, controllers: ['-storage-protection'] });
    const admin = await as(ks, 'admin');
    await makeClaim(admin);
    await makePod(admin);
    await admin.send('DELETE', `${core}/persistentvolumeclaims/data`);
    expect((await admin.get(`${core}/persistentvolumeclaims/data`)).status).toBe(404);
  });

  test('leaves a volume made by hand behind, released', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeVolume(admin, 'a', '5Gi');
    expect(await phaseOf(admin, 'a')).toBe('Available');
    await makeClaim(admin, { storageClassName: 'hand' });
    expect(await phaseOf(admin, 'a')).toBe('Bound');
    await admin.send('DELETE', `${core}/persistentvolumeclaims/data`);
    expect(await phaseOf(admin, 'a')).toBe('Released');
    await makeClaim(admin, { storageClassName: 'hand' });
    expect((await claimOf(admin))['status']).toMatchObject({ phase: 'Pending' });
  });
});

describe('a claim', () => {
  const hand = { storageClassName: 'hand' };
  test.for([
    ['the smallest volume that is large enough', {}, [], 'mid'],
    ['one its selector finds', { selector: { matchLabels: { name: 'large' } } }, [], 'large'],
    ['one with its access modes', { accessModes: ['ReadWriteMany'] }, [], undefined],
    ['one kept for it', {}, [{ claimRef: { namespace: 'default', name: 'data' } }], 'kept'],
    ['none kept for another', {}, [{ claimRef: { namespace: 'default', name: 'other' } }], 'mid'],
    ['the one it names', { volumeName: 'large' }, [], 'large'],
  ] as const)('is bound to %s', async ([, spec, kept, volumeName]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeVolume(admin, 'small', '1Gi');
    await makeVolume(admin, 'large', '50Gi');
    await makeVolume(admin, 'mid', '10Gi');
    for (const one of kept) await makeVolume(admin, 'kept', '20Gi', one);
    await makeClaim(admin, { ...hand, ...spec });
    expect((await claimOf(admin)).spec['volumeName']).toBe(volumeName);
  });

  test('waits for a volume, and a pod waits for it', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeClaim(admin, hand);
    await makePod(admin);
    const pod = async (): Promise<unknown> => (await admin.get(`${core}/pods/user`)).json['status'];
    const why = 'pod has unbound immediate PersistentVolumeClaims';
    expect(await pod()).toMatchObject({
      phase: 'Pending',
      conditions: [{ reason: 'Unschedulable', message: expect.stringContaining(why) as string }],
    });
    const { json } = await admin.get(`${core}/events?fieldSelector=involvedObject.name%3Ddata`);
    expect(json.items.map(({ reason, message }) => [reason, message])).toEqual([
      ['ProvisioningFailed', 'storageclass.storage.k8s.io "hand" not found'],
    ]);
    await makeVolume(admin, 'a', '5Gi');
    expect((await claimOf(admin))['status']).toMatchObject({ phase: 'Bound' });
    expect(await pod()).toMatchObject({ phase: 'Running' });
  });

  test('waits for its first pod where its class says so', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'late' },
      provisioner: 'example.com/disk',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Retain',
    });
    await makeClaim(admin, { storageClassName: 'late' });
    expect((await claimOf(admin))['status']).toMatchObject({ phase: 'Pending' });
    await makePod(admin);
    const bound = await claimOf(admin);
    const node = (await admin.get(`${core}/pods/user`)).json.spec['nodeName'];
    expect(bound.metadata.annotations).toMatchObject({
      'volume.kubernetes.io/selected-node': node,
      'volume.kubernetes.io/storage-provisioner': 'example.com/disk',
    });
    const { volumeName } = bound.spec as { readonly volumeName: string };
    await admin.send('DELETE', `${core}/pods/user`);
    await admin.send('DELETE', `${core}/persistentvolumeclaims/data`);
    expect(await phaseOf(admin, volumeName)).toBe('Released');
  });
});

describe('a claim that waits for a pod tells of it once', () => {
  const first = 'waiting for first consumer to be created before binding';

  async function toldOf(admin: Asker): Promise<readonly (readonly unknown[])[]> {
    const query = 'fieldSelector=involvedObject.kind%3DPersistentVolumeClaim,involvedObject.name%3Ddata';
    const { items } = (await admin.get(`${core}/events?${query}`)).json;
    return items.map(({ reason, message }) => [reason, message]);
  }

  async function makeLateClass(admin: Asker): Promise<void> {
    await admin.send('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'late' },
      provisioner: 'example.com/disk',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
  }

  test('until there is one', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeLateClass(admin);
    await makeClaim(admin, { storageClassName: 'late' });
    expect(await toldOf(admin)).toEqual([['WaitForFirstConsumer', first]]);
    await makePod(admin);
    const reasons = (await toldOf(admin)).map(([reason]) => String(reason));
    expect(reasons.sort()).toEqual([
      'ExternalProvisioning',
      'Provisioning',
      'ProvisioningSucceeded',
      'WaitForFirstConsumer',
    ]);
  });

  test('also where both come at once', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeLateClass(admin);
    await admin.send('POST', '/apis/apps/v1/namespaces/default/statefulsets', {
      metadata: { name: 'db' },
      spec: {
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: {
          metadata: { labels: { app: 'db' } },
          spec: { containers: [{ name: 'c', image: 'nginx' }] },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              storageClassName: 'late',
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
            },
          },
        ],
      },
    });
    const { items } = (await admin.get(`${core}/events`)).json;
    const told = items.filter(({ reason }) => reason === 'WaitForFirstConsumer');
    expect(told.map(({ message }) => message)).toEqual([first]);
  });

  test('and whom it waits for while that one has no place', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeLateClass(admin);
    await admin.send('POST', `${core}/pods`, {
      metadata: { name: 'user' },
      spec: {
        nodeSelector: { no: 'where' },
        containers: [{ name: 'c', image: 'nginx' }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    });
    await makeClaim(admin, { storageClassName: 'late' });
    expect(await toldOf(admin)).toEqual([['WaitForPodScheduled', 'waiting for pod user to be scheduled']]);
  });
});

describe('claims of a StatefulSet', () => {
  const sets = '/apis/apps/v1/namespaces/default/statefulsets';
  const own = '/api/v1/namespaces/default/persistentvolumeclaims';
  const body = (persistentVolumeClaimRetentionPolicy: object): object => ({
    metadata: { name: 'db' },
    spec: {
      replicas: 3,
      serviceName: 'db',
      persistentVolumeClaimRetentionPolicy,
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'db' }] } },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  });

  test.for([
    ['Retain', 'Retain', 3, 3],
    ['Retain', 'Delete', 1, 1],
    ['Delete', 'Retain', 3, 0],
    ['Delete', 'Delete', 1, 0],
  ] as const)(
    'stay or go as it says: whenDeleted %s, whenScaled %s',
    async ([whenDeleted, whenScaled, scaled, deleted]) => {
      await using ks = await startFakeKsApiserver();
      const admin = await as(ks, 'admin');
      await admin.send('POST', sets, body({ whenDeleted, whenScaled }));
      const count = async (): Promise<number> =>
        (await admin.get(own)).json.items.filter(({ metadata }) => metadata.name.startsWith('data-db-'))
          .length;
      expect(await count()).toBe(3);
      const one = { spec: { replicas: 1 } };
      await admin.send('PATCH', `${sets}/db`, one, 'application/merge-patch+json');
      expect(await count()).toBe(scaled);
      await admin.send('DELETE', `${sets}/db`);
      expect(await count()).toBe(deleted);
    },
  );
});

test('a claim that grows takes its volume along', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await admin.send('POST', '/apis/storage.k8s.io/v1/storageclasses', {
    metadata: { name: 'elastic' },
    provisioner: 'elastic.example.com',
    allowVolumeExpansion: true,
  });
  await makeClaim(admin, { storageClassName: 'elastic' });
  const resources = { requests: { storage: '50Gi' } };
  const path = `${core}/persistentvolumeclaims/data`;
  const { status } = await admin.send('PATCH', path, { spec: { resources } }, 'application/merge-patch+json');
  const claim = await claimOf(admin);
  expect([status, claim['status']]).toMatchObject([200, { phase: 'Bound', capacity: { storage: '50Gi' } }]);
  const volume = await admin.get(`/api/v1/persistentvolumes/${String(claim.spec['volumeName'])}`);
  expect(volume.json.spec['capacity']).toEqual({ storage: '50Gi' });
});

test('a pod of a StatefulSet that comes back while its claim goes gets a new one', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const labels = { app: 'db' };
  await admin.send('POST', '/apis/apps/v1/namespaces/default/statefulsets', {
    metadata: { name: 'db' },
    spec: {
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'db', image: 'db' }] } },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  });
  const claim = `${core}/persistentvolumeclaims/data-db-0`;
  const before = (await admin.get(claim)).json.metadata['uid'];
  await admin.send('DELETE', claim);
  expect((await admin.get(claim)).json.metadata['deletionTimestamp']).toBeDefined();
  await admin.send('DELETE', `${core}/pods/db-0`);
  const after = (await admin.get(claim)).json;
  expect(after['status']).toMatchObject({ phase: 'Bound' });
  expect(after.metadata['uid']).not.toBe(before);
  expect((await admin.get(`${core}/pods/db-0`)).json['status']).toMatchObject({ phase: 'Running' });
});

describe('a pod whose volume is on one node', () => {
  const nodeAffinity = (...values: string[]): object => ({
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }] },
        ],
      },
    },
  });

  async function makeClass(admin: Asker, spec: object = {}): Promise<void> {
    await admin.send('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'hand' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
      ...spec,
    });
  }

  async function placeOf(admin: Asker): Promise<unknown> {
    const { spec, ...pod } = (await admin.get(`${core}/pods/user`)).json;
    const { conditions } = pod['status'] as { conditions: { type: string; message?: string }[] };
    return spec['nodeName'] ?? conditions.find(({ type }) => type === 'PodScheduled')?.message;
  }

  test('goes there', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeVolume(admin, 'there', '5Gi', nodeAffinity('node3'));
    await makeClaim(admin, { storageClassName: 'hand' });
    expect((await claimOf(admin)).spec['volumeName']).toBe('there');
    await makePod(admin);
    expect(await placeOf(admin)).toBe('node3');
  });

  test('waits when it cannot go there', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeVolume(admin, 'there', '5Gi', nodeAffinity('elsewhere'));
    await makeClaim(admin, { storageClassName: 'hand' });
    await makePod(admin);
    expect(await placeOf(admin)).toMatch(/\d node\(s\) had volume node affinity conflict/);
  });

  test('goes where a volume is free when its claim waits for it, and takes that', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeClass(admin);
    await makeClaim(admin, { storageClassName: 'hand' });
    await makeVolume(admin, 'small', '1Gi', nodeAffinity('node1'));
    await makePod(admin);
    expect(await placeOf(admin)).toContain("node(s) didn't find available persistent volumes to bind");
    await makeVolume(admin, 'large', '9Gi', nodeAffinity('node3', 'node4'));
    await makeVolume(admin, 'master', '5Gi', nodeAffinity('master'));
    expect(await placeOf(admin)).toBe('node3');
    expect((await claimOf(admin)).spec['volumeName']).toBe('large');
  });

  test('goes where its class makes volumes', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const matchLabelExpressions = [{ key: 'kubernetes.io/hostname', values: ['node2'] }];
    await makeClass(admin, {
      provisioner: 'example.com/disks',
      allowedTopologies: [{ matchLabelExpressions }],
    });
    await makeClaim(admin, { storageClassName: 'hand' });
    await makePod(admin);
    expect(await placeOf(admin)).toBe('node2');
  });
});
