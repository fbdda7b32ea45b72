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

  test('looks every 15 seconds, those a clock jumps over included', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    await withDeployment(admin, { cpu: '100m' });
    await ks.clock.advance('1m');
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } };
    await admin.send('POST', scalers, scaler(1, { minReplicas: 1, maxReplicas: 5, behavior }));
    await ks.clock.advance('2m');
    expect((await admin.get(`${apps}/deployments/web`)).json.spec['replicas']).toBe(5);
    const { json } = await admin.get(`${scalers}/web`);
    expect(json['status']).toMatchObject({ lastScaleTime: '2026-01-02T03:07:05Z' });
  });

  test.for([
    ['no behavior', undefined, [4, 8, 10]],
    ['pods at a time', { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 30 }] } }, [3, 3, 4]],
    [
      'the policy that goes least far',
      {
        scaleUp: {
          selectPolicy: 'Min',
          policies: [
            { type: 'Pods', value: 1, periodSeconds: 15 },
            { type: 'Percent', value: 100, periodSeconds: 15 },
          ],
        },
      },
      [3, 4, 5],
    ],
    ['nothing, when that is disabled', { scaleUp: { selectPolicy: 'Disabled' } }, [2, 2, 2]],
    ['waiting first', { scaleUp: { stabilizationWindowSeconds: 20 } }, [2, 2, 6]],
  ] as const)('scales up as its behavior says: %s', async ([, behavior, steps]) => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    await withDeployment(admin, { cpu: '100m' });
    await ks.clock.advance('2m');
    const limits = { minReplicas: 1, maxReplicas: 10, ...(behavior && { behavior }) };
    await admin.send('POST', scalers, scaler(1, limits));
    const replicas: unknown[] = [];
    for (const wait of ['0s', '15s', '15s']) {
      await ks.clock.advance(wait);
      replicas.push((await admin.get(`${apps}/deployments/web`)).json.spec['replicas']);
    }
    expect(replicas).toEqual(steps);
  });

  test('scales down as fast as its behavior says', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    await withDeployment(admin, { cpu: '100m' });
    const scale = { spec: { replicas: 8 } };
    await admin.send('PATCH', `${apps}/deployments/web/scale`, scale, 'application/merge-patch+json');
    await ks.clock.advance('2m');
    const scaleDown = {
      stabilizationWindowSeconds: 0,
      policies: [{ type: 'Percent', value: 25, periodSeconds: 15 }],
    };
    const limits = { minReplicas: 1, maxReplicas: 10, behavior: { scaleDown } };
    await admin.send('POST', scalers, scaler(100_000, limits));
    const replicas: unknown[] = [];
    for (const wait of ['0s', '15s', '15s']) {
      await ks.clock.advance(wait);
      replicas.push((await admin.get(`${apps}/deployments/web`)).json.spec['replicas']);
    }
    expect(replicas).toEqual([6, 4, 3]);
    expect(await conditionsOf(admin)).toEqual([
      ['AbleToScale', 'True', 'SucceededRescale'],
      ['ScalingActive', 'True', 'ValidMetricFound'],
      ['ScalingLimited', 'True', 'ScaleDownLimit'],
    ]);
  });

  test('brings back what is out of its bounds, whatever is used', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    await withDeployment(admin, {});
    await admin.send('POST', scalers, scaler(50, { minReplicas: 3, maxReplicas: 4 }));
    expect((await admin.get(`${apps}/deployments/web`)).json.spec['replicas']).toBe(3);
    const path = '/api/v1/namespaces/default/events?fieldSelector=reason%3DSuccessfulRescale';
    expect((await admin.get(path)).json.items).toMatchObject([
      { message: 'New size: 3; reason: Current number of replicas below Spec.MinReplicas' },
    ]);
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
          expect.stringContaining(
            `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
          ),
        ],
      ]),
    );
  });
});
