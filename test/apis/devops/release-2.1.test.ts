import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';

const group = '/kapis/devops.kubesphere.io/v1alpha2';
const jenkinsfile = "pipeline { agent any\nstages { stage('Build') { steps { sh 'make'\nerror 'no' } } } }";
const pipeline = { type: 'pipeline', pipeline: { name: 'Web_App', jenkinsfile } };
const credential = {
  id: 'hub',
  type: 'username_password',
  username_password: { username: 'ann', password: 'secret' },
};

async function stage(ks: InProcessFake): Promise<{ readonly admin: Asker; readonly at: string }> {
  await ks.clock.freeze();
  const admin = await as(ks, 'admin');
  const made = await admin.send('POST', '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/devops', {
    name: 'ship',
    description: '',
  });
  return { admin, at: `${group}/devops/${String(made.json['project_id'])}` };
}

test('2.1: a project is read and changed, and gone with what it holds', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const { admin, at } = await stage(ks);
  expect((await admin.get(at)).json).toMatchObject({ name: 'ship', creator: 'admin', workspace: 'demo' });
  const changed = await admin.send('PATCH', at, { description: 'boats', name: '' });
  expect(changed.json).toMatchObject({ name: 'ship', description: 'boats' });
  await admin.send('POST', `${at}/pipelines`, pipeline);
  await admin.send('POST', `${at}/credentials`, credential);
  const kept = '/api/v1/namespaces/kubesphere-devops-system/secrets';
  expect((await admin.get(kept)).text).toContain('basic-auth');
  const tenant = at.replace(
    `${group}/devops/`,
    '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/devops/',
  );
  await admin.send('DELETE', tenant);
  expect((await admin.get(at)).text).toBe('{\n "Code": 404,\n "Message": "dbr: not found"\n}');
  expect((await admin.get(kept)).text).not.toContain('basic-auth');
});

test('2.1: pipelines run, and what Jenkins says of them is passed on as it is', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const { admin, at } = await stage(ks);
  expect((await admin.send('POST', `${at}/pipelines`, pipeline)).json).toEqual({ name: 'Web_App' });
  const twice = await admin.send('POST', `${at}/pipelines`, pipeline);
  expect([twice.status, twice.json['Message']]).toEqual([409, 'job name [Web_App] has been used']);
  const place = `${at}/pipelines/Web_App`;
  expect((await admin.get(`${place}/config`)).json).toEqual(pipeline);
  expect((await admin.get(place)).text).toMatch(
    /^\{"_class":"io.jenkins.blueocean.rest.impl.pipeline.PipelineImpl","_links":\{"self":/,
  );
  await admin.send('POST', `${place}/runs`, {});
  await ks.clock.advance('1m');
  const runs = (await admin.get(`${place}/runs`)).json;
  expect([runs['total_count'], runs.items[0]?.['result']]).toEqual([1, 'FAILURE']);
  expect((await admin.get(`${place}/runs/1/log`)).text).toContain('ERROR: no\n');
  expect((await admin.get(`${group}/search?q=pipeline:*web*`)).json['total_count']).toBe(1);
  const other = { type: 'pipeline', pipeline: { name: 'Web_App', jenkinsfile: '' } };
  await admin.send('PUT', place, other);
  expect((await admin.get(`${place}/config`)).json).toEqual(other);
  expect((await admin.send('DELETE', place)).json).toEqual({ name: 'Web_App' });
  expect((await admin.get(`${place}/runs`)).status).toBe(404);
  await admin.send('POST', `${at}/pipelines`, pipeline);
  expect((await admin.get(`${place}/runs`)).json['total_count']).toBe(0);
});

test.for([
  ['pipelines', { type: 'other' }, 'error unsupport job type'],
  ['credentials', { id: 'a', type: 'other' }, 'error unsupport credential type'],
  ['credentials', { id: 'a', type: 'ssh' }, 'ssh should not be nil'],
  [
    'members',
    { username: 'jane', role: 'king' },
    'err role [king] not in [owner maintainer developer reporter]',
  ],
  ['members', { username: 'admin', role: 'owner' }, 'user [admin] have been added to project'],
] as const)('2.1: to %s %j is refused', async ([kind, body, message]) => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const { admin, at } = await stage(ks);
  const refused = await admin.send('POST', `${at}/${kind}`, body);
  expect([refused.status, refused.json]).toEqual([400, { Code: 400, Message: message }]);
});

test('2.1: members do what their role says', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const { admin, at } = await stage(ks);
  const outsider = await as(ks, 'outsider');
  const write = (): Promise<number> =>
    outsider.send('POST', `${at}/credentials`, credential).then(({ status }) => status);
  expect(await write()).toBe(403);
  const made = await admin.send('POST', `${at}/members`, { username: 'outsider', role: 'reporter' });
  expect(made.json).toMatchObject({ username: 'outsider', role: 'reporter', status: 'active' });
  expect(await write()).toBe(403);
  await admin.send('PATCH', `${at}/members/outsider`, { username: 'outsider', role: 'maintainer' });
  expect((await admin.get(`${at}/members/outsider`)).json['role']).toBe('maintainer');
  const names = (await admin.get(`${at}/members?orderBy=name`)).json.items.map((one) => one['username']);
  expect(names).toEqual(['admin', 'outsider']);
  const last = await admin.send('DELETE', `${at}/members/admin`);
  expect(last.json).toEqual({ Code: 400, Message: 'project must has at least one admin' });
  expect((await admin.send('DELETE', `${at}/members/outsider`)).json).toEqual({ username: 'outsider' });
  expect((await admin.get(`${at}/members/outsider`)).status).toBe(404);
});

test('2.1: credentials show no secrets', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const { admin, at } = await stage(ks);
  expect((await admin.send('POST', `${at}/credentials`, credential)).json).toEqual({ name: 'hub' });
  const list = (await admin.get(`${at}/credentials`)).json as unknown as readonly unknown[];
  expect(list).toMatchObject([{ id: 'hub', type: 'username_password', domain: '_', creator: 'admin' }]);
  const whole = await admin.get(`${at}/credentials/hub?content=1`);
  expect(whole.json['username_password']).toEqual({ username: 'ann' });
  expect(whole.text).not.toContain('secret"');
  expect((await admin.send('DELETE', `${at}/credentials/hub`)).json).toEqual({ name: 'hub' });
  expect((await admin.get(`${at}/credentials/hub`)).status).toBe(404);
});

test('2.1: a file to build from is uploaded, checked and downloaded', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const admin = await as(ks, 'admin');
  const place = `${group}/namespaces/shop/s2ibinaries/app/file`;
  const form = (content: string, md5 = ''): string =>
    '--B\r\nContent-Disposition: form-data; name="s2ibinary"; filename="app.jar"\r\n\r\n' +
    `${content}\r\n${md5 === '' ? '' : `--B\r\nContent-Disposition: form-data; name="md5"\r\n\r\n${md5}\r\n`}--B--\r\n`;
  const put = (body: string): ReturnType<Asker['send']> =>
    admin.send('PUT', place, body, 'multipart/form-data; boundary=B');
  const missing = await put(form('x'));
  expect([missing.status, missing.json]).toEqual([
    500,
    { message: 's2ibinary.devops.kubesphere.io "app" not found' },
  ]);
  await admin.send('POST', '/apis/devops.kubesphere.io/v1alpha1/namespaces/shop/s2ibinary', {
    apiVersion: 'devops.kubesphere.io/v1alpha1',
    kind: 'S2iBinary',
    metadata: { name: 'app' },
  });
  expect((await put(form('x', 'abc'))).json['Message']).toBe(
    'md5 not match, origin: abc, calculate: 9dd4e461268c8034f5c8564e155c67a6',
  );
  const made = await put(form('x'.repeat(1536)));
  expect(made.json).toMatchObject({
    spec: { fileName: 'app.jar', size: '1.5K' },
    status: { phase: 'Ready' },
  });
  const file = await admin.get(`${place}/app.jar`);
  expect([file.contentType, file.text.length]).toEqual(['application/octet-stream', 1536]);
  expect((await admin.get(`${place}/other.jar`)).status).toBe(500);
});

test.for(['v2.1', 'v3.4'] as const)('%s: SonarQube tells of what a run had it analyse', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  await ks.clock.freeze();
  const admin = await as(ks, 'admin');
  const jenkinsfile =
    "pipeline { agent any\nstages { stage('one') { steps { withSonarQubeEnv('sonar') { sh 'mvn sonar:sonar' } } } } }";
  const spec = { type: 'pipeline', pipeline: { name: 'one', jenkinsfile } };
  const group = '/kapis/devops.kubesphere.io';
  let project: unknown = 'ship';
  if (release === 'v2.1') {
    const tenant = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/devops';
    project = (await admin.send('POST', tenant, { name: 'ship', description: '' })).json['project_id'];
    await admin.send('POST', `${group}/v1alpha2/devops/${String(project)}/pipelines`, spec);
  } else {
    expect((await admin.get(`${group}/v1alpha2/devops/ship/pipelines/one/sonarstatus`)).status).toBe(404);
    const path = '/api/v1/namespaces/kubesphere-system/configmaps/kubesphere-config';
    const kept = (await admin.get(path)).json['data'] as Record<string, string>;
    const text = `${kept['kubesphere.yaml'] ?? ''}\nsonarQube:\n  host: http://sonar:9000\n`;
    await admin.send('PATCH', path, { data: { 'kubesphere.yaml': text } }, 'application/merge-patch+json');
    const kind = { apiVersion: 'devops.kubesphere.io/v1alpha3', kind: 'DevOpsProject' };
    await admin.send('POST', '/apis/devops.kubesphere.io/v1alpha3/devopsprojects', {
      ...kind,
      metadata: { name: 'ship' },
    });
    await admin.send('POST', `${group}/v1alpha3/devops/ship/pipelines`, { metadata: { name: 'one' }, spec });
  }
  const place = `${group}/v1alpha2/devops/${String(project)}/pipelines/one`;
  const before = await admin.get(`${place}/sonarstatus`);
  expect([before.status, before.text.trim()]).toEqual(
    release === 'v2.1' ? [404, expect.stringContaining('404')] : [200, 'null'],
  );
  await admin.send('POST', `${place}/runs`, {});
  await ks.clock.advance('1m');
  expect((await admin.get(`${place}/sonarstatus`)).json).toMatchObject([
    {
      measures: {
        component: {
          name: 'one',
          measures: [
            { metric: 'alert_status', value: 'OK' },
            {},
            {},
            {},
            { metric: 'bugs' },
            {},
            {},
            {},
            {},
            {},
            {},
          ],
        },
      },
      issues: { total: 0 },
      task: { task: { type: 'REPORT', status: 'SUCCESS' } },
    },
  ]);
});
