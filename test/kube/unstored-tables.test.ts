import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { call } from '../support/call.js';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

test.for([
  ['/api/v1/componentstatuses', ['Name', 'Status', 'Message', 'Error'], ['scheduler', 'Healthy', 'ok', '']],
  [
    '/api/v1/componentstatuses/scheduler',
    ['Name', 'Status', 'Message', 'Error'],
    ['scheduler', 'Healthy', 'ok', ''],
  ],
  [
    '/apis/apps/v1/namespaces/default/deployments/web/scale',
    ['Name', 'Desired', 'Available', 'Age'],
    ['web', 2, 2, '0s'],
  ],
] as const)('%s is shown as a table although nothing stores it', async ([path, columns, row]) => {
  await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
  const headers = { Authorization: `Bearer ${await ks.token({ user: 'admin' })}` };
  await call(ks.url, '/apis/apps/v1/namespaces/default/deployments', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } },
      },
    }),
  });
  const { body } = await call(ks.url, path, { headers: { ...headers, Accept: table } });
  expect(JSON.parse(body)).toMatchObject({
    kind: 'Table',
    columnDefinitions: columns.map((name) => ({ name })),
  });
  const [first] = (JSON.parse(body) as { rows: { cells: unknown[] }[] }).rows;
  expect(first?.cells).toEqual(row);
});
