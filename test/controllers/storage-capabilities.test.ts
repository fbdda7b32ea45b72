import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';

const classes = '/apis/storage.k8s.io/v1/storageclasses';
const drivers = '/apis/storage.k8s.io/v1/csidrivers';
const prefix = 'storageclass.kubesphere.io/';
const mergePatch = 'application/merge-patch+json';

async function makeClass(admin: Asker, rest: object = {}): Promise<void> {
  const answer = await admin.send('POST', classes, {
    metadata: { name: 'fast' },
    provisioner: 'disk.example.com/v2',
    ...rest,
  });
  expect(answer.status).toBe(201);
}

async function annotationsOf(admin: Asker, name = 'fast'): Promise<Readonly<Record<string, string>>> {
  const { json } = await admin.get(`${classes}/${name}`);
  const { annotations = {} } = json.metadata as Partial<Body['metadata']>;
  return annotations;
}

const snapshotClasses = (version: string): string =>
  `/apis/snapshot.storage.k8s.io/${version}/volumesnapshotclasses`;

test.each(['v3.0', 'v3.1'] as const)(
  '%s: a class can do what its provisioner can, without growing unless it may',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const group = '/apis/storage.kubesphere.io/v1alpha1';
    await makeClass(admin);
    expect(await annotationsOf(admin)).toEqual({ [`${prefix}support-snapshot`]: 'false' });
    expect((await admin.get(`${group}/storageclasscapabilities/fast`)).status).toBe(404);
    const features = {
      volume: { create: true, clone: true, expandMode: 'ONLINE' },
      snapshot: { create: true },
    };
    const provisioner = await admin.send('POST', `${group}/provisionercapabilities`, {
      metadata: { name: 'disk-example-com-v2' },
      spec: { pluginInfo: { name: 'disk.example.com/v2' }, features },
    });
    expect([provisioner.status, provisioner.text]).toEqual([201, expect.anything()]);
    expect(await annotationsOf(admin)).toEqual({ [`${prefix}support-snapshot`]: 'true' });
    const capability = async (): Promise<unknown> =>
      (await admin.get(`${group}/storageclasscapabilities/fast`)).json.spec;
    const volume = { create: true, attach: false, list: false, clone: true, stats: false };
    const rest = { topology: false, snapshot: { create: true, list: false } };
    expect(await capability()).toEqual({
      provisioner: 'disk.example.com/v2',
      features: { ...rest, volume: { ...volume, expandMode: 'UNKNOWN' } },
    });
    await admin.send('PATCH', `${classes}/fast`, { allowVolumeExpansion: true }, mergePatch);
    expect(await capability()).toMatchObject({ features: { volume: { expandMode: 'ONLINE' } } });
    expect(namesOf(await admin.get(snapshotClasses('v1beta1')))).toContain('fast');
    await admin.send('DELETE', `${classes}/fast`);
    expect(namesOf(await admin.get(snapshotClasses('v1beta1')))).toEqual(['csi-qingcloud']);
    expect(namesOf(await admin.get(`${group}/storageclasscapabilities`))).toEqual(['csi-qingcloud']);
  },
);

describe.each(['v3.3', 'v3.4', 'v4.1'] as const)('%s', (release) => {
  test('a class allows snapshots and clones while its CSI driver is there, unless somebody forbids it', async () => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const { [`kubesphere.io/pvc-count`]: _count, ...none } = await annotationsOf(admin, 'local');
    expect(Object.keys(none)).not.toContain(`${prefix}allow-clone`);
    await makeClass(admin, { provisioner: 'disk.example.com' });
    expect(await annotationsOf(admin)).not.toHaveProperty([`${prefix}allow-clone`]);
    await admin.send('POST', drivers, { metadata: { name: 'disk.example.com' }, spec: {} });
    expect(await annotationsOf(admin)).toMatchObject({
      [`${prefix}allow-clone`]: 'true',
      [`${prefix}allow-snapshot`]: 'true',
    });
    const body = { metadata: { annotations: { [`${prefix}allow-clone`]: 'false' } } };
    await admin.send('PATCH', `${classes}/fast`, body, mergePatch);
    expect(await annotationsOf(admin)).toMatchObject({
      [`${prefix}allow-clone`]: 'false',
      [`${prefix}allow-snapshot`]: 'true',
    });
    if (release !== 'v4.1') expect(namesOf(await admin.get(snapshotClasses('v1')))).toContain('fast');
    await admin.send('DELETE', `${drivers}/disk.example.com`);
    expect(Object.keys(await annotationsOf(admin)).filter((key) => key.startsWith(prefix))).toEqual([]);
    await admin.send('DELETE', `${classes}/fast`);
    if (release !== 'v4.1')
      expect(namesOf(await admin.get(snapshotClasses('v1')))).toEqual(['csi-qingcloud']);
  });
});

test.each(['v3.4', 'v4.1'] as const)('%s: a class counts its claims', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  await makeClass(admin);
  const count = async (): Promise<unknown> => {
    // Up to 3.4 the count is made for who asks; then a controller keeps it.
    if (release === 'v4.1') return (await annotationsOf(admin))['kubesphere.io/pvc-count'];
    const { json } = await admin.get('/kapis/resources.kubesphere.io/v1alpha3/storageclasses?name=fast');
    return json.items[0]?.metadata.annotations['kubesphere.io/pvc-count'];
  };
  expect(await count()).toBe('0');
  const place = '/api/v1/namespaces/default/persistentvolumeclaims';
  await admin.send('POST', place, {
    metadata: { name: 'data' },
    spec: {
      storageClassName: 'fast',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  });
  expect(await count()).toBe('1');
  await admin.send('DELETE', `${place}/data`);
  expect(await count()).toBe('0');
});

test('claims tell whether a pod uses them and whether their driver takes snapshots', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  const place = '/namespaces/default/persistentvolumeclaims';
  const told = async (): Promise<unknown> => {
    const list = await admin.get(`/kapis/resources.kubesphere.io/v1alpha3${place}?name=data`);
    const annotations = list.json.items[0]?.metadata.annotations;
    return [annotations?.['kubesphere.io/in-use'], annotations?.['kubesphere.io/allow-snapshot']];
  };
  await admin.send('POST', `/api/v1${place}`, {
    metadata: { name: 'data' },
    spec: {
      storageClassName: 'csi-qingcloud',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  });
  expect(await told()).toEqual(['false', 'true']);
  await admin.send('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name: 'user' },
    spec: {
      containers: [{ name: 'c', image: 'nginx' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  await admin.send('DELETE', `${snapshotClasses('v1')}/csi-qingcloud`);
  expect(await told()).toEqual(['true', 'false']);
});
