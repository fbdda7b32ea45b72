import { describe, expect, test } from 'vitest';
import type { ScenarioFate } from '../../src/scenario/scenario.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Answer, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const batch = '/apis/batch/v1/namespaces/default';
const now = '2026-01-02T03:04:05Z';

function failing(...containers: ScenarioFate[]): { description: string; containers: ScenarioFate[] } {
  return { description: 'Containers fail.', containers };
}

function pod(spec: object = {}): object {
  return {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image: 'example.com/web:1' }], ...spec },
  };
}

function job(spec: object, restartPolicy = 'Never'): object {
  const containers = [{ name: 'work', image: 'example.com/work:1' }];
  return { metadata: { name: 'work' }, spec: { template: { spec: { restartPolicy, containers } }, ...spec } };
}

async function statusOf(admin: Asker, path: string): Promise<unknown> {
  return (await admin.get(path)).json['status'];
}

function reasonsOf({ json }: Answer): unknown[] {
  return json.items.map((event) => event['reason']);
}

describe('a container whose image is missing', () => {
  test('keeps its pod pending, with the Events of a kubelet that tries', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ image: 'example.com/*', missing: true }));
    await admin.send('POST', `${core}/pods`, pod());
    expect(await statusOf(admin, `${core}/pods/web`)).toMatchObject({
      phase: 'Pending',
      conditions: [
        { type: 'PodReadyToStartContainers', status: 'True' },
        { type: 'Initialized', status: 'True' },
        {
          type: 'Ready',
          status: 'False',
          reason: 'ContainersNotReady',
          message: 'containers with unready status: [web]',
        },
        { type: 'ContainersReady', status: 'False' },
        { type: 'PodScheduled', status: 'True' },
      ],
      containerStatuses: [
        {
          state: {
            waiting: {
              reason: 'ImagePullBackOff',
              message: 'Back-off pulling image "example.com/web:1"',
            },
          },
          restartCount: 0,
          imageID: '',
          ready: false,
        },
      ],
    });
    const events = await admin.get(`${core}/events?fieldSelector=involvedObject.name%3Dweb`);
    expect(reasonsOf(events).sort()).toEqual(
      ['Scheduled', 'Pulling', 'Failed', 'Failed', 'BackOff', 'Failed'].sort(),
    );
  });

  test('leaves a rollout half done, with the old pods serving', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const template = (image: string): object => ({
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image }] },
    });
    const selector = { matchLabels: { app: 'web' } };
    await ks.scenario(failing({ image: 'example.com/web:2', missing: true }));
    await admin.send('POST', `${apps}/deployments`, {
      metadata: { name: 'web' },
      spec: { replicas: 3, selector, template: template('example.com/web:1') },
    });
    await admin.send(
      'PATCH',
      `${apps}/deployments/web`,
      { spec: { template: template('example.com/web:2') } },
      'application/merge-patch+json',
    );
    expect(await statusOf(admin, `${apps}/deployments/web`)).toMatchObject({
      replicas: 4,
      updatedReplicas: 1,
      readyReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 1,
    });
  });
});

describe('a container that ends', () => {
  test('is restarted after longer and longer waits', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ pod: 'web', exitCode: 3 }));
    await admin.send('POST', `${core}/pods`, pod());
    const seen = async (): Promise<unknown> => {
      const status = (await statusOf(admin, `${core}/pods/web`)) as { readonly containerStatuses: Body[] };
      const [{ restartCount, state, lastState } = {} as Body] = status.containerStatuses;
      const { message } = (state as { readonly waiting: { readonly message: string } }).waiting;
      const { exitCode, reason } = (lastState as { readonly terminated: Body }).terminated;
      return [restartCount, message.split(' ', 2).join(' '), exitCode, reason];
    };
    expect(await statusOf(admin, `${core}/pods/web`)).toMatchObject({ phase: 'Running' });
    expect(await seen()).toEqual([1, 'back-off 10s', 3, 'Error']);
    await ks.clock.advance('10s');
    expect(await seen()).toEqual([2, 'back-off 20s', 3, 'Error']);
    await ks.clock.advance('1h');
    expect(await seen()).toEqual([17, 'back-off 5m0s', 3, 'Error']);
  });

  test.for([
    ['Never', 0, 'Succeeded', 'Completed'],
    ['Never', 1, 'Failed', 'Error'],
    ['OnFailure', 0, 'Succeeded', 'Completed'],
  ] as const)('ends its pod: %s, exit code %i', async ([restartPolicy, exitCode, phase, reason]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ exitCode }));
    await admin.send('POST', `${core}/pods`, pod({ restartPolicy }));
    expect(await statusOf(admin, `${core}/pods/web`)).toMatchObject({
      phase,
      containerStatuses: [{ state: { terminated: { exitCode, reason } } }],
    });
  });
});

describe('a container that runs for a while', () => {
  const readyIn = (status: unknown): unknown =>
    (status as { readonly conditions: Body[] }).conditions
      .filter(({ type }) => type === 'Ready')
      .map((one) => [one['status'], one['lastTransitionTime']]);

  test('runs, ends, is restarted at once, and waits the next time; its pod is ready while it runs', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ pod: 'web', exitCode: 2, after: '1m' }));
    await admin.send('POST', `${core}/pods`, pod());
    const seen = async (): Promise<unknown> => statusOf(admin, `${core}/pods/web`);
    expect(await seen()).toMatchObject({
      phase: 'Running',
      containerStatuses: [{ restartCount: 0, ready: true, state: { running: { startedAt: now } } }],
    });
    await ks.clock.advance('60s');
    expect(await seen()).toMatchObject({
      containerStatuses: [
        {
          restartCount: 1,
          ready: true,
          state: { running: { startedAt: '2026-01-02T03:05:05Z' } },
          lastState: {
            terminated: { exitCode: 2, startedAt: now, finishedAt: '2026-01-02T03:05:05Z' },
          },
        },
      ],
    });
    await ks.clock.advance('61s');
    expect(await seen()).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        { restartCount: 1, ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } },
      ],
    });
    expect(readyIn(await seen())).toEqual([['False', '2026-01-02T03:06:05Z']]);
    await ks.clock.advance('9s');
    expect(await seen()).toMatchObject({ containerStatuses: [{ restartCount: 2, ready: true }] });
    expect(readyIn(await seen())).toEqual([['True', '2026-01-02T03:06:15Z']]);
  });

  test('begins anew with its waits once it has run for more than ten minutes', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ pod: 'web', exitCode: 0, after: '11m' }));
    await admin.send('POST', `${core}/pods`, pod());
    await ks.clock.advance('34m');
    expect(await statusOf(admin, `${core}/pods/web`)).toMatchObject({
      containerStatuses: [{ restartCount: 3, ready: true, lastState: { terminated: { exitCode: 0 } } }],
    });
  });

  test.for([
    ['Never', 0, 'Succeeded'],
    ['Never', 4, 'Failed'],
    ['OnFailure', 0, 'Succeeded'],
  ] as const)(
    'takes its pod along that is not restarted: %s, exit code %i',
    async ([policy, code, phase]) => {
      await using ks = await startFakeKsApiserver({ now });
      const admin = await as(ks, 'admin');
      await ks.scenario(failing({ exitCode: code, after: 30 }));
      await admin.send('POST', `${core}/pods`, pod({ restartPolicy: policy }));
      await ks.clock.advance('29s');
      expect(await statusOf(admin, `${core}/pods/web`)).toMatchObject({ phase: 'Running' });
      await ks.clock.advance('1s');
      expect(await statusOf(admin, `${core}/pods/web`)).toMatchObject({
        phase,
        containerStatuses: [
          { state: { terminated: { exitCode: code, startedAt: now, finishedAt: '2026-01-02T03:04:35Z' } } },
        ],
      });
    },
  );

  test('survives a year of crashes without trouble', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ pod: 'web', exitCode: 1 }));
    await admin.send('POST', `${core}/pods`, pod());
    await ks.clock.advance('8760h');
    // The login of a year ago is over.
    const { containerStatuses } = (await statusOf(await as(ks, 'admin'), `${core}/pods/web`)) as {
      readonly containerStatuses: readonly { readonly restartCount: number }[];
    };
    // Every five minutes, once the waits have grown to that.
    expect(containerStatuses[0]?.restartCount).toBe(105_124);
  });

  test('makes a Job last', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ container: 'work', exitCode: 0, after: '2m' }));
    await admin.send('POST', `${batch}/jobs`, job({}));
    expect(await statusOf(admin, `${batch}/jobs/work`)).toMatchObject({ active: 1, ready: 1 });
    await ks.clock.advance('10m');
    expect(await statusOf(admin, `${batch}/jobs/work`)).toMatchObject({
      succeeded: 1,
      completionTime: '2026-01-02T03:06:05Z',
    });
  });
});

describe('a Job', () => {
  test('fails once its pods have failed too often', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ container: 'work', exitCode: 1 }));
    await admin.send('POST', `${batch}/jobs`, job({ backoffLimit: 2 }));
    const failed = async (): Promise<unknown> => statusOf(admin, `${batch}/jobs/work`);
    expect(await failed()).toMatchObject({ failed: 1 });
    // Ten seconds after the first failure, twenty after the second.
    for (const [wait, count] of [
      ['9s', 1],
      ['1s', 2],
      ['19s', 2],
    ] as const) {
      await ks.clock.advance(wait);
      expect(await failed()).toMatchObject({ failed: count });
    }
    await ks.clock.advance('1s');
    expect(await failed()).toMatchObject({
      failed: 3,
      conditions: [
        {
          type: 'Failed',
          status: 'True',
          reason: 'BackoffLimitExceeded',
          message: 'Job has reached the specified backoff limit',
        },
      ],
    });
    const events = await admin.get(`${core}/events?fieldSelector=involvedObject.kind%3DJob`);
    expect(reasonsOf(events)).toContain('BackoffLimitExceeded');
  });

  test('whose containers are restarted fails after as many restarts, and takes its pod along', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ container: 'work', exitCode: 1 }));
    await admin.send('POST', `${batch}/jobs`, job({ backoffLimit: 2 }, 'OnFailure'));
    expect(await statusOf(admin, `${batch}/jobs/work`)).toMatchObject({ active: 1 });
    await ks.clock.advance('10s');
    expect(await statusOf(admin, `${batch}/jobs/work`)).toMatchObject({
      conditions: [{ type: 'Failed', reason: 'BackoffLimitExceeded' }],
    });
    expect((await admin.get(`${core}/pods?labelSelector=job-name%3Dwork`)).json.items).toEqual([]);
  });

  test('of a CronJob is kept as long as the history of its kind of end says', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(failing({ container: 'work', exitCode: 1 }));
    const { spec } = job({ backoffLimit: 0 }) as { readonly spec: object };
    await admin.send('POST', `${batch}/cronjobs`, {
      metadata: { name: 'tick' },
      spec: { schedule: '* * * * *', failedJobsHistoryLimit: 2, jobTemplate: { spec } },
    });
    for (let minute = 0; minute < 4; minute += 1) await ks.clock.advance('1m');
    expect((await admin.get(`${batch}/jobs`)).json.items).toHaveLength(2);
  });
});

test('a scenario that says nothing of what becomes of a container is refused', async () => {
  await using ks = await startFakeKsApiserver({ now });
  await expect(ks.scenario(failing({ pod: 'web' }))).rejects.toThrow('give either missing or exitCode');
});

test.for([
  [{ missing: true, after: '5s' }, 'goes with an exitCode only'],
  [{ exitCode: 1, after: '-5s' }, 'nothing ends before it starts'],
] as const)('a scenario that says %j is refused', async ([fate, why]) => {
  await using ks = await startFakeKsApiserver({ now });
  await expect(ks.scenario(failing(fate))).rejects.toThrow(why);
});
