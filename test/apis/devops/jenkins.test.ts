import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { startImageRegistry } from '../../support/image-registry.js';
import { as } from '../../support/ask.js';
import { devopsStage } from './stage.js';

const group = '/kapis/devops.kubesphere.io/v1alpha2';
const form = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();
const formType = 'application/x-www-form-urlencoded';

test('branches of a repository are found when it is asked, and run', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  await using registry = await startImageRegistry('none');
  const { admin, place, makeBranched } = await devopsStage(ks);
  await makeBranched('web', `http://${registry.address}/web.git`);
  expect((await admin.get(`${place('web')}/branches`)).text).toBe('[]');
  expect((await admin.send('POST', `${place('web')}/scan`)).status).toBe(200);
  await ks.clock.advance('1m');
  expect((await admin.get(`${place('web')}/branches/master`)).json).toMatchObject({
    name: 'master',
    latestRun: { result: 'SUCCESS', causes: [{ shortDescription: 'Branch indexing' }] },
  });
  expect((await admin.get(place('web'))).json).toMatchObject({
    branchNames: ['master'],
    totalNumberOfBranches: 1,
    numberOfSuccessfulBranches: 1,
  });
  expect((await admin.get(`${place('web')}/consolelog`)).text).toMatch(
    /Checking branch master[^]*SUCCESS\n$/,
  );
  const whole = await admin.send('POST', `${place('web')}/runs`, {});
  expect([whole.status, whole.text]).toEqual([501, expect.stringContaining('This action is not supported')]);
  const run = await admin.send('POST', `${place('web')}/branches/master/runs`, {});
  expect(run.json['id']).toBe('2');
  expect((await admin.get(`${place('web')}/runs?branch=master`)).json['totalItems']).toBe(2);
  expect((await admin.get(`${place('web')}/runs?branch=other`)).json['totalItems']).toBe(0);
  const notified = await admin.get(`${group}/webhook/git?url=http://${registry.address}/web`);
  expect(notified.text).toMatch(/^Scheduled indexing of ship.*\/web\n$/);
  const repositories = await admin.get(`${group}/scms/git/organizations?credentialId=hub`);
  expect(repositories.json).toMatchObject([{ name: registry.address }]);
});

test('a repository that does not answer leaves the branches as they were, and a log that says why', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  await using registry = await startImageRegistry('none');
  const { admin, place, makeBranched } = await devopsStage(ks);
  await makeBranched('web', `http://${registry.address}/other.git`, {
    'pipeline.devops.kubesphere.io/jenkins-branches': '[{"name":"main"}]',
  });
  await admin.send('POST', `${place('web')}/scan`);
  expect((await admin.get(`${place('web')}/branches`)).json).toMatchObject([{ name: 'main' }]);
  expect((await admin.get(`${place('web')}/consolelog`)).text).toMatch(
    /repository not found\nFinished: FAILURE\n$/,
  );
});

test('a Jenkinsfile becomes a model, and the model a Jenkinsfile again', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const admin = await as(ks, 'admin');
  const jenkinsfile = `pipeline {
  agent {
    node {
      label 'maven'
    }
  }

  stages {
    stage('unit test') {
      steps {
        container('maven') {
          sh 'mvn test'
          sh "echo $TAG"
        }

      }
    }

    stage('deploy') {
      when {
        branch 'master'
      }
      steps {
        input(id: 'go', message: 'deploy?')
      }
    }

  }
  environment {
    TAG = 'v1'
  }
}`;
  const model = await admin.send('POST', `${group}/tojson`, form({ jenkinsfile }), formType);
  expect(model.json).toMatchObject({ status: 'ok', data: { result: 'success' } });
  const { json } = model.json['data'] as {
    json: { pipeline: { agent: unknown; stages: readonly unknown[] } };
  };
  expect(json.pipeline.agent).toEqual({
    type: 'node',
    arguments: [{ key: 'label', value: { isLiteral: true, value: 'maven' } }],
  });
  expect(json.pipeline.stages).toHaveLength(2);
  const again = await admin.send(
    'POST',
    `${group}/tojenkinsfile`,
    form({ json: JSON.stringify(json) }),
    formType,
  );
  expect(again.json['data']).toEqual({ result: 'success', jenkinsfile });
});

test.for([
  ["pipeline { agent any\nstages { stage('a') { steps { echo 'x' } } } }", { status: 'success' }],
  ["node { echo 'x' }", { status: 'success' }],
  ["echo 'x", { status: 'fail', line: 1, column: 6 }],
  ['#!/bin/x\n#', { status: 'fail', line: 2, column: 1, message: "unexpected char: '#'" }],
  [
    "pipeline { stages { stage('a') { steps { echo 'x' } } } }",
    { status: 'fail', message: 'Missing required section "agent"' },
  ],
  ["pipeline { agent any\nstages { stage('a') { echo 'x' } } }", { status: 'fail', line: 2 }],
] as const)('the script %j is checked: %j', async ([script, expected]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, place, make } = await devopsStage(ks);
  await make('one', '');
  const { json } = await admin.send(
    'POST',
    `${place('one')}/checkScriptCompile`,
    form({ value: script }),
    formType,
  );
  expect(json).toMatchObject(expected);
});

test.for([
  ['0 12 * * *', 'ok', '2024-05-05T12:00:00Z', '2024-05-06T12:00:00Z'],
  ['30 8 1 * *', 'ok', '2024-05-01T08:30:00Z', '2024-06-01T08:30:00Z'],
  ['* *', 'error', undefined, undefined],
  ['', 'warning', undefined, undefined],
] as const)('the schedule %j is %s', async ([cron, result, lastTime, nextTime]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  await ks.clock.freeze('2024-05-05T13:14:15Z');
  const admin = await as(ks, 'admin');
  const { json } = await admin.send('POST', `${group}/devops/ship/checkCron`, { cron });
  expect([json['result'], json['lastTime'], json['nextTime']]).toEqual([result, lastTime, nextTime]);
  if (cron === '0 12 * * *')
    expect(json['message']).toBe(
      'Would last have run at Sunday, May 5, 2024 12:00:00 PM UTC; would next run at Monday, May 6, 2024 12:00:00 PM UTC.',
    );
});

test('Jenkins spreads pipelines with H: each has its own minute, always the same', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  await ks.clock.freeze('2024-05-05T13:14:15Z');
  const admin = await as(ks, 'admin');
  const next = async (pipelineName: string): Promise<unknown> =>
    (await admin.send('POST', `${group}/devops/ship/checkCron`, { cron: 'H H * * *', pipelineName })).json[
      'nextTime'
    ];
  expect(await next('a')).toBe(await next('a'));
  expect(await next('a')).not.toBe(await next('b'));
});

test('a credential tells which runs may have used it', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.1' });
  const { admin, project, place, make } = await devopsStage(ks);
  await admin.send('POST', `/kapis/devops.kubesphere.io/v1alpha3/devops/${project}/credentials`, {
    metadata: { name: 'hub' },
    type: 'credential.devops.kubesphere.io/basic-auth',
  });
  await make('one', "pipeline { agent any\nenvironment { HUB = credentials('hub') }\nstages { } }");
  await admin.send('POST', `${place('one')}/runs`, {});
  const usage = `${group}/devops/${project}/credentials`;
  expect((await admin.get(`${usage}/hub/usage`)).json).toMatchObject({
    id: 'hub',
    type: 'username_password',
    fingerprint: { usage: [{ name: `${project}/one`, ranges: { ranges: [{ start: 1, end: 2 }] } }] },
  });
  expect((await admin.get(`${usage}/other/usage`)).status).toBe(500);
});

test('servers of an SCM are kept, one for each address', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const admin = await as(ks, 'admin');
  const place = `${group}/scms/github-enterprise/servers`;
  expect((await admin.get(place)).text).toBe('[]');
  const first = await admin.send('POST', place, { name: 'own', apiUrl: 'https://git.example.com' });
  const second = await admin.send('POST', place, { name: 'again', apiUrl: 'https://git.example.com' });
  expect(second.json).toEqual(first.json);
  expect((await admin.get(place)).json).toMatchObject([{ name: 'own', apiUrl: 'https://git.example.com' }]);
  expect((await admin.get(`${group}/scms/cvs/servers`)).status).toBe(404);
  expect((await admin.send('POST', `${group}/scms/github/verify`, {})).status).toBe(428);
});

test('the kubectl of 3.3 sees runs and how far they are', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const { admin, project, make } = await devopsStage(ks);
  await make('one', "pipeline { agent any\nstages { stage('a') { steps { sleep 20 } } } }");
  const runs = `/apis/devops.kubesphere.io/v1alpha3/namespaces/${project}/pipelineruns`;
  const made = await admin.send('POST', runs, {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: { name: 'by-hand', labels: { 'devops.kubesphere.io/pipeline': 'one' } },
    spec: {
      pipelineRef: { name: 'one' },
      pipelineSpec: { type: 'pipeline', pipeline: { name: 'one', jenkinsfile: 'node { sleep 20 }' } },
    },
  });
  expect(made.status).toBe(201);
  const phase = async (): Promise<unknown> =>
    ((await admin.get(`${runs}/by-hand`)).json['status'] as { phase?: string }).phase;
  expect(await phase()).toBe('Pending');
  await ks.clock.advance('10s');
  expect(await phase()).toBe('Running');
  await ks.clock.advance('1m');
  expect(await phase()).toBe('Succeeded');
  const { annotations } = (await admin.get(`${runs}/by-hand`)).json.metadata;
  expect(annotations['devops.kubesphere.io/jenkins-pipelinerun-id']).toBe('1');
  expect(JSON.parse(annotations['devops.kubesphere.io/jenkins-pipelinerun-status'] ?? '')).toMatchObject({
    state: 'FINISHED',
    result: 'SUCCESS',
  });
});
