import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { devopsStage } from './stage.js';

const releases = ['v3.3', 'v3.4'] as const;
const group = '/kapis/devops.kubesphere.io/v1alpha3';
const jenkinsfile = "pipeline { agent any\nstages { stage('gate') { steps { input(message: 'go?') } } } }";

test.for(releases)('%s: runs are objects, and Jenkins tells of them', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const { admin, project, place, make } = await devopsStage(ks);
  await make('one', jenkinsfile);
  const at = `${group}/namespaces/${project}`;
  const made = await admin.send('POST', `${at}/pipelines/one/pipelineruns`, {
    parameters: [{ name: 'A', value: true }],
  });
  const { name, annotations } = made.json.metadata;
  expect(name).toMatch(/^one-.{5}$/);
  expect(annotations).toMatchObject({ 'devops.kubesphere.io/creator': 'admin' });
  expect(made.json.spec['parameters']).toEqual([{ name: 'A', value: 'true' }]);
  await ks.clock.advance('1m');
  const told = (await admin.get(`${at}/pipelines/one/pipelineruns`)).json;
  expect(told).toMatchObject({ items: [{ id: '1', state: 'PAUSED' }], totalItems: 1 });
  const objects = (await admin.get(`${at}/pipelines/one/pipelineruns?backward=false`)).json;
  expect(objects).toMatchObject({ items: [{ kind: 'PipelineRun', metadata: { name } }], totalItems: 1 });
  expect((await admin.get(`${at}/pipelineruns/${name}`)).json['status']).toMatchObject({ phase: 'Pending' });
  const stages = (await admin.get(`${at}/pipelineruns/${name}/nodedetails`)).json;
  expect(stages).toMatchObject([
    { displayName: 'gate', state: 'PAUSED', steps: [{ approvable: true, input: { message: 'go?' } }] },
  ]);
  expect((await admin.get(`${place('one')}/runs/1`)).json).toMatchObject({ state: 'PAUSED' });
});

test.for([
  ['GET', '/pipelines/two/pipelineruns', 404, 'Pipeline.devops.kubesphere.io "two" not found'],
  ['GET', '/pipelineruns/two', 404, 'PipelineRun.devops.kubesphere.io "two" not found'],
  ['GET', '/pipelines/one/branches', 400, 'invalid multi-branch Pipeline provided'],
  ['GET', '/pipelines/web/branches/other', 404, 'Branch other was not found'],
  ['POST', '/pipelines/web/pipelineruns', 400, 'missing branch name for running a multi-branch Pipeline'],
] as const)('%s %s is refused with %i', async ([method, path, status, message]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const { admin, project, make, makeBranched } = await devopsStage(ks);
  await make('one', '');
  await makeBranched('web', '');
  const body = method === 'POST' ? {} : undefined;
  const refused = await admin.send(method, `${group}/namespaces/${project}${path}`, body);
  expect([refused.status, refused.text]).toEqual([status, `${message}\n`]);
});

test('branches are listed with their last runs', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const { admin, project, makeBranched } = await devopsStage(ks);
  await makeBranched('web', '', {
    'pipeline.devops.kubesphere.io/jenkins-branches': '[{"name":"main"},{"name":"feature/x"}]',
  });
  const at = `${group}/namespaces/${project}/pipelines/web`;
  await admin.send('POST', `${at}/pipelineruns?branch=feature%2Fx`, {});
  await ks.clock.advance('1m');
  expect((await admin.get(`${at}/branches`)).json).toMatchObject({
    items: [
      { name: 'main', rawName: 'main', weatherScore: 100 },
      { name: 'feature%2Fx', rawName: 'feature/x', latestRun: { id: '1', result: 'SUCCESS' } },
    ],
    totalItems: 2,
  });
  expect((await admin.get(`${at}/branches?limit=1&page=2`)).json.items).toHaveLength(1);
  expect((await admin.get(`${at}/branches/main`)).json).toMatchObject({ rawName: 'main' });
});

test.for(releases)('%s: what the service behind the group does not know is not found', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const { admin } = await devopsStage(ks);
  const { status, contentType, text } = await admin.get(`${group}/nothing/of/the/kind`);
  expect([status, contentType, text]).toEqual([404, 'text/plain; charset=utf-8', '404: Page Not Found']);
});
