import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/core/kube-object.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';

const jobs = { group: 'batch', plural: 'jobs' };
const job: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'once', namespace: 'default', labels: { app: 'x', 'controller-uid': '1' } },
  spec: {
    backoffLimit: 3,
    selector: { matchLabels: { 'controller-uid': '1' } },
    template: {
      metadata: { labels: { app: 'x', 'controller-uid': '1', 'job-name': 'once' } },
      spec: { containers: [{ name: 'c', image: 'busybox' }], restartPolicy: 'Never' },
    },
  },
};

test('a job is run again: the same job, made anew', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const { store } = ks.world.host;
  const before = store.load(jobs, job).object;
  const at = '/kapis/operations.kubesphere.io/v1alpha2/namespaces/default/jobs';
  const version = before.metadata.resourceVersion ?? '';
  const answer = await admin.send('POST', `${at}/once?action=rerun&resourceVersion=${version}`);
  expect(answer.json).toEqual({ message: 'success' });
  const after = store.get(jobs, 'default', 'once').object;
  expect(after.metadata.uid).not.toBe(before.metadata.uid);
  expect(after.metadata.labels).not.toHaveProperty('controller-uid', '1');
  expect(after['spec']).toMatchObject({ backoffLimit: 3, template: { metadata: { labels: { app: 'x' } } } });
});

test.for([
  ['once?action=foo', 400, 'invalid operation foo'],
  [
    'once?action=rerun&resourceVersion=1',
    409,
    'Operation cannot be fulfilled on job.batch "once": please apply your changes to the latest version and try again',
  ],
  ['nope?action=rerun&resourceVersion=1', 500, 'Job.batch "nope" not found'],
] as const)('running %s again is refused', async ([path, status, message]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  ks.world.host.store.load(jobs, job);
  const at = '/kapis/operations.kubesphere.io/v1alpha2/namespaces/default/jobs';
  const answer = await admin.send('POST', `${at}/${path}`);
  expect([answer.status, answer.json]).toEqual([status, { message }]);
});

test.for([
  ['/kapis/terminal.kubesphere.io/v1alpha2/namespaces/default/pods/p/exec', 400, 'Bad Request\n'],
  [
    '/kapis/package.kubesphere.io/v1alpha1/extensionversions/nope/files',
    404,
    'ExtensionVersion.kubesphere.io "nope" not found\n',
  ],
  ['/kapis/gateway.kubesphere.io/v1alpha2/namespaces/default/availableingressclassscopes', 200, 'null'],
  ['/kapis/application.kubesphere.io/v2/workspaces/w/apps', 200, '{\n "items": [],\n "totalItems": 0\n}'],
  [
    '/kapis/workloadtemplate.kubesphere.io/v1alpha1/workloadtemplates',
    200,
    '{\n "items": [],\n "totalItems": 0\n}',
  ],
] as const)('GET %s answers as without anything in it', async ([path, status, text]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const answer = await (await as(ks, 'admin')).get(path);
  expect([answer.status, answer.text]).toEqual([status, text]);
});

test('what is not served says so, names what it is, and is noted', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  const path = `/kapis/monitoring.kubesphere.io/v1alpha3/targets/query?expr=${encodeURIComponent('count_values("v", up)')}`;
  const answer = await admin.get(path);
  expect([answer.status, answer.json['message']]).toEqual([
    501,
    expect.stringMatching(/^fake-ks-apiserver does not implement .* in queries of Prometheus/),
  ]);
  const [entry] = (await ks.journal.entries()).filter(({ url }) => url === path);
  expect(entry?.notes?.join()).toContain('does not implement');
});

test('a shell takes the right to it, and the refusal says nothing', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', '/kapis/iam.kubesphere.io/v1beta1/users', {
    metadata: { name: 'ann', annotations: { 'iam.kubesphere.io/globalrole': 'platform-regular' } },
    spec: { email: 'ann@example.com', password: 'P@88w0rd' },
  });
  const ann = await as(ks, 'ann');
  const answer = await ann.get('/kapis/terminal.kubesphere.io/v1alpha2/nodes/n/exec');
  expect(answer.status).toBe(403);
});
