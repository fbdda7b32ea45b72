import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Body } from '../../support/ask.js';
import { devopsStage } from './stage.js';

const releases = ['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const;
const stages = (...bodies: readonly string[]): string =>
  `pipeline {\n  agent any\n  stages {\n${bodies.join('\n')}\n  }\n}`;
const stage = (name: string, steps: string): string => `stage('${name}') { steps { ${steps} } }`;
const list = (body: unknown): readonly Body[] => body as readonly Body[];

test.for(releases)('%s: a run is queued, runs, and ends well', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', stages(stage('build', "sh 'make'"), stage('wait', 'sleep 30')));
  const queued = await admin.send('POST', `${place('one')}/runs`, {});
  expect(queued.json).toMatchObject({ id: '1', state: 'QUEUED', result: 'UNKNOWN', type: 'QUEUED' });
  const seen = async (): Promise<unknown> => {
    const { json } = await admin.get(`${place('one')}/runs/1`);
    const all = (await admin.get(`${place('one')}/runs`)).json;
    expect([all['totalItems'], all.items[0]?.['state']]).toEqual([1, json['state']]);
    return [json['state'], json['result']];
  };
  expect(await seen()).toEqual(['QUEUED', 'UNKNOWN']);
  await ks.clock.advance('20s');
  expect(await seen()).toEqual(['RUNNING', 'UNKNOWN']);
  await ks.clock.advance('1m');
  expect(await seen()).toEqual(['FINISHED', 'SUCCESS']);
  const { json } = await admin.get(place('one'));
  expect(json).toMatchObject({ name: 'one', organization: 'jenkins', weatherScore: 100 });
});

test('the same seed runs a pipeline in the same time', async () => {
  const durations = [];
  for (const seed of [7, 7]) {
    await using ks = await startFakeKsApiserver({ release: 'v3.1', seed });
    const { admin, place, make } = await devopsStage(ks);
    await make('one', stages(stage('build', "sh 'make'")));
    await admin.send('POST', `${place('one')}/runs`, {});
    await ks.clock.advance('1m');
    durations.push((await admin.get(`${place('one')}/runs/1`)).json['durationInMillis']);
  }
  expect(durations[0]).toBe(durations[1]);
  expect(durations[0]).toBeGreaterThan(999);
});

test.for([
  ["sh 'make'\nsh 'exit 3'\necho 'never'", 'FAILURE', 'script returned exit code 3'],
  ["error 'no way'", 'FAILURE', 'ERROR: no way'],
  ["unstable 'shaky'", 'UNSTABLE', 'WARNING: shaky'],
  ['sh "echo $TAG of ${params.TAG}"', 'SUCCESS', 'v2 of v2'],
] as const)('steps %j end a run with %s', async ([steps, result, line]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', stages(stage('build', steps), stage('after', "echo 'bye'")), {
    parameters: [{ name: 'TAG', type: 'string', default_value: 'v1' }],
  });
  await admin.send('POST', `${place('one')}/runs`, { parameters: [{ name: 'TAG', value: 'v2' }] });
  await ks.clock.advance('1m');
  expect((await admin.get(`${place('one')}/runs/1`)).json['result']).toBe(result);
  const log = await admin.get(`${place('one')}/runs/1/log`);
  expect(log.contentType).toBe('text/plain; charset=utf-8');
  expect(log.text).toContain(line);
  expect(log.text).toMatch(new RegExp(`Finished: ${result}\n$`));
  const nodes = list((await admin.get(`${place('one')}/runs/1/nodes`)).json);
  const skipped = result === 'FAILURE' ? ['SKIPPED', 'NOT_BUILT'] : ['FINISHED', 'SUCCESS'];
  expect([nodes[1]?.['state'], nodes[1]?.['result']]).toEqual(skipped);
});

test('a script nobody can read fails at once and says where', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', 'pipeline {\n  agent any\n');
  await admin.send('POST', `${place('one')}/runs`, {});
  await ks.clock.advance('1m');
  expect((await admin.get(`${place('one')}/runs/1`)).json['result']).toBe('FAILURE');
  expect((await admin.get(`${place('one')}/runs/1/log`)).text).toContain(
    "WorkflowScript: 3: expecting '}', found '<EOF>' @ line 3, column 1.",
  );
});

test('stages side by side branch off and lead on', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  const side = `stage('both') { parallel { ${stage('a', "echo 'a'")}\n${stage('b', 'sleep 9')} } }`;
  await make('one', stages(side, stage('end', "echo 'bye'")));
  await admin.send('POST', `${place('one')}/runs`, {});
  await ks.clock.advance('1m');
  const nodes = list((await admin.get(`${place('one')}/runs/1/nodes`)).json);
  const [both, a, b, end] = nodes;
  expect(nodes.map((node) => [node['displayName'], node['type']])).toEqual([
    ['both', 'STAGE'],
    ['a', 'PARALLEL'],
    ['b', 'PARALLEL'],
    ['end', 'STAGE'],
  ]);
  const edges = (node: Body | undefined): unknown[] => list(node?.['edges'] ?? []).map(({ id }) => id);
  expect(edges(both)).toEqual([a?.['id'], b?.['id']]);
  expect([...edges(a), ...edges(b)]).toEqual([end?.['id'], end?.['id']]);
  expect([a?.['firstParent'], b?.['firstParent']]).toEqual([both?.['id'], both?.['id']]);
  expect(b?.['durationInMillis']).toBe(9000);
  expect(both?.['durationInMillis']).toBe(9000);
});

test('a run waits for an answer, and goes on or is aborted with it', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', stages(stage('gate', "input(id: 'go', message: 'deploy?')"), stage('end', "echo 'bye'")));
  const answers = [
    [{ id: 'Go', parameters: [] }, 'SUCCESS'],
    [{ id: 'Go', abort: true }, 'ABORTED'],
  ] as const;
  for (const [at, [answer, result]] of answers.entries()) {
    const run = `${place('one')}/runs/${String(at + 1)}`;
    await admin.send('POST', `${place('one')}/runs`, {});
    await ks.clock.advance('10m');
    expect((await admin.get(run)).json).toMatchObject({ state: 'PAUSED' });
    const [node] = list((await admin.get(`${run}/nodesdetail`)).json);
    const [step] = list(node?.['steps']);
    expect([node?.['state'], step?.['state'], step?.['aprovable']]).toEqual(['PAUSED', 'PAUSED', true]);
    expect(step?.['input']).toMatchObject({ id: 'Go', message: 'deploy?', ok: 'Proceed' });
    const path = `${run}/nodes/${String(node?.['id'])}/steps/${String(step?.['id'])}`;
    const wrong = await admin.send('POST', path, { id: 'Other' });
    expect([wrong.status, JSON.parse(wrong.text)]).toEqual([
      400,
      {
        message:
          "Error processing Input Submit request. This Run instance does not have an Input with an ID of 'Other'.",
        code: 400,
        errors: [],
      },
    ]);
    const said = await admin.send('POST', path, answer);
    expect([said.status, said.text]).toEqual([200, '']);
    await ks.clock.advance('1m');
    expect((await admin.get(run)).json).toMatchObject({ state: 'FINISHED', result });
    expect((await admin.send('POST', path, answer)).text).toBe(
      '{"allow":"false","message":"the step \'Wait for interactive input\' is not approvable"}',
    );
  }
});

test('who is not asked may not answer, but who made the pipeline may', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, project, place, make } = await devopsStage(ks);
  await admin.send('POST', `/kapis/iam.kubesphere.io/v1alpha2/devops/${project}/members`, [
    { username: 'outsider', roleRef: 'admin' },
  ]);
  await make('one', stages(stage('gate', "input(message: 'deploy?', submitter: 'jane, joe')")));
  await admin.send('POST', `${place('one')}/runs`, {});
  await ks.clock.advance('1m');
  const outsider = await as(ks, 'outsider');
  const path = `${place('one')}/runs/1`;
  const approvable = async (who: typeof admin): Promise<unknown> =>
    list(list((await who.get(`${path}/nodesdetail`)).json)[0]?.['steps'])[0]?.['aprovable'];
  expect([await approvable(admin), await approvable(outsider)]).toEqual([true, false]);
  const refused = await outsider.send('POST', `${path}/nodes/5/steps/7`, { id: 'x' });
  expect(refused.text).toBe('{"allow":"false","message":"you have no permission to approve this step"}');
});

test('a run is stopped, and run once more', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', stages(stage('wait', 'sleep 300')));
  const runs = `${place('one')}/runs`;
  await admin.send('POST', runs, { parameters: [{ name: 'A', value: 'b' }] });
  await ks.clock.advance('1m');
  const stopped = await admin.send('POST', `${runs}/1/stop?blocking=true`, {});
  expect(stopped.json).toMatchObject({ state: 'FINISHED', result: 'ABORTED' });
  await ks.clock.advance('10m');
  expect((await admin.get(`${runs}/1`)).json).toMatchObject({ result: 'ABORTED' });
  expect((await admin.send('POST', `${runs}/1/stop`, {})).json).toMatchObject({ result: 'ABORTED' });
  const again = await admin.send('POST', `${runs}/1/replay`, {});
  expect(again.json).toMatchObject({
    id: '2',
    state: 'QUEUED',
    causes: [{ shortDescription: 'Replayed #1' }],
  });
  await ks.clock.advance('10m');
  expect((await admin.get(`${runs}/2`)).json).toMatchObject({ result: 'SUCCESS' });
  expect((await admin.get(runs)).json.items.map(({ id }) => id)).toEqual(['2', '1']);
  expect((await admin.get(`${runs}?start=1&limit=1`)).json.items.map(({ id }) => id)).toEqual(['1']);
});

test('what a run archives can be fetched from the pages of Jenkins', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', stages(stage('build', "archiveArtifacts 'target/*.jar'")));
  await admin.send('POST', `${place('one')}/runs`, {});
  expect((await admin.get(`${place('one')}/runs/1/artifacts`)).text).toBe('[]');
  await ks.clock.advance('1m');
  const [artifact] = list((await admin.get(`${place('one')}/runs/1/artifacts`)).json);
  expect(artifact).toMatchObject({ name: 'one.jar', path: 'target/one.jar', downloadable: true });
  const file = await admin.get(`/kapis/devops.kubesphere.io/v1alpha2/jenkins${String(artifact?.['url'])}`);
  expect([file.status, file.text.length]).toEqual([200, artifact?.['size']]);
  const other = await admin.get('/kapis/devops.kubesphere.io/v1alpha2/jenkins/manage');
  expect(other.status).toBe(501);
});

test.for([
  ['/nothing', 'Pipeline nothing not found'],
  ['/one/runs/4', 'Run 4 not found in organization jenkins and pipeline one'],
  ['/one/branches/master', 'Branch master not found'],
] as const)('%s is told missing as Blue Ocean does', async ([path, message]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', '');
  const { status, contentType, text } = await admin.get(place('one').replace('/one', path));
  expect([status, contentType]).toEqual([404, 'text/plain; charset=utf-8']);
  expect(text).toBe(`{\n  "message" : "${message}",\n  "code" : 404,\n  "errors" : [ ]\n}`);
});

test('who may not change a pipeline may not run it', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, project, place, make } = await devopsStage(ks);
  await make('one', '');
  await admin.send('POST', `/kapis/iam.kubesphere.io/v1alpha2/devops/${project}/members`, [
    { username: 'outsider', roleRef: 'viewer' },
  ]);
  const viewer = await as(ks, 'outsider');
  expect((await viewer.get(`${place('one')}/runs`)).status).toBe(200);
  expect((await viewer.get(place('one'))).json['permissions']).toEqual({ read: true });
  expect((await viewer.send('POST', `${place('one')}/runs`, {})).status).toBe(403);
});
