import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import type { ScenarioFate } from '../../src/scenario/scenario.js';
import { as, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const batch = '/apis/batch/v1/namespaces/default';
const now = '2026-01-02T03:04:05Z';
const tracking = 'batch.kubernetes.io/job-tracking';
const failures = 'batch.kubernetes.io/job-index-failure-count';
const newer = { now, kubeVersion: 'v1.32.1' };

async function makeJob(admin: Asker, spec: object, pod: object = {}): Promise<void> {
  const template = {
    spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'work' }], ...pod },
  };
  const body = { metadata: { name: 'work' }, spec: { template, ...spec } };
  const { status, text } = await admin.send('POST', `${batch}/jobs`, body);
  expect(status, text).toBe(201);
}

async function work(ks: InProcessFake, ...containers: ScenarioFate[]): Promise<void> {
  await ks.scenario({ description: 'Work as it is.', containers });
}

async function statusOf(admin: Asker): Promise<Body> {
  return (await admin.get(`${batch}/jobs/work`)).json['status'] as Body;
}

async function podsOf(admin: Asker): Promise<readonly Body[]> {
  return (await admin.get(`${core}/pods?labelSelector=job-name%3Dwork`)).json.items;
}

function typesOf(status: Body): unknown[] {
  return (status['conditions'] as readonly Body[]).map(({ type }) => type);
}

describe('pods of a Job', () => {
  test('are held until they are counted, and counted also when somebody deletes them', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(ks, { container: 'work', exitCode: 0, after: '1m' });
    await makeJob(admin, { completions: 2 });
    const [first] = await podsOf(admin);
    expect(first?.metadata['finalizers']).toEqual([tracking]);
    await admin.send('DELETE', `${core}/pods/${first?.metadata.name ?? ''}`);
    expect(await statusOf(admin)).toMatchObject({ failed: 1, terminating: 0, uncountedTerminatedPods: {} });
    await ks.clock.advance('11s');
    expect(await statusOf(admin)).toMatchObject({ active: 1, failed: 1 });
    await ks.clock.advance('1m');
    const [done] = (await podsOf(admin)).filter((pod) => (pod['status'] as Body)['phase'] === 'Succeeded');
    expect(done?.metadata['finalizers']).toBeUndefined();
    await admin.send('DELETE', `${core}/pods/${done?.metadata.name ?? ''}`);
    expect(await statusOf(admin)).toMatchObject({ succeeded: 1 });
    await ks.clock.advance('1m');
    expect(await statusOf(admin)).toMatchObject({
      succeeded: 2,
      failed: 1,
      conditions: [{ type: 'Complete' }],
    });
  });

  test('go with it, though it has not counted them', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(ks, { container: 'work', exitCode: 0, after: '1m' });
    await makeJob(admin, {});
    await admin.send('DELETE', `${batch}/jobs/work?propagationPolicy=Background`);
    expect(await podsOf(admin)).toEqual([]);
  });

  test('of a Kubernetes that did not track them are counted as long as they are there', async () => {
    await using ks = await startFakeKsApiserver({ now, kubeVersion: 'v1.23.10' });
    const admin = await as(ks, 'admin');
    await makeJob(admin, {});
    const { conditions: _, completionTime: __, startTime: ___, ...counts } = await statusOf(admin);
    expect(counts).toEqual({ succeeded: 1 });
  });
});

test.for([
  ['v1.29.2', ['Complete']],
  ['v1.31.0', ['SuccessCriteriaMet', 'Complete']],
] as const)('a Job that is done says so in the words of Kubernetes %s', async ([kubeVersion, types]) => {
  await using ks = await startFakeKsApiserver({ now, kubeVersion });
  const admin = await as(ks, 'admin');
  await makeJob(admin, {});
  const status = await statusOf(admin);
  expect(typesOf(status)).toEqual(types);
  for (const condition of status['conditions'] as readonly Body[])
    expect(condition['reason']).toBe(types.length === 1 ? undefined : 'CompletionsReached');
});

test('a queue of work lets its other pods finish once one has succeeded', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await work(ks, { container: 'work', exitCode: 0, after: '1m' });
  await makeJob(admin, { parallelism: 2 });
  const [first] = await podsOf(admin);
  await ks.clock.advance('10s');
  const path = `${core}/pods/${first?.metadata.name ?? ''}/status`;
  const merge = 'application/merge-patch+json';
  await admin.send('PATCH', path, { status: { phase: 'Succeeded' } }, merge);
  expect(await statusOf(admin)).toMatchObject({ active: 1, succeeded: 1 });
  await ks.clock.advance('1m');
  expect(await statusOf(admin)).toMatchObject({ succeeded: 2, conditions: [{ type: 'Complete' }] });
});

describe('a policy on failing pods', () => {
  const on = (action: string, operator: string, ...values: number[]): object => ({
    podFailurePolicy: { rules: [{ action, onExitCodes: { containerName: 'work', operator, values } }] },
  });

  test('fails the whole Job', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(ks, { container: 'work', exitCode: 42, after: '1m' });
    await makeJob(admin, { parallelism: 2, completions: 2, ...on('FailJob', 'In', 42) });
    await ks.clock.advance('1m');
    const status = await statusOf(admin);
    expect(status).toMatchObject({ failed: 2, conditions: [{ reason: 'PodFailurePolicy' }, {}] });
    expect(typesOf(status)).toEqual(['FailureTarget', 'Failed']);
    expect((status['conditions'] as readonly Body[])[1]?.['message']).toMatch(
      /^Container work for pod default\/work-\w{5} failed with exit code 42 matching FailJob rule at index 0$/,
    );
  });

  test('passes over what it does not count', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(ks, { container: 'work', exitCode: 42, after: '1s' });
    await makeJob(admin, { backoffLimit: 0, ...on('Ignore', 'NotIn', 1) });
    await ks.clock.advance('1m');
    const status = await statusOf(admin);
    expect(status['conditions']).toBeUndefined();
    expect(status['failed']).toBeUndefined();
    expect((await podsOf(admin)).length).toBeGreaterThan(1);
  });

  test('goes by conditions, such as that a pod was driven out', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(ks, { container: 'work', exitCode: 0, after: '1h' });
    const rule = { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
    await makeJob(admin, { podFailurePolicy: { rules: [rule] } });
    const [pod] = await podsOf(admin);
    const name = pod?.metadata.name ?? '';
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
    expect((await admin.send('POST', `${core}/pods/${name}/eviction`, eviction)).status).toBe(201);
    expect(await statusOf(admin)).toMatchObject({
      failed: 1,
      conditions: [
        {
          type: 'FailureTarget',
          message: `Pod default/${name} has condition DisruptionTarget matching FailJob rule at index 0`,
        },
        { type: 'Failed' },
      ],
    });
  });

  test('is unknown to Kubernetes 1.24', async () => {
    await using ks = await startFakeKsApiserver({ now, kubeVersion: 'v1.24.9' });
    const admin = await as(ks, 'admin');
    await work(ks, { container: 'work', exitCode: 42, after: '1s' });
    await makeJob(admin, { backoffLimit: 0, ...on('Ignore', 'In', 42) });
    await ks.clock.advance('1m');
    expect(await statusOf(admin)).toMatchObject({ conditions: [{ reason: 'BackoffLimitExceeded' }] });
  });
});

describe('a Job that counts the failures of each index', () => {
  const spec = { completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimitPerIndex: 1 };

  test('goes on with the others, and tells which have failed', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(
      ks,
      { pod: 'work-1-*', exitCode: 1, after: '1s' },
      { exitCode: 0, after: '1m', container: 'work' },
    );
    await makeJob(admin, spec);
    await ks.clock.advance('2s');
    const waiting = (await podsOf(admin)).find(({ metadata }) => metadata.name.startsWith('work-1-'));
    expect(waiting?.metadata).toMatchObject({ annotations: { [failures]: '0' }, finalizers: [tracking] });
    await ks.clock.advance('9s');
    const names = (await podsOf(admin)).map(({ metadata }) => metadata.name.slice(0, 7));
    expect(names.sort()).toEqual(['work-0-', 'work-1-', 'work-1-', 'work-2-']);
    const told = (await podsOf(admin)).map(({ metadata }) => metadata.annotations[failures]);
    expect(told.sort()).toEqual(['0', '0', '0', '1']);
    await ks.clock.advance('10s');
    expect(await statusOf(admin)).toMatchObject({ active: 2, failed: 2, failedIndexes: '1' });
    await ks.clock.advance('1m');
    expect(await statusOf(admin)).toMatchObject({
      succeeded: 2,
      completedIndexes: '0,2',
      failedIndexes: '1',
      conditions: [{ type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' }],
    });
  });

  test('fails at once when too many have', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(
      ks,
      { pod: 'work-1-*', exitCode: 1, after: '1s' },
      { exitCode: 0, after: '1h', container: 'work' },
    );
    await makeJob(admin, { ...spec, backoffLimitPerIndex: 0, maxFailedIndexes: 0 });
    await ks.clock.advance('2s');
    expect(await statusOf(admin)).toMatchObject({
      failed: 3,
      failedIndexes: '1',
      conditions: [{ type: 'Failed', reason: 'MaxFailedIndexesExceeded' }],
    });
  });

  test('gives an index up by a rule', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await work(
      ks,
      { pod: 'work-2-*', exitCode: 9, after: '1s' },
      { exitCode: 0, after: '1m', container: 'work' },
    );
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [9] } }];
    await makeJob(admin, { ...spec, backoffLimitPerIndex: 5, podFailurePolicy: { rules } });
    await ks.clock.advance('2s');
    expect(await statusOf(admin)).toMatchObject({ active: 2, failed: 1, failedIndexes: '2' });
  });
});

describe('a policy on success', () => {
  const spec = { completionMode: 'Indexed', completions: 4, parallelism: 4 };
  const leader = [
    { pod: 'work-0-*', exitCode: 0, after: '1s' },
    { container: 'work', exitCode: 0, after: '1h' },
  ] as const;

  test.for([
    [{ succeededIndexes: '0' }, true],
    [{ succeededIndexes: '0-1' }, false],
    [{ succeededIndexes: '0-1', succeededCount: 1 }, true],
    [{ succeededCount: 1 }, true],
    [{ succeededCount: 2 }, false],
  ] as const)('is met by one pod or not: %j', async ([rule, isMet]) => {
    await using ks = await startFakeKsApiserver(newer);
    const admin = await as(ks, 'admin');
    await work(ks, ...leader);
    await makeJob(admin, { ...spec, successPolicy: { rules: [rule] } });
    await ks.clock.advance('2s');
    const status = await statusOf(admin);
    if (!isMet) {
      expect(status).toMatchObject({ active: 3, succeeded: 1 });
      return;
    }
    const why = { reason: 'SuccessPolicy', message: 'Matched rules at index 0' };
    expect(status).toMatchObject({
      succeeded: 1,
      conditions: [
        { type: 'SuccessCriteriaMet', ...why },
        { type: 'Complete', ...why },
      ],
    });
    expect(status['failed']).toBeUndefined();
    expect(await podsOf(admin)).toHaveLength(1);
  });
});
