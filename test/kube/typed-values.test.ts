import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import { canonicalQuantity } from '../../src/core/canonical-quantity.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const wrongForm =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongSuffix = "unable to parse quantity's suffix";

describe('a quantity', () => {
  test.for<[text: string, shown: string]>([
    ['2', '2'],
    ['0.1', '100m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5Gi', '512Mi'],
    ['1.5Gi', '1536Mi'],
    ['1024Mi', '1Gi'],
    ['1024', '1024'],
    ['1000', '1k'],
    ['1000Ki', '1000Ki'],
    ['0.5Ki', '512'],
    ['0.0005Ki', '512m'],
    ['1e3', '1e3'],
    ['1E3', '1E3'],
    ['100e-3', '100e-3'],
    ['1E', '1E'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['+5', '+5'],
    ['-0.5', '-500m'],
    ['0Gi', '0'],
    ['-0', '0'],
    ['007', '007'],
    ['0.0000000001', '1n'],
    ['1e999999999', '1e999999999'],
    ['99999999999999999999', '99999999999999999999'],
    ['1e-999999999', '1e-9'],
  ])('%s is written %s', ([text, shown]) => {
    expect(canonicalQuantity(text)).toEqual({ text: shown });
  });

  test.for<[text: string, problem: string]>([
    ['', wrongForm],
    ['abc', wrongForm],
    ['10 GB', wrongForm],
    ['x', wrongForm],
    ['.', wrongForm],
    ['1.2.3', wrongForm],
    ['--1', wrongForm],
    ['1K', wrongSuffix],
    ['1KI', wrongForm],
    ['1kk', wrongSuffix],
    ['1e', wrongSuffix],
  ])('%s is refused', ([text, problem]) => {
    expect(canonicalQuantity(text)).toEqual({ problem });
  });
});

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(async () => {
  await ks.close();
});

const core = '/api/v1/namespaces/default';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

function deployment(name: string, spec: JsonObject, container: JsonObject = {}): JsonObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a', ...container }] } },
      ...spec,
    },
  };
}

const requests = (given: JsonObject): JsonObject => ({ resources: { requests: given } });
const claim = (storage: unknown): JsonObject =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  }) as unknown as JsonObject;
const quota = (pods: unknown): JsonObject =>
  ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods } },
  }) as unknown as JsonObject;
const replicas = (of: string): string =>
  `json: cannot unmarshal ${of} into Go struct field DeploymentSpec.spec.replicas of type int32`;

describe('a value that is not its field’s', () => {
  test.for<[string, string, JsonObject, string]>([
    [
      'a number above int32',
      deployments,
      deployment('d', { replicas: 3_000_000_000 }),
      replicas('number 3000000000'),
    ],
    [
      'a number below int32',
      deployments,
      deployment('d', { replicas: -3_000_000_000 }),
      replicas('number -3000000000'),
    ],
    ['a number that is not whole', deployments, deployment('d', { replicas: 1.5 }), replicas('number 1.5')],
    ['a text for a number', deployments, deployment('d', { replicas: '1' }), replicas('string')],
    ['true for a number', deployments, deployment('d', { replicas: true }), replicas('bool')],
    [
      'a number for true',
      deployments,
      deployment('d', { paused: 1 }),
      'json: cannot unmarshal number into Go struct field DeploymentSpec.spec.paused of type bool',
    ],
    [
      'a port above int32',
      deployments,
      deployment('d', {}, { ports: [{ containerPort: 2 ** 31 }] }),
      'json: cannot unmarshal number 2147483648 into Go struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32',
    ],
    [
      'half a number for a number or text',
      deployments,
      deployment('d', { strategy: { rollingUpdate: { maxSurge: 0.5 } } }),
      'json: cannot unmarshal number 0.5 into Go value of type int32',
    ],
    ['no quantity', deployments, deployment('d', {}, requests({ cpu: 'abc' })), wrongForm],
    ['no quantity of storage', `${core}/persistentvolumeclaims`, claim('10 GB'), wrongForm],
    ['no number of pods', `${core}/resourcequotas`, quota('x'), wrongForm],
    ['a suffix nobody knows', `${core}/resourcequotas`, quota('1K'), wrongSuffix],
    ['true for a quantity', `${core}/resourcequotas`, quota(true), wrongForm],
  ])('%s is refused as Go refuses it', async ([, path, body, why]) => {
    const { kind, apiVersion } = body as { kind: string; apiVersion: string };
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    for (const type of ['application/json', 'application/yaml']) {
      const answer = await admin.send('POST', path, body, type);
      expect([answer.status, answer.json['message']]).toEqual([
        400,
        `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`,
      ]);
    }
  });

  test.for([
    ['application/merge-patch+json', { spec: { replicas: 3_000_000_000 } }, replicas('number 3000000000')],
    [
      'application/strategic-merge-patch+json',
      { spec: { template: { spec: { containers: [{ name: 'a', ...requests({ cpu: 'abc' }) }] } } } },
      wrongForm,
    ],
    [
      'application/json-patch+json',
      [{ op: 'add', path: '/spec/replicas', value: 3_000_000_000 }],
      replicas('number 3000000000'),
    ],
  ] as const)('a %s that makes it one is refused', async ([type, patch, why]) => {
    const name = type.replace(/\W/g, '-').slice(12, 30);
    await admin.send('POST', deployments, deployment(name, { replicas: 0 }));
    const answer = await admin.send('PATCH', `${deployments}/${name}`, patch, type);
    expect(answer.status).toBe(422);
    expect(answer.json['message']).toContain(why);
  });
});

describe('quantities are kept in their canonical form', () => {
  const given = { cpu: 2, memory: '0.5Gi', 'ephemeral-storage': '1024Mi' };
  const kept = { cpu: '2', memory: '512Mi', 'ephemeral-storage': '1Gi' };
  const read = async (name: string): Promise<unknown> =>
    (
      (await admin.get(`${deployments}/${name}`)).json.spec as {
        template: { spec: { containers: { resources: { requests: unknown } }[] } };
      }
    ).template.spec.containers[0]?.resources.requests;

  test.for(['application/json', 'application/yaml'])('when created as %s', async (type) => {
    const name = type.replace('/', '-');
    await admin.send('POST', deployments, deployment(name, { replicas: 0 }, requests(given)), type);
    expect(await read(name)).toEqual(kept);
  });

  const container = { name: 'a', image: 'a', ...requests(given) };
  test.for([
    ['application/merge-patch+json', { spec: { template: { spec: { containers: [container] } } } }],
    ['application/strategic-merge-patch+json', { spec: { template: { spec: { containers: [container] } } } }],
    [
      'application/json-patch+json',
      [{ op: 'replace', path: '/spec/template/spec/containers/0', value: container }],
    ],
    [
      'application/json-patch+json',
      [{ op: 'add', path: '/spec/template/spec/containers/0/resources/requests', value: given }],
    ],
  ] as const)('when patched by %s', async ([type, patch]) => {
    const name = `${type.slice(12, 17)}-${String(JSON.stringify(patch).length)}`;
    await admin.send('POST', deployments, deployment(name, { replicas: 0 }));
    const answer = await admin.send('PATCH', `${deployments}/${name}`, patch, type);
    expect(answer.status, answer.text).toBe(200);
    expect(await read(name)).toEqual(kept);
  });

  test('when applied', async () => {
    const body = deployment('applied', { replicas: 0 }, requests(given));
    const path = `${deployments}/applied?fieldManager=m`;
    for (const status of [201, 200]) {
      const answer = await admin.send('PATCH', path, body, 'application/apply-patch+yaml');
      expect(answer.status, answer.text).toBe(status);
      expect(await read('applied')).toEqual(kept);
    }
  });
});

test('null in a map of texts is an empty text', async () => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'nulls' }, data: { a: null } };
  const answer = await admin.send('POST', `${core}/configmaps`, body);
  expect(answer.json['data']).toEqual({ a: '' });
});
