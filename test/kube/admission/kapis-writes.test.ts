import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';
import { configureWebhook, patching, rulesFor } from '../../support/configure-webhook.js';
import { startWebhook } from '../../support/webhook-server.js';

const iam = '/kapis/iam.kubesphere.io/v1beta1';
const users = `${iam}/users`;
const account = 'system:serviceaccount:kubesphere-system:kubesphere';

async function started(options: object = {}): Promise<{ ks: InProcessFake; admin: Asker } & AsyncDisposable> {
  const ks = await startFakeKsApiserver({ world: 'empty', ...options });
  return { ks, admin: await as(ks, 'admin'), [Symbol.asyncDispose]: () => ks[Symbol.asyncDispose]() };
}

function user(name: string, role?: string): object {
  const annotations = role && { 'iam.kubesphere.io/globalrole': role };
  return {
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind: 'User',
    metadata: { name, ...(annotations && { annotations }) },
    spec: { email: `${name}@example.com`, password: 'P@88w0rd' },
  };
}

describe("what KubeSphere's own endpoints write", () => {
  test('is shown to webhooks as written by the account of ks-apiserver, once', async () => {
    await using hook = await startWebhook();
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Validating', hook, {
      rules: [
        {
          apiGroups: ['iam.kubesphere.io'],
          apiVersions: ['v1beta1'],
          operations: ['CREATE'],
          resources: ['users'],
        },
      ],
    });
    const made = await admin.send('POST', users, user('jo', 'platform-regular'));
    expect(made.status, made.text).toBe(200);
    expect(hook.reviews.map(({ request }) => request)).toMatchObject([
      {
        operation: 'CREATE',
        kind: { group: 'iam.kubesphere.io', version: 'v1beta1', kind: 'User' },
        resource: { group: 'iam.kubesphere.io', version: 'v1beta1', resource: 'users' },
        name: 'jo',
        userInfo: { username: account },
        oldObject: null,
        object: { metadata: { name: 'jo', uid: made.json.metadata['uid'] as string } },
      },
    ]);
  });

  test('is refused in the words of the webhook, as text', async () => {
    await using hook = await startWebhook(() => ({
      allowed: false,
      status: { message: 'no <users>', code: 403 },
    }));
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Validating', hook, rulesFor('iam.kubesphere.io', 'users'));
    const refused = await admin.send('POST', users, user('jo'));
    expect(refused).toMatchObject({
      status: 403,
      contentType: 'text/plain; charset=utf-8',
      text: 'admission webhook "hook.example.com" denied the request: no &lt;users&gt;\n',
    });
    expect((await admin.get(`${users}/jo`)).status).toBe(404);
  });

  test('is stored as webhooks change it', async () => {
    await using hook = await startWebhook(() =>
      patching({ op: 'add', path: '/spec/description', value: 'from outside' }),
    );
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Mutating', hook, {
      rules: [
        {
          apiGroups: ['iam.kubesphere.io'],
          apiVersions: ['*'],
          operations: ['CREATE'],
          resources: ['users'],
        },
      ],
    });
    const made = await admin.send('POST', users, user('jo'));
    expect(made.json.spec).toMatchObject({ description: 'from outside' });
    expect((await admin.get(`${users}/jo`)).json.spec).toMatchObject({ description: 'from outside' });
  });

  test('that was written before a refusal stays, as with the real server', async () => {
    await using hook = await startWebhook(() => ({
      allowed: false,
      status: { message: 'no roles', code: 403 },
    }));
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Validating', hook, rulesFor('iam.kubesphere.io', 'globalrolebindings'));
    const refused = await admin.send('POST', users, user('jo', 'platform-regular'));
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('no roles');
    expect((await admin.get(`${users}/jo`)).status).toBe(200);
    expect(namesOf(await admin.get('/apis/iam.kubesphere.io/v1beta1/globalrolebindings'))).not.toContain(
      'jo-platform-regular',
    );
  });

  test('is judged by policies, too', async () => {
    await using place = await started();
    const { admin } = place;
    const group = '/apis/admissionregistration.k8s.io/v1';
    await admin.send('POST', `${group}/validatingadmissionpolicies`, {
      metadata: { name: 'company' },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['iam.kubesphere.io'],
              apiVersions: ['*'],
              operations: ['CREATE'],
              resources: ['users'],
            },
          ],
        },
        validations: [
          { expression: "object.spec.email.endsWith('@corp.example')", message: 'of the company only' },
        ],
      },
    });
    await admin.send('POST', `${group}/validatingadmissionpolicybindings`, {
      metadata: { name: 'company' },
      spec: { policyName: 'company', validationActions: ['Deny'] },
    });
    const refused = await admin.send('POST', users, user('jo'));
    expect(refused.status).toBe(422);
    expect(refused.text).toBe(
      "users.iam.kubesphere.io \"jo\" is forbidden: ValidatingAdmissionPolicy 'company' with binding 'company' denied request: of the company only\n",
    );
  });

  test('of updates and deletions is looked at, and of the generic API', async () => {
    await using hook = await startWebhook();
    await using place = await started();
    const { admin } = place;
    await admin.send('POST', users, user('jo'));
    await configureWebhook(admin, 'Validating', hook, {
      rules: [
        { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['users', 'roletemplates'] },
      ],
    });
    const before = await admin.get(`${users}/jo`);
    await admin.send('PUT', `${users}/jo`, { ...before.json, spec: { email: 'jo@corp.example' } });
    const template = {
      apiVersion: 'iam.kubesphere.io/v1beta1',
      kind: 'RoleTemplate',
      metadata: { name: 'mine' },
      spec: { rules: [] },
    };
    const made = await admin.send('POST', '/kapis/iam.kubesphere.io/v1beta1/roletemplates', template);
    expect(made.status, made.text).toBeLessThan(300);
    const gone = await admin.send('DELETE', `${users}/jo`);
    expect(gone.status, gone.text).toBe(200);
    const seen = hook.reviews
      .filter(({ request }) => (request['userInfo'] as { username: string }).username === account)
      .map(({ request }) => `${request.operation} ${String(request['name'])}`);
    expect(seen).toEqual(expect.arrayContaining(['UPDATE jo', 'CREATE mine', 'DELETE jo']));
  });

  test('is refused in 3.x as well', async () => {
    await using hook = await startWebhook(() => ({ allowed: false, status: { message: 'no', code: 403 } }));
    await using place = await started({ release: 'v3.4' });
    const { admin } = place;
    await configureWebhook(admin, 'Validating', hook, rulesFor('iam.kubesphere.io', 'users'));
    const body = { ...user('jo'), apiVersion: 'iam.kubesphere.io/v1alpha2' };
    const refused = await admin.send('POST', '/kapis/iam.kubesphere.io/v1alpha2/users', body);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('hook.example.com');
  });
});
