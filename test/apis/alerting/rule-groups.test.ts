import { expect, test } from 'vitest';
import { goFloat } from '../../../src/core/go-float.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Answer } from '../../support/ask.js';

const now = '2026-01-01T12:00:00Z';
const at = '/kapis/alerting.kubesphere.io/v2beta1';
const apis = '/apis/alerting.kubesphere.io/v2beta1';
const apiVersion = 'alerting.kubesphere.io/v2beta1';
const running = { alert: 'runs', expr: 'kube_pod_status_phase{phase="Running"} == 1', for: '5m' };
const levels = [
  ['RuleGroup', '/namespaces/shop/rulegroups', '/namespaces/shop/alerts'],
  ['ClusterRuleGroup', '/clusterrulegroups', '/clusteralerts'],
  ['GlobalRuleGroup', '/globalrulegroups', '/globalalerts'],
] as const;

const group = (kind: string, name: string, rules: readonly object[], labels: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name, labels: { 'alerting.kubesphere.io/enable': 'true', ...labels } },
  spec: { rules },
});
const names = ({ json }: Answer): unknown[] =>
  json.items.map((item) => (item['metadata'] as { name?: unknown }).name);

test.for(levels)(
  '%s: made below /apis, shown with what its rules find, gone',
  async ([kind, path, alerts]) => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4', now });
    const admin = await as(ks, 'admin');
    for (const empty of [path, alerts])
      expect((await admin.get(at + empty)).text, empty).toBe('{\n "items": [],\n "totalItems": 0\n}');
    const rule = { ...running, severity: 'warning', annotations: { message: 'on {{ $labels.pod }}' } };
    const made = await admin.send('POST', apis + path, group(kind, 'pods', [rule]));
    expect(made.status, made.text).toBe(201);
    await admin.send(
      'POST',
      apis + path,
      group(kind, 'asleep', [running], { 'alerting.kubesphere.io/enable': 'false' }),
    );
    await admin.send('POST', apis + path, group(kind, 'mixed', [{ ...running, disable: true }]));

    const pods = (await admin.get(`${at}${path}/pods`)).json;
    expect(Object.keys(pods)).toEqual(['kind', 'apiVersion', 'metadata', 'spec', 'status']);
    expect(pods).toMatchObject({
      kind,
      apiVersion,
      spec: {
        rules: [{ alert: 'runs', labels: { rule_id: expect.stringMatching(/^[\da-f-]{36}$/) as string } }],
      },
      status: {
        lastEvaluation: now,
        rulesStatus: [{ state: 'pending', health: 'ok', activeAt: now }],
        rulesStats: { inactive: 0, pending: 1, firing: 0, disabled: 0 },
      },
    });
    const lists: readonly (readonly [string, readonly string[]])[] = [
      ['?sortBy=name&ascending=true', ['asleep', 'mixed', 'pods']],
      ['?name=a', ['asleep']],
      ['?state=pending', ['pods']],
      ['?state=inactive', ['asleep']],
      ['?state=disabled', ['mixed']],
      ['?state=odd', []],
      ['?sortBy=name&limit=1&page=2', ['mixed']],
      ['?labelSelector=alerting.kubesphere.io/enable=false', ['asleep']],
      ['?odd=1', []],
    ];
    for (const [asked, found] of lists)
      expect(names(await admin.get(at + path + asked)), asked).toEqual(found);

    await ks.clock.advance('5m');
    const fired = (await admin.get(`${at}${alerts}?state=firing`)).json;
    expect(fired['totalItems']).toBeGreaterThan(0);
    const [first] = fired.items;
    const labels = first?.['labels'] as Readonly<Record<string, string>>;
    expect(labels).toMatchObject({
      alertname: 'runs',
      alerttype: 'metric',
      rule_group: 'pods',
      rule_level: { RuleGroup: 'namespace', ClusterRuleGroup: 'cluster', GlobalRuleGroup: 'global' }[kind],
      severity: 'warning',
    });
    expect(first?.['annotations']).toEqual({ message: `on ${labels['pod'] ?? ''}` });
    const elsewhere = fired.items.some(
      (item) => (item['labels'] as { namespace: string }).namespace !== 'shop',
    );
    expect(elsewhere).toBe(kind !== 'RuleGroup');
    const counts: readonly (readonly [string, boolean])[] = [
      ['?state=pending', false],
      ['?label_filters=alertname=runs', true],
      ['?label_filters=alertname~u,severity=critical', false],
      ['?label_matcher=%7Balertname%3D~"r.*"%7D', true],
      ['?label_matcher=%7Balertname!%3D"runs"%7D', false],
      ['?sortBy=activeAt', true],
      ['?odd=1', false],
    ];
    for (const [asked, any] of counts)
      expect(Number((await admin.get(at + alerts + asked)).json['totalItems']) > 0, asked).toBe(any);
    const bad = await admin.get(`${at}${alerts}?label_matcher=%7B`);
    expect([bad.status, bad.text]).toEqual([500, expect.stringMatching(/^invalid label_matcher param: 1:/)]);

    expect((await admin.send('DELETE', `${apis}${path}/pods`)).status).toBe(200);
    expect((await admin.get(at + alerts)).json['totalItems']).toBe(0);
    const gone = await admin.get(`${at}${path}/pods`);
    expect([gone.status, gone.text]).toEqual([
      404,
      `${kind.toLowerCase()}.alerting.kubesphere.io "pods" not found\n`,
    ]);
    expect((await admin.send('POST', at + path, {})).status).toBe(405);
  },
);

const workload = {
  kind: 'deployment',
  names: ['web', 'api'],
  comparator: '>',
  metricThreshold: { memory: { usage: 1_000_000 } },
};
const node = {
  names: ['n1'],
  comparator: '<=',
  metricThreshold: { cpu: { load1m: 0.5 }, pod: { utilization: 1 } },
};

test('queries are made of thresholds, and groups of all clusters look where those are', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', now });
  const admin = await as(ks, 'admin');
  const rules = async (kind: string, path: string, rule: object): Promise<readonly object[]> => {
    const made = await admin.send('POST', apis + path, group(kind, 'built', [{ alert: 'a', ...rule }]));
    return (made.json['spec'] as { rules: object[] }).rules;
  };
  const [[, namespaced], [, clusterWide], [, global]] = levels;
  const memory = 'namespace:workload_memory_usage:sum{workload=~"deployment:(web|api)"} > 1e+06';
  expect(await rules('RuleGroup', namespaced, { exprBuilder: { workload } })).toMatchObject([
    { expr: memory },
  ]);
  expect(await rules('ClusterRuleGroup', clusterWide, { exprBuilder: { node } })).toMatchObject([
    { expr: 'node:load1:ratio{node="n1"} <= 0.5' },
  ]);
  const scoped = { ...workload, names: [{ cluster: 'host', namespace: 'shop', names: ['web', 'api'] }] };
  expect(await rules('GlobalRuleGroup', global, { exprBuilder: { workload: scoped } })).toMatchObject([
    { expr: memory, clusterSelector: { inValues: ['host'] }, namespaceSelector: { inValues: ['shop'] } },
  ]);
  const shown = (await admin.get(`${at}${global}/built`)).json['status'] as { rulesStatus: object[] };
  expect(shown.rulesStatus).toMatchObject([
    { expr: memory.replace('}', ',cluster="host",namespace="shop"}') },
  ]);
  const other = group(
    'GlobalRuleGroup',
    'far',
    [{ ...running, clusterSelector: { matcher: { type: '!=', value: 'host' } } }],
    { 'alerting.kubesphere.io/builtin': 'true' },
  );
  await admin.send('POST', apis + global, other);
  expect((await admin.get(`${at}/globalalerts`)).json['totalItems']).toBe(0);
  expect(names(await admin.get(`${at}${global}?builtin=true`))).toEqual(['far']);
  expect(names(await admin.get(`${at}${global}?builtin=false`))).toEqual(['built']);
  expect(names(await admin.get(`${at}${clusterWide}?builtin=false`))).toEqual([]);
});

const of = (rule: object): object => ({ rules: [{ alert: 'a', expr: 'up', ...rule }] });
const refused = [
  [0, of({ alert: '' }), "'alert' cannot be empty"],
  [0, of({ expr: '' }), "one of 'expr' and 'exprBuilder.workload' must be set for a RuleGroup"],
  [
    1,
    of({ exprBuilder: { node: { ...node, names: [] } } }),
    "one of 'expr' and 'exprBuilder.node' must be set for a ClusterRuleGroup",
  ],
  [2, of({ expr: '' }), "'expr' must be set for a GlobalRuleGroup"],
  [0, { ...of({}), interval: '1x' }, "invalid 'interval': 1x"],
  [
    0,
    { rules: Array.from({ length: 41 }, () => ({ alert: 'a', expr: 'up' })) },
    'the rule group has 41 rules, exceeding the max count (40)',
  ],
  [
    0,
    of({ expr: 'up +' }),
    'invalid rules: [group "bad", rule 1, "a": could not parse expression: 1:5: parse error: unexpected end of input]',
  ],
  [
    0,
    of({ labels: { '1a': 'b' }, annotations: { m: '{{ $x' } }),
    'invalid rules: [group "bad", rule 1, "a": invalid label name: 1a group "bad", rule 1, "a": annotation "m": template: __alert_a:1: unclosed action]',
  ],
  [2, of({ clusterSelector: { matcher: { type: '~', value: 'x' } } }), 'unsupported match type [~]'],
  [
    2,
    of({ namespaceSelector: { matcher: { type: '=~', value: '(' } } }),
    'invalid matcher: error parsing regexp: missing closing ): `^(?:()$`',
  ],
] as const;

test('what Prometheus could not read is refused by the webhooks', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  for (const [level, spec, text] of refused) {
    const [kind, path] = levels[level];
    const answer = await admin.send('POST', apis + path, {
      apiVersion,
      kind,
      metadata: { name: 'bad' },
      spec,
    });
    const webhook = `${path.slice(path.lastIndexOf('/') + 1)}.alerting.kubesphere.io`;
    expect([answer.status, answer.json['message']], text).toEqual([
      403,
      `admission webhook "${webhook}" denied the request: ${text}`,
    ]);
  }
});

test('durations and missing alerts are refused by the schema, and other releases know no groups', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  const [kind, path] = levels[1];
  const body = group(kind, 'bad', [{ alert: 'a', expr: 'up', for: '5x' }, { expr: 'up' }]);
  const { status, json } = await admin.send('POST', apis + path, body);
  expect(status).toBe(422);
  expect(json['message']).toContain(
    'spec.rules[0].for: Invalid value: "5x": spec.rules[0].for in body should match',
  );
  expect(json['message']).toContain('spec.rules[1].alert: Required value');
  await using old = await startFakeKsApiserver({ release: 'v3.3' });
  expect((await (await as(old, 'admin')).get(at + path)).status).toBe(404);
});

test.for([
  [0, '0'],
  [0.5, '0.5'],
  [999_999, '999999'],
  [1_000_000, '1e+06'],
  [123_456_789, '1.23456789e+08'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
] as const)('%d is %s to Go', ([value, text]) => {
  expect(goFloat(value)).toBe(text);
});
