import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const batch = '/apis/batch/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const now = '2026-01-02T03:04:05Z';
const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'work' }] } };

/** Has containers of Jobs run for a while. */
async function lasting(ks: InProcessFake, after: string, exitCode = 0): Promise<void> {
  await ks.scenario({
    description: 'Work takes its time.',
    containers: [{ container: 'work', exitCode, after }],
  });
}

async function makeJob(admin: Asker, spec: object): Promise<void> {
  await admin.send('POST', `${batch}/jobs`, { metadata: { name: 'work' }, spec: { template, ...spec } });
}

async function statusOf(admin: Asker, path = `${batch}/jobs/work`): Promise<Body> {
  return (await admin.get(path)).json['status'] as Body;
}

async function podsOf(admin: Asker): Promise<readonly Body[]> {
  return (await admin.get(`${core}/pods?labelSelector=job-name%3Dwork`)).json.items;
}

async function reasonsOf(admin: Asker, kind: string): Promise<unknown[]> {
  const { json } = await admin.get(`${core}/events?fieldSelector=involvedObject.kind%3D${kind}`);
  return json.items.map(({ reason }) => reason);
}

describe('a Job', () => {
  test('whose time is over fails, and its pods are taken away', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await lasting(ks, '1h');
    await makeJob(admin, { activeDeadlineSeconds: 30, parallelism: 2, completions: 2 });
    await ks.clock.advance('29s');
    expect(await statusOf(admin)).toMatchObject({ active: 2 });
    await ks.clock.advance('1s');
    expect(await statusOf(admin)).toMatchObject({
      conditions: [
        {
          type: 'Failed',
          reason: 'DeadlineExceeded',
          message: 'Job was active longer than specified deadline',
        },
      ],
    });
    expect(await podsOf(admin)).toEqual([]);
    expect(await reasonsOf(admin, 'Job')).toEqual(
      expect.arrayContaining(['SuccessfulDelete', 'DeadlineExceeded']),
    );
  });

  test('runs as many pods side by side as it says, and tells the indexes that are done', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await lasting(ks, '1m');
    await makeJob(admin, { completionMode: 'Indexed', completions: 5, parallelism: 2 });
    const pods = await podsOf(admin);
    expect(pods.map(({ metadata }) => metadata.name.slice(0, -5))).toEqual(['work-0-', 'work-1-']);
    expect(pods[1]).toMatchObject({
      metadata: { annotations: { 'batch.kubernetes.io/job-completion-index': '1' } },
      spec: { hostname: 'work-1', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX' }] }] },
    });
    await ks.clock.advance('2m');
    expect(await statusOf(admin)).toMatchObject({ active: 1, succeeded: 4, completedIndexes: '0-3' });
    await ks.clock.advance('1m');
    expect(await statusOf(admin)).toMatchObject({
      completedIndexes: '0-4',
      completionTime: '2026-01-02T03:07:05Z',
      conditions: [{ type: 'Complete' }],
    });
  });

  test('that is suspended has no pods, and begins again when it is resumed', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await lasting(ks, '1h');
    await makeJob(admin, {});
    await admin.send('PATCH', `${batch}/jobs/work`, { spec: { suspend: true } }, merge);
    expect(await podsOf(admin)).toEqual([]);
    expect(await statusOf(admin)).toMatchObject({ conditions: [{ type: 'Suspended', status: 'True' }] });
    await ks.clock.advance('1m');
    await admin.send('PATCH', `${batch}/jobs/work`, { spec: { suspend: false } }, merge);
    expect(await statusOf(admin)).toMatchObject({
      active: 1,
      startTime: '2026-01-02T03:05:05Z',
      conditions: [{ type: 'Suspended', status: 'False', reason: 'JobResumed' }],
    });
    expect(await reasonsOf(admin, 'Job')).toEqual(expect.arrayContaining(['Suspended', 'Resumed']));
  });

  test('is deleted when it has been kept as long as it asks for, also when it asks afterwards', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeJob(admin, {});
    await ks.clock.advance('1m');
    await admin.send('PATCH', `${batch}/jobs/work`, { spec: { ttlSecondsAfterFinished: 100 } }, merge);
    await ks.clock.advance('39s');
    expect((await admin.get(`${batch}/jobs/work`)).status).toBe(200);
    await ks.clock.advance('1s');
    expect((await admin.get(`${batch}/jobs/work`)).status).toBe(404);
    expect(await podsOf(admin)).toEqual([]);
  });
});

describe('a CronJob', () => {
  async function makeCron(admin: Asker, spec: object = {}): Promise<void> {
    await admin.send('POST', `${batch}/cronjobs`, {
      metadata: { name: 'tick' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template } }, ...spec },
    });
  }

  async function jobByHand(admin: Asker): Promise<void> {
    const { uid } = (await admin.get(`${batch}/cronjobs/tick`)).json.metadata;
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid, controller: true };
    const metadata = { name: 'by-hand', ownerReferences: [owner] };
    await admin.send('POST', `${batch}/jobs`, { metadata, spec: { template } });
  }

  async function minutesOf(admin: Asker): Promise<string[]> {
    return namesOf(await admin.get(`${batch}/jobs`))
      .filter((name) => name.startsWith('tick-'))
      .map((name) => new Date(Number(name.slice('tick-'.length)) * 60_000).toISOString().slice(11, 16));
  }

  test('gets a Job for every moment the clock jumps over, each made at its moment', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeCron(admin, { successfulJobsHistoryLimit: 10 });
    await ks.clock.advance('4m');
    expect(await minutesOf(admin)).toEqual(['03:05', '03:06', '03:07', '03:08']);
    const made = (await admin.get(`${batch}/jobs`)).json.items
      .filter(({ metadata }) => metadata.name.startsWith('tick-'))
      .map(({ metadata }) => metadata['creationTimestamp']);
    expect(made).toEqual(['5', '6', '7', '8'].map((minute) => `2026-01-02T03:0${minute}:00Z`));
    expect(await reasonsOf(admin, 'CronJob')).toContain('SawCompletedJob');
  });

  test('gets a Job as often as it says, counted from when it was made', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeCron(admin, { schedule: '@every 90s', successfulJobsHistoryLimit: 10 });
    await ks.clock.advance('5m');
    const times = (await admin.get(`${batch}/jobs`)).json.items.map(({ metadata }) =>
      Date.parse(String(metadata['creationTimestamp'])),
    );
    expect(times.map((time) => (time - Date.parse(now)) / 1000)).toEqual([90, 180, 270]);
  });

  test('gets the last Jobs only when the clock jumps over a year', async () => {
    await using ks = await startFakeKsApiserver({ now });
    await makeCron(await as(ks, 'admin'));
    await ks.clock.advance('8760h');
    expect(await minutesOf(await as(ks, 'admin'))).toEqual(['03:02', '03:03', '03:04']);
  });

  test.for([
    ['Allow', ['03:05', '03:06', '03:07'], 2],
    ['Forbid', ['03:05', '03:06'], 1],
    ['Replace', ['03:07'], 1],
  ] as const)('with Jobs that outlast its period: %s', async ([concurrencyPolicy, minutes, active]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await lasting(ks, '90s');
    await makeCron(admin, { concurrencyPolicy });
    await ks.clock.advance('3m');
    expect(await minutesOf(admin)).toEqual(minutes);
    const { active: running } = (await statusOf(admin, `${batch}/cronjobs/tick`)) as unknown as {
      readonly active: readonly object[];
    };
    expect(running).toHaveLength(active);
    expect((await reasonsOf(admin, 'CronJob')).includes('JobAlreadyActive')).toBe(
      concurrencyPolicy === 'Forbid',
    );
  });

  test('does not count a running Job somebody else made for it, and says so', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await lasting(ks, '1h');
    await makeCron(admin, { suspend: true });
    await jobByHand(admin);
    expect(await statusOf(admin, `${batch}/cronjobs/tick`)).not.toHaveProperty('active');
    const { json } = await admin.get(`${core}/events?fieldSelector=involvedObject.kind%3DCronJob`);
    expect(json.items).toMatchObject([
      {
        type: 'Warning',
        reason: 'UnexpectedJob',
        message: 'Saw a job that the controller did not create or forgot: by-hand',
      },
    ]);
  });

  test('says nothing of the end of a Job somebody else made for it', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await makeCron(admin, { suspend: true });
    await jobByHand(admin);
    expect(await statusOf(admin, `${batch}/cronjobs/tick`)).toEqual({ lastSuccessfulTime: now });
    expect(await reasonsOf(admin, 'CronJob')).not.toContain('SawCompletedJob');
  });

  test('forgets a Job that was deleted while it ran, and says so', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await lasting(ks, '1h');
    await makeCron(admin);
    await ks.clock.advance('1m');
    const [name = ''] = namesOf(await admin.get(`${batch}/jobs`)).filter((one) => one.startsWith('tick-'));
    await admin.send('DELETE', `${batch}/jobs/${name}?propagationPolicy=Background`);
    expect(await statusOf(admin, `${batch}/cronjobs/tick`)).not.toHaveProperty('active');
    expect(await reasonsOf(admin, 'CronJob')).toContain('MissingJob');
  });

  test.for([
    [undefined, ['03:09'], 'SuccessfulCreate'],
    [10, [], 'MissSchedule'],
    [120, ['03:09'], 'SuccessfulCreate'],
  ] as const)(
    'makes up for what it missed while suspended: deadline %s',
    async ([seconds, minutes, reason]) => {
      await using ks = await startFakeKsApiserver({ now });
      const admin = await as(ks, 'admin');
      await makeCron(admin, { suspend: true, ...(seconds && { startingDeadlineSeconds: seconds }) });
      await ks.clock.advance('5m15s');
      expect(await minutesOf(admin)).toEqual([]);
      await admin.send('PATCH', `${batch}/cronjobs/tick`, { spec: { suspend: false } }, merge);
      expect(await minutesOf(admin)).toEqual(minutes);
      expect(await reasonsOf(admin, 'CronJob')).toContain(reason);
    },
  );
});
