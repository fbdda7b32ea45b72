import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';

const pods = '/api/v1/namespaces/default/pods';
const own = { key: 'runtime', operator: 'Equal', value: 'kata', effect: 'NoSchedule' };
const gpu = { key: 'gpu', operator: 'Exists' };

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
  const classes = [
    { metadata: { name: 'plain' }, handler: 'runc' },
    {
      metadata: { name: 'kata' },
      handler: 'kata',
      overhead: { podFixed: { cpu: '250m', memory: '128Mi' } },
      scheduling: { nodeSelector: { runtime: 'kata' }, tolerations: [own, { ...gpu, effect: 'NoSchedule' }] },
    },
  ];
  for (const each of classes) {
    const made = await admin.send('POST', '/apis/node.k8s.io/v1/runtimeclasses', each);
    expect(made).toMatchObject({ status: 201 });
  }
});

afterAll(() => ks[Symbol.asyncDispose]());

function pod(name: string, spec: object): object {
  return { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } };
}

test.for([
  [
    'a RuntimeClass that is not there',
    { runtimeClassName: 'none' },
    'pod rejected: RuntimeClass "none" not found',
  ],
  [
    'overhead of its own without a RuntimeClass',
    { overhead: { cpu: '1' } },
    'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  ],
  [
    'overhead its RuntimeClass does not have',
    { runtimeClassName: 'plain', overhead: { cpu: '1' } },
    'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  ],
  [
    'another overhead than that of its RuntimeClass',
    { runtimeClassName: 'kata', overhead: { cpu: '1' } },
    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  ],
  [
    'another node than that of its RuntimeClass',
    { runtimeClassName: 'kata', nodeSelector: { runtime: 'runc' } },
    'conflict: runtimeClass.scheduling.nodeSelector[runtime] = kata; pod.spec.nodeSelector[runtime] = runc',
  ],
] as const)('a pod is refused for %s', async ([, spec, why]) => {
  const { status, json } = await admin.send('POST', pods, pod('x', spec));
  expect([status, json]).toEqual([
    403,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `pods "x" is forbidden: ${why}`,
      reason: 'Forbidden',
      details: { name: 'x', kind: 'pods' },
      code: 403,
    },
  ]);
});

test('a pod gets the overhead, the nodes and the tolerations of its RuntimeClass, unless it has wider ones', async () => {
  const spec = {
    runtimeClassName: 'kata',
    nodeSelector: { disk: 'ssd' },
    tolerations: [gpu],
    overhead: { cpu: '0.25', memory: '131072Ki' },
  };
  const { json } = await admin.send('POST', pods, pod('y', spec));
  const evicted = (key: string): object => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  });
  expect(json.spec).toMatchObject({
    runtimeClassName: 'kata',
    overhead: { cpu: '250m', memory: '128Mi' },
    nodeSelector: { disk: 'ssd', runtime: 'kata' },
    tolerations: [gpu, evicted('not-ready'), evicted('unreachable'), own],
  });
});

test('the overhead of a pod counts for the quota of its namespace', async () => {
  const namespace = { metadata: { name: 'counted' } };
  await admin.send('POST', '/api/v1/namespaces', namespace);
  const quota = { metadata: { name: 'q' }, spec: { hard: { 'requests.cpu': '300m' } } };
  await admin.send('POST', '/api/v1/namespaces/counted/resourcequotas', quota);
  const container = { name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } };
  const { json } = await admin.send('POST', '/api/v1/namespaces/counted/pods', {
    metadata: { name: 'x' },
    spec: { containers: [container], runtimeClassName: 'kata' },
  });
  expect(json['message']).toBe(
    'pods "x" is forbidden: exceeded quota: q, requested: requests.cpu=350m, used: requests.cpu=0, limited: requests.cpu=300m',
  );
});
