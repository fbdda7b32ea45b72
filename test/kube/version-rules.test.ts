import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver({
    world: 'empty',
    kubeVersion: 'v1.32.4',
    now: '2026-01-02T03:04:05Z',
    controllers: ['-*'],
  });
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

const merge = 'application/merge-patch+json';
const containers = [{ name: 'c', image: 'i' }];
const template = { metadata: { labels: { a: 'b' } }, spec: { containers } };
const workload = { selector: { matchLabels: { a: 'b' } }, template };
const once = { template: { spec: { containers, restartPolicy: 'Never' } } };
const jobs = '/apis/batch/v1/namespaces/default/jobs';
const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

async function causesOf(path: string, status: object): Promise<unknown> {
  const { json } = await admin.send('PATCH', `${path}/status`, { status }, merge);
  return (json['details'] as { causes: { field: string; message: string }[] } | undefined)?.causes.map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

test('what a release runs on by itself serves every kind there is', async () => {
  await using own = await startFakeKsApiserver({ world: 'empty' });
  const asker = await as(own, 'admin');
  expect((await asker.get('/apis/networking.k8s.io/v1/servicecidrs')).status).toBe(200);
  const { json } = await asker.get('/api/v1');
  expect((json['resources'] as { name: string }[]).map(({ name }) => name)).toContain('pods/resize');
});

describe('on Kubernetes 1.32', () => {
  test('what came later is not served', async () => {
    const answers = await Promise.all(
      [
        '/apis/networking.k8s.io/v1/servicecidrs',
        '/apis/networking.k8s.io/v1/ipaddresses',
        '/apis/storage.k8s.io/v1/volumeattributesclasses',
      ].map((path) => admin.get(path)),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    const { json } = await admin.get('/api/v1');
    const names = (json['resources'] as { name: string }[]).map(({ name }) => name);
    expect(names).toContain('pods/status');
    expect(names).not.toContain('pods/resize');
  });

  test('a Job is not said to have come to what it cannot have come to', async () => {
    await admin.send('POST', jobs, { metadata: { name: 'j' }, spec: once });
    expect(await causesOf(`${jobs}/j`, { ready: 1 })).toEqual([
      'status.ready: Invalid value: 1: cannot set more ready pods than active',
    ]);
    expect(
      await causesOf(`${jobs}/j`, { conditions: [{ type: 'Complete', status: 'True' }], active: 1 }),
    ).toEqual([
      'status.completionTime: Required value: completionTime is required for Complete jobs',
      'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
      'status.active: Invalid value: 1: active>0 is invalid for finished job',
      'status.startTime: Required value: startTime is required for finished job',
    ]);
    expect(await causesOf(`${jobs}/j`, { completedIndexes: '1-2' })).toEqual([
      'status.completedIndexes: Invalid value: "1-2": error parsing completedIndexes: too large index: "1"',
      'status.completedIndexes: Invalid value: "1-2": cannot set non-empty completedIndexes when non-indexed completion mode',
    ]);
    expect(await causesOf(`${jobs}/j`, { active: 1, failed: 2 })).toBeUndefined();
    expect(await causesOf(`${jobs}/j`, { failed: 1 })).toEqual([
      'status.failed: Invalid value: 1: cannot decrease the failed counter',
    ]);
  });

  test('a claim grows by its size alone', async () => {
    await admin.send('POST', claims, { metadata: { name: 'c' }, spec: claim });
    expect(
      await causesOf(`${claims}/c`, {
        allocatedResources: { cpu: '1' },
        allocatedResourceStatuses: { storage: 'Growing' },
      }),
    ).toEqual([
      'status.allocatedResourceStatus: Unsupported value: storage: supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ]);
  });

  test('templates of a DaemonSet and annotations of a Deployment are counted', async () => {
    const apps = '/apis/apps/v1/namespaces/default';
    const spec = { metadata: { name: 'w' }, spec: workload };
    const counts: unknown[] = [];
    for (const kind of ['daemonsets', 'deployments']) {
      await admin.send('POST', `${apps}/${kind}`, spec);
      for (const patch of [
        { metadata: { annotations: { note: 'x' } } },
        { spec: { template: { spec: { hostNetwork: true } } } },
      ]) {
        const { json } = await admin.send('PATCH', `${apps}/${kind}/w`, patch, merge);
        const { annotations, generation } = json.metadata;
        counts.push([kind, generation, annotations['deprecated.daemonset.template.generation']]);
      }
    }
    expect(counts).toEqual([
      ['daemonsets', 1, '1'],
      ['daemonsets', 2, '2'],
      ['deployments', 2, undefined],
      ['deployments', 3, undefined],
    ]);
  });

  test('metadata is judged as often as by Kubernetes', async () => {
    const maps = '/api/v1/namespaces/default/configmaps';
    await admin.send('POST', maps, { metadata: { name: 'm' } });
    const body = { metadata: { labels: { 'a b': 'c' } } };
    const { json } = await admin.send('PATCH', `${maps}/m`, body, merge);
    expect((json['details'] as { causes: unknown[] }).causes).toHaveLength(4);
  });
});
