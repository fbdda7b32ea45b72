import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFakeKsApiserver, type InProcessFake } from '../../../src/index.js';
import { as, type Answer, type Asker } from '../../support/ask.js';

const root = '/kapis/monitoring.kubesphere.io/v1alpha3';
const apis = '/apis/monitoring.kubesphere.io/v1alpha2';

const target = {
  refId: 'A',
  expr: 'sum(rate(http_requests_total{job="a"}[$__interval])) > 5',
  legendFormat: '{{ code }}',
  step: 10,
};
const board = {
  id: 7,
  title: 'Requests',
  editable: true,
  sharedCrosshair: true,
  tags: ['web'],
  timezone: 'browser',
  refresh: '10s',
  time: { from: 'now-1h', to: 'now' },
  annotations: {
    list: [
      { name: 'Annotations & Alerts', type: 'dashboard' },
      { name: 'deploys', type: 'tags', enable: true, iconColor: 'red', tags: ['deploy'] },
      { name: 'others', type: 'alert' },
    ],
  },
  templating: {
    list: [
      {
        name: 'node',
        type: 'query',
        query: 'label_values(node)',
        datasource: 'prom',
        multi: true,
        options: [{ text: 'a', value: 'a', selected: true }],
      },
      { name: 'odd', type: 'query', query: { query: 'x' } },
    ],
  },
  panels: [
    {
      id: 1,
      type: 'graph',
      title: 'Rate',
      lines: true,
      decimals: 0,
      datasource: null,
      legend: { show: true, avg: true },
      targets: [target, { refId: 'B', expr: 'up' }],
      xaxis: { show: true },
      yaxes: [{ format: 'Bps', decimals: 2 }, { format: 'short' }],
    },
    { id: 2, type: 'row', panels: [{ id: 3, type: 'text', mode: 'markdown', content: '# hello' }] },
    {
      id: 4,
      type: 'singlestat',
      colors: ['a', 'b', 'c'],
      sparkline: { show: true },
      gauge: { show: true, maxValue: 100 },
    },
    { id: 5, type: 'table', scroll: true, sort: { col: 1, desc: true } },
    { id: 6, type: 'bargauge', options: { orientation: 'horizontal' } },
    { id: 8, type: 'gauge', title: 'Plugin', targets: [{ expr: 'up' }] },
    { id: 9, type: 'stat' },
    { id: 10, type: 'heatmap' },
  ],
  rows: [{ panels: [{ id: 11, type: 'text', content: 'old' }] }],
};
const colors = ['#60acfc', '#23c2db', '#64d5b2', '#d5ec5a', '#ffb64e', '#fb816d', '#d15c7f'];
const spec = {
  title: 'Requests',
  editable: true,
  shared_crosshair: true,
  tags: ['web'],
  auto_refresh: '10s',
  timezone: 'browser',
  annotations: [{ name: 'deploys', iconColor: 'red', tags: ['deploy'], enable: true, type: 'tags' }],
  time: { from: 'now-1h', to: 'now' },
  panels: [
    {
      title: 'Rate',
      type: 'graph',
      id: 1,
      colors,
      decimals: 0,
      legend: ['avg'],
      targets: [
        { expr: 'sum(rate(http_requests_total[3m])) > 5', legendFormat: '{{code}}', refId: 1, step: '1m' },
        { expr: 'up', refId: 2 },
      ],
      lines: true,
      xaxis: {},
      yaxes: [{ format: 'Byte', decimals: 2 }],
    },
    { type: 'text', id: 3, mode: 'markdown', content: '# hello' },
    {
      type: 'singlestat',
      id: 4,
      colors: ['a', 'b', 'c'],
      decimals: 0,
      sparkline: 'bottom',
      gauge: { maxValue: 100, show: true },
    },
    { type: 'table', id: 5, scroll: true, sort: { col: 1, desc: true } },
    { type: 'bargauge', id: 6, options: { orientation: 'horizontal' } },
    { title: 'Plugin', type: 'singlestat', id: 8, targets: [{ expr: 'up', refId: 1 }] },
    { type: 'text', id: 11, content: 'old' },
  ],
  templatings: [
    {
      name: 'node',
      type: 'query',
      datasource: 'prom',
      options: [{ text: 'a', value: 'a', selected: true }],
      query: 'label_values(node)',
      multi: true,
    },
  ],
};

describe.for(['v3.3', 'v3.4'] as const)('A dashboard of Grafana, in %s', (release) => {
  let ks: InProcessFake;
  let admin: Asker;
  beforeAll(async () => {
    ks = await startFakeKsApiserver({ release });
    admin = await as(ks, 'admin');
  });
  afterAll(() => ks.close());
  const send = (path: string, content: unknown, more: object = {}): Promise<Answer> =>
    admin.send('POST', `${root}${path}/template`, {
      grafanaDashboardContent: typeof content === 'string' ? content : JSON.stringify(content),
      ...more,
    });

  test.for([
    ['/clusterdashboards/web', `${apis}/clusterdashboards/web`],
    ['/namespaces/default/dashboards/web', `${apis}/namespaces/default/dashboards/web`],
  ] as const)('becomes one of KubeSphere at %s, and is stored', async ([path, stored]) => {
    const answer = await send(path, board, { description: 'of the web' });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      metadata: {
        name: 'web',
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/) as string,
        annotations: { 'kubesphere.io/description': 'of the web' },
      },
      spec,
    });
    expect(answer.json.spec).toEqual(spec);
    const { json } = await admin.get(stored);
    expect([json['kind'], json['apiVersion'], json.spec]).toEqual([
      path.startsWith('/cluster') ? 'ClusterDashboard' : 'Dashboard',
      'monitoring.kubesphere.io/v1alpha2',
      spec,
    ]);
    const again = await send(path, board);
    expect([again.status, again.text]).toEqual([400, 'dashboards with the same name already exists.\n']);
  });

  test('is fetched where it is', async () => {
    const server = createServer((_, response) => response.end(JSON.stringify({ title: 'far' })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const grafanaDashboardUrl = `http://127.0.0.1:${String(port)}/1`;
    const answer = await admin.send('POST', `${root}/clusterdashboards/far/template`, {
      grafanaDashboardUrl,
    });
    server.close();
    expect([answer.status, answer.json.spec]).toEqual([200, { title: 'far', time: {} }]);
  });

  const unread = 'could parse input: could not unmarshall dashboard: ';
  test.for([
    [
      {},
      400,
      'the requested parameter grafanaDashboardUrl and grafanaDashboardContent cannot be empty at the same time',
    ],
    [
      { grafanaDashboardUrl: 7 },
      400,
      'json: cannot unmarshal number into Go struct field DashboardEntity.grafanaDashboardUrl of type string',
    ],
    [{ grafanaDashboardUrl: 'far' }, 400, 'parse "far": invalid URI for request'],
    [
      { grafanaDashboardUrl: 'http://127.0.0.1:1/' },
      400,
      'Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
    [{ grafanaDashboardContent: '{' }, 400, `${unread}unexpected end of JSON input`],
    [
      { grafanaDashboardContent: '{"title":1}' },
      400,
      `${unread}json: cannot unmarshal number into Go struct field Board.title of type string`,
    ],
    [
      { grafanaDashboardContent: '{"time":{"to":[]}}' },
      400,
      `${unread}json: cannot unmarshal array into Go struct field Time.time.to of type string`,
    ],
    [
      { grafanaDashboardContent: '{"panels":[{"type":"graph","id":-1}]}' },
      400,
      `${unread}json: cannot unmarshal number -1 into Go struct field CommonPanel.id of type uint`,
    ],
    [
      { grafanaDashboardContent: '{"panels":[{"type":"graph","targets":[{"expr":{}}]}]}' },
      400,
      `${unread}json: cannot unmarshal object into Go struct field Target.targets.expr of type string`,
    ],
    [
      { grafanaDashboardContent: '{"panels":[{"type":"timeseries"}]}' },
      501,
      'does not implement the conversion of a Grafana panel of type',
    ],
    [
      { grafanaDashboardContent: '{"panels":[{"type":"text","height":200}]}' },
      501,
      'does not implement the conversion of a Grafana panel whose height is no text',
    ],
  ] as const)('%j is refused with %i: %s', async ([body, status, text]) => {
    const answer = await admin.send('POST', `${root}/clusterdashboards/refused/template`, body);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
    expect((await admin.get(`${apis}/clusterdashboards/refused`)).status).toBe(404);
  });
});
