import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const root = '/kapis/resources.kubesphere.io/v1alpha3';
const place = '/api/v1/namespaces/default/persistentvolumeclaims';
const mergePatch = 'application/merge-patch+json';

function native(version: string, plural: string, namespaced = true): string {
  const base = `/apis/snapshot.storage.k8s.io/${version}`;
  return namespaced ? `${base}/namespaces/default/${plural}` : `${base}/${plural}`;
}

async function makeClaim(admin: Asker, name: string, spec: object = {}): Promise<Body> {
  const answer = await admin.send('POST', place, {
    metadata: { name },
    spec: {
      storageClassName: 'csi-qingcloud',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '5Gi' } },
      ...spec,
    },
  });
  expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
  return (await admin.get(`${place}/${name}`)).json;
}

async function takeSnapshot(admin: Asker, version: string, spec: object): Promise<Body> {
  const path = native(version, 'volumesnapshots');
  const answer = await admin.send('POST', path, {
    apiVersion: `snapshot.storage.k8s.io/${version}`,
    kind: 'VolumeSnapshot',
    metadata: { name: 'before' },
    spec,
  });
  expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
  return (await admin.get(`${path}/before`)).json;
}

const ofData = {
  source: { persistentVolumeClaimName: 'data' },
  volumeSnapshotClassName: 'csi-qingcloud',
};

describe.each([
  ['v3.0', 'v1beta1'],
  ['v3.1', 'v1beta1'],
  ['v3.3', 'v1beta1'],
  ['v3.4', 'v1'],
] as const)('%s, snapshots of %s', (release, version) => {
  test('are taken of bound claims, found by their filters, restored, and take their content along', async () => {
    await using ks = await startFakeKsApiserver({ release, now });
    const admin = await as(ks, 'admin');
    await makeClaim(admin, 'data');
    const snapshot = await takeSnapshot(admin, version, ofData);
    const contentName = `snapcontent-${String(snapshot.metadata['uid'])}`;
    expect(snapshot['status']).toEqual({
      boundVolumeSnapshotContentName: contentName,
      creationTime: now,
      readyToUse: true,
      restoreSize: '5Gi',
    });
    const content = await admin.get(`${native(version, 'volumesnapshotcontents', false)}/${contentName}`);
    expect(content.json).toMatchObject({
      spec: {
        deletionPolicy: 'Delete',
        driver: 'disk.csi.qingcloud.com',
        volumeSnapshotRef: { name: 'before', namespace: 'default', uid: snapshot.metadata['uid'] },
      },
      status: { readyToUse: true, restoreSize: 5 * 1024 ** 3 },
    });

    const lists = [
      ['volumesnapshots?status=ready', 'before'],
      ['volumesnapshots?persistentVolumeClaimName=data', 'before'],
      ['volumesnapshots?volumeSnapshotClassName=csi-qingcloud', 'before'],
      ...(release === 'v3.0'
        ? []
        : [
            ['volumesnapshotclasses?driver=DISK.csi.qingcloud.com', 'csi-qingcloud'],
            ['volumesnapshotclasses?deletionPolicy=delete', 'csi-qingcloud'],
            ['volumesnapshotcontents?volumeSnapshotName=BEFORE&readyToUse=TRUE', contentName],
            ['volumesnapshotcontents?volumeSnapshotNamespace=Default', contentName],
            ['volumesnapshotcontents?volumeSnapshotClassName=CSI-qingcloud', contentName],
          ]),
    ] as const;
    for (const [path, name] of lists) {
      const list = await admin.get(`${root}/${path}`);
      expect([path, namesOf(list)]).toEqual([path, [name]]);
    }
    for (const path of [
      'volumesnapshots?status=creating',
      'volumesnapshots?persistentVolumeClaimName=other',
      ...(release === 'v3.0'
        ? []
        : ['volumesnapshotcontents?readyToUse=false', 'volumesnapshotclasses?driver=x']),
    ])
      expect([path, namesOf(await admin.get(`${root}/${path}`))]).toEqual([path, []]);

    const dataSource = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'before' };
    expect(await makeClaim(admin, 'restored', { dataSource })).toMatchObject({ status: { phase: 'Bound' } });
    const small = { dataSource, resources: { requests: { storage: '4Gi' } } };
    expect(await makeClaim(admin, 'small', small)).toMatchObject({ status: { phase: 'Pending' } });
    const events = await admin.get('/api/v1/namespaces/default/events');
    expect(events.text).toContain('is less than the size 5368709120 for the source snapshot before');
    await admin.send('DELETE', native(version, 'volumesnapshots/before'));
    // A claim still waits for it.
    expect((await admin.get(native(version, 'volumesnapshots/before'))).status).toBe(200);
    await admin.send('DELETE', `${place}/small`);
    expect((await admin.get(native(version, 'volumesnapshots/before'))).status).toBe(404);
    expect(namesOf(await admin.get(native(version, 'volumesnapshotcontents', false)))).toEqual([]);
  });
});

describe('a snapshot', () => {
  test('waits for its claim to be bound and says why', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4', now });
    const admin = await as(ks, 'admin');
    const why = async (): Promise<string> => {
      const { json } = await admin.get(native('v1', 'volumesnapshots/before'));
      return (json['status'] as { readonly error: { readonly message: string } }).error.message;
    };
    await takeSnapshot(admin, 'v1', ofData);
    expect(await why()).toContain('persistentvolumeclaim "data" not found');
    await makeClaim(admin, 'data', { storageClassName: 'late' });
    expect(await why()).toContain('the PVC data is not yet bound to a PV');
    await admin.send('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'late' },
      provisioner: 'disk.csi.qingcloud.com',
    });
    const { json } = await admin.get(native('v1', 'volumesnapshots/before'));
    expect(json['status']).toMatchObject({ readyToUse: true });
    expect(json['status']).not.toHaveProperty('error');
  });

  test('without a class gets the default one of the driver, once there is one', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4', now });
    const admin = await as(ks, 'admin');
    await makeClaim(admin, 'data');
    const { status } = await takeSnapshot(admin, 'v1', { source: ofData.source });
    expect(status).toMatchObject({
      readyToUse: false,
      error: {
        message: 'Failed to set default snapshot class with error cannot find default snapshot class',
      },
    });
    const key = 'snapshot.storage.kubernetes.io/is-default-class';
    const path = native('v1', 'volumesnapshotclasses/csi-qingcloud', false);
    await admin.send('PATCH', path, { metadata: { annotations: { [key]: 'true' } } }, mergePatch);
    expect((await admin.get(native('v1', 'volumesnapshots/before'))).json).toMatchObject({
      spec: { volumeSnapshotClassName: 'csi-qingcloud' },
      status: { readyToUse: true },
    });
  });

  test('leaves a content that is to be retained, and binds one that was there before', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4', now });
    const admin = await as(ks, 'admin');
    const content = {
      metadata: { name: 'kept' },
      spec: {
        deletionPolicy: 'Retain',
        driver: 'disk.csi.qingcloud.com',
        source: { snapshotHandle: 'ss-1' },
        volumeSnapshotRef: { namespace: 'default', name: 'before' },
      },
    };
    const path = native('v1', 'volumesnapshotcontents', false);
    expect((await admin.send('POST', path, content)).status).toBe(201);
    const snapshot = await takeSnapshot(admin, 'v1', { source: { volumeSnapshotContentName: 'kept' } });
    expect(snapshot['status']).toMatchObject({ boundVolumeSnapshotContentName: 'kept', readyToUse: true });
    expect((await admin.get(`${path}/kept`)).json.spec).toMatchObject({
      volumeSnapshotRef: { uid: snapshot.metadata['uid'] },
    });
    await admin.send('DELETE', native('v1', 'volumesnapshots/before'));
    expect((await admin.get(native('v1', 'volumesnapshots/before'))).status).toBe(404);
    expect((await admin.get(`${path}/kept`)).status).toBe(200);
  });

  test('names one source, not two', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4' });
    const answer = await (
      await as(ks, 'admin')
    ).send('POST', native('v1', 'volumesnapshots'), {
      metadata: { name: 'both' },
      spec: { source: { persistentVolumeClaimName: 'a', volumeSnapshotContentName: 'b' } },
    });
    expect([answer.status, answer.json['message']]).toEqual([422, expect.stringContaining('oneOf')]);
  });

  test('is only kept when the controller is switched off', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4', controllers: { volumesnapshot: false } });
    const admin = await as(ks, 'admin');
    await makeClaim(admin, 'data');
    expect(await takeSnapshot(admin, 'v1', ofData)).not.toHaveProperty('status');
  });
});

test('a claim is cloned once its source is bound', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  const dataSource = { kind: 'PersistentVolumeClaim', name: 'data' };
  expect(await makeClaim(admin, 'clone', { dataSource })).toMatchObject({ status: { phase: 'Pending' } });
  await makeClaim(admin, 'data');
  expect((await admin.get(`${place}/clone`)).json).toMatchObject({ status: { phase: 'Bound' } });
});
