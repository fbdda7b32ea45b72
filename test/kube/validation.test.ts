import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const pod = { containers: [{ name: 'c', image: 'i' }] };
const ns = 'namespaces/default/';
const template = { metadata: { labels: { a: 'b' } }, spec: pod };
const services = `/api/v1/${ns}services`;
const pods = `/api/v1/${ns}pods`;
const deployments = `/apis/apps/v1/${ns}deployments`;

/** What is posted, and the causes it is refused with. */
const bad: readonly (readonly [path: string, given: object, causes: readonly string[]])[] = [
  [pods, { spec: {} }, ['spec.containers: Required value']],
  [
    pods,
    {
      spec: {
        containers: [
          {},
          { name: 'a', image: 'i' },
          { name: 'a', image: 'i', ports: [{ containerPort: 70000 }] },
        ],
      },
    },
    [
      'spec.containers[0].name: Required value',
      'spec.containers[0].image: Required value',
      'spec.containers[2].name: Duplicate value: "a"',
      'spec.containers[2].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
  ],
  [
    pods,
    {
      spec: {
        restartPolicy: 'Maybe',
        containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      },
    },
    [
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
      'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
    ],
  ],
  [
    deployments,
    { spec: { template } },
    [
      'spec.selector: Required value',
      'spec.template.metadata.labels: Invalid value: map[string]string{"a":"b"}: `selector` does not match template `labels`',
    ],
  ],
  [
    deployments,
    { spec: { replicas: -1, selector: { matchLabels: { a: 'c' } }, template } },
    [
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template.metadata.labels: Invalid value: map[string]string{"a":"b"}: `selector` does not match template `labels`',
    ],
  ],
  [
    `/apis/batch/v1/${ns}jobs`,
    { spec: { template: { spec: pod } } },
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    `/apis/batch/v1/${ns}cronjobs`,
    {
      spec: {
        schedule: 'often',
        jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
      },
    },
    ['spec.schedule: Invalid value: "often": expected exactly 5 fields, found 1: [often]'],
  ],
  [services, { spec: {} }, ['spec.ports: Required value']],
  [
    services,
    { spec: { type: 'Other', ports: [{ port: 1 }, { port: 2 }] } },
    [
      'spec.ports[0].name: Required value',
      'spec.ports[1].name: Required value',
      'spec.type: Unsupported value: "Other": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  [
    services,
    { spec: { clusterIP: '10.233.0.1', ports: [{ port: 1 }] } },
    [
      'spec.clusterIPs: Invalid value: []string{"10.233.0.1"}: failed to allocate IP 10.233.0.1: provided IP is already allocated',
    ],
  ],
  [
    services,
    { spec: { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] } },
    [
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
  ],
  [
    `/api/v1/${ns}persistentvolumeclaims`,
    { spec: {} },
    [
      'spec.accessModes: Required value: at least 1 access mode is required',
      'spec.resources[storage]: Required value',
    ],
  ],
  [
    `/api/v1/${ns}secrets`,
    { type: 'kubernetes.io/tls', data: {} },
    ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
  ],
];

test.for(bad)('%s refuses %j', async ([path, given, causes]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const { status, json } = await admin.send('POST', path, { metadata: { name: 'x' }, ...given });
  const details = json['details'] as { causes: { field: string; message: string }[] };
  expect([status, details.causes.map(({ field, message }) => `${field}: ${message}`)]).toEqual([422, causes]);
  expect(json['message']).toContain(
    causes.length === 1 ? `"x" is invalid: ${causes[0] ?? ''}` : '"x" is invalid: [',
  );
});

/** What is made, how it is patched, and the refusal. */
const fixed: readonly (readonly [path: string, given: object, patch: object, cause: string])[] = [
  [
    deployments,
    { spec: { selector: { matchLabels: { a: 'b' } }, template } },
    { spec: { selector: { matchLabels: { c: 'd' } }, template: { metadata: { labels: { c: 'd' } } } } },
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b", "c":"d"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
  ],
  [
    services,
    { spec: { ports: [{ port: 1 }] } },
    { spec: { clusterIP: '10.233.9.9', clusterIPs: ['10.233.9.9'] } },
    'spec.clusterIPs[0]: Invalid value: []string{"10.233.9.9"}: may not change once set',
  ],
  [`/api/v1/${ns}secrets`, { type: 'a' }, { type: 'b' }, 'type: Invalid value: "b": field is immutable'],
  ...(
    [
      ['secrets', { data: { a: 'Yg==' } }, 'data'],
      ['configmaps', { data: { a: 'b' } }, 'data'],
      ['configmaps', { binaryData: { a: 'Yg==' } }, 'binaryData'],
      ['configmaps', { immutable: false }, 'immutable'],
    ] as const
  ).map(
    ([plural, patch, field]) =>
      [
        `/api/v1/${ns}${plural}`,
        { immutable: true },
        patch,
        `${field}: Forbidden: field is immutable when \`immutable\` is set`,
      ] as const,
  ),
];

test.for(fixed)('%s keeps what may not change', async ([path, given, patch, cause]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await admin.send('POST', path, { metadata: { name: 'x' }, ...given });
  const { status, json } = await admin.send('PATCH', `${path}/x`, patch, 'application/merge-patch+json');
  const [only, ...more] = (json['details'] as { causes: { field: string; message: string }[] }).causes;
  expect([status, `${only?.field ?? ''}: ${only?.message ?? ''}`, more]).toEqual([422, cause, []]);
});
