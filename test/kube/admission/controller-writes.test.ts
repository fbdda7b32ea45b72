import { describe, expect, test, vi } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker, type Body } from '../../support/ask.js';
import { configureWebhook, patching, rulesFor } from '../../support/configure-webhook.js';
import { startWebhook } from '../../support/webhook-server.js';

const pods = '/api/v1/namespaces/default/pods';
const sets = '/apis/apps/v1/namespaces/default/replicasets';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

async function started(): Promise<{ ks: InProcessFake; admin: Asker } & AsyncDisposable> {
  const ks = await startFakeKsApiserver();
  return { ks, admin: await as(ks, 'admin'), [Symbol.asyncDispose]: () => ks[Symbol.asyncDispose]() };
}

function deployment(replicas: number): object {
  return {
    metadata: { name: 'shop' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'shop' } },
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ name: 'shop', image: 'nginx' }] },
      },
    },
  };
}

async function own(admin: Asker): Promise<readonly Body[]> {
  return (await admin.get(`${pods}?labelSelector=app%3Dshop`)).json.items;
}

const podCreation = {
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
};

describe('what controllers write', () => {
  test('is changed by webhooks: a sidecar goes into every pod of a Deployment, which becomes available', async () => {
    await using hook = await startWebhook(() =>
      patching({ op: 'add', path: '/spec/containers/-', value: { name: 'proxy', image: 'envoy' } }),
    );
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Mutating', hook, podCreation);
    expect((await admin.send('POST', deployments, deployment(3))).status).toBe(201);
    await vi.waitFor(async () => {
      const { json } = await admin.get(`${deployments}/shop`);
      expect(json['status']).toMatchObject({ availableReplicas: 3 });
    });
    const made = await own(admin);
    expect(made).toHaveLength(3);
    for (const { spec } of made)
      expect((spec['containers'] as { name: string }[]).map(({ name }) => name)).toEqual(['shop', 'proxy']);
    expect(hook.reviews).toHaveLength(3);
    const events = await admin.get(
      '/api/v1/namespaces/default/events?fieldSelector=reason%3DSuccessfulCreate',
    );
    expect(events.json.items).toHaveLength(3);
  });

  test('is refused by webhooks: the ReplicaSet says so, and tries again later', async () => {
    let allowed = false;
    await using hook = await startWebhook(() =>
      allowed ? { allowed } : { allowed, status: { message: 'not now', code: 403, reason: 'Forbidden' } },
    );
    await using place = await started();
    const { admin, ks } = place;
    await configureWebhook(admin, 'Validating', hook, podCreation);
    await admin.send('POST', deployments, deployment(2));
    const text = 'admission webhook "hook.example.com" denied the request: not now';
    await vi.waitFor(async () => {
      const [set] = (await admin.get(`${sets}?labelSelector=app%3Dshop`)).json.items;
      expect(set?.['status']).toMatchObject({
        replicas: 0,
        conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: text }],
      });
    });
    const events = await admin.get('/api/v1/namespaces/default/events?fieldSelector=reason%3DFailedCreate');
    expect(events.json.items.map((one) => one['message'])).toEqual([`Error creating: ${text}`]);
    const asked = hook.reviews.length;
    expect(asked).toBeLessThan(5);
    allowed = true;
    await ks.clock.advance('1h');
    await vi.waitFor(async () => {
      expect(await own(admin)).toHaveLength(2);
    });
  });

  test('is judged by policies', async () => {
    await using place = await started();
    const { admin } = place;
    const group = '/apis/admissionregistration.k8s.io/v1';
    await admin.send('POST', `${group}/validatingadmissionpolicies`, {
      metadata: { name: 'tags' },
      spec: {
        matchConstraints: { resourceRules: podCreation.rules },
        validations: [
          { expression: "object.spec.containers.all(c, c.image.contains(':'))", message: 'no tag' },
        ],
      },
    });
    await admin.send('POST', `${group}/validatingadmissionpolicybindings`, {
      metadata: { name: 'tags' },
      spec: { policyName: 'tags', validationActions: ['Deny'] },
    });
    await admin.send('POST', deployments, deployment(1));
    await vi.waitFor(async () => {
      const [set] = (await admin.get(`${sets}?labelSelector=app%3Dshop`)).json.items;
      expect(JSON.stringify(set?.['status'])).toContain('no tag');
    });
    expect(await own(admin)).toEqual([]);
  });

  test('waits for no webhook that asks for something else', async () => {
    await using hook = await startWebhook();
    await using place = await started();
    const { admin } = place;
    await configureWebhook(admin, 'Validating', hook, rulesFor('', 'configmaps'));
    await admin.send('POST', deployments, deployment(2));
    expect(await own(admin)).toHaveLength(2);
    expect(hook.reviews).toEqual([]);
  });

  test('when objects go with their owner is shown to webhooks as deletions', async () => {
    await using hook = await startWebhook();
    await using place = await started();
    const { admin } = place;
    await admin.send('POST', deployments, deployment(2));
    await configureWebhook(admin, 'Validating', hook, {
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['pods'] }],
    });
    await admin.send('DELETE', `${deployments}/shop`);
    await vi.waitFor(async () => {
      expect(namesOf(await admin.get(`${pods}?labelSelector=app%3Dshop`))).toEqual([]);
    });
    expect(hook.reviews.map(({ request }) => request.operation)).toEqual(['DELETE', 'DELETE']);
  });
});
