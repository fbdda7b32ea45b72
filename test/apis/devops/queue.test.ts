import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Answer, type Body } from '../../support/ask.js';
import { devopsStage } from './stage.js';

const script = (steps: string): string =>
  `pipeline { agent any\nstages { stage('one') { steps {\n${steps}\n} } } }`;

/** Runs as somebody sees them who has just logged in: tokens do not outlive days. */
async function runsOf(ks: InProcessFake, place: string): Promise<unknown[]> {
  const { items } = (await (await as(ks, 'admin')).get(`${place}/runs`)).json as unknown as {
    items: readonly Body[];
  };
  return items.map(({ id, state, result }) => [id, state, result]);
}

test('a pipeline that runs one at a time lets the others wait, in turn', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', script('sleep 30'), { disable_concurrent: true });
  const at = place('one');
  await admin.send('POST', `${at}/runs`, {});
  const second = await admin.send('POST', `${at}/runs`, {});
  await admin.send('POST', `${at}/runs`, {});
  expect(second.json).toMatchObject({
    state: 'QUEUED',
    causeOfBlockage: 'Build #1 is already in progress (ETA: N/A)',
  });
  await ks.clock.advance('20s');
  const running = [
    ['3', 'QUEUED', 'UNKNOWN'],
    ['2', 'QUEUED', 'UNKNOWN'],
    ['1', 'RUNNING', 'UNKNOWN'],
  ];
  expect(await runsOf(ks, at)).toEqual(running);
  await ks.clock.advance('30s');
  expect(await runsOf(ks, at)).toEqual([
    ['3', 'QUEUED', 'UNKNOWN'],
    ['2', 'RUNNING', 'UNKNOWN'],
    ['1', 'FINISHED', 'SUCCESS'],
  ]);
  await admin.send('POST', `${at}/runs/3/stop`, {});
  await ks.clock.advance('10m');
  expect(await runsOf(ks, at)).toEqual([
    ['3', 'FINISHED', 'ABORTED'],
    ['2', 'FINISHED', 'SUCCESS'],
    ['1', 'FINISHED', 'SUCCESS'],
  ]);
});

test('as many runs are kept as a pipeline says, and the last good one', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, project, place, make } = await devopsStage(ks);
  await make('one', script("sh 'exit ${CODE}'"), {
    discarder: { num_to_keep: '2' },
    parameters: [{ name: 'CODE', type: 'string', default_value: '0' }],
  });
  for (const code of ['0', '1', '1', '1']) {
    await admin.send('POST', `${place('one')}/runs`, { parameters: [{ name: 'CODE', value: code }] });
    await ks.clock.advance('1m');
  }
  expect(await runsOf(ks, place('one'))).toEqual([
    ['4', 'FINISHED', 'FAILURE'],
    ['3', 'FINISHED', 'FAILURE'],
    ['1', 'FINISHED', 'SUCCESS'],
  ]);
  const objects = `/apis/devops.kubesphere.io/v1alpha3/namespaces/${project}/pipelineruns`;
  expect((await admin.get(objects)).json.items).toHaveLength(3);
});

test('runs that are too old go by the clock, but for the last ones', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const { place, make } = await devopsStage(ks);
  await make('one', script("echo 'x'"), { discarder: { days_to_keep: '7', num_to_keep: '-1' } });
  for (let count = 0; count < 3; count += 1) {
    await (await as(ks, 'admin')).send('POST', `${place('one')}/runs`, {});
    await ks.clock.advance('24h');
  }
  expect(await runsOf(ks, place('one'))).toHaveLength(3);
  await ks.clock.advance('120h');
  expect(await runsOf(ks, place('one'))).toHaveLength(2);
  await ks.clock.advance('240h');
  expect(await runsOf(ks, place('one'))).toEqual([['3', 'FINISHED', 'SUCCESS']]);
});

test('a pipeline runs by its timer', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  await ks.clock.set('2024-05-01T00:30:00Z');
  const { project, place, make } = await devopsStage(ks);
  await make('one', script("echo 'x'"), { timer_trigger: { cron: '# often\n0 * * * *' } });
  expect(await runsOf(ks, place('one'))).toEqual([]);
  await ks.clock.advance('2h');
  const runs = async (): Promise<Answer['json']> =>
    (await (await as(ks, 'admin')).get(`${place('one')}/runs`)).json;
  expect((await runs()).items).toMatchObject([
    { id: '2', causes: [{ shortDescription: 'Started by timer' }] },
    { id: '1', startTime: expect.stringMatching(/^2024-05-01T01:00:0/) as string },
  ]);
  // Of what a jump passes the last twenty are run.
  await ks.clock.advance('9000h');
  expect((await runs())['totalItems']).toBe(22);
  const at = `/apis/devops.kubesphere.io/v1alpha3/namespaces/${project}/pipelines/one`;
  const off = { spec: { pipeline: { timer_trigger: null } } };
  const changed = await (await as(ks, 'admin')).send('PATCH', at, off, 'application/merge-patch+json');
  expect(changed.status).toBe(200);
  await ks.clock.advance('24h');
  expect((await runs())['totalItems']).toBe(22);
});

test('parameters are those of the pipeline', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', script('echo "$STAGE"'), {
    parameters: [
      { name: 'STAGE', type: 'choice', default_value: 'test\nprod' },
      { name: 'TAG', type: 'string', default_value: 'v1' },
    ],
  });
  const rows = [
    [{}, 400, 'This is parameterized job, requires parameters'],
    [{ parameters: [{ value: 'x' }] }, 400, 'parameters.name is required element'],
    [{ parameters: [{ name: 'OTHER', value: 'x' }] }, 400, 'No such parameter definition: OTHER'],
    [{ parameters: [{ name: 'STAGE', value: 'live' }] }, 500, 'Illegal choice for parameter STAGE: live'],
    [{ parameters: [{ name: 'STAGE', value: 'prod' }] }, 200, '"state": "QUEUED"'],
  ] as const;
  for (const [body, status, text] of rows) {
    const answer = await admin.send('POST', `${place('one')}/runs`, body);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
  }
  await ks.clock.advance('1m');
  expect((await admin.get(`${place('one')}/runs/1/log`)).text).toContain('\nprod\n');
});

test('what runs side by side is logged as it happens, and what was read of it stays', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  const branch = (name: string, first: number): string =>
    `stage('${name}') { steps { sleep ${String(first)}\necho 'end of ${name}'\n} }`;
  await make(
    'one',
    `pipeline { agent any\nstages { stage('all') { parallel { ${branch('slow', 20)}\n${branch('fast', 5)} } } } }`,
  );
  await admin.send('POST', `${place('one')}/runs`, {});
  const log = async (): Promise<string> => (await admin.get(`${place('one')}/runs/1/log`)).text;
  let read = '';
  for (let count = 0; count < 8; count += 1) {
    await ks.clock.advance('4s');
    const text = await log();
    expect(text.startsWith(read)).toBe(true);
    read = text;
  }
  expect(
    read.split('\n').filter((line) => /parallel|Branch|end of|^\[Pipeline\] \}|Finished/.test(line)),
  ).toEqual([
    '[Pipeline] parallel',
    '[Pipeline] { (Branch: slow)',
    '[Pipeline] { (Branch: fast)',
    'end of fast',
    '[Pipeline] }',
    '[Pipeline] }',
    'end of slow',
    '[Pipeline] }',
    '[Pipeline] }',
    '[Pipeline] // parallel',
    '[Pipeline] }',
    '[Pipeline] }',
    'Finished: SUCCESS',
  ]);
});
