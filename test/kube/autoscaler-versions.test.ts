import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';
const v1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const v2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

const cpu = (averageUtilization: number): JsonObject => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const memory = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '500Mi' } },
};
const queue = {
  type: 'External',
  external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '5' } },
};
const hits = {
  type: 'Pods',
  pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } },
};

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(async () => {
  await ks.close();
});

async function make(name: string, metrics: readonly JsonObject[], behavior?: JsonObject): Promise<void> {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  const spec = { maxReplicas: 5, scaleTargetRef, metrics, ...(behavior && { behavior }) };
  const answer = await admin.send('POST', v2, { metadata: { name }, spec });
  expect(answer.status, answer.text).toBe(201);
}

test.for([
  ['merge', merge, { spec: { maxReplicas: 7 } }],
  ['strategic', strategic, { spec: { maxReplicas: 7, metrics: [cpu(50)] } }],
  [
    'apply',
    apply,
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'apply' },
      spec: { maxReplicas: 7, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'apply' } },
    },
  ],
] as const)('one of v2 is changed by a %s patch, read strictly', async ([name, type, patch]) => {
  await make(name, [cpu(60), memory]);
  const query = `fieldValidation=Strict&fieldManager=me${type === apply ? '&force=true' : ''}`;
  const answer = await admin.send('PATCH', `${v2}/${name}?${query}`, patch, type);
  expect([answer.status, answer.json.spec['maxReplicas']], answer.text).toEqual([200, 7]);
});

test('what is read in one version and written in it unchanged changes nothing in the other', async () => {
  await make('both', [memory, cpu(60)], { scaleDown: { selectPolicy: 'Disabled' } });
  for (const [mine, other] of [
    [v1, v2],
    [v2, v1],
  ] as const) {
    const before = (await admin.get(`${other}/both`)).text;
    const { text } = await admin.get(`${mine}/both`);
    const put = await admin.send('PUT', `${mine}/both`, text);
    expect([put.status, put.text]).toEqual([200, text]);
    expect((await admin.get(`${other}/both`)).text).toBe(before);
  }
});

test.for([
  ['PUT', null],
  ['PATCH', merge],
] as const)('a %s of v1 sets the aim for the processor and leaves the rest', async ([method, type]) => {
  const name = method.toLowerCase();
  await make(name, [memory, cpu(60)]);
  const { json } = await admin.get(`${v1}/${name}`);
  expect(json.spec['targetCPUUtilizationPercentage']).toBe(60);
  const spec = { ...json.spec, targetCPUUtilizationPercentage: 75 };
  const body = type === null ? { ...json, spec } : { spec: { targetCPUUtilizationPercentage: 75 } };
  const answer = await admin.send(method, `${v1}/${name}`, body, type ?? 'application/json');
  expect(answer.status, answer.text).toBe(200);
  expect((await admin.get(`${v2}/${name}`)).json.spec['metrics']).toEqual([memory, cpu(75)]);
});

test.for([
  ['average', [memory], 'memory: <unknown>/500Mi'],
  ['external', [queue], '<unknown>/5 (avg)'],
  ['pods', [hits], '<unknown>/10'],
  ['several', [cpu(50), memory, queue], 'cpu: <unknown>/50%, memory: <unknown>/500Mi + 1 more...'],
] as const)('a table shows %s metrics', async ([name, metrics, shown]) => {
  await make(name, metrics);
  const response = await fetch(`${ks.url}${v2}/${name}`, {
    headers: {
      authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    },
  });
  const { rows } = (await response.json()) as { rows: { cells: unknown[] }[] };
  expect(rows[0]?.cells[2]).toBe(shown);
});
