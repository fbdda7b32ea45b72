import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';

const at = '/apis/devops.kubesphere.io/v1alpha1/namespaces/shop';
const apiVersion = 'devops.kubesphere.io/v1alpha1';
const config = {
  imageName: 'registry.example.com/shop/hello',
  tag: 'v1',
  builderImage: 'kubesphere/java-8-centos7:v3.2.0',
  sourceUrl: 'https://git.example.com/hello.git',
};

test.for(['v2.1', 'v3.1', 'v3.4'] as const)(
  '%s: a run builds an image by the clock, and workloads run it',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    await ks.clock.freeze();
    const admin = await as(ks, 'admin');
    await admin.send('POST', '/apis/apps/v1/namespaces/shop/deployments', {
      metadata: { name: 'hello' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'hello' } },
        template: {
          metadata: { labels: { app: 'hello' } },
          spec: { containers: [{ name: 'main', image: 'nothing:yet' }] },
        },
      },
    });
    const run = {
      apiVersion,
      kind: 'S2iRun',
      metadata: { name: 'one' },
      spec: { builderName: 'hello', newTag: 'v2' },
    };
    expect((await admin.send('POST', `${at}/s2iruns`, run)).status).toBe(201);
    const seen = async (): Promise<unknown> => (await admin.get(`${at}/s2iruns/one`)).json['status'];
    expect(await seen()).toBeUndefined();
    const scale = [{ kind: 'Deployment', name: 'hello', initReplicas: 2, containers: ['main'] }];
    const annotations = { 'devops.kubesphere.io/autoscale': JSON.stringify(scale) };
    await admin.send('POST', `${at}/s2ibuilders`, {
      apiVersion,
      kind: 'S2iBuilder',
      metadata: { name: 'hello', annotations },
      spec: { config },
    });
    expect(await seen()).toMatchObject({
      runState: 'Running',
      kubernetesJobName: 'one-job',
      logURL: expect.stringContaining('/namespaces/shop/pods/one-job-') as string,
    });
    expect((await admin.get(`${at}/s2ibuilders/hello`)).json['status']).toMatchObject({
      runCount: 1,
      lastRunName: 'one',
      lastRunState: 'Running',
    });
    await ks.clock.advance('1m');
    expect(await seen()).toMatchObject({
      runState: 'Successful',
      s2iBuildResult: { imageName: 'registry.example.com/shop/hello:v2' },
      s2iBuildSource: { revisionId: 'master', sourceUrl: config.sourceUrl },
    });
    expect((await admin.get(`${at}/s2ibuilders/hello`)).json['status']).toMatchObject({
      lastRunState: 'Successful',
    });
    expect((await admin.get('/apis/apps/v1/namespaces/shop/deployments/hello')).json.spec).toMatchObject({
      replicas: 2,
      template: {
        metadata: { labels: { 'devops.kubesphere.io/s2ir': 'one' } },
        spec: { containers: [{ image: 'registry.example.com/shop/hello:v2' }] },
      },
    });
    const pods = (await admin.get('/api/v1/namespaces/shop/pods?labelSelector=job-name%3Done-job')).json
      .items;
    const log = await admin.get(`/api/v1/namespaces/shop/pods/${pods[0]?.metadata.name ?? ''}/log`);
    expect(log.text).toContain('Build completed successfully: registry.example.com/shop/hello:v2');

    await admin.send('DELETE', `${at}/s2iruns/one`);
    expect((await admin.get('/apis/batch/v1/namespaces/shop/jobs/one-job')).status).toBe(404);
    expect((await admin.get(`${at}/s2ibuilders/hello`)).json['status']).toEqual({ runCount: 0 });
  },
);

test('a run without a source fails', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  await ks.clock.freeze();
  const admin = await as(ks, 'admin');
  const builder = { apiVersion, kind: 'S2iBuilder', metadata: { name: 'hello' } };
  await admin.send('POST', `${at}/s2ibuilders`, {
    ...builder,
    spec: { config: { ...config, sourceUrl: '' } },
  });
  const run = { apiVersion, kind: 'S2iRun', metadata: { name: 'one' }, spec: { builderName: 'hello' } };
  await admin.send('POST', `${at}/s2iruns`, run);
  await ks.clock.advance('1m');
  const { json } = await admin.get(`${at}/s2iruns/one`);
  expect(json['status']).toMatchObject({ runState: 'Failed' });
  expect(json['status']).not.toHaveProperty('s2iBuildResult');
  const listed = await admin.get(
    '/kapis/resources.kubesphere.io/v1alpha3/namespaces/shop/s2iruns?status=Failed',
  );
  expect(listed.json['totalItems']).toBe(1);
});
