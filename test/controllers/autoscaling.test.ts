import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const apps = '/apis/apps/v1/namespaces/default';
const scalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

async function withDeployment(admin: Asker, requests: object): Promise<void> {
  await admin.send('POST', `${apps}/deployments`, {
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'nginx:1.25', resources: { requests } }] },
      },
    },
  });
}

function scaler(averageUtilization: number, limits: object): object {
  return {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      ...limits,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
        },
      ],
    },
  };
}

async function conditionsOf(admin: Asker): Promise<unknown[]> {
  const { json } = await admin.get(`${scalers}/web`);
  return (json['status'] as { conditions: Body[] }).conditions.map((one) => [
    one['type'],
    one['status'],
    one['reason'],
  ]);
}

describe('a HorizontalPodAutoscaler', () => {
  test('says what is used, and scales up to its limit', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    await withDeployment(admin, { cpu: '100m' });
    await ks.clock.advance('1m');
    await admin.send('POST', scalers, scaler(1, { minReplicas: 1, maxReplicas: 4 }));
    await ks.clock.advance('15s');
    const { json } = await admin.get(`${scalers}/web`);
    expect(json['status']).toMatchObject({
      currentReplicas: 4,
      desiredReplicas: 4,
      currentMetrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', current: { averageUtilization: expect.any(Number) as number } },
        },
      ],
    });
    expect(await conditionsOf(admin)).toEqual([
      ['AbleToScale', 'True', 'ReadyForNewScale'],
      ['ScalingActive', 'True', 'ValidMetricFound'],
      ['ScalingLimited', 'True', 'TooManyReplicas'],
    ]);
    expect((await admin.get(`${apps}/deployments/web`)).json.spec['replicas']).toBe(4);
  });

  test('scales down only after five minutes', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    await withDeployment(admin, { cpu: '100m' });
    await ks.clock.advance('1m');
    await admin.send('POST', scalers, scaler(100_000, { minReplicas: 1, maxReplicas: 4 }));
    const replicas = async (): Promise<unknown> =>
      (await admin.get(`${apps}/deployments/web`)).json.spec['replicas'];
    await ks.clock.advance('15s');
    expect(await replicas()).toBe(2);
    await ks.clock.advance('6m');
    expect(await replicas()).toBe(1);
  });

  test('says what it cannot know', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    await admin.send('POST', scalers, scaler(50, { maxReplicas: 4 }));
    expect(await conditionsOf(admin)).toEqual([['AbleToScale', 'False', 'FailedGetScale']]);
    await withDeployment(admin, {});
    await ks.clock.advance('1m');
    expect(await conditionsOf(admin)).toEqual([
      ['AbleToScale', 'True', 'SucceededGetScale'],
      ['ScalingActive', 'False', 'FailedGetResourceMetric'],
    ]);
    const path =
      '/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DHorizontalPodAutoscaler';
    const told = (await admin.get(path)).json.items.map(({ reason, message }) => [reason, message]);
    const why = 'failed to get cpu utilization: missing request for cpu in container web of Pod ';
    expect(told).toEqual(
      expect.arrayContaining([
        ['FailedGetScale', 'deployments.apps "web" not found'],
        ['FailedGetResourceMetric', expect.stringContaining(why)],
        [
          'FailedComputeMetricsReplicas',
          expect.stringContaining(`invalid metrics (1 invalid out of 1), first error is: ${why}`),
        ],
      ]),
    );
  });
});
