import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Answer, type Asker, type Body } from '../support/ask.js';

const apps = '/apis/apps/v1/namespaces/default';
const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';

function deployment(name: string, spec: object = {}, template: object = {}): object {
  return {
    metadata: { name, labels: { app: name } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, ...template },
        spec: { containers: [{ name: 'web', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }] },
      },
      ...spec,
    },
  };
}

async function podsOf(admin: Asker, app: string): Promise<readonly Body[]> {
  return (await admin.get(`${core}/pods?labelSelector=app%3D${app}`)).json.items;
}

async function setsOf(admin: Asker, app: string): Promise<readonly Body[]> {
  return (await admin.get(`${apps}/replicasets?labelSelector=app%3D${app}`)).json.items;
}

async function reasonsOf(admin: Asker, kind: string, name: string): Promise<unknown[]> {
  const { json } = await admin.get(
    `${core}/events?fieldSelector=involvedObject.kind%3D${kind},involvedObject.name%3D${name}`,
  );
  return json.items.map((event) => event['reason']);
}

function refusal({ status, json }: Answer): unknown[] {
  return [status, json['message']];
}

describe('a Deployment', () => {
  test('has its pods ready at once, is scaled, rolled out, rolled back and taken away with all it had', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', `${apps}/deployments`, deployment('web'));
    expect(made.status).toBe(201);
    expect(made.json['status']).toEqual({});
    const { json } = await admin.get(`${apps}/deployments/web`);
    expect(json.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(json['status']).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
    });
    const [first] = await setsOf(admin, 'web');
    expect(first?.metadata.name).toBe(`web-${first?.metadata.labels['pod-template-hash'] ?? ''}`);
    const pods = await podsOf(admin, 'web');
    expect(pods).toHaveLength(3);
    expect(new Set(pods.map(({ status }) => (status as { podIP: string }).podIP)).size).toBe(3);
    expect(pods[0]).toMatchObject({
      spec: { nodeName: expect.stringMatching(/^node/) as string },
      status: {
        phase: 'Running',
        startTime: '2026-01-02T03:04:05Z',
        containerStatuses: [{ name: 'web', ready: true, state: { running: {} } }],
      },
    });
    expect(await reasonsOf(admin, 'Deployment', 'web')).toEqual(['ScalingReplicaSet']);
    expect(await reasonsOf(admin, 'Pod', pods[0]?.metadata.name ?? '')).toEqual([
      'Scheduled',
      'Pulled',
      'Created',
      'Started',
    ]);

    await admin.send('PATCH', `${apps}/deployments/web`, { spec: { replicas: 5 } }, merge);
    expect(await podsOf(admin, 'web')).toHaveLength(5);
    expect(await setsOf(admin, 'web')).toHaveLength(1);

    const next = [{ name: 'web', image: 'nginx:1.26' }];
    await admin.send(
      'PATCH',
      `${apps}/deployments/web`,
      { spec: { template: { spec: { containers: next } } } },
      merge,
    );
    const images = (await podsOf(admin, 'web')).map(
      ({ spec }) => (spec['containers'] as { image: string }[])[0]?.image,
    );
    expect(images).toEqual(Array(5).fill('nginx:1.26'));
    const sets = await setsOf(admin, 'web');
    expect(
      sets
        .map(({ metadata, spec }) => [
          metadata.annotations['deployment.kubernetes.io/revision'],
          spec['replicas'],
        ])
        .sort(),
    ).toEqual([
      ['1', 0],
      ['2', 5],
    ]);
    const rolled = await admin.get(`${apps}/deployments/web`);
    expect(rolled.json['status']).toMatchObject({
      observedGeneration: 3,
      updatedReplicas: 5,
      availableReplicas: 5,
    });

    const before = [{ name: 'web', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }];
    await admin.send(
      'PATCH',
      `${apps}/deployments/web`,
      { spec: { template: { spec: { containers: before } } } },
      merge,
    );
    expect(
      (await setsOf(admin, 'web'))
        .map(({ metadata, spec }) => [
          metadata.annotations['deployment.kubernetes.io/revision'],
          spec['replicas'],
        ])
        .sort(),
    ).toEqual([
      ['2', 0],
      ['3', 5],
    ]);

    await admin.send('DELETE', `${apps}/deployments/web`);
    expect([await setsOf(admin, 'web'), await podsOf(admin, 'web')]).toEqual([[], []]);
  });

  test('replaces a pod that is deleted', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/deployments`, deployment('web', { replicas: 1 }));
    const [pod] = await podsOf(admin, 'web');
    await admin.send('DELETE', `${core}/pods/${pod?.metadata.name ?? ''}`);
    const [other, ...more] = await podsOf(admin, 'web');
    expect(more).toEqual([]);
    expect(other?.metadata.name).not.toBe(pod?.metadata.name);
  });

  test('gets the token of a KubeSphere ServiceAccount into its pods', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const annotations = { 'kubesphere.io/serviceaccount-name': 'sample' };
    await admin.send(
      'POST',
      `${apps}/deployments`,
      deployment('sample-deploy', { replicas: 1 }, { annotations }),
    );
    const [set] = await setsOf(admin, 'sample-deploy');
    const message =
      'admission webhook "serviceaccount-pod-injector.kubesphere.io" denied the request: ServiceAccount.kubesphere.io "sample" not found';
    expect(await podsOf(admin, 'sample-deploy')).toEqual([]);
    expect(set).toMatchObject({
      status: { conditions: [{ type: 'ReplicaFailure', reason: 'FailedCreate', message }] },
    });
    const events = await admin.get(`${core}/events?fieldSelector=reason%3DFailedCreate`);
    expect(events.json.items.map((event) => event['message'])).toEqual([`Error creating: ${message}`]);
    await admin.send('POST', '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts', {
      metadata: { name: 'sample' },
      secrets: [],
    });
    const [pod] = await podsOf(admin, 'sample-deploy');
    const account = await admin.get('/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/sample');
    const [{ name }] = account.json['secrets'] as [{ name: string }];
    expect((pod?.spec['volumes'] as object[]).at(-1)).toEqual({
      name: 'kubesphere-service-account',
      projected: {
        sources: [{ secret: { name, items: [{ key: 'token', path: 'token' }] } }],
        defaultMode: 420,
      },
    });
    const [container] = pod?.spec['containers'] as [{ volumeMounts: object[] }];
    expect(container.volumeMounts.at(-1)).toEqual({
      name: 'kubesphere-service-account',
      readOnly: true,
      mountPath: '/var/run/secrets/kubesphere.io/serviceaccount',
    });
  });
});

describe('a pod that names a KubeSphere ServiceAccount', () => {
  const pod = {
    metadata: { name: 'sample-pod', annotations: { 'kubesphere.io/serviceaccount-name': 'sample' } },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  };
  const denied = 'admission webhook "serviceaccount-pod-injector.kubesphere.io" denied the request: ';
  const accounts = '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts';

  test('is refused in three ways', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const create = async (): Promise<unknown[]> => refusal(await admin.send('POST', `${core}/pods`, pod));
    expect(await create()).toEqual([404, `${denied}ServiceAccount.kubesphere.io "sample" not found`]);
    await admin.send('POST', accounts, { metadata: { name: 'sample' } });
    const account = await admin.get(`${accounts}/sample`);
    const [{ name }] = account.json['secrets'] as [{ name: string }];
    await admin.send('DELETE', `${core}/secrets/${name}`);
    expect(await create()).toEqual([404, `${denied}Secret "${name}" not found`]);
    await admin.send('PATCH', `${accounts}/sample`, { secrets: [] }, merge);
    expect(await create()).toEqual([500, `${denied}can not find any token in service account: sample`]);
  });

  test('is taken as it is before 4.1', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4' });
    const admin = await as(ks, 'admin');
    expect((await admin.send('POST', `${core}/pods`, pod)).status).toBe(201);
  });
});
