import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dig, type Json, type JsonObject } from '../../../src/core/json.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';

const strategic = 'application/strategic-merge-patch+json';
let ks: InProcessFake;
let admin: Asker;

const paths: Readonly<Record<string, string>> = {
  Deployment: '/apis/apps/v1/namespaces/default/deployments',
  Pod: '/api/v1/namespaces/default/pods',
  Service: '/api/v1/namespaces/default/services',
  ServiceAccount: '/api/v1/namespaces/default/serviceaccounts',
  Secret: '/api/v1/namespaces/default/secrets',
  Endpoints: '/api/v1/namespaces/default/endpoints',
  Node: '/api/v1/nodes',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  Ingress: '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings',
  CSINode: '/apis/storage.k8s.io/v1/csinodes',
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
};

const backend = (name: string): JsonObject => ({ service: { name, port: { number: 80 } } });
const path = (name: string, at = '/'): JsonObject => ({
  path: at,
  pathType: 'Prefix',
  backend: backend(name),
});
const webhook = (name: string, url = 'https://a/'): JsonObject => ({
  name,
  clientConfig: { url },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
});
const owner = (uid: string): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid });
const pod = {
  containers: [
    {
      name: 'a',
      image: 'a:1',
      command: ['one', 'two'],
      env: [
        { name: 'X', value: '1' },
        { name: 'Y', value: '2' },
      ],
      envFrom: [{ configMapRef: { name: 'one' } }],
      ports: [{ name: 'web', containerPort: 80, protocol: 'TCP' }],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
    { name: 'b', image: 'b:1' },
  ],
  initContainers: [{ name: 'i', image: 'i:1' }],
  imagePullSecrets: [{ name: 'one' }],
  volumes: [
    { name: 'data', configMap: { name: 'one' } },
    { name: 'spare', emptyDir: {} },
  ],
  hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }],
  tolerations: [{ key: 'a', operator: 'Exists' }],
  nodeSelector: { disk: 'ssd' },
  topologySpreadConstraints: [
    { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
  ],
  readinessGates: [{ conditionType: 'a' }],
};

/** What the rows below patch. */
const objects: readonly (readonly [kind: string, apiVersion: string, body: JsonObject])[] = [
  [
    'Deployment',
    'apps/v1',
    {
      metadata: { name: 'x', finalizers: ['a/a', 'b/b'], ownerReferences: [owner('1')], labels: { a: '1' } },
      spec: {
        selector: { matchLabels: { a: '1' } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: { metadata: { labels: { a: '1' } }, spec: pod },
      },
    },
  ],
  [
    'Pod',
    'v1',
    { metadata: { name: 'x' }, spec: { containers: [{ name: 'a', image: 'a' }], nodeName: 'no-such-node' } },
  ],
  [
    'Service',
    'v1',
    {
      metadata: { name: 'x' },
      spec: {
        selector: { a: '1' },
        ports: [
          { name: 'http', port: 80 },
          { name: 'https', port: 443 },
        ],
        externalIPs: ['10.0.0.1'],
      },
    },
  ],
  [
    'ServiceAccount',
    'v1',
    { metadata: { name: 'x' }, secrets: [{ name: 'one' }], imagePullSecrets: [{ name: 'one' }] },
  ],
  ['Secret', 'v1', { metadata: { name: 'x' }, data: { a: 'QQ==', b: 'Qg==' } }],
  ['Endpoints', 'v1', { metadata: { name: 'y' }, subsets: [{ addresses: [{ ip: '10.0.0.1' }] }] }],
  [
    'Node',
    'v1',
    {
      metadata: { name: 'x' },
      spec: {
        podCIDR: '10.8.0.0/24',
        podCIDRs: ['10.8.0.0/24'],
        taints: [{ key: 'a', effect: 'NoSchedule' }],
      },
      status: {
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        images: [{ names: ['a'], sizeBytes: 1 }],
      },
    },
  ],
  [
    'PodDisruptionBudget',
    'policy/v1',
    { metadata: { name: 'x' }, spec: { minAvailable: 1, selector: { matchLabels: { a: '1' } } } },
  ],
  [
    'Ingress',
    'networking.k8s.io/v1',
    {
      metadata: { name: 'x' },
      spec: {
        rules: [{ host: 'a.io', http: { paths: [path('a')] } }],
        tls: [{ hosts: ['a.io'], secretName: 'a' }],
      },
    },
  ],
  [
    'Role',
    'rbac.authorization.k8s.io/v1',
    { metadata: { name: 'x' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  ],
  [
    'RoleBinding',
    'rbac.authorization.k8s.io/v1',
    {
      metadata: { name: 'x' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
      subjects: [{ kind: 'User', name: 'one', apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ],
  ['CSINode', 'storage.k8s.io/v1', { metadata: { name: 'x' }, spec: { drivers: [driver('a')] } }],
  [
    'ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/v1',
    { metadata: { name: 'x' }, webhooks: [webhook('a.a.io'), webhook('b.b.io')] },
  ],
];

function driver(name: string): JsonObject {
  return { name, nodeID: 'x', topologyKeys: null };
}

beforeAll(async () => {
  // Its owner is made up: real ones would be none of this test.
  ks = await startFakeKsApiserver({ controllers: { 'garbage-collector': false } });
  admin = await as(ks, 'admin');
  for (const [kind, apiVersion, body] of objects) {
    const answer = await admin.send('POST', paths[kind] ?? '', { apiVersion, kind, ...body });
    expect(answer.status, answer.text).toBe(201);
  }
});

afterAll(async () => {
  await ks.close();
});

/** A patch of pods in a Deployment. */
const ofPod = (spec: JsonObject): JsonObject => ({ spec: { template: { spec } } });
const podAt = 'spec.template.spec';
const containerAt = `${podAt}.containers.0`;
const ofContainer = (members: JsonObject): JsonObject => ofPod({ containers: [{ name: 'a', ...members }] });

type Row = readonly [title: string, kind: string, patch: JsonObject, at: string, expected: unknown];

/** `expected` is compared item by item with the members it names. */
const rows: readonly Row[] = [
  [
    'maps merge by key',
    'Deployment',
    { metadata: { labels: { b: '2' } } },
    'metadata.labels',
    { a: '1', b: '2' },
  ],
  ['null deletes a key', 'Deployment', { metadata: { labels: { a: null } } }, 'metadata.labels', undefined],
  [
    'ownerReferences merge by uid',
    'Deployment',
    { metadata: { ownerReferences: [owner('2')] } },
    'metadata.ownerReferences',
    [{ uid: '2' }, { uid: '1' }],
  ],
  [
    'finalizers are joined',
    'Deployment',
    { metadata: { finalizers: ['c/c'] } },
    'metadata.finalizers',
    ['c/c', 'a/a', 'b/b'],
  ],
  [
    '$deleteFromPrimitiveList takes values out',
    'Deployment',
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/a'] } },
    'metadata.finalizers',
    ['b/b'],
  ],
  [
    '$setElementOrder orders plain values',
    'Deployment',
    { metadata: { '$setElementOrder/finalizers': ['b/b', 'a/a'] } },
    'metadata.finalizers',
    ['b/b', 'a/a'],
  ],
  [
    '$retainKeys in a map clears the others',
    'Deployment',
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    'spec.strategy',
    { type: 'Recreate', rollingUpdate: undefined },
  ],
  [
    '$retainKeys in an item clears its others',
    'Deployment',
    ofPod({ volumes: [{ $retainKeys: ['emptyDir', 'name'], emptyDir: {}, name: 'data' }] }),
    `${podAt}.volumes`,
    [{ name: 'data', emptyDir: {}, configMap: undefined }, { name: 'spare' }],
  ],
  [
    '$retainKeys in an item keeps what it names',
    'Deployment',
    ofPod({ volumes: [{ $retainKeys: ['configMap', 'name'], configMap: { name: 'two' }, name: 'data' }] }),
    `${podAt}.volumes`,
    [{ name: 'data', configMap: { name: 'two' } }, { name: 'spare' }],
  ],
  [
    '$retainKeys in an item that is new is only taken out',
    'Deployment',
    ofPod({
      '$setElementOrder/volumes': [{ name: 'data' }, { name: 'new' }, { name: 'spare' }],
      volumes: [{ $retainKeys: ['emptyDir', 'name'], emptyDir: {}, name: 'new' }],
    }),
    `${podAt}.volumes`,
    [{ name: 'data' }, { name: 'new', $retainKeys: undefined }, { name: 'spare' }],
  ],
  [
    'containers merge by name',
    'Deployment',
    ofPod({ containers: [{ name: 'b', image: 'b:2' }] }),
    `${podAt}.containers`,
    [
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:2' },
    ],
  ],
  [
    '$patch delete takes an item out',
    'Deployment',
    ofPod({ containers: [{ name: 'b', $patch: 'delete' }] }),
    `${podAt}.containers`,
    [{ name: 'a' }],
  ],
  [
    '$patch replace puts other items in their place',
    'Deployment',
    ofPod({ containers: [{ $patch: 'replace' }, { name: 'c', image: 'c' }] }),
    `${podAt}.containers`,
    [{ name: 'c' }],
  ],
  [
    '$patch replace in a map replaces it',
    'Deployment',
    ofPod({ nodeSelector: { $patch: 'replace', disk: 'hdd' } }),
    `${podAt}.nodeSelector`,
    { disk: 'hdd' },
  ],
  [
    'initContainers merge by name',
    'Deployment',
    ofPod({ initContainers: [{ name: 'j', image: 'j' }] }),
    `${podAt}.initContainers`,
    [{ name: 'j' }, { name: 'i' }],
  ],
  [
    'imagePullSecrets merge by name',
    'Deployment',
    ofPod({ imagePullSecrets: [{ name: 'two' }] }),
    `${podAt}.imagePullSecrets`,
    [{ name: 'two' }, { name: 'one' }],
  ],
  [
    'hostAliases merge by ip',
    'Deployment',
    ofPod({ hostAliases: [{ ip: '10.0.0.1', hostnames: ['b'] }] }),
    `${podAt}.hostAliases`,
    [{ ip: '10.0.0.1', hostnames: ['b'] }],
  ],
  [
    'topologySpreadConstraints merge by topologyKey',
    'Deployment',
    ofPod({ topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 2 }] }),
    `${podAt}.topologySpreadConstraints`,
    [{ topologyKey: 'zone', maxSkew: 2, whenUnsatisfiable: 'DoNotSchedule' }],
  ],
  [
    'tolerations are replaced',
    'Deployment',
    ofPod({ tolerations: [{ key: 'b', operator: 'Exists' }] }),
    `${podAt}.tolerations`,
    [{ key: 'b' }],
  ],
  [
    'readinessGates are replaced',
    'Deployment',
    ofPod({ readinessGates: [{ conditionType: 'b' }] }),
    `${podAt}.readinessGates`,
    [{ conditionType: 'b' }],
  ],
  [
    'ports of a container merge by containerPort',
    'Deployment',
    ofContainer({ ports: [{ containerPort: 80, name: 'http' }, { containerPort: 81 }] }),
    `${containerAt}.ports`,
    [{ name: 'http', containerPort: 80, protocol: 'TCP' }, { containerPort: 81 }],
  ],
  [
    'env merges by name',
    'Deployment',
    ofContainer({ env: [{ name: 'Y', value: '3' }] }),
    `${containerAt}.env`,
    [
      { name: 'X', value: '1' },
      { name: 'Y', value: '3' },
    ],
  ],
  [
    'volumeMounts merge by mountPath',
    'Deployment',
    ofContainer({ volumeMounts: [{ mountPath: '/data', name: 'spare' }] }),
    `${containerAt}.volumeMounts`,
    [{ mountPath: '/data', name: 'spare' }],
  ],
  [
    'command is replaced',
    'Deployment',
    ofContainer({ command: ['three'] }),
    `${containerAt}.command`,
    ['three'],
  ],
  [
    'envFrom is replaced',
    'Deployment',
    ofContainer({ envFrom: [{ secretRef: { name: 'two' } }] }),
    `${containerAt}.envFrom`,
    [{ secretRef: { name: 'two' }, configMapRef: undefined }],
  ],
  [
    'ports of a Service merge by port',
    'Service',
    { spec: { ports: [{ port: 443, targetPort: 8443 }] } },
    'spec.ports',
    [
      { name: 'http', port: 80 },
      { name: 'https', port: 443, targetPort: 8443 },
    ],
  ],
  [
    'externalIPs are replaced',
    'Service',
    { spec: { externalIPs: ['10.0.0.2'] } },
    'spec.externalIPs',
    ['10.0.0.2'],
  ],
  [
    'secrets of a ServiceAccount merge by name',
    'ServiceAccount',
    { secrets: [{ name: 'two' }] },
    'secrets',
    [{ name: 'two' }, { name: 'one' }],
  ],
  [
    'imagePullSecrets of a ServiceAccount are replaced',
    'ServiceAccount',
    { imagePullSecrets: [{ name: 'two' }] },
    'imagePullSecrets',
    [{ name: 'two' }],
  ],
  [
    'data of a Secret merges key by key',
    'Secret',
    { data: { b: null, c: 'Qw==' } },
    'data',
    { a: 'QQ==', c: 'Qw==' },
  ],
  [
    'subsets are replaced',
    'Endpoints',
    { subsets: [{ addresses: [{ ip: '10.0.0.2' }] }] },
    'subsets',
    [{ addresses: [{ ip: '10.0.0.2' }] }],
  ],
  [
    'taints are replaced',
    'Node',
    { spec: { taints: [{ key: 'b', effect: 'NoSchedule' }] } },
    'spec.taints',
    [{ key: 'b' }],
  ],
  ['podCIDRs are joined', 'Node', { spec: { podCIDRs: ['10.8.0.0/24'] } }, 'spec.podCIDRs', ['10.8.0.0/24']],
  [
    'the selector of a PodDisruptionBudget is replaced',
    'PodDisruptionBudget',
    { spec: { selector: { matchLabels: { b: '2' } } } },
    'spec.selector',
    { matchLabels: { b: '2' } },
  ],
  [
    'rules of an Ingress are replaced',
    'Ingress',
    { spec: { rules: [{ host: 'b.io', http: { paths: [path('b')] } }] } },
    'spec.rules',
    [{ host: 'b.io', http: { paths: [path('b')] } }],
  ],
  [
    'tls of an Ingress is replaced',
    'Ingress',
    { spec: { tls: [{ hosts: ['b.io'] }] } },
    'spec.tls',
    [{ hosts: ['b.io'], secretName: undefined }],
  ],
  [
    'rules of a Role are replaced',
    'Role',
    { rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
    'rules',
    [{ resources: ['nodes'] }],
  ],
  [
    'subjects are replaced',
    'RoleBinding',
    { subjects: [{ kind: 'User', name: 'two' }] },
    'subjects',
    [{ name: 'two' }],
  ],
  [
    'drivers of a CSINode merge by name',
    'CSINode',
    { spec: { drivers: [driver('b')] } },
    'spec.drivers',
    [{ name: 'b' }, { name: 'a' }],
  ],
  [
    'webhooks merge by name',
    'ValidatingWebhookConfiguration',
    { webhooks: [{ name: 'b.b.io', clientConfig: { url: 'https://b/' } }] },
    'webhooks',
    [webhook('a.a.io'), webhook('b.b.io', 'https://b/')],
  ],
];

/** Compares a list item by item, so that none may be missing, and anything else as it is. */
function expectAt(value: Json | undefined, expected: unknown): void {
  if (expected === undefined) expect(value).toBeUndefined();
  else if (Array.isArray(expected)) {
    expect(value).toHaveLength(expected.length);
    expect(value).toMatchObject(expected.map((one: unknown) => withoutAbsent(one)));
    for (const [index, one] of expected.entries()) expectAbsent((value as readonly Json[])[index], one);
  } else {
    expect(value).toMatchObject(withoutAbsent(expected) as object);
    expectAbsent(value, expected);
    const given = Object.values(expected as object).filter((one) => one !== undefined);
    expect(Object.keys(value as object)).toHaveLength(given.length);
  }
}

function withoutAbsent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

function expectAbsent(value: unknown, expected: unknown): void {
  if (typeof expected !== 'object' || expected === null) return;
  for (const [key, member] of Object.entries(expected))
    if (member === undefined) expect(value).not.toHaveProperty(key);
}

function at(value: unknown, where: string): Json | undefined {
  let current = value as Json | undefined;
  for (const step of where.split('.'))
    current = Array.isArray(current) ? (current as readonly Json[])[Number(step)] : dig(current, step);
  return current;
}

describe('strategic merge patches', () => {
  test.for(rows)('%s (%s)', async ([, kind, patch, where, expected]) => {
    const answer = await admin.send(
      'PATCH',
      `${paths[kind] ?? ''}/${kind === 'Endpoints' ? 'y' : 'x'}?dryRun=All`,
      patch,
      strategic,
    );
    expect(answer.status, answer.text).toBe(200);
    expectAt(at(answer.json, where), expected);
  });

  test.for([
    ['conditions', [{ type: 'Ready', status: 'True' }], [{ type: 'Ready' }]],
    ['addresses', [{ type: 'Hostname', address: 'x' }], [{ type: 'Hostname' }, { type: 'InternalIP' }]],
    ['images', [{ names: ['b'], sizeBytes: 2 }], [{ names: ['b'] }]],
  ] as const)('%s of a Node', async ([key, items, expected]) => {
    const body = { status: { [key]: items } };
    const answer = await admin.send('PATCH', `${paths['Node'] ?? ''}/x/status?dryRun=All`, body, strategic);
    expect(answer.status, answer.text).toBe(200);
    expectAt(at(answer.json, `status.${key}`), expected);
  });

  test.for([
    ['does not name what it changes', { $retainKeys: ['name'], emptyDir: {}, name: 'data' }],
    ['is no list', { $retainKeys: 'name', name: 'data' }],
  ] as const)('$retainKeys that %s is refused', async ([, volume]) => {
    const patch = ofPod({ volumes: [volume] });
    const answer = await admin.send('PATCH', `${paths['Deployment'] ?? ''}/x`, patch, strategic);
    expect(answer.status).toBe(400);
    expect(answer.json['message']).toBe('invalid patch format of retainKeys');
  });
});
