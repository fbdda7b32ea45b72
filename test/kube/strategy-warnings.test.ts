import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { call } from '../support/call.js';

let ks: InProcessFake;
let headers: Record<string, string>;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  headers = {
    Authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
    'Content-Type': 'application/json',
  };
});

afterAll(() => ks.close());

/** The texts a write is answered with as warnings. */
async function warned(method: string, path: string, body: object): Promise<string[]> {
  const answer = await call(ks.url, path, { method, headers, body: JSON.stringify(body) });
  expect(answer.status, answer.body).toBeLessThan(300);
  const header = [answer.headers['warning'] ?? []].flat().join(', ');
  return [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1'),
  );
}

const container = { name: 'c', image: 'i' };
const selector = { matchLabels: { a: 'b' } };
const nobody = 'a null labelSelector results in matching no pod';

describe('a pod is created with a warning', () => {
  test.for<[what: string, pod: object, texts: string[]]>([
    ['about nothing when all is well', {}, []],
    [
      'of a label of nodes that is deprecated',
      { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } },
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      'of a variable that hides another',
      {
        containers: [
          {
            ...container,
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '2' },
            ],
          },
        ],
      },
      ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'about nothing when a variable is built on another',
      {
        containers: [
          {
            ...container,
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '$(A)2' },
            ],
          },
        ],
      },
      [],
    ],
    [
      'of a fraction of a byte',
      { containers: [{ ...container, resources: { limits: { memory: '100m' } } }] },
      [
        'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
      ],
    ],
    [
      'of ports that are given twice',
      {
        containers: [
          { ...container, ports: [{ containerPort: 80, name: 'a' }] },
          { ...container, name: 'd', ports: [{ containerPort: 80, name: 'b' }] },
        ],
      },
      ['spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]'],
    ],
    [
      'of ports that overlap',
      { containers: [{ ...container, ports: [{ containerPort: 80 }, { containerPort: 80, hostPort: 80 }] }] },
      ['spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]'],
    ],
    [
      'of an address of the host without a port of it',
      { containers: [{ ...container, ports: [{ containerPort: 80, hostIP: '1.2.3.4' }] }] },
      [
        'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:1.2.3.4}',
      ],
    ],
    [
      'of names of hosts for one address in two places',
      {
        hostAliases: [
          { ip: '1.1.1.1', hostnames: ['a'] },
          { ip: '1.1.1.1', hostnames: ['b'] },
        ],
      },
      ['spec.hostAliases[1].ip: duplicate ip "1.1.1.1"'],
    ],
    [
      'of secrets for images that are named twice, or not at all',
      { imagePullSecrets: [{ name: 's' }, { name: 's' }, {}] },
      [
        'spec.imagePullSecrets[1].name: duplicate name "s"',
        'spec.imagePullSecrets[2].name: invalid empty name ""',
      ],
    ],
    [
      'of a source of volumes that is deprecated',
      { volumes: [{ name: 'v', gitRepo: { repository: 'r' } }] },
      ['spec.volumes[0].gitRepo: deprecated in v1.11'],
    ],
    [
      'of files of a volume that lie in each other',
      {
        volumes: [
          {
            name: 'v',
            configMap: {
              name: 'm',
              items: [
                { key: 'a', path: 'p' },
                { key: 'b', path: 'p/q' },
              ],
            },
          },
        ],
      },
      ['volume "v" (ConfigMap "m"): overlapping paths: "p/q" with "p"'],
    ],
    [
      'of files of several sources at one path',
      {
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { configMap: { name: 'm', items: [{ key: 'a', path: 'p' }] } },
                { serviceAccountToken: { path: 'p' } },
              ],
            },
          },
        ],
      },
      ['volume "v" (Projected): overlapping paths: "p" (ServiceAccountToken) with "p" (ConfigMap "m")'],
    ],
    [
      'of a spread over pods nothing selects',
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway' }] },
      [`spec.topologySpreadConstraints[0].labelSelector: ${nobody}`],
    ],
    [
      'of pods to be near to that nothing selects',
      {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'z' } },
            ],
          },
        },
      },
      [
        `spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: ${nobody}`,
      ],
    ],
  ])('%s', async ([, spec, texts]) => {
    const pod = { metadata: { generateName: 'w-' }, spec: { containers: [container], ...spec } };
    expect(await warned('POST', '/api/v1/namespaces/default/pods', pod)).toEqual(texts);
  });
});

const names =
  'spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply';
const twice = [
  { name: 'A', value: '1' },
  { name: 'A', value: '2' },
];
const template = {
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ ...container, env: twice }] },
};
const dns = 'a DNS label is recommended: [must not contain dots]';

describe('kinds that warn when they are created', () => {
  test.for<[path: string, object: object, texts: string[]]>([
    ['/apis/apps/v1/namespaces/default/deployments', { spec: { selector, template } }, [names]],
    ['/apis/apps/v1/namespaces/default/daemonsets', { spec: { selector, template } }, [names]],
    [
      '/apis/apps/v1/namespaces/default/deployments',
      {
        metadata: { name: 'a.b' },
        spec: { selector, template: { ...template, spec: { containers: [container] } } },
      },
      [
        `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; ${dns}`,
      ],
    ],
    [
      '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
      {
        metadata: { name: 'w', annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
        spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
      },
      [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`],
    ],
    [
      '/api/v1/namespaces/default/persistentvolumeclaims',
      {
        metadata: { name: 'w', annotations: { 'volume.beta.kubernetes.io/storage-class': 'local' } },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
      [
        'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      ],
    ],
    [
      '/api/v1/persistentvolumes',
      {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          hostPath: { path: '/x' },
          persistentVolumeReclaimPolicy: 'Recycle',
        },
      },
      [
        'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      ],
    ],
    [
      '/apis/storage.k8s.io/v1/storageclasses',
      {
        provisioner: 'x.io/y',
        allowedTopologies: [
          {
            matchLabelExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', values: ['z'] }],
          },
        ],
      },
      [
        'allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      ],
    ],
    [
      '/api/v1/namespaces/default/services',
      { spec: { externalName: 'x', ports: [{ port: 80 }] } },
      ['spec.externalName is ignored when spec.type is not "ExternalName"'],
    ],
  ])('%s', async ([path, object, texts]) => {
    expect(await warned('POST', path, { metadata: { name: 'w' }, ...object })).toEqual(texts);
  });

  test('a workload warns again only when its specification changes', async () => {
    const path = '/apis/apps/v1/namespaces/default/statefulsets';
    const set = { metadata: { name: 'again' }, spec: { serviceName: 's', selector, template, replicas: 0 } };
    expect(await warned('POST', path, set)).toEqual([names]);
    const labelled = { ...set, metadata: { name: 'again', labels: { l: '1' } } };
    expect(await warned('PUT', `${path}/again`, labelled)).toEqual([]);
    const scaled = { ...labelled, spec: { ...set.spec, replicas: 1 } };
    expect(await warned('PUT', `${path}/again`, scaled)).toEqual([names]);
  });
});

test.for([
  ['odd', ' to avoid'],
  ['example.com', ' including a path (/) to avoid'],
] as const)('the finalizer %s of a custom resource is warned of', async ([finalizer, rest]) => {
  const user = {
    metadata: { name: `w-${finalizer}`, finalizers: [finalizer] },
    spec: { email: `${finalizer}@w.io` },
  };
  expect(await warned('POST', '/apis/iam.kubesphere.io/v1beta1/users', user)).toEqual([
    `metadata.finalizers: "${finalizer}": prefer a domain-qualified finalizer name${rest} accidental conflicts with other finalizer writers`,
  ]);
});

test('ComponentStatuses are deprecated', async () => {
  const { headers: given } = await call(ks.url, '/api/v1/componentstatuses', { headers });
  expect(given['warning']).toBe('299 - "v1 ComponentStatus is deprecated in v1.19+"');
});
