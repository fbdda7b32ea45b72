import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { invalidStatus, type RefusedKind } from '../../support/invalid-status.js';

const ns = 'namespaces/default/';
const rbac = 'rbac.authorization.k8s.io';
const pod = { containers: [{ name: 'c', image: 'i' }] };
const labels = { a: 'b', c: 'd' };
const workload = {
  spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels }, spec: pod } },
};
const selectOther = { spec: { selector: { matchLabels: { a: null, c: 'd' } } } };
const otherSelector =
  'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"c":"d"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable';
const once = { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } };
const claim = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
const claimText =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const gated = { ...pod, schedulingGates: [{ name: 'wait' }] };
const terms = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
const exists = (key: string): object => ({ key, operator: 'Exists' });
const onNodes = (...all: object[][]): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: all.map((matchExpressions) => ({ matchExpressions })),
    },
  },
});
const term = (key: string): string =>
  `core.NodeSelectorTerm{MatchExpressions:[]core.NodeSelectorRequirement{core.NodeSelectorRequirement{Key:"${key}", Operator:"Exists", Values:[]string(nil)}}, MatchFields:[]core.NodeSelectorRequirement(nil)}`;
const podText =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
const setText =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

interface Kept extends RefusedKind {
  readonly path: string;
}

const Deployment: Kept = { kind: 'Deployment', group: 'apps', path: `/apis/apps/v1/${ns}deployments` };
const ReplicaSet: Kept = { kind: 'ReplicaSet', group: 'apps', path: `/apis/apps/v1/${ns}replicasets` };
const DaemonSet: Kept = { kind: 'DaemonSet', group: 'apps', path: `/apis/apps/v1/${ns}daemonsets` };
const StatefulSet: Kept = { kind: 'StatefulSet', group: 'apps', path: `/apis/apps/v1/${ns}statefulsets` };
const Job: Kept = { kind: 'Job', group: 'batch', path: `/apis/batch/v1/${ns}jobs` };
const Pod: Kept = { kind: 'Pod', path: `/api/v1/${ns}pods` };
const Service: Kept = { kind: 'Service', path: `/api/v1/${ns}services` };
const Secret: Kept = { kind: 'Secret', path: `/api/v1/${ns}secrets` };
const ConfigMap: Kept = { kind: 'ConfigMap', path: `/api/v1/${ns}configmaps` };
const PersistentVolumeClaim: Kept = {
  kind: 'PersistentVolumeClaim',
  path: `/api/v1/${ns}persistentvolumeclaims`,
};
const ResourceQuota: Kept = { kind: 'ResourceQuota', path: '/api/v1/namespaces/kube-system/resourcequotas' };
const PersistentVolume: Kept = { kind: 'PersistentVolume', path: '/api/v1/persistentvolumes' };
const Node: Kept = { kind: 'Node', path: '/api/v1/nodes' };
const StorageClass: Kept = {
  kind: 'StorageClass',
  group: 'storage.k8s.io',
  path: '/apis/storage.k8s.io/v1/storageclasses',
};
const PriorityClass: Kept = {
  kind: 'PriorityClass',
  group: 'scheduling.k8s.io',
  path: '/apis/scheduling.k8s.io/v1/priorityclasses',
};
const IngressClass: Kept = {
  kind: 'IngressClass',
  group: 'networking.k8s.io',
  path: '/apis/networking.k8s.io/v1/ingressclasses',
};
const RoleBinding: Kept = { kind: 'RoleBinding', group: rbac, path: `/apis/${rbac}/v1/${ns}rolebindings` };
const ClusterRoleBinding: Kept = {
  kind: 'ClusterRoleBinding',
  group: rbac,
  path: `/apis/${rbac}/v1/clusterrolebindings`,
};

const frozen = 'Forbidden: field is immutable when `immutable` is set';

/** What is made, how it is patched, and the causes that is refused with. */
type Row = readonly [what: string, of: Kept, given: object, patch: object, causes: readonly string[]];

const rows: readonly Row[] = [
  ['selector', Deployment, workload, selectOther, [otherSelector]],
  ['selector', ReplicaSet, workload, selectOther, [otherSelector]],
  ['selector', DaemonSet, workload, selectOther, [otherSelector]],
  ['selector', StatefulSet, workload, selectOther, [setText]],
  ['serviceName', StatefulSet, workload, { spec: { serviceName: 'other' } }, [setText]],
  ['podManagementPolicy', StatefulSet, workload, { spec: { podManagementPolicy: 'Parallel' } }, [setText]],
  [
    'volumeClaimTemplates',
    StatefulSet,
    workload,
    { spec: { volumeClaimTemplates: [{ metadata: { name: 'v' }, ...claim }] } },
    [setText],
  ],
  [
    'template',
    Job,
    once,
    { spec: { template: { spec: { containers: [{ name: 'c', image: 'j' }] } } } },
    ['spec.template: Invalid value: core.PodTemplateSpec{}: field is immutable'],
  ],
  [
    'completions',
    Job,
    once,
    { spec: { completions: 3 } },
    ['spec.completions: Invalid value: 3: field is immutable'],
  ],
  [
    'completionMode',
    Job,
    { spec: { ...once.spec, completions: 1 } },
    { spec: { completionMode: 'Indexed' } },
    ['spec.completionMode: Invalid value: "Indexed": field is immutable'],
  ],
  [
    'clusterIP',
    Service,
    { spec: { ports: [{ port: 1 }] } },
    { spec: { clusterIP: '10.233.9.9' } },
    ['spec.clusterIPs[0]: Invalid value: []string{"10.233.9.9"}: may not change once set'],
  ],
  [
    'clusterIP and clusterIPs',
    Service,
    { spec: { ports: [{ port: 1 }] } },
    { spec: { clusterIP: '10.233.9.9', clusterIPs: ['10.233.9.9'] } },
    ['spec.clusterIPs[0]: Invalid value: []string{"10.233.9.9"}: may not change once set'],
  ],
  [
    'clusterIP that is there, to none,',
    Service,
    { spec: { ports: [{ port: 1 }] } },
    { spec: { clusterIP: 'None' } },
    ['spec.clusterIPs[0]: Invalid value: []string{"None"}: may not change once set'],
  ],
  ['type', Secret, { type: 'a' }, { type: 'b' }, ['type: Invalid value: "b": field is immutable']],
  ['data', Secret, { immutable: true }, { data: { a: 'Yg==' } }, [`data: ${frozen}`]],
  ['immutability', Secret, { immutable: true }, { immutable: null }, [`immutable: ${frozen}`]],
  ['data', ConfigMap, { immutable: true }, { data: { a: 'b' } }, [`data: ${frozen}`]],
  ['binaryData', ConfigMap, { immutable: true }, { binaryData: { a: 'Yg==' } }, [`binaryData: ${frozen}`]],
  [
    'immutability and data',
    ConfigMap,
    { immutable: true },
    { immutable: false, data: { a: 'b' } },
    [`immutable: ${frozen}`, `data: ${frozen}`],
  ],
  [
    'roleRef',
    RoleBinding,
    { roleRef: { kind: 'Role', name: 'r' } },
    { roleRef: { name: 's' } },
    [
      `roleRef: Invalid value: rbac.RoleRef{APIGroup:"${rbac}", Kind:"Role", Name:"s"}: cannot change roleRef`,
    ],
  ],
  [
    'roleRef',
    ClusterRoleBinding,
    { roleRef: { kind: 'ClusterRole', name: 'r' } },
    { roleRef: { name: 's' } },
    [
      `roleRef: Invalid value: rbac.RoleRef{APIGroup:"${rbac}", Kind:"ClusterRole", Name:"s"}: cannot change roleRef`,
    ],
  ],
  ['accessModes', PersistentVolumeClaim, claim, { spec: { accessModes: ['ReadWriteMany'] } }, [claimText]],
  ['storageClassName', PersistentVolumeClaim, claim, { spec: { storageClassName: 'other' } }, [claimText]],
  [
    'volumeMode',
    PersistentVolumeClaim,
    claim,
    { spec: { volumeMode: 'Block' } },
    [claimText, 'volumeMode: Invalid value: "Block": field is immutable'],
  ],
  [
    'source',
    PersistentVolume,
    { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/a' } } },
    { spec: { hostPath: { path: '/b' } } },
    ['spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation'],
  ],
  [
    'parameters and provisioner',
    StorageClass,
    { provisioner: 'p' },
    { provisioner: 'q', parameters: { a: 'b' } },
    [
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
    ],
  ],
  [
    'value',
    PriorityClass,
    { value: 1 },
    { value: 2 },
    ['value: Forbidden: may not be changed in an update.'],
  ],
  [
    'controller',
    IngressClass,
    { spec: { controller: 'example.com/a' } },
    { spec: { controller: 'example.com/b' } },
    ['spec.controller: Invalid value: "example.com/b": field is immutable'],
  ],
  [
    'scopes',
    ResourceQuota,
    { spec: { scopes: ['BestEffort'], hard: { pods: '1' } } },
    { spec: { scopes: ['Terminating'] } },
    ['spec.scopes: Invalid value: []core.ResourceQuotaScope{"Terminating"}: field is immutable'],
  ],
  [
    'podCIDRs',
    Node,
    { spec: { podCIDR: '10.9.0.0/24', podCIDRs: ['10.9.0.0/24'] } },
    { spec: { podCIDR: '10.9.1.0/24' } },
    ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
  ],
  ['dnsPolicy', Pod, { spec: pod }, { spec: { dnsPolicy: 'Default' } }, [podText]],
  ['nodeSelector', Pod, { spec: pod }, { spec: { nodeSelector: { a: 'b' } } }, [podText]],
  [
    'nodeSelector while it waits, but for more,',
    Pod,
    { spec: { ...gated, nodeSelector: { a: 'b' } } },
    { spec: { nodeSelector: { a: 'c', d: 'e' } } },
    [
      'spec.nodeSelector: Invalid value: map[string]string{"a":"c", "d":"e"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ],
  ],
  [
    'terms of affinity while it waits',
    Pod,
    { spec: { ...gated, affinity: onNodes([exists('a')]) } },
    { spec: { affinity: onNodes([exists('a')], [exists('b')]) } },
    [
      `${terms}: Invalid value: []core.NodeSelectorTerm{${term('a')}, ${term('b')}}: no additions/deletions to non-empty NodeSelectorTerms list are allowed`,
    ],
  ],
  [
    'requirements of affinity while it waits, but for more,',
    Pod,
    { spec: { ...gated, affinity: onNodes([exists('a')]) } },
    { spec: { affinity: onNodes([exists('b')]) } },
    [`${terms}[0]: Invalid value: ${term('b')}: only additions are allowed (no mutations or deletions)`],
  ],
  [
    'affinity to other pods while it waits',
    Pod,
    { spec: gated },
    { spec: { affinity: { podAntiAffinity: {} } } },
    [podText],
  ],
  [
    'number of containers',
    Pod,
    { spec: pod },
    { spec: { containers: [...pod.containers, { name: 'd', image: 'i' }] } },
    ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  ],
  [
    'tolerations',
    Pod,
    { spec: { ...pod, tolerations: [{ key: 'a', operator: 'Exists' }] } },
    { spec: { tolerations: [{ key: 'b', operator: 'Exists' }] } },
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  ],
  [
    'deadline, to a later one,',
    Pod,
    { spec: { ...pod, activeDeadlineSeconds: 10 } },
    { spec: { activeDeadlineSeconds: 20 } },
    ['spec.activeDeadlineSeconds: Invalid value: 20: must be less than or equal to previous value'],
  ],
  [
    'deadline, to none,',
    Pod,
    { spec: { ...pod, activeDeadlineSeconds: 10 } },
    { spec: { activeDeadlineSeconds: null } },
    [
      'spec.activeDeadlineSeconds: Invalid value: "null": must not update from a positive integer to nil value',
    ],
  ],
];

let ks: InProcessFake;
let admin: Asker;
let made = 0;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

/** Makes an object of a name nothing else has. */
async function make(path: string, given: object): Promise<string> {
  made += 1;
  const name = `x${String(made)}`;
  const answer = await admin.send('POST', path, { metadata: { name }, ...given });
  expect(answer).toMatchObject({ status: 201 });
  return name;
}

async function patch(path: string, change: object): ReturnType<Asker['send']> {
  return admin.send('PATCH', path, change, 'application/merge-patch+json');
}

test.for(rows.map(titled))('the $title may not change', async ({ row: [, of, given, change, causes] }) => {
  const name = await make(of.path, given);
  const { json } = await patch(`${of.path}/${name}`, change);
  expect(json).toEqual(invalidStatus(of, name, causes));
});

function titled<T extends readonly [what: string, of: Kept, ...rest: unknown[]]>(
  row: T,
): { title: string; row: T } {
  return { title: `${row[0]} of a ${row[1].kind}`, row };
}

const otherImage = {};

function withImage(containers: unknown): object[] {
  return (containers as readonly object[]).map((one) => ({ ...one, image: 'j' }));
}

/** What may change all the same. */
const open: readonly (readonly [what: string, of: Kept, given: object, patch: object])[] = [
  ['image', Pod, { spec: pod }, otherImage],
  [
    'deadline, to an earlier one,',
    Pod,
    { spec: { ...pod, activeDeadlineSeconds: 9 } },
    { spec: { activeDeadlineSeconds: 3 } },
  ],
  [
    'update strategy and template',
    StatefulSet,
    workload,
    {
      spec: {
        updateStrategy: { type: 'OnDelete', rollingUpdate: null },
        minReadySeconds: 3,
        template: { metadata: { annotations: { a: 'b' } } },
      },
    },
  ],
  ['parallelism', Job, once, { spec: { parallelism: 2 } }],
  [
    'subjects',
    RoleBinding,
    { roleRef: { kind: 'Role', name: 'r' } },
    { subjects: [{ kind: 'User', name: 'u' }] },
  ],
];

test.for(open.map(titled))('the $title may change', async ({ row: [, of, given, change] }) => {
  const name = await make(of.path, given);
  const live = await admin.get(`${of.path}/${name}`);
  const real =
    change === otherImage ? { spec: { containers: withImage(live.json.spec['containers']) } } : change;
  expect(await patch(`${of.path}/${name}`, real)).toMatchObject({ status: 200 });
});

test('a Service that was a name gets an address, and gives it up again', async () => {
  const name = await make(Service.path, { spec: { type: 'ExternalName', externalName: 'example.com' } });
  const inside = await patch(`${Service.path}/${name}`, {
    spec: { type: 'ClusterIP', externalName: null, ports: [{ port: 80 }] },
  });
  expect(inside.json.spec['clusterIP']).toMatch(/^10\.233\./);
  const outside = await patch(`${Service.path}/${name}`, {
    spec: { type: 'ExternalName', externalName: 'example.com' },
  });
  expect(outside).toMatchObject({ status: 200 });
  for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'internalTrafficPolicy'])
    expect(outside.json.spec).not.toHaveProperty(key);
});

/** Makes a class whose claims may grow or not, and a bound claim of it. */
async function boundClaim(allowVolumeExpansion: boolean | undefined): Promise<string> {
  const storageClassName = await make(StorageClass.path, {
    provisioner: 'example.com/p',
    ...(allowVolumeExpansion !== undefined && { allowVolumeExpansion }),
  });
  const name = await make(PersistentVolumeClaim.path, { spec: { ...claim.spec, storageClassName } });
  const status = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };
  await patch(`${PersistentVolumeClaim.path}/${name}/status`, { status });
  return name;
}

test('a bound claim grows where its class says so', async () => {
  const name = await boundClaim(true);
  const requests = { storage: '2Gi' };
  const grown = await patch(`${PersistentVolumeClaim.path}/${name}`, { spec: { resources: { requests } } });
  expect(grown).toMatchObject({ status: 200, json: { spec: { resources: { requests } } } });
});

test.for([undefined, false])('a bound claim does not grow where its class says %s', async (allowed) => {
  const name = await boundClaim(allowed);
  const change = { spec: { resources: { requests: { storage: '2Gi' } } } };
  const { json } = await patch(`${PersistentVolumeClaim.path}/${name}`, change);
  expect(json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `persistentvolumeclaims "${name}" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize`,
    reason: 'Forbidden',
    details: { name, kind: 'persistentvolumeclaims' },
    code: 403,
  });
});

test('a claim does not shrink below what it has', async () => {
  const name = await boundClaim(true);
  const change = { spec: { resources: { requests: { storage: '500Mi' } } } };
  const { json } = await patch(`${PersistentVolumeClaim.path}/${name}`, change);
  expect(json).toEqual(
    invalidStatus(PersistentVolumeClaim, name, [
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ]),
  );
});

test('a claim that is not bound keeps its size', async () => {
  const storageClassName = await make(StorageClass.path, {
    provisioner: 'example.com/p',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  });
  const name = await make(PersistentVolumeClaim.path, { spec: { ...claim.spec, storageClassName } });
  const change = { spec: { resources: { requests: { storage: '2Gi' } } } };
  const { json } = await patch(`${PersistentVolumeClaim.path}/${name}`, change);
  expect(json).toEqual(invalidStatus(PersistentVolumeClaim, name, [claimText]));
});

test('a job without selector and labels is not what it was', async () => {
  const name = await make(Job.path, once);
  const { json } = await admin.send('PUT', `${Job.path}/${name}`, { metadata: { name }, ...once });
  expect(json).toEqual(
    invalidStatus(Job, name, [
      ...Array.from({ length: 2 }, () => [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`',
      ]).flat(),
      'spec.selector: Invalid value: "null": field is immutable',
      'spec.template: Invalid value: core.PodTemplateSpec{}: field is immutable',
    ]),
  );
});

test('a pod that waits may be told more narrowly where to run', async () => {
  const name = await make(Pod.path, { spec: { ...gated, affinity: onNodes([exists('a')]) } });
  const change = {
    spec: {
      nodeSelector: { disk: 'ssd' },
      affinity: onNodes([exists('a'), exists('b')]),
      schedulingGates: [],
    },
  };
  const { status, json } = await admin.send(
    'PATCH',
    `${Pod.path}/${name}`,
    change,
    'application/merge-patch+json',
  );
  expect([status, json.spec['nodeSelector']]).toEqual([200, { disk: 'ssd' }]);
});
