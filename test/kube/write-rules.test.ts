import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';
import { jane } from '../support/certificate-request.js';

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(async () => {
  await ks.close();
});

const core = '/api/v1/namespaces/default';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const strategic = 'application/strategic-merge-patch+json';
const merge = 'application/merge-patch+json';
const apply = 'application/apply-patch+yaml';

async function make(name: string): Promise<string> {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  const made = await admin.send('POST', deployments, { metadata: { name, labels }, spec });
  expect(made.status, made.text).toBe(201);
  return `${deployments}/${name}`;
}

test.for([strategic, merge])('the address of a Service stays, whatever a %s says', async (type) => {
  const name = type === merge ? 'merged' : 'strategic';
  await admin.send('POST', `${core}/services`, { metadata: { name }, spec: { ports: [{ port: 80 }] } });
  const answer = await admin.send(
    'PATCH',
    `${core}/services/${name}`,
    { spec: { clusterIP: '10.233.9.9' } },
    type,
  );
  expect(answer.status).toBe(422);
  expect(answer.json['message']).toContain('may not change once set');
});

describe('server-side apply of a scale', () => {
  const scale = (name: string, replicas: number): JsonObject => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace: 'default' },
    spec: { replicas },
  });

  test('sets the number and owns it', async () => {
    const path = await make('scaled');
    const forced = `${path}/scale?fieldManager=me&force=true`;
    const answer = await admin.send('PATCH', forced, scale('scaled', 3), apply);
    expect([answer.status, answer.json['kind'], answer.json.spec['replicas']]).toEqual([200, 'Scale', 3]);
    const { json } = await admin.get(path);
    expect(json.spec['replicas']).toBe(3);
    expect(json.metadata['managedFields']).toContainEqual(
      expect.objectContaining({
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        subresource: 'scale',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      }),
    );
    const again = await admin.send('PATCH', `${path}/scale?fieldManager=me`, scale('scaled', 4), apply);
    expect(again.status, again.text).toBe(200);
  });

  test('is a conflict while somebody else owns it', async () => {
    const path = await make('contested');
    const answer = await admin.send('PATCH', `${path}/scale?fieldManager=me`, scale('contested', 3), apply);
    expect(answer.status).toBe(409);
    expect(answer.json['message']).toMatch(
      /^Apply failed with 1 conflict: conflict with "node" using apps\/v1: \.spec\.replicas$/,
    );
  });

  test.for([
    ['without a manager', '', scale('refused', 3), 422, 'is required for apply patch'],
    [
      'of another kind',
      '?fieldManager=me',
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'refused' } },
      400,
      'Incorrect version specified in apply patch',
    ],
    ['of another object', '?fieldManager=me', scale('other', 3), 400, 'does not match the name on the URL'],
  ] as const)('%s is refused', async ([, query, body, status, why]) => {
    await admin
      .send('GET', `${deployments}/refused`)
      .then(({ status: found }) => (found === 404 ? make('refused') : ''));
    const answer = await admin.send('PATCH', `${deployments}/refused/scale${query}`, body, apply);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json['message']).toContain(why);
  });
});

describe('writes to a status', () => {
  test('leave the labels of a Deployment alone and take its annotations', async () => {
    const path = await make('labelled');
    const patch = { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } };
    const { json } = await admin.send('PATCH', `${path}/status`, patch, merge);
    expect(json.metadata.labels).toEqual({ app: 'labelled' });
    expect(json.metadata.annotations).toMatchObject({ c: 'd' });
  });

  test('take labels and annotations of a Pod', async () => {
    const spec = { containers: [{ name: 'a', image: 'a' }] };
    await admin.send('POST', `${core}/pods`, { metadata: { name: 'labelled' }, spec });
    const patch = { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } };
    const { json } = await admin.send('PATCH', `${core}/pods/labelled/status`, patch, merge);
    expect(json.metadata).toMatchObject(patch.metadata);
  });

  test('leave all metadata of a CustomResourceDefinition alone', async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/users.iam.kubesphere.io';
    const before = await admin.get(path);
    const { status, json } = await admin.send(
      'PATCH',
      `${path}/status`,
      { metadata: { labels: { a: 'b' } } },
      merge,
    );
    expect([status, json.metadata.labels]).toEqual([200, before.json.metadata.labels]);
  });
});

test.for<[string, string, string | JsonObject, number, string]>([
  [
    'an Event about something in another namespace',
    `${core}/events`,
    { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', namespace: 'shop', name: 'p' } },
    422,
    'Event "e" is invalid: involvedObject.namespace: Invalid value: "shop": does not match event.namespace',
  ],
  [
    'nothing at all',
    `${core}/configmaps`,
    'null',
    422,
    'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  ],
  ...(
    [
      [
        'foo',
        'Invalid value: "foo": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
      [
        'a/b/c',
        'Invalid value: "a/b/c": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
      ['foo/bar', 'Invalid value: "foo": should be a domain with at least two segments separated by dots'],
    ] as const
  ).map(([signerName, why]): [string, string, JsonObject, number, string] => [
    `a request to the signer ${signerName}`,
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    {
      metadata: { name: 'c' },
      spec: { signerName, usages: ['client auth'], request: Buffer.from(jane).toString('base64') },
    },
    422,
    `CertificateSigningRequest.certificates.k8s.io "c" is invalid: spec.signerName: ${why}`,
  ]),
])('%s is refused', async ([, path, body, status, message]) => {
  const answer = await admin.send('POST', path, body);
  expect([answer.status, answer.json['message']]).toEqual([status, message]);
});
