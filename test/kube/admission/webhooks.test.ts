import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Answer, type Asker, type Body } from '../../support/ask.js';
import {
  configureWebhook,
  patching,
  rulesFor,
  webhookConfiguration,
} from '../../support/configure-webhook.js';
import { startWebhook, type Review } from '../../support/webhook-server.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/default/configmaps';
const anyMap = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'], scope: '*' },
];

type Spec = Readonly<Record<string, unknown>>;

async function started(options: object = {}): Promise<{ ks: InProcessFake; admin: Asker } & AsyncDisposable> {
  const ks = await startFakeKsApiserver({ world: 'empty', ...options });
  return { ks, admin: await as(ks, 'admin'), [Symbol.asyncDispose]: () => ks[Symbol.asyncDispose]() };
}

function map(name = 'one', more: object = {}): object {
  return { metadata: { name, ...more }, data: { a: '1' } };
}

function messageOf({ json }: Answer): string {
  return String(json['message']);
}

describe('a validating webhook', () => {
  test('is told of creations, updates, patches and deletions, with the object before and after', async () => {
    await using hook = await startWebhook();
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Validating', hook);
    await admin.send('POST', `${maps}?fieldManager=me`, map());
    await admin.send('PUT', `${maps}/one`, { ...map(), data: { a: '2' } });
    await admin.send('PATCH', `${maps}/one`, { data: { a: '3' } }, 'application/merge-patch+json');
    await admin.send('DELETE', `${maps}/one`);
    const seen = hook.reviews.map(({ request }) => ({
      operation: request.operation,
      now: (request.object as { data?: { a: string } } | null)?.data?.a ?? null,
      before: (request.oldObject as { data?: { a: string } } | null)?.data?.a ?? null,
      options: (request['options'] as { kind: string }).kind,
    }));
    expect(seen).toEqual([
      { operation: 'CREATE', now: '1', before: null, options: 'CreateOptions' },
      { operation: 'UPDATE', now: '2', before: '1', options: 'UpdateOptions' },
      { operation: 'UPDATE', now: '3', before: '2', options: 'UpdateOptions' },
      { operation: 'DELETE', now: null, before: '3', options: 'DeleteOptions' },
    ]);
    expect(hook.reviews[0]).toMatchObject({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      path: '/check?timeout=5s',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
        requestResource: { group: '', version: 'v1', resource: 'configmaps' },
        name: 'one',
        namespace: 'default',
        dryRun: false,
        userInfo: { username: 'system:serviceaccount:kubesphere-system:kubesphere' },
        options: { fieldManager: 'me' },
        object: { kind: 'ConfigMap', apiVersion: 'v1' },
      },
    });
    const stored = await admin.get(maps);
    expect(stored.json.items.map(({ metadata }) => metadata.name)).not.toContain('one');
  });

  test.for<[string, Spec, number, string, string]>([
    [
      'a message',
      { message: 'no maps here', code: 422, reason: 'Invalid' },
      422,
      'Invalid',
      ': no maps here',
    ],
    ['a reason', { reason: 'Nope' }, 400, 'Nope', ': Nope'],
    ['nothing', {}, 400, '', ' without explanation'],
    ['a code that is no refusal', { code: 200, message: 'x' }, 400, '', ': x'],
  ])('that refuses with %s has its word', async ([, status, code, reason, end]) => {
    await using hook = await startWebhook(() => ({ allowed: false, status }));
    await using place = await started();
    await configureWebhook(place.admin, 'Validating', hook);
    const refused = await place.admin.send('POST', maps, map());
    expect(refused.status).toBe(code);
    expect(messageOf(refused)).toBe(`admission webhook "hook.example.com" denied the request${end}`);
    expect(refused.json['reason'] ?? '').toBe(reason);
    expect((await place.admin.get(`${maps}/one`)).status).toBe(404);
  });

  test.for<[string, Spec, number]>([
    ['other operations', { rules: [{ ...anyMap[0], operations: ['DELETE'] }] }, 201],
    ['any resource', { rules: [{ ...anyMap[0], resources: ['*'] }] }, 400],
    ['subresources', { rules: [{ ...anyMap[0], resources: ['configmaps/status'] }] }, 201],
    ['any part of it', { rules: [{ ...anyMap[0], resources: ['*/*'] }] }, 400],
    ['another group', { rules: [{ ...anyMap[0], apiGroups: ['apps'] }] }, 201],
    ['what is in no namespace', { rules: [{ ...anyMap[0], scope: 'Cluster' }] }, 201],
    ['what is in namespaces', { rules: [{ ...anyMap[0], scope: 'Namespaced' }] }, 400],
    ['other namespaces', { namespaceSelector: { matchLabels: { team: 'a' } } }, 201],
    [
      'this namespace',
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } },
      400,
    ],
    ['other objects', { objectSelector: { matchLabels: { app: 'b' } } }, 201],
    [
      'this object',
      { objectSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }] } },
      400,
    ],
    ['a condition that holds', { matchConditions: [{ name: 'x', expression: "object.data.a == '1'" }] }, 400],
    [
      'one that does not',
      { matchConditions: [{ name: 'x', expression: "request.operation == 'DELETE'" }] },
      201,
    ],
  ])('for %s is asked about those only', async ([, spec, status]) => {
    await using hook = await startWebhook(() => ({ allowed: false }));
    await using place = await started();
    await configureWebhook(place.admin, 'Validating', hook, spec);
    const answer = await place.admin.send('POST', maps, map('one', { labels: { app: 'a' } }));
    expect(answer.status, answer.text).toBe(status);
    expect(hook.reviews).toHaveLength(status === 201 ? 0 : 1);
  });

  test('that cannot be reached refuses, or is passed over, as its policy says', async () => {
    await using place = await started();
    const { admin } = place;
    const nobody = { url: 'https://127.0.0.1:1', caBundle: '' };
    await configureWebhook(admin, 'Validating', nobody, {}, 'a.example.com');
    const refused = await admin.send('POST', maps, map());
    expect(refused.status).toBe(500);
    expect(messageOf(refused)).toBe(
      'Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: Post "https://127.0.0.1:1/check?timeout=5s": dial tcp 127.0.0.1:1: connect: connection refused',
    );
    await admin.send('DELETE', `${group}/validatingwebhookconfigurations/a.example.com`);
    await configureWebhook(admin, 'Validating', nobody, { failurePolicy: 'Ignore' });
    expect((await admin.send('POST', maps, map())).status).toBe(201);
  });

  test.for<[string, Spec, string]>([
    [
      'an error',
      { raw: true, status: 500, body: 'boom' },
      'failed to call webhook: an error on the server ("boom") has prevented the request from succeeding',
    ],
    [
      'no review',
      { raw: true, status: 200, body: '{}' },
      'received invalid webhook response: webhook response was absent',
    ],
    ['another uid', { uid: 'x', allowed: true }, 'received invalid webhook response: expected response.uid='],
    [
      'a patch',
      patching({ op: 'remove', path: '/data' }),
      'received invalid webhook response: validating webhook may not return response.patch',
    ],
  ])('that answers with %s has failed', async ([, said, why]) => {
    await using hook = await startWebhook(() => said);
    await using place = await started();
    await configureWebhook(place.admin, 'Validating', hook);
    const refused = await place.admin.send('POST', maps, map());
    expect(refused.status).toBe(500);
    expect(messageOf(refused)).toContain(
      `Internal error occurred: failed calling webhook "hook.example.com": ${why}`,
    );
  });

  test('whose certificate nobody knows has failed', async () => {
    await using hook = await startWebhook();
    await using place = await started();
    await configureWebhook(place.admin, 'Validating', { url: hook.url, caBundle: '' });
    const refused = await place.admin.send('POST', maps, map());
    expect(messageOf(refused)).toContain('x509: certificate signed by unknown authority');
  });

  test('is told of dry runs, which are refused when it does not say what else it does', async () => {
    await using hook = await startWebhook();
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Validating', hook, { sideEffects: 'NoneOnDryRun' });
    expect((await admin.send('POST', `${maps}?dryRun=All`, map())).status).toBe(201);
    expect(hook.reviews[0]?.request['dryRun']).toBe(true);
    // Such a configuration comes from a time when Kubernetes still took them.
    const old = {
      kind: 'ValidatingWebhookConfiguration',
      ...webhookConfiguration(hook, { sideEffects: 'Unknown' }),
    };
    const folder = mkdtempSync(join(tmpdir(), 'webhooks-'));
    writeFileSync(
      join(folder, 'old.json'),
      JSON.stringify({ apiVersion: 'admissionregistration.k8s.io/v1', ...old }),
    );
    await using later = await started({ world: folder });
    rmSync(folder, { recursive: true });
    const refused = await later.admin.send('POST', `${maps}?dryRun=All`, map());
    expect([refused.status, messageOf(refused)]).toEqual([
      400,
      'admission webhook "hook.example.com" does not support dry run',
    ]);
    expect(hook.reviews).toHaveLength(1);
    expect((await later.admin.get(`${maps}/one`)).status).toBe(404);
  });

  test('warns clients, and is asked again when somebody else writes meanwhile', async () => {
    await using place = await started();
    const { admin } = place;
    await admin.send('POST', maps, map());
    let asked = 0;
    await using hook = await startWebhook(async ({ request }: Review) => {
      const { a } = (request.object as { data: { a: string } }).data;
      asked += 1;
      if (asked === 1) await admin.send('PUT', `${maps}/one`, { ...map(), data: { a: 'other', b: '2' } });
      return { allowed: true, warnings: [`saw ${a}`] };
    });
    await configureWebhook(admin, 'Validating', hook);
    const response = await fetch(`${place.ks.url}${maps}/one`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${await place.ks.token({ user: 'admin' })}`,
        'content-type': 'application/merge-patch+json',
      },
      body: JSON.stringify({ data: { c: '3' } }),
    });
    expect(response.headers.get('warning')).toBe('299 - "saw 1", 299 - "saw other"');
    expect(await response.json()).toMatchObject({ data: { a: 'other', b: '2', c: '3' } });
  });

  test('is not asked about configurations of webhooks, and not at all when it is switched off', async () => {
    await using hook = await startWebhook(() => ({ allowed: false }));
    const rules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }];
    await using place = await started({ controllers: ['-validatingadmissionwebhook'] });
    await configureWebhook(place.admin, 'Validating', hook, { rules });
    expect((await place.admin.send('POST', maps, map())).status).toBe(201);
    await using other = await started();
    await configureWebhook(other.admin, 'Validating', hook, { rules });
    const path = `${group}/validatingwebhookconfigurations/hook.example.com`;
    expect((await other.admin.send('DELETE', path)).status).toBe(200);
    expect(hook.reviews).toHaveLength(0);
  });
});

describe('a mutating webhook', () => {
  test('changes what is stored; validating ones see the outcome', async () => {
    await using changer = await startWebhook(() => patching({ op: 'add', path: '/data/b', value: '2' }));
    await using judge = await startWebhook();
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Mutating', changer);
    await configureWebhook(admin, 'Validating', judge);
    const sent = { metadata: { generateName: 'one-' }, data: { a: '1' } };
    const made = await admin.send('POST', `${maps}?fieldManager=me`, sent);
    expect(made.status, made.text).toBe(201);
    expect(made.json['data']).toEqual({ a: '1', b: '2' });
    const seen = changer.reviews[0]?.request.object as Body;
    const owned = [{ manager: 'me', fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } } }];
    expect(Object.keys(seen.metadata).sort()).toEqual([
      'creationTimestamp',
      'generateName',
      'managedFields',
      'namespace',
    ]);
    expect(seen.metadata['managedFields']).toMatchObject(owned);
    // What a webhook changes nobody owns.
    expect(made.json.metadata['managedFields']).not.toHaveProperty('0.fieldsV1.f:data.f:b');
    const uids = [changer, judge].map(({ reviews }) => reviews[0]?.request.uid);
    expect(new Set([...uids, made.json.metadata['uid']]).size).toBe(3);
    expect(judge.reviews[0]?.request.object).toMatchObject({
      metadata: { name: made.json.metadata.name, uid: made.json.metadata['uid'] },
      data: { b: '2' },
    });
    expect((await admin.get(`${maps}/${made.json.metadata.name}`)).json['data']).toEqual({ a: '1', b: '2' });
  });

  test('gives a pod a container, which gets its defaults', async () => {
    const value = { name: 'sidecar', image: 'envoy' };
    await using hook = await startWebhook(() => patching({ op: 'add', path: '/spec/containers/-', value }));
    await using place = await started();
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
    await configureWebhook(place.admin, 'Mutating', hook, { rules });
    const made = await place.admin.send('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'web', image: 'nginx' }] },
    });
    expect(made.json.spec['containers']).toMatchObject([
      { name: 'web', imagePullPolicy: 'Always' },
      {
        name: 'sidecar',
        image: 'envoy',
        imagePullPolicy: 'Always',
        terminationMessagePath: '/dev/termination-log',
      },
    ]);
  });

  test.each(['Mutating', 'Validating'] as const)(
    'leaves a Job the uid its pods are selected by (%s)',
    async (kind) => {
      const labels = patching({ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } });
      await using hook = await startWebhook(() => (kind === 'Mutating' ? labels : { allowed: true }));
      await using place = await started();
      const { admin } = place;
      const rules = [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ['*'], resources: ['jobs'] }];
      await configureWebhook(admin, kind, hook, { rules });
      const container = { name: 'c', image: 'busybox' };
      const { status, text, json } = await admin.send('POST', '/apis/batch/v1/namespaces/default/jobs', {
        metadata: { name: 'once' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
      });
      expect(status, text).toBe(201);
      expect(json).toMatchObject({
        metadata: { uid: expect.any(String) as string },
        spec: { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': json.metadata['uid'] } } },
      });
      expect(hook.reviews[0]?.request.object).toMatchObject({ metadata: { uid: json.metadata['uid'] } });
    },
  );

  test('is asked again when a later one changed something, if it wants to', async () => {
    await using first = await startWebhook();
    await using second = await startWebhook(({ request }) =>
      'b' in (request.object as { data: object }).data
        ? { allowed: true }
        : patching({ op: 'add', path: '/data/b', value: '2' }),
    );
    await using place = await started();
    await configureWebhook(
      place.admin,
      'Mutating',
      first,
      { reinvocationPolicy: 'IfNeeded' },
      'a.example.com',
    );
    await configureWebhook(place.admin, 'Mutating', second, {}, 'b.example.com');
    await place.admin.send('POST', maps, map());
    expect(first.reviews.map(({ request }) => (request.object as { data: unknown }).data)).toEqual([
      { a: '1' },
      { a: '1', b: '2' },
    ]);
    expect(second.reviews).toHaveLength(1);
  });

  test('that makes an object nobody can store has its write refused', async () => {
    await using hook = await startWebhook(() => patching({ op: 'add', path: '/data/b', value: 7 }));
    await using place = await started();
    await configureWebhook(place.admin, 'Mutating', hook);
    expect((await place.admin.send('POST', maps, map())).status).toBe(500);
    expect((await place.admin.get(`${maps}/one`)).status).toBe(404);
  });

  test('whose patch does not apply is told as the library tells it', async () => {
    await using hook = await startWebhook(() => patching({ op: 'remove', path: '/nope/x' }));
    await using place = await started();
    await configureWebhook(place.admin, 'Mutating', hook, { failurePolicy: 'Ignore' });
    const refused = await place.admin.send('POST', maps, map());
    const why = 'remove operation does not apply: doc is missing path: "/nope/x": missing value';
    expect(refused.json).toMatchObject({
      code: 500,
      message: `Internal error occurred: ${why}`,
      details: { causes: [{ message: why }] },
    });
  });

  test('whose patch is of a type nobody knows has failed, and may', async () => {
    const patch = Buffer.from('[{"op":"add","path":"/data/b","value":"2"}]').toString('base64');
    await using hook = await startWebhook(() => ({ allowed: true, patchType: 'Foo', patch }));
    await using place = await started();
    await configureWebhook(place.admin, 'Mutating', hook);
    const why = 'failed calling webhook "hook.example.com": unsupported patch type "Foo"';
    const refused = await place.admin.send('POST', maps, map());
    expect(messageOf(refused)).toBe(`Internal error occurred: ${why}`);
    const hooks = `${group}/mutatingwebhookconfigurations/hook.example.com`;
    const ignore = [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }];
    await place.admin.send('PATCH', hooks, ignore, 'application/json-patch+json');
    expect((await place.admin.send('POST', maps, map())).json['data']).toEqual({ a: '1' });
  });

  test('behind a service is reached at the server a scenario has put there', async () => {
    await using hook = await startWebhook(() => patching({ op: 'add', path: '/data/b', value: '2' }));
    await using place = await started({ world: 'default' });
    const { ks, admin } = place;
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'tools' } });
    await admin.send('POST', '/api/v1/namespaces/tools/services', {
      metadata: { name: 'hook' },
      spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8443 }] },
    });
    await admin.send('POST', '/api/v1/namespaces/tools/pods', {
      metadata: { name: 'hook-0', labels: { app: 'hook' } },
      spec: { containers: [{ name: 'hook', image: 'hook' }] },
    });
    const ports = [{ pod: 'hook-0', port: 8443, to: `127.0.0.1:${String(hook.port)}` }];
    await ks.scenario({ description: 'A webhook behind a service.', ports });
    const clientConfig = {
      service: { name: 'hook', namespace: 'tools', path: '/mutate' },
      caBundle: hook.caBundle,
    };
    await configureWebhook(admin, 'Mutating', hook, { clientConfig });
    const made = await admin.send('POST', maps, map());
    expect(made.status, made.text).toBe(201);
    expect(made.json['data']).toEqual({ a: '1', b: '2' });
    expect(hook.reviews[0]).toMatchObject({ path: '/mutate?timeout=5s' });
  });
});

describe('parts of objects', () => {
  const pods = '/api/v1/namespaces/default/pods';
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'nginx' }] },
  };
  const deployment = {
    metadata: { name: 'web' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
  };

  test('are shown as what they are, and changed as that', async () => {
    await using hook = await startWebhook(() =>
      patching({ op: 'replace', path: '/spec/replicas', value: 2 }),
    );
    await using place = await started({ world: 'default' });
    const { admin } = place;
    await admin.send('POST', deployments, deployment);
    await configureWebhook(admin, 'Mutating', hook, rulesFor('apps', 'deployments/scale'));
    const body = { spec: { replicas: 5 } };
    const scaled = await admin.send(
      'PATCH',
      `${deployments}/web/scale`,
      body,
      'application/merge-patch+json',
    );
    expect(scaled.json.spec).toMatchObject({ replicas: 2 });
    expect((await admin.get(`${deployments}/web`)).json.spec['replicas']).toBe(2);
    expect(hook.reviews).toHaveLength(1);
    expect(hook.reviews[0]?.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subResource: 'scale',
      operation: 'UPDATE',
      object: { spec: { replicas: 5 } },
      oldObject: { spec: { replicas: 1 } },
    });
  });

  test('are refused: commands in pods, evictions and states', async () => {
    await using hook = await startWebhook(({ request }) => ({
      allowed: false,
      status: { message: `${request.operation} ${String(request['subResource'])}` },
    }));
    await using place = await started({ world: 'default' });
    const { admin } = place;
    await admin.send('POST', pods, { metadata: { name: 'web' }, spec: template.spec });
    await configureWebhook(admin, 'Validating', hook, rulesFor('', 'pods/*'));
    const start = 'admission webhook "hook.example.com" denied the request: ';
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } };
    expect(messageOf(await admin.send('POST', `${pods}/web/eviction`, eviction))).toBe(
      `${start}CREATE eviction`,
    );
    const { json } = await admin.get(`${pods}/web`);
    expect(messageOf(await admin.send('PUT', `${pods}/web/status`, json))).toBe(`${start}UPDATE status`);
    const command = `${pods}/web/exec?command=ls&command=-l&stdout=true`;
    expect(messageOf(await admin.get(command))).toBe(`${start}CONNECT exec`);
    expect(hook.reviews.at(-1)?.request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
      object: { kind: 'PodExecOptions', command: ['ls', '-l'], stdout: true },
      options: null,
    });
    expect((await admin.get(`${pods}/web`)).status).toBe(200);
  });

  test.for<[string, string, string, object]>([
    [
      'authentication.k8s.io',
      'tokenreviews',
      '/apis/authentication.k8s.io/v1/tokenreviews',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'x' } },
    ],
    [
      'authorization.k8s.io',
      'selfsubjectaccessreviews',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      },
    ],
    [
      '',
      'bindings',
      '/api/v1/namespaces/default/bindings',
      {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'web' },
        target: { kind: 'Node', name: 'node1' },
      },
    ],
  ])('that are only asked for an answer are looked at: %s %s', async ([apiGroup, resource, path, body]) => {
    await using hook = await startWebhook(() => ({ allowed: false, status: { message: 'no questions' } }));
    await using place = await started({ world: 'default' });
    await configureWebhook(place.admin, 'Validating', hook, rulesFor(apiGroup, resource));
    const refused = await place.admin.send('POST', path, body);
    expect(messageOf(refused)).toBe('admission webhook "hook.example.com" denied the request: no questions');
    expect(hook.reviews.map(({ request }) => request)).toMatchObject([{ operation: 'CREATE', object: body }]);
  });
});

describe('a webhook that reads v1beta1 only', () => {
  const beta = { admissionReviewVersions: ['v1beta1'] };

  test('is asked at that version, and may answer without saying which review or kind of patch it means', async () => {
    const patchOnly = patching({ op: 'add', path: '/data/b', value: '2' });
    await using hook = await startWebhook(() => ({ ...patchOnly, patchType: undefined, uid: 'another' }));
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Mutating', hook, beta);
    await configureWebhook(admin, 'Validating', hook, beta, 'judge.example.com');
    const made = await admin.send('POST', maps, map());
    expect([made.status, made.json['data']], made.text).toEqual([201, { a: '1', b: '2' }]);
    expect(hook.reviews.map(({ kind, apiVersion }) => [kind, apiVersion])).toEqual([
      ['AdmissionReview', 'admission.k8s.io/v1beta1'],
      ['AdmissionReview', 'admission.k8s.io/v1beta1'],
    ]);
    expect(hook.reviews[0]?.request).toMatchObject({
      operation: 'CREATE',
      object: { kind: 'ConfigMap', data: { a: '1' } },
      oldObject: null,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    });
  });

  test('refuses as any other does', async () => {
    await using hook = await startWebhook(() => ({ allowed: false, status: { message: 'no', code: 403 } }));
    await using place = await started();
    await configureWebhook(place.admin, 'Validating', hook, beta);
    const refused = await place.admin.send('POST', maps, map());
    expect([refused.status, messageOf(refused)]).toEqual([
      403,
      'admission webhook "hook.example.com" denied the request: no',
    ]);
  });

  test.for<[string[], string]>([
    [['v1', 'v1beta1'], 'v1'],
    [['v1beta1', 'v1'], 'v1beta1'],
    [['v2', 'v1beta1'], 'v1beta1'],
  ])('or others besides (%s) is asked at the first there is', async ([versions, asked]) => {
    await using hook = await startWebhook();
    await using place = await started();
    await configureWebhook(place.admin, 'Validating', hook, { admissionReviewVersions: versions });
    expect((await place.admin.send('POST', maps, map())).status).toBe(201);
    expect(hook.reviews.map(({ apiVersion }) => apiVersion)).toEqual([`admission.k8s.io/${asked}`]);
  });
});
