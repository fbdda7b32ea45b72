import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { as, namesOf } from '../../support/ask.js';
import { startFresh, stock } from './stock.js';

const root = '/kapis/resources.kubesphere.io/v1alpha2';

/** Three deployments in two namespaces. */
function stockDeployments(ks: InProcessFake): void {
  const replicas = (ready: number, all: number): { status: Record<string, number> } => ({
    status: { replicas: all, readyReplicas: ready },
  });
  stock(
    ks,
    { group: 'apps', plural: 'deployments' },
    { kind: 'Deployment', apiVersion: 'apps/v1' },
    {
      name: 'web',
      namespace: 'one',
      created: '2024-01-03T00:00:00Z',
      labels: { app: 'web', release: 'spring' },
      annotations: { 'kubesphere.io/alias-name': 'Front' },
      rest: replicas(2, 2),
    },
    {
      name: 'api',
      namespace: 'one',
      created: '2024-01-02T00:00:00Z',
      labels: { app: 'api' },
      rest: replicas(1, 2),
    },
    { name: 'idle', namespace: 'two', created: '2024-01-01T00:00:00Z', rest: replicas(0, 0) },
  );
}

describe('a list of v1alpha2', () => {
  test.for([
    ['', ['idle', 'api', 'web']],
    ['reverse=true', ['web', 'api', 'idle']],
    ['orderBy=name', ['api', 'idle', 'web']],
    ['orderBy=nonsense', ['api', 'idle', 'web']],
    ['paging=limit=2,page=1', ['idle', 'api']],
    ['paging=limit=2,page=2', ['web']],
    ['paging=limit=-1,page=1', ['idle', 'api', 'web']],
    ['paging=nonsense', ['idle', 'api', 'web']],
    ['limit=1&page=2', ['api']],
    ['limit=1&start=2', ['web']],
    ['conditions=status=running', ['web']],
    ['conditions=status=stopped', ['idle']],
    ['conditions=name~w', ['web']],
    ['conditions=name~Front', ['web']],
    ['conditions=name=web', ['web']],
    ['conditions=keyword=d', ['idle']],
    ['conditions=app=api', ['api']],
    ['conditions=app~spr', ['web']],
    ['conditions=label~', ['idle', 'api', 'web']],
    ['conditions=label~x', []],
    ['conditions=Annotation~x', []],
    ['conditions=app', []],
    ['conditions=release~', ['idle', 'api']],
    ['conditions=__proto__=x', []],
    ['conditions=constructor~x', []],
    ['conditions=status=updating,app=api', ['api']],
  ] as const)('asked by ?%s', async ([query, wanted], { expect }) => {
    await using ks = await startFresh('v3.3');
    stockDeployments(ks);
    const answer = await (await as(ks, 'admin')).get(`${root}/deployments?${query}`);
    expect(answer.status).toBe(200);
    expect(namesOf(answer)).toEqual(wanted);
  });

  test('counts as total_count', async () => {
    await using ks = await startFresh('v3.3');
    stockDeployments(ks);
    const { text } = await (await as(ks, 'admin')).get(`${root}/namespaces/one/deployments?limit=1`);
    expect(text).toMatch(/\n "total_count": 2\n\}$/);
  });

  test.for([
    ['/bogus', 500, 'resource is not supported\n'],
    ['/namespaces/one/nodes', 500, 'resource is not supported\n'],
    ['/deployments?conditions=a b=c', 400, 'invalid conditions\n'],
    ['/deployments?conditions=(a)=c', 400, 'invalid conditions\n'],
    ['/deployments?limit=2&page=9', 500, 'slice bounds out of range [16:3]\n'],
  ] as const)('refuses %s', async ([path, status, text], { expect }) => {
    await using ks = await startFresh('v3.3');
    stockDeployments(ks);
    const answer = await (await as(ks, 'admin')).get(root + encodeURI(path));
    expect([answer.status, answer.text]).toEqual([status, text]);
  });

  test('is gone in 4.1', async () => {
    await using ks = await startFresh();
    const answer = await (await as(ks, 'admin')).get(`${root}/deployments`);
    expect([answer.status, answer.text]).toEqual([404, '404: Page Not Found']);
  });
});

test('Kinds that v1alpha3 has from v1alpha2 are sorted by name, last first', async () => {
  await using ks = await startFresh('v3.4');
  stock(
    ks,
    { group: 'batch', plural: 'cronjobs' },
    { kind: 'CronJob', apiVersion: 'batch/v1' },
    { name: 'a', namespace: 'one', created: '2024-01-02T00:00:00Z', labels: { x: 'y' } },
    { name: 'b', namespace: 'one', created: '2024-01-01T00:00:00Z' },
  );
  const admin = await as(ks, 'admin');
  const path = '/kapis/resources.kubesphere.io/v1alpha3/cronjobs';
  expect(namesOf(await admin.get(path))).toEqual(['b', 'a']);
  expect(namesOf(await admin.get(`${path}?ascending=true`))).toEqual(['a', 'b']);
  expect(namesOf(await admin.get(`${path}?label=x:y`))).toEqual(['a']);
  expect(namesOf(await admin.get(`${path}?page=-1&limit=1`))).toEqual(['b']);
});
