import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const apps = '/apis/apps/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const now = '2026-01-02T03:04:05Z';
const missing = {
  description: 'Images are missing.',
  containers: [{ image: 'nowhere*', missing: true as const }],
};

async function make(admin: Asker, image: string, spec: object = {}): Promise<void> {
  await admin.send('POST', `${apps}/deployments`, {
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
      ...spec,
    },
  });
}

async function change(admin: Asker, spec: object): Promise<void> {
  await admin.send('PATCH', `${apps}/deployments/web`, { spec }, merge);
}

async function progress(admin: Asker): Promise<unknown[] | undefined> {
  const { conditions = [] } = (await admin.get(`${apps}/deployments/web`)).json['status'] as {
    readonly conditions?: readonly Body[];
  };
  const found = conditions.find((one) => one['type'] === 'Progressing');
  return found && [found['status'], found['reason'], found['message']];
}

async function stateOf(admin: Asker): Promise<unknown> {
  return (await progress(admin))?.slice(0, 2);
}

describe('the progress of a Deployment', () => {
  test.for([
    [undefined, '600s'],
    [30, '30s'],
  ] as const)('is given up after its deadline: %s', async ([progressDeadlineSeconds, wait]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(missing);
    await make(admin, 'nowhere', { progressDeadlineSeconds });
    expect(await progress(admin)).toEqual([
      'True',
      'ReplicaSetUpdated',
      expect.stringMatching(/^ReplicaSet "web-.*" is progressing\.$/),
    ]);
    await ks.clock.advance(wait);
    expect(await stateOf(admin)).toEqual(['True', 'ReplicaSetUpdated']);
    await ks.clock.advance('1s');
    expect(await progress(admin)).toEqual([
      'False',
      'ProgressDeadlineExceeded',
      expect.stringMatching(/^ReplicaSet "web-.*" has timed out progressing\.$/),
    ]);
    const template = { spec: { containers: [{ name: 'web', image: 'nginx' }] } };
    await change(admin, { template });
    expect(await stateOf(admin)).toEqual(['True', 'NewReplicaSetAvailable']);
    await ks.clock.advance('1h');
    expect(await stateOf(admin)).toEqual(['True', 'NewReplicaSetAvailable']);
  });

  test('is not told without a deadline', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await make(admin, 'nginx', { progressDeadlineSeconds: 2_147_483_647 });
    expect(await progress(admin)).toBeUndefined();
  });

  test('is unknown while it is paused', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(missing);
    await make(admin, 'nginx');
    await change(admin, { paused: true });
    expect(await progress(admin)).toEqual(['Unknown', 'DeploymentPaused', 'Deployment is paused']);
    await change(admin, { template: { spec: { containers: [{ name: 'web', image: 'nowhere' }] } } });
    await ks.clock.advance('1h');
    expect(await stateOf(admin)).toEqual(['Unknown', 'DeploymentPaused']);
    await change(admin, { paused: false });
    expect(await stateOf(admin)).toEqual(['True', 'ReplicaSetUpdated']);
    await ks.clock.advance('601s');
    expect(await stateOf(admin)).toEqual(['False', 'ProgressDeadlineExceeded']);
  });
});

describe('a Deployment that is scaled in the middle of a rollout', () => {
  /** Sizes of its ReplicaSets, the old one first, and how many pods they think there may be. */
  async function sizes(admin: Asker): Promise<unknown[]> {
    const { items } = (await admin.get(`${apps}/replicasets?labelSelector=app%3Dweb`)).json;
    const revision = ({ metadata }: Body): number =>
      Number(metadata.annotations['deployment.kubernetes.io/revision']);
    return [...items]
      .sort((a, b) => revision(a) - revision(b))
      .map(({ metadata, spec }) => [
        spec['replicas'],
        metadata.annotations['deployment.kubernetes.io/max-replicas'],
      ]);
  }

  const strategy = { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };
  const template = { spec: { containers: [{ name: 'web', image: 'nowhere:2' }] } };

  test.for([
    [15, false, [11, '18'], [7, '18']],
    [15, true, [11, '18'], [7, '18']],
    // Shares of five and three, of which the rollout may take two more.
    [5, false, [3, '8'], [5, '8']],
  ] as const)('spreads that over its ReplicaSets: %i, paused: %s', async ([replicas, paused, old, next]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(missing);
    await make(admin, 'nginx:1', { replicas: 10, strategy });
    await change(admin, { template });
    expect(await sizes(admin)).toEqual([
      [8, '13'],
      [5, '13'],
    ]);
    if (paused) await change(admin, { paused });
    await change(admin, { replicas });
    expect(await sizes(admin)).toEqual([old, next]);
  });

  test('goes on with the rollout afterwards', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(missing);
    await make(admin, 'nginx:1', { replicas: 10, strategy });
    await change(admin, { template });
    await change(admin, { replicas: 4 });
    await change(admin, { template: { spec: { containers: [{ name: 'web', image: 'nginx:3' }] } } });
    expect(await sizes(admin)).toEqual([
      [0, expect.any(String)],
      [0, expect.any(String)],
      [4, '7'],
    ]);
  });
});

test.for<readonly [kubeVersion: string, first: string, second: string]>([
  ['v1.20.4', 'to 1', 'to 2'],
  ['v1.29.2', 'to 1', 'to 2 from 1'],
  ['v1.32.4', 'from 0 to 1', 'from 1 to 2'],
])('a Kubernetes %s tells of scaling in its own words', async ([kubeVersion, first, second]) => {
  await using ks = await startFakeKsApiserver({ kubeVersion });
  const admin = await as(ks, 'admin');
  await make(admin, 'nginx', { replicas: 1 });
  await change(admin, { replicas: 2 });
  const { json } = await admin.get(
    '/api/v1/namespaces/default/events?fieldSelector=reason=ScalingReplicaSet',
  );
  expect(json.items.map((event) => /(?:to|from) .*$/.exec(String(event['message']))?.[0])).toEqual([
    first,
    second,
  ]);
});
