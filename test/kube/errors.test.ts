import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as } from '../support/ask.js';
import { call, type Answer } from '../support/call.js';

const core = '/api/v1/namespaces/default';
const maps = `${core}/configmaps`;
const map = `${maps}/kube-root-ca.crt`;
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const json = { 'Content-Type': 'application/json' };
const text = { 'Content-Type': 'text/plain' };
const label =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** A request, and the members of the `Status` it is refused with; what is not listed must not be there. */
type Row = readonly [
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  code: number,
  reason: string,
  message: string,
  details?: object,
];

const rows: readonly Row[] = [
  [
    'GET',
    `${maps}?labelSelector=a%20b`,
    undefined,
    {},
    400,
    'BadRequest',
    "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
  ],
  [
    'PUT',
    map,
    { metadata: { name: 'other' } },
    json,
    400,
    'BadRequest',
    'the name of the object (other) does not match the name on the URL (kube-root-ca.crt)',
  ],
  [
    'POST',
    maps,
    { metadata: { name: 'a', namespace: 'kube-system' } },
    json,
    400,
    'BadRequest',
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'POST',
    maps,
    { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'a' } },
    json,
    400,
    'BadRequest',
    'the API version in the data (v2) does not match the expected API version (v1)',
  ],
  [
    'GET',
    `${maps}?continue=x`,
    undefined,
    {},
    400,
    'BadRequest',
    'continue key is not valid: unexpected end of JSON input',
  ],
  [
    'DELETE',
    '/api/v1/namespaces/kube-system',
    undefined,
    {},
    403,
    'Forbidden',
    'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    { name: 'kube-system', kind: 'namespaces' },
  ],
  [
    'GET',
    `${maps}/none`,
    undefined,
    {},
    404,
    'NotFound',
    'configmaps "none" not found',
    { name: 'none', kind: 'configmaps' },
  ],
  [
    'GET',
    `${deployments}/none`,
    undefined,
    {},
    404,
    'NotFound',
    'deployments.apps "none" not found',
    { name: 'none', group: 'apps', kind: 'deployments' },
  ],
  [
    'POST',
    '/api/v1/namespaces/none/configmaps',
    { metadata: { name: 'a' } },
    json,
    404,
    'NotFound',
    'namespaces "none" not found',
    { name: 'none', kind: 'namespaces' },
  ],
  [
    'PUT',
    maps,
    {},
    json,
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  ],
  [
    'GET',
    map,
    undefined,
    { Accept: 'text/html' },
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  [
    'POST',
    maps,
    { metadata: { name: 'kube-root-ca.crt' } },
    json,
    409,
    'AlreadyExists',
    'configmaps "kube-root-ca.crt" already exists',
    { name: 'kube-root-ca.crt', kind: 'configmaps' },
  ],
  [
    'PUT',
    map,
    { metadata: { name: 'kube-root-ca.crt', resourceVersion: '1' } },
    json,
    409,
    'Conflict',
    'Operation cannot be fulfilled on configmaps "kube-root-ca.crt": the object has been modified; please apply your changes to the latest version and try again',
    { name: 'kube-root-ca.crt', kind: 'configmaps' },
  ],
  [
    'GET',
    `${maps}?resourceVersion=5&resourceVersionMatch=Exact`,
    undefined,
    {},
    410,
    'Expired',
    'The resourceVersion for the provided list is too old.',
  ],
  [
    'POST',
    maps,
    'x'.repeat(3 * 1024 * 1024 + 1),
    json,
    413,
    'RequestEntityTooLarge',
    'Request entity too large: limit is 3145728',
  ],
  [
    'POST',
    maps,
    'a',
    text,
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  [
    'PATCH',
    map,
    'a',
    text,
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
  ],
  [
    'POST',
    maps,
    { metadata: { name: 'A_b' } },
    json,
    422,
    'Invalid',
    `ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b": ${label}`,
    {
      name: 'A_b',
      kind: 'ConfigMap',
      causes: [
        { reason: 'FieldValueInvalid', message: `Invalid value: "A_b": ${label}`, field: 'metadata.name' },
      ],
    },
  ],
  [
    'POST',
    `${core}/services`,
    { metadata: { name: 's' }, spec: { type: 'Odd', ports: [{ port: 0 }] } },
    json,
    422,
    'Invalid',
    'Service "s" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive, spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]',
    expect.objectContaining({ name: 's', kind: 'Service' }) as object,
  ],
];

async function ask(
  ks: InProcessFake,
  [method, path, body, headers]: readonly [string, string, unknown?, Readonly<Record<string, string>>?],
): Promise<Answer> {
  return call(ks.url, path, {
    method,
    headers: { Authorization: `Bearer ${await ks.token()}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

function statusOf(code: number, reason: string, message: string, details?: object): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details && { details }),
    code,
  };
}

describe('a refusal is the exact Status', () => {
  test.for(rows)('%s %s', async ([method, path, body, headers, code, reason, message, details]) => {
    await using ks = await startFakeKsApiserver();
    const answer = await ask(ks, [method, path, body, headers]);
    expect([answer.status, answer.headers['content-type']]).toEqual([code, 'application/json']);
    expect(JSON.parse(answer.body)).toEqual(statusOf(code, reason, message, details));
  });

  test('of a version that is not reached yet, with the time to wait', async () => {
    await using ks = await startFakeKsApiserver();
    const current = String(ks.world.host.store.version);
    const answer = await ask(ks, ['GET', `${maps}?resourceVersion=999999999`]);
    expect([answer.status, answer.headers['retry-after']]).toEqual([504, '1']);
    expect(JSON.parse(answer.body)).toEqual(
      statusOf(504, 'Timeout', `Timeout: Too large resource version: 999999999, current: ${current}`, {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      }),
    );
  });

  test('of an eviction that a budget does not allow', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const matchLabels = { app: 'e' };
    await admin.send('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels } },
    });
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    await admin.send('POST', `${core}/pods`, { metadata: { name: 'e', labels: matchLabels }, spec });
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'e' } };
    const answer = await admin.send('POST', `${core}/pods/e/eviction`, eviction);
    expect(answer.json).toEqual(
      statusOf(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget b needs 1 healthy pods and has 1 currently',
          },
        ],
      }),
    );
  });

  test.for([
    [
      'secrets',
      'secrets is forbidden: User "sample" cannot list resource "secrets" in API group "" at the cluster scope',
      { kind: 'secrets' },
    ],
    [
      'namespaces/default/secrets/s',
      'secrets "s" is forbidden: User "sample" cannot get resource "secrets" in API group "" in the namespace "default"',
      { name: 's', kind: 'secrets' },
    ],
    [
      'namespaces/default/pods/p/log',
      'pods "p" is forbidden: User "sample" cannot get resource "pods/log" in API group "" in the namespace "default"',
      { name: 'p', kind: 'pods' },
    ],
  ] as const)('of who has no right to %s', async ([path, message, details]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const spec = { email: 'sample@example.com', password: 'P@88w0rd' };
    await admin.send('POST', '/apis/iam.kubesphere.io/v1beta1/users', { metadata: { name: 'sample' }, spec });
    const sample = await as(ks, 'sample');
    expect((await sample.get(`/api/v1/${path}`)).json).toEqual(statusOf(403, 'Forbidden', message, details));
  });
});
