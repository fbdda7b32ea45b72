import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker } from '../support/ask.js';
import { jane } from '../support/certificate-request.js';

const ns = 'namespaces/default/';
const pod = { containers: [{ name: 'c', image: 'i' }] };
const template = { metadata: { labels: { a: 'b' } }, spec: pod };
const patchType = 'application/merge-patch+json';

/** Where a kind is listed, an object of it called `chosen`, its status, and fields with the values they then have. */
type Row = readonly [
  kind: string,
  path: string,
  given: object,
  status: object | undefined,
  fields: Readonly<Record<string, string>>,
];

const involved = {
  kind: 'Pod',
  namespace: 'default',
  name: 'p',
  uid: 'u',
  apiVersion: 'v1',
  resourceVersion: '7',
  fieldPath: 'spec.containers{c}',
};
const told = { reason: 'Tested', type: 'Normal' };

function prefixed(prefix: string, members: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [`${prefix}.${key}`, value]));
}

const rows: readonly Row[] = [
  [
    'Pod',
    `/api/v1/${ns}pods`,
    { spec: { ...pod, nodeName: 'lost', restartPolicy: 'Never', schedulerName: 'own' } },
    {
      phase: 'Failed',
      podIP: '10.1.1.1',
      podIPs: [{ ip: '10.1.1.1' }, { ip: 'fd00::1' }],
      nominatedNodeName: 'node1',
    },
    {
      'spec.nodeName': 'lost',
      'spec.host': 'lost',
      'spec.restartPolicy': 'Never',
      'spec.schedulerName': 'own',
      'spec.serviceAccountName': 'default',
      'spec.hostNetwork': 'false',
      'status.phase': 'Failed',
      'status.podIP': '10.1.1.1',
      'status.podIPs': '10.1.1.1,fd00::1',
      'status.nominatedNodeName': 'node1',
    },
  ],
  ['Node', '/api/v1/nodes', {}, undefined, { 'spec.unschedulable': 'false' }],
  [
    'Event',
    `/api/v1/${ns}events`,
    { involvedObject: involved, source: { component: 'tester' }, reportingComponent: 'tester', ...told },
    undefined,
    {
      ...prefixed('involvedObject', involved),
      ...told,
      reportingComponent: 'tester',
      source: 'tester',
    },
  ],
  [
    'Event of events.k8s.io',
    `/apis/events.k8s.io/v1/${ns}events`,
    {
      ...told,
      eventTime: '2026-01-02T03:04:05.000000Z',
      reportingController: 'example.com/a',
      reportingInstance: 'a',
      action: 'Testing',
      regarding: involved,
    },
    undefined,
    { ...prefixed('regarding', involved), ...told, reportingController: 'example.com/a' },
  ],
  ['Namespace', '/api/v1/namespaces', {}, undefined, { 'status.phase': 'Active' }],
  ['Secret', `/api/v1/${ns}secrets`, { type: 'example.com/own' }, undefined, { type: 'example.com/own' }],
  [
    'Service',
    `/api/v1/${ns}services`,
    { spec: { type: 'NodePort', clusterIP: '10.233.20.7', ports: [{ port: 80 }] } },
    undefined,
    { 'spec.clusterIP': '10.233.20.7', 'spec.type': 'NodePort' },
  ],
  [
    'ReplicationController',
    `/api/v1/${ns}replicationcontrollers`,
    { spec: { replicas: 0, selector: { a: 'b' }, template } },
    undefined,
    { 'status.replicas': '0' },
  ],
  [
    'ReplicaSet',
    `/apis/apps/v1/${ns}replicasets`,
    { spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template } },
    undefined,
    { 'status.replicas': '2' },
  ],
  [
    'Job',
    `/apis/batch/v1/${ns}jobs`,
    { spec: { suspend: true, template: { spec: { ...pod, restartPolicy: 'Never' } } } },
    undefined,
    { 'status.successful': '0' },
  ],
  [
    'CertificateSigningRequest',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    {
      spec: {
        request: Buffer.from(jane).toString('base64'),
        signerName: 'example.com/own',
        usages: ['client auth'],
      },
    },
    undefined,
    { 'spec.signerName': 'example.com/own' },
  ],
  ['ConfigMap', `/api/v1/${ns}configmaps`, {}, undefined, {}],
];

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

async function select(path: string, selector: string): Promise<readonly string[]> {
  return namesOf(await admin.get(`${path}?fieldSelector=${encodeURIComponent(selector)}`));
}

test.for(rows)('a %s is selected by each of its fields', async ([, path, given, status, fields]) => {
  // Both kinds of events are one.
  const name = path.includes('events.k8s.io') ? 'chosen-too' : 'chosen';
  const made = await admin.send('POST', path, { metadata: { name }, ...given });
  expect(made).toMatchObject({ status: 201 });
  if (status !== undefined) await admin.send('PATCH', `${path}/${name}/status`, { status }, patchType);
  const isLocal = path.includes('/namespaces/');
  const named = { 'metadata.name': name, ...(isLocal && { 'metadata.namespace': 'default' }) };
  for (const [field, value] of Object.entries({ ...named, ...fields })) {
    // A comma in a value is hidden by a backslash.
    const written = value.replaceAll(',', '\\,');
    const only = `metadata.name=${name}`;
    const found = await Promise.all([
      select(path, `${only},${field}=${written}`),
      select(path, `${only},${field}==${written}`),
      select(path, `${only},${field}!=${written}`),
      select(path, `${only},${field}=other`),
    ]);
    expect([field, ...found]).toEqual([field, [name], [name], [], []]);
  }
});

const unknown = 'only "metadata.name", "metadata.namespace"';

/** What is asked for, and the message of the refusal. */
const refused: readonly (readonly [
  path: string,
  query: Readonly<Record<string, string>>,
  message: string,
])[] = [
  ...rows
    .filter(([, , , , fields]) => Object.keys(fields).length > 0)
    .map(
      ([, path]) => [path, { fieldSelector: 'spec.odd=1' }, 'field label not supported: spec.odd'] as const,
    ),
  ...[
    `/api/v1/${ns}configmaps`,
    `/apis/apps/v1/${ns}deployments`,
    '/apis/iam.kubesphere.io/v1beta1/users',
  ].map(
    (path) =>
      [
        path,
        { fieldSelector: 'spec.odd=1' },
        `"spec.odd" is not a known field selector: ${unknown}`,
      ] as const,
  ),
  [
    '/api/v1/nodes',
    { fieldSelector: 'metadata.namespace=a' },
    'field label not supported: metadata.namespace',
  ],
  ['/api/v1/pods', { fieldSelector: 'a' }, "invalid selector: 'a'; can't understand 'a'"],
  ['/api/v1/pods', { labelSelector: 'a in' }, "unable to parse requirement: found '' expected: '('"],
  [
    '/api/v1/pods',
    { fieldSelector: 'metadata.name=a\\' },
    'invalid field selector: invalid escape sequence: \\',
  ],
  [
    '/api/v1/pods',
    { fieldSelector: 'metadata.name=a\\x' },
    'invalid field selector: invalid escape sequence: \\x',
  ],
  [
    '/api/v1/pods',
    { fieldSelector: 'metadata.name=b=c' },
    'invalid field selector: unescaped character in value: 61',
  ],
  [
    '/api/v1/pods',
    { labelSelector: 'a>x' },
    `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
  ],
  ['/api/v1/pods', { labelSelector: 'a=b c' }, "found 'c', expected: ',' or 'end of string'"],
  ['/api/v1/pods', { limit: 'x' }, 'strconv.ParseInt: parsing "x": invalid syntax'],
  [
    '/api/v1/pods',
    { resourceVersion: 'x' },
    'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  ],
  [
    '/api/v1/pods',
    { continue: 'abc', resourceVersion: '1' },
    'specifying resource version is not allowed when using continue',
  ],
];

test.for(refused)('%s asked for %j is refused', async ([path, query, message]) => {
  const { json } = await admin.get(`${path}?${new URLSearchParams(query).toString()}`);
  expect(json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'BadRequest',
    code: 400,
  });
});

/** Options that exclude each other, the member that is refused, and why. */
const options: readonly (readonly [query: string, field: string, why: string])[] = [
  [
    'resourceVersionMatch=Exact',
    'resourceVersionMatch',
    'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  ],
  [
    'resourceVersionMatch=Exact&resourceVersion=0',
    'resourceVersionMatch',
    'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
  ],
  [
    'resourceVersionMatch=Odd&resourceVersion=1',
    'resourceVersionMatch',
    'Unsupported value: "Odd": supported values: "Exact", "NotOlderThan", ""',
  ],
  ['sendInitialEvents=true', 'sendInitialEvents', 'Forbidden: sendInitialEvents is forbidden for list'],
  [
    'watch=1&sendInitialEvents=true',
    'resourceVersionMatch',
    'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  ],
];

test.for(options)('a list with %s is refused', async ([query, field, why]) => {
  const { json } = await admin.get(`/api/v1/pods?${query}`);
  const reason = why.startsWith('Forbidden') ? 'FieldValueForbidden' : 'FieldValueNotSupported';
  expect(json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `ListOptions.meta.k8s.io "" is invalid: ${field}: ${why}`,
    reason: 'Invalid',
    details: { group: 'meta.k8s.io', kind: 'ListOptions', causes: [{ reason, message: why, field }] },
    code: 422,
  });
});
