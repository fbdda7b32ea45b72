import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Answer, type Asker } from '../../support/ask.js';

const apps = '/apis/apps/v1/namespaces/default';
const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const now = '2026-01-02T03:04:05Z';

function workload(name: string, replicas: number): object {
  return {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'nginx:1.25' }] },
      },
    },
  };
}

function said({ status, json }: Answer): unknown[] {
  return [status, json['reason'], json['message']];
}

async function withDeployment(admin: Asker, replicas = 2): Promise<void> {
  await admin.send('POST', `${apps}/deployments`, workload('web', replicas));
}

async function firstPod(admin: Asker): Promise<string> {
  const { json } = await admin.get(`${core}/pods?labelSelector=app%3Dweb`);
  return json.items[0]?.metadata.name ?? '';
}

describe('scale', () => {
  test('is read with the version of the whole, and written by PUT and PATCH', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await withDeployment(admin);
    const whole = await admin.get(`${apps}/deployments/web`);
    const { json } = await admin.get(`${apps}/deployments/web/scale`);
    expect(json).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: {
        name: 'web',
        namespace: 'default',
        uid: whole.json.metadata['uid'],
        resourceVersion: whole.json.metadata['resourceVersion'],
      },
      spec: { replicas: 2 },
      status: { replicas: 2, selector: 'app=web' },
    });
    const put = await admin.send('PUT', `${apps}/deployments/web/scale`, { ...json, spec: { replicas: 3 } });
    expect([put.status, put.json.spec]).toEqual([200, { replicas: 3 }]);
    expect(said(await admin.send('PUT', `${apps}/deployments/web/scale`, json))).toEqual([
      409,
      'Conflict',
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    ]);
    const patched = await admin.send(
      'PATCH',
      `${apps}/deployments/web/scale`,
      { spec: { replicas: 0 } },
      merge,
    );
    expect([patched.status, patched.json.spec]).toEqual([200, {}]);
    expect((await admin.get(`${core}/pods?labelSelector=app%3Dweb`)).json.items).toEqual([]);
  });

  test('is recorded as a write of its own', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await withDeployment(admin);
    const path = `${apps}/deployments/web/scale?fieldManager=scaler`;
    await admin.send('PATCH', path, { spec: { replicas: 3 } }, merge);
    const { managedFields } = (await admin.get(`${apps}/deployments/web`)).json.metadata;
    expect(managedFields).toContainEqual({
      manager: 'scaler',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: expect.any(String) as string,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      subresource: 'scale',
    });
  });

  test('stores nothing on a dry run', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await withDeployment(admin);
    const path = `${apps}/deployments/web/scale`;
    const dry = await admin.send('PATCH', `${path}?dryRun=All`, { spec: { replicas: 7 } }, merge);
    expect(dry.json.spec).toEqual({ replicas: 7 });
    expect((await admin.get(path)).json.spec).toEqual({ replicas: 2 });
  });

  test.for([
    [
      { metadata: { name: 'web' }, spec: { replicas: -1 } },
      422,
      'Invalid',
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      { metadata: { name: 'other' }, spec: { replicas: 1 } },
      400,
      'BadRequest',
      'the name of the object (other) does not match the name on the URL (web)',
    ],
    [
      { metadata: { name: 'web' }, spec: { replicas: 'two' } },
      400,
      'BadRequest',
      'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32',
    ],
  ] as const)('refuses %j', async ([body, ...expected]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await withDeployment(admin);
    expect(said(await admin.send('PUT', `${apps}/deployments/web/scale`, body))).toEqual(expected);
  });

  test.for(['replicasets', 'statefulsets'])('is there for %s', async (plural) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/${plural}`, workload('app', 1));
    await admin.send('PATCH', `${apps}/${plural}/app/scale`, { spec: { replicas: 2 } }, merge);
    expect((await admin.get(`${apps}/${plural}/app/scale`)).json).toMatchObject({ status: { replicas: 2 } });
  });

  test('has no other methods, and none of what is not there', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    expect((await admin.send('POST', `${apps}/deployments/web/scale`, {})).status).toBe(405);
    expect(said(await admin.get(`${apps}/deployments/none/scale`))).toEqual([
      404,
      'NotFound',
      'deployments.apps "none" not found',
    ]);
  });
});

describe('eviction', () => {
  function budget(minAvailable: number): object {
    return { metadata: { name: 'keep' }, spec: { minAvailable, selector: { matchLabels: { app: 'web' } } } };
  }

  test.for(['policy/v1', 'policy/v1beta1'])('by %s takes a pod nobody insists on', async (apiVersion) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await withDeployment(admin);
    const name = await firstPod(admin);
    const body = { apiVersion, kind: 'Eviction', metadata: { name, namespace: 'default' } };
    const done = await admin.send('POST', `${core}/pods/${name}/eviction`, body);
    expect([done.status, done.json]).toEqual([
      201,
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
    ]);
    expect((await admin.get(`${core}/pods/${name}`)).status).toBe(404);
    expect((await admin.get(`${core}/pods?labelSelector=app%3Dweb`)).json.items).toHaveLength(2);
  });

  test('spares a pod that a budget needs, and says which', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await withDeployment(admin);
    await admin.send('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', budget(2));
    const name = await firstPod(admin);
    const refused = await admin.send('POST', `${core}/pods/${name}/eviction`, { metadata: { name } });
    expect(refused.json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      reason: 'TooManyRequests',
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget keep needs 2 healthy pods and has 2 currently',
          },
        ],
      },
      code: 429,
    });
    await admin.send('PATCH', `${apps}/deployments/web/scale`, { spec: { replicas: 3 } }, merge);
    const allowed = await admin.send('POST', `${core}/pods/${name}/eviction`, { metadata: { name } });
    expect(allowed.status).toBe(201);
  });

  test('must name the pod of the URL', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await withDeployment(admin);
    const name = await firstPod(admin);
    const answer = await admin.send('POST', `${core}/pods/${name}/eviction`, { metadata: { name: 'x' } });
    expect(said(answer)).toEqual([400, 'BadRequest', 'name in URL does not match name in Eviction object']);
  });
});

describe('binding', () => {
  const pod = {
    metadata: { name: 'lone' },
    spec: { schedulerName: 'mine', containers: [{ name: 'a', image: 'nginx:1.25' }] },
  };
  const target = { kind: 'Node', name: 'node1' };

  test.for(['pods/lone/binding', 'bindings'])('through %s puts a pod on a node once', async (path) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/pods`, pod);
    const body = { metadata: { name: 'lone' }, target };
    expect((await admin.send('POST', `${core}/${path}`, body)).status).toBe(201);
    const { json } = await admin.get(`${core}/pods/lone`);
    expect(json).toMatchObject({ spec: { nodeName: 'node1' }, status: { phase: 'Running' } });
    expect(said(await admin.send('POST', `${core}/${path}`, body))).toEqual([
      409,
      'Conflict',
      'Operation cannot be fulfilled on pods/binding "lone": pod lone is already assigned to node "node1"',
    ]);
  });

  test('needs a node', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/pods`, pod);
    const answer = await admin.send('POST', `${core}/bindings`, { metadata: { name: 'lone' }, target: {} });
    expect(said(answer)).toEqual([422, 'Invalid', 'Binding "lone" is invalid: target.name: Required value']);
  });
});

describe('tokens of ServiceAccounts', () => {
  const path = `${core}/serviceaccounts/default/token`;

  async function review(admin: Asker, token: string, audiences?: string[]): Promise<Answer> {
    return admin.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      spec: { token, ...(audiences && { audiences }) },
    });
  }

  test('are issued, known to TokenReviews while they last, and refused by KubeSphere itself', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', path, { spec: { expirationSeconds: 600 } });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'default', namespace: 'default' },
      spec: {
        audiences: ['https://kubernetes.default.svc.cluster.local'],
        expirationSeconds: 600,
        boundObjectRef: null,
      },
      status: { expirationTimestamp: '2026-01-02T03:14:05Z' },
    });
    const { token } = made.json['status'] as { token: string };
    const account = await admin.get(`${core}/serviceaccounts/default`);
    expect((await review(admin, token)).json).toMatchObject({
      status: {
        authenticated: true,
        user: {
          username: 'system:serviceaccount:default:default',
          uid: account.json.metadata['uid'],
          groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
        },
        audiences: ['https://kubernetes.default.svc.cluster.local'],
      },
    });
    expect((await review(admin, token, ['vault'])).json['status']).toMatchObject({ user: {} });
    const own = await fetch(`${ks.url}/api/v1/namespaces/default/pods`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await own.json()).toMatchObject({ code: 401, message: 'key is of invalid type' });
    await ks.clock.advance('11m');
    expect((await review(admin, token)).json['status']).toEqual({
      user: {},
      error: '[invalid bearer token, service account token has expired]',
    });
  });

  test('end with what they are bound to', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/pods`, {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'a', image: 'nginx:1.25' }] },
    });
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p' };
    const made = await admin.send('POST', path, { spec: { audiences: ['vault'], boundObjectRef } });
    const { token } = made.json['status'] as { token: string };
    expect((await review(admin, token, ['vault'])).json).toMatchObject({
      status: {
        authenticated: true,
        user: { extra: { 'authentication.kubernetes.io/pod-name': ['p'] } },
      },
    });
    await admin.send('DELETE', `${core}/pods/p`);
    expect((await review(admin, token, ['vault'])).json['status']).not.toHaveProperty('authenticated');
  });

  test.for([
    [
      { expirationSeconds: 60 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
    [
      { expirationSeconds: 5_000_000_000 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 5000000000: may not specify a duration larger than 2^32 seconds',
    ],
    [{ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'none' } }, 404, 'pods "none" not found'],
  ] as const)('are refused with %j', async ([spec, status, message]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const answer = await admin.send('POST', path, { spec });
    expect([answer.status, answer.json['message']]).toEqual([status, message]);
  });

  test.for([
    ['', [422, 'Invalid', 'TokenReview.authentication.k8s.io "" is invalid: spec.token: Required value']],
  ] as const)('a TokenReview of %j is refused', async ([token, expected]) => {
    await using ks = await startFakeKsApiserver({ now });
    expect(said(await review(await as(ks, 'admin'), token))).toEqual(expected);
  });
});
