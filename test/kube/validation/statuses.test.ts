import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { invalidStatus, type RefusedKind } from '../../support/invalid-status.js';

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver({ kubeVersion: 'v1.32.4' });
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const workload = { spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template } };
const apps = '/apis/apps/v1/namespaces/default';
const few = 'must be greater than or equal to 0';

const rows: readonly (readonly [
  kind: RefusedKind,
  path: string,
  object: object,
  status: object,
  causes: readonly string[],
])[] = [
  [
    { kind: 'Deployment', group: 'apps' },
    `${apps}/deployments`,
    workload,
    { replicas: 1, updatedReplicas: 2, readyReplicas: -1, availableReplicas: 1, collisionCount: -1 },
    [
      `status.readyReplicas: Invalid value: -1: ${few}`,
      `status.collisionCount: Invalid value: -1: ${few}`,
      'status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas',
    ],
  ],
  [
    { kind: 'ReplicaSet', group: 'apps' },
    `${apps}/replicasets`,
    workload,
    { replicas: 0, fullyLabeledReplicas: 1 },
    ['status.fullyLabeledReplicas: Invalid value: 1: cannot be greater than status.replicas'],
  ],
  [
    { kind: 'StatefulSet', group: 'apps' },
    `${apps}/statefulsets`,
    workload,
    { replicas: 2, availableReplicas: 2, readyReplicas: 1, collisionCount: 0 },
    ['status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas'],
  ],
  [
    { kind: 'PodDisruptionBudget', group: 'policy' },
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    { spec: { minAvailable: 1, selector: {} } },
    { disruptionsAllowed: -1, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    [`status.disruptionsAllowed: Invalid value: -1: ${few}`],
  ],
  [
    { kind: 'HorizontalPodAutoscaler', group: 'autoscaling' },
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    { spec: { maxReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'd' } } },
    { desiredReplicas: -1 },
    [`status.desiredReplicas: Invalid value: -1: ${few}`],
  ],
  [
    { kind: 'Job', group: 'batch' },
    '/apis/batch/v1/namespaces/default/jobs',
    { spec: { suspend: true, template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
    { active: -1, uncountedTerminatedPods: { succeeded: ['a', 'a'], failed: [''] } },
    [
      `status.active: Invalid value: -1: ${few}`,
      'status.uncountedTerminatedPods.succeeded[1]: Duplicate value: "a"',
      'status.uncountedTerminatedPods.failed[0]: Invalid value: "": must not be empty',
    ],
  ],
  [
    { kind: 'Ingress', group: 'networking.k8s.io' },
    '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
    { spec: { defaultBackend: { service: { name: 'a', port: { number: 1 } } } } },
    { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '1.1.1.1' }] } },
    [
      'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "1.1.1.1": must be a DNS name, not an IP address',
    ],
  ],
  [
    { kind: 'PersistentVolumeClaim', group: '' },
    '/api/v1/namespaces/default/persistentvolumeclaims',
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } } },
    { capacity: { storage: '-1' } },
    ['status.capacity[storage]: Invalid value: -1: must be a valid resource quantity'],
  ],
  [
    { kind: 'ResourceQuota', group: '' },
    '/api/v1/namespaces/default/resourcequotas',
    { spec: {} },
    { used: { pods: '-1' } },
    [`status.used[pods]: Invalid value: "-1": ${few}`],
  ],
  [
    { kind: 'Node', group: '' },
    '/api/v1/nodes',
    {},
    { capacity: { cpu: '-1' }, addresses: [1, 2].map(() => ({ type: 'Hostname', address: 'x' })) },
    [
      `status.capacity.cpu: Invalid value: "-1": ${few}`,
      `status.allocatable.cpu: Invalid value: "-1": ${few}`,
      'status.addresses[1]: Duplicate value: core.NodeAddress{Type:"Hostname", Address:"x"}',
    ],
  ],
];

test.for(rows)(
  'the status of a %o is refused for what there cannot be',
  async ([kind, path, object, status, causes]) => {
    await admin.send('POST', path, { metadata: { name: 'x' }, ...object });
    const { json: made } = await admin.get(`${path}/x`);
    const { json } = await admin.send('PUT', `${path}/x/status`, {
      ...made,
      metadata: { name: 'x', resourceVersion: made.metadata['resourceVersion'] },
      status,
    });
    expect(json).toEqual(invalidStatus(kind, 'x', causes));
  },
);

test('a pod is refused for a priority its class does not have', async () => {
  const containers = [{ name: 'c', image: 'i' }];
  const path = '/api/v1/namespaces/default/pods';
  const refusals = [
    { priority: 5 },
    { preemptionPolicy: 'Never' },
    { priorityClassName: 'system-node-critical', priority: 1 },
  ].map(async (spec) => {
    const { json } = await admin.send('POST', path, {
      metadata: { name: 'x' },
      spec: { containers, ...spec },
    });
    return json['message'];
  });
  const because = 'must not be provided in pod spec; priority admission controller computed';
  expect(await Promise.all(refusals)).toEqual([
    `pods "x" is forbidden: the integer value of priority (5) ${because} 0 from the given PriorityClass name`,
    `pods "x" is forbidden: the string value of PreemptionPolicy (Never) ${because} PreemptLowerPriority from the given PriorityClass name`,
    `pods "x" is forbidden: the integer value of priority (1) ${because} 2000001000 from the given PriorityClass name`,
  ]);
});

test('the first network of a node and its networks stay one', async () => {
  const spec = { podCIDR: '10.9.0.0/24', podCIDRs: ['10.9.0.0/24'] };
  await admin.send('POST', '/api/v1/nodes', { metadata: { name: 'n' }, spec });
  const patch = (change: object): ReturnType<Asker['send']> =>
    admin.send('PATCH', '/api/v1/nodes/n', { spec: change }, 'application/merge-patch+json');
  const refused = await patch({ podCIDR: '10.9.1.0/24' });
  expect(refused.json['message']).toBe(
    'Node "n" is invalid: spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
  );
  const { json } = await patch({ podCIDRs: ['10.9.1.0/24'] });
  expect(json).toMatchObject({ spec });
});

test('an autoscaler does not scale to none', async () => {
  const { json } = await admin.send(
    'POST',
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    {
      metadata: { name: 'none' },
      spec: { minReplicas: 0, maxReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'd' } },
    },
  );
  expect(json).toEqual(
    invalidStatus({ kind: 'HorizontalPodAutoscaler', group: 'autoscaling' }, 'none', [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ]),
  );
});

const volume = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] };
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

test.for([
  [
    'a path that goes back',
    { hostPath: { path: 'a/../b', type: 'Odd' } },
    [
      `spec.hostPath.path: Invalid value: "a/../b": must not contain '..'`,
      'spec.hostPath.type: Unsupported value: "Odd": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
  ],
  [
    'a disk of some node',
    { local: { path: '/a' } },
    ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
  ],
  [
    'a driver that is none',
    { csi: { driver: 'A_', controllerPublishSecretRef: { name: 'a' } } },
    [
      `spec.csi.driver: Invalid value: "A_": ${subdomain}`,
      'spec.csi.volumeHandle: Required value',
      'spec.csi.controllerPublishSecretRef.namespace: Required value',
    ],
  ],
  [
    'two sources',
    { nfs: { server: 's', path: '/' }, cephfs: { monitors: [] } },
    ['spec.cephFS: Forbidden: may not specify more than 1 volume type'],
  ],
] as const)('a PersistentVolume is refused for %s', async ([, source, causes]) => {
  const spec = { ...volume, ...source };
  const { json } = await admin.send('POST', '/api/v1/persistentvolumes', { metadata: { name: 'x' }, spec });
  expect(json).toEqual(invalidStatus({ kind: 'PersistentVolume' }, 'x', causes));
});
