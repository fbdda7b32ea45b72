import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { queryProblem, withinNamespace } from '../../../src/metrics/promql/within-namespace.js';
import { as, type Answer } from '../../support/ask.js';

const at = '/kapis/alerting.kubesphere.io/v2alpha1';
const now = '2026-01-01T12:00:00Z';
const rule = (name: string, labels: object = { severity: 'warning' }) => ({
  name,
  query: 'sum(node_load1{node="n"}) > 2',
  duration: '5m',
  labels,
});
const names = ({ json }: Answer): unknown[] =>
  ((json.items as readonly { name?: unknown }[] | null) ?? []).map(({ name }) => name);

test.for([
  ['v3.1', '', 'sum(node_load1{node="n"}) > 2'],
  ['v3.3', '/namespaces/shop', 'sum(node_load1{node="n",namespace="shop"}) > 2'],
  ['v3.4', '/namespaces/shop', 'sum(node_load1{node="n",namespace="shop"}) > 2'],
] as const)('%s: rules%s are made, listed, changed and deleted', async ([release, scope, query]) => {
  await using ks = await startFakeKsApiserver({ release, now });
  const admin = await as(ks, 'admin');
  const path = `${at}${scope}/rules`;
  expect((await admin.get(path)).json).toEqual({ items: null, total: 0 });
  const made = await admin.send('POST', path, rule('busy'));
  expect([made.status, made.text]).toEqual([200, '']);
  await admin.send('POST', path, rule('full', { severity: 'critical' }));
  const lists: readonly (readonly [string, string[]])[] = [
    ['?sort_field=name', ['busy', 'full']],
    ['?sort_field=name&sort_type=desc', ['full', 'busy']],
    ['?sort_field=name&limit=1&page=2', ['full']],
    ['?name=us', ['busy']],
    ['?label_filters=severity=critical', ['full']],
    ['?label_filters=severity~warn', ['busy']],
    ['?state=firing', []],
  ];
  for (const [asked, found] of lists) expect(names(await admin.get(path + asked)), asked).toEqual(found);
  const other = scope === '' ? '/namespaces/shop' : '';
  expect(names(await admin.get(`${at}${other}/rules`))).toEqual([]);
  expect((await admin.get(`${path}/busy`)).json).toMatchObject({
    name: 'busy',
    query,
    duration: '5m',
    labels: { alerttype: 'metric', severity: 'warning' },
    annotations: { rule_update_time: now },
    state: 'inactive',
  });
  expect((await admin.get(`${path}/busy/alerts`)).json).toEqual({ items: null, total: 0 });

  expect((await admin.send('PUT', `${path}/busy`, { ...rule('ignored'), duration: '1h' })).status).toBe(200);
  expect((await admin.get(`${path}/busy`)).json['duration']).toBe('1h');
  expect((await admin.send('DELETE', `${path}/busy`)).status).toBe(200);
  expect(names(await admin.get(path))).toEqual(['full']);
  expect((await admin.get(`${path}/busy`)).status).toBe(404);
});

test('rules are written and deleted in bulk, each with its own result', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${at}/rules`, rule('old'));
  const body = [rule('old'), rule('new'), { name: 'bad' }, rule('new2'), rule('new2')];
  const written = await admin.send('POST', `${at}/bulkrules`, body);
  expect(written.json).toEqual({
    errors: true,
    items: [
      { ruleName: 'bad', status: 'error', errorType: 'bad_data', error: 'query can not be empty' },
      {
        ruleName: 'new2',
        status: 'error',
        errorType: 'duplicate_name',
        error: 'There is more than one rule named new2 in the bulk request',
      },
      { ruleName: 'new', status: 'success', result: 'created' },
      { ruleName: 'old', status: 'success', result: 'updated' },
    ],
  });
  const deleted = await admin.send('DELETE', `${at}/rules?name=old&name=nope`);
  expect(deleted.json).toEqual({
    errors: true,
    items: [
      { ruleName: 'nope', status: 'error', errorType: 'not_found' },
      { ruleName: 'old', status: 'success', result: 'deleted' },
    ],
  });
  expect(names(await admin.get(`${at}/rules`))).toEqual(['new']);
});

test.for([
  [{ query: 'up' }, 'name can not be empty'],
  [{ name: 'a' }, 'query can not be empty'],
  [{}, '[name can not be empty, query can not be empty]'],
  [{ name: 'a', query: 'up', duration: '5x' }, 'duration is invalid: 5x: not a valid duration string: "5x"'],
  [
    { name: 'a', query: 'up', labels: { '1a': 'b' } },
    'label name (1a) is not valid. The name must match [a-zA-Z_][a-zA-Z0-9_]* and has not the __ prefix (label names with this prefix are for internal use)',
  ],
  [{ name: 'a', query: 'up', annotations: { message: '{{ $value' } }, 'invalid annotation value: {{ $value'],
  [{ name: 'a', query: 'up +' }, 'query is invalid: up +: 1:5: parse error: unexpected end of input'],
] as const)('%j is a bad rule', async ([body, text]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const answer = await (await as(ks, 'admin')).send('POST', `${at}/rules`, body);
  expect([answer.status, answer.text]).toEqual([400, `${text}\n`]);
});

test.for([
  ['GET', '/rules/nope', 404, 'The alerting rule was not found'],
  ['DELETE', '/rules/nope', 404, 'The alerting rule was not found'],
  ['GET', '/builtin/rules/nope', 404, 'The alerting rule was not found'],
  ['GET', '/namespaces/nope/rules', 500, 'namespace "nope" not found'],
] as const)('%s %s is refused', async ([method, path, status, text]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const answer = await (await as(ks, 'admin')).send(method, at + path);
  expect([answer.status, answer.text]).toEqual([status, `${text}\n`]);
});

test('a name that is taken is a conflict', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${at}/rules`, rule('one'));
  const answer = await admin.send('POST', `${at}/rules`, rule('one'));
  expect([answer.status, answer.text]).toEqual([409, 'The alerting rule already exists\n']);
});

test.for([
  ['up', 'up{namespace="n"}'],
  ['{a="b"}', '{a="b",namespace="n"}'],
  ['up{namespace=~"x", a="b"}', 'up{a="b",namespace="n"}'],
  [
    'sum by (pod) (rate(x[5m])) / on(pod) y',
    'sum by (pod) (rate(x{namespace="n"}[5m])) / on(pod) y{namespace="n"}',
  ],
  ['a and b offset 5m > bool 1e3', 'a{namespace="n"} and b{namespace="n"} offset 5m > bool 1e3'],
] as const)('%s within a namespace', ([query, expected]) => {
  expect(withinNamespace(query, 'n')).toBe(expected);
});

test.for(['sum(up', 'up)', '"x', 'up $', '', 'up +'])('%j is no query', (query) => {
  expect(queryProblem(query)).toMatch(/^1:\d+: parse error: /);
});

test('a rule pends and fires by the clock, and its alerts say of what', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', now });
  const admin = await as(ks, 'admin');
  const alerting = {
    name: 'pods-run',
    query: 'kube_pod_status_phase{phase="Running"} == 1',
    duration: '5m',
    labels: { severity: 'info' },
    annotations: { message: '{{ $labels.pod }} is {{ $value }}, {{ $labels.none }}' },
  };
  const path = `${at}/namespaces/shop/rules`;
  await admin.send('POST', path, alerting);
  await admin.send('POST', path, { ...alerting, name: 'never', query: 'up > 5' });
  await admin.send('POST', path, { ...alerting, name: 'strange', query: 'count_values("a", up)' });
  await admin.send('POST', `${at}/rules`, { ...alerting, name: 'broken', query: 'up * on (job) up' });
  const state = async (name: string): Promise<unknown> => (await admin.get(`${path}/${name}`)).json['state'];

  expect(await state('pods-run')).toBe('pending');
  await ks.clock.advance('4m');
  expect(await state('pods-run')).toBe('pending');
  await ks.clock.advance('1m');
  expect(await state('pods-run')).toBe('firing');
  const { json } = await admin.get(`${path}/pods-run/alerts`);
  const [first] = json.items;
  const labels = first?.['labels'] as Readonly<Record<string, string>>;
  expect(first).toMatchObject({
    activeAt: now,
    state: 'firing',
    value: '1e+00',
    ruleName: 'pods-run',
    annotations: { message: `${labels['pod'] ?? ''} is 1, <no value>` },
  });
  expect(labels).toMatchObject({
    alertname: 'pods-run',
    namespace: 'shop',
    severity: 'info',
    phase: 'Running',
  });
  expect(names(await admin.get(`${path}?state=firing`))).toEqual(['pods-run']);
  expect((await admin.get(`${at}/namespaces/shop/alerts?state=firing`)).json['total']).toBe(json['total']);
  expect((await admin.get(`${at}/alerts`)).json).toEqual({ items: null, total: 0 });
  expect((await admin.get(`${path}/never`)).json).toMatchObject({ state: 'inactive', health: 'ok' });
  expect((await admin.get(`${path}/strange`)).json).toMatchObject({ state: 'inactive', health: 'unknown' });

  expect((await admin.get(`${at}/rules/broken`)).json).toMatchObject({
    state: 'inactive',
    health: 'err',
    lastError: expect.stringContaining('found duplicate series') as string,
  });

  await ks.clock.advance('72h');
  const later = await (await as(ks, 'admin')).get(`${path}/pods-run`);
  expect(later.json['state']).toBe('firing');
});
