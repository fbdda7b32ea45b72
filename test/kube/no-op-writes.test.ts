import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digArray, digString, type Json, type JsonObject } from '../../src/core/json.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { protobufBody } from '../support/protobuf-body.js';
import { resourcePath } from '../support/resource-path.js';

const json = 'application/json';
const protobuf = 'application/vnd.kubernetes.protobuf';
const yaml = 'application/yaml';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const patch = 'application/json-patch+json';

const labels = { app: 'x', tier: 'y' };
const container = {
  name: 'a',
  image: 'nginx:1.27',
  env: [{ name: 'A', value: '' }],
  ports: [{ containerPort: 80 }],
  resources: { requests: { memory: '0.5Gi', cpu: 0.1 }, limits: { cpu: '1000m', memory: '1024Mi' } },
  livenessProbe: { httpGet: { path: '/', port: 'web' }, initialDelaySeconds: 0 },
  securityContext: {},
};
const pod = {
  metadata: { creationTimestamp: null, labels: { tier: 'y', app: 'x' }, annotations: {} },
  spec: {
    containers: [container],
    volumes: [
      { name: 'v', emptyDir: { sizeLimit: '1024Mi' } },
      { name: 'w', configMap: { name: 'x', items: [] } },
    ],
    nodeSelector: {},
    tolerations: [],
  },
};
const once = { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } };
const claim = {
  metadata: { name: 'data', creationTimestamp: null },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
  status: {},
};
const metadata = { name: 'fresh', namespace: 'default', labels, creationTimestamp: null };
const apps = '/apis/apps/v1/namespaces/default';
const batch = '/apis/batch/v1/namespaces/default';
const core = '/api/v1/namespaces/default';

/** Objects with what clients send beside what matters: empty, zero and `null` members, quantities in other forms. */
const fresh = [
  {
    path: `${apps}/deployments`,
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector: { matchLabels: labels }, template: pod, strategy: {}, paused: false },
    status: {},
  },
  {
    path: `${apps}/daemonsets`,
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata,
    spec: { selector: { matchLabels: labels }, template: pod, updateStrategy: {} },
  },
  {
    path: `${apps}/statefulsets`,
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      selector: { matchLabels: labels },
      serviceName: '',
      template: pod,
      updateStrategy: {},
      volumeClaimTemplates: [claim],
    },
  },
  {
    path: `${apps}/replicasets`,
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: { replicas: 0, selector: { matchLabels: labels }, template: pod },
  },
  {
    path: `${core}/replicationcontrollers`,
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata,
    spec: { replicas: 0, selector: labels, template: pod },
  },
  { path: `${batch}/jobs`, apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: once } },
  {
    path: `${batch}/cronjobs`,
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: {
      schedule: '0 0 1 1 *',
      suspend: false,
      jobTemplate: { metadata: { creationTimestamp: null }, spec: { template: once } },
    },
  },
  {
    path: `${core}/services`,
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ port: 80, targetPort: 0 }], selector: labels },
    status: { loadBalancer: {} },
  },
  {
    path: `${core}/persistentvolumeclaims`,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
    metadata,
  },
  { path: `${core}/configmaps`, apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { b: '1', a: '' } },
  { path: `${core}/secrets`, apiVersion: 'v1', kind: 'Secret', metadata, data: { b: 'QQ==', a: '' } },
  {
    path: `${core}/resourcequotas`,
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata,
    spec: { hard: { 'requests.memory': '1024Mi', pods: 100 }, scopes: [] },
  },
  {
    path: `${core}/limitranges`,
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata,
    spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1024Gi' } }] },
  },
  {
    path: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { minAvailable: '50%', selector: { matchLabels: labels, matchExpressions: [] } },
  },
  {
    path: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] },
  },
];

let ks: InProcessFake;
let token: string;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  token = await ks.token({ user: 'admin' });
  await ks.clock.freeze();
});

afterAll(async () => {
  await ks.close();
});

interface Read {
  readonly status: number;
  readonly bytes: Buffer;
}

async function call(
  method: string,
  path: string,
  accept: string,
  body?: Buffer | string,
  type?: string,
): Promise<Read> {
  const response = await fetch(ks.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept,
      ...(type !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function read(path: string): Promise<JsonObject> {
  return JSON.parse((await call('GET', path, json)).bytes.toString()) as JsonObject;
}

/** Kinds of the world that can be read and written back. */
async function kinds(): Promise<readonly string[]> {
  const groups = digArray(await read('/apis'), 'groups').flatMap((group) =>
    digArray(group, 'versions').map((version) => `/apis/${digString(version, 'groupVersion')}`),
  );
  const found: string[] = [];
  for (const root of ['/api/v1', ...groups.filter((group) => !group.includes('kubesphere'))]) {
    for (const one of digArray(await read(root), 'resources')) {
      const name = digString(one, 'name');
      const verbs = digArray(one, 'verbs');
      if (name.includes('/') || !verbs.includes('get') || !verbs.includes('update')) continue;
      found.push(`${root}/${name}`);
    }
  }
  return found;
}

/** Writes the server's own bytes back in every way. @returns what was not taken as no change */
async function changes(path: string): Promise<string[]> {
  const found: string[] = [];
  const before = await read(path);
  const note = async (what: string, answer: Read): Promise<void> => {
    const now = await read(path);
    const meta = now['metadata'] as JsonObject;
    const was = before['metadata'] as JsonObject;
    if (answer.status !== 200)
      found.push(`${path}: ${what}: ${String(answer.status)} ${answer.bytes.toString().slice(0, 400)}`);
    else if (meta['resourceVersion'] !== was['resourceVersion'])
      found.push(`${path}: ${what}: changed\n${JSON.stringify(before)}\n${JSON.stringify(now)}`);
  };
  for (const type of [json, protobuf, yaml]) {
    const { bytes, status } = await call('GET', path, type);
    if (status !== 200) continue;
    await note(`PUT ${type}`, await call('PUT', path, json, bytes, type));
    if (found.length > 0) return found;
  }
  const whole = JSON.stringify(before);
  const { metadata: _metadata, ...content } = before;
  const replaced = Object.entries(content)
    .filter(([key]) => key !== 'status')
    .map(([key, value]) => ({ op: 'replace', path: `/${key.replaceAll('/', '~1')}`, value }));
  for (const [type, body] of [
    [merge, '{}'],
    [merge, whole],
    [strategic, whole],
    [patch, JSON.stringify(replaced)],
  ] as const) {
    if (type === strategic && hasTwins(before)) continue;
    // What a revision holds may say `null`, which a merge takes for a deletion.
    if (body === whole && path.includes('/controllerrevisions/')) continue;
    await note(`PATCH ${type}`, await call('PATCH', path, json, body, type));
  }
  return found;
}

/** Whether ports are there for two protocols: they merge by number alone, which makes one of two, as in Kubernetes. */
function hasTwins(object: JsonObject): boolean {
  return JSON.stringify(object).includes('"protocol":"UDP"');
}

/**
 * What is another object without what it has got meanwhile: a Job without its selector, a Deployment without the annotation
 * of its revision; and what is not written without its version.
 */
const grown = new Set(['Job', 'Deployment', 'PodDisruptionBudget']);

describe('writing back what was read changes nothing', () => {
  test('in every native kind of the default world', async () => {
    const found: string[] = [];
    for (const path of await kinds()) {
      const items = digArray(await read(path), 'items');
      const isShop = (item: Json): boolean => digString(item, 'metadata', 'namespace') === 'shop';
      const few = [...items]
        .filter((item) => !digString(item, 'metadata', 'name').startsWith('fresh'))
        .sort((a, b) => Number(isShop(b)) - Number(isShop(a)))
        .slice(0, 4);
      for (const item of few) {
        const place = resourcePath(path, digString(item, 'metadata', 'namespace'));
        found.push(...(await changes(`${place}/${digString(item, 'metadata', 'name')}`)));
      }
    }
    expect(found).toEqual([]);
  }, 60_000);

  test.for(fresh)('in a fresh $kind, whatever it was sent as', async ({ path, ...object }) => {
    const name = digString(object, 'metadata', 'name');
    const found: string[] = [];
    const sent: readonly (readonly [type: string, body: Buffer | string])[] = [
      [json, JSON.stringify(object)],
      [yaml, JSON.stringify(object)],
      [protobuf, protobufBody(object)],
    ];
    for (const [type, body] of sent) {
      const answer = await call('POST', path, json, body, type);
      expect(answer.status, answer.bytes.toString()).toBe(201);
      // Once its pods, addresses and numbers are known, nothing more happens: the clock stands still.
      found.push(...(await changes(`${path}/${name}`)));
      for (const [other, again] of grown.has(object.kind) ? [] : sent) {
        const { metadata } = await read(`${path}/${name}`);
        const put = await call('PUT', `${path}/${name}`, json, again, other);
        const now = (await read(`${path}/${name}`))['metadata'] as JsonObject;
        if (put.status !== 200) found.push(`${type}, then ${other}: ${put.bytes.toString()}`);
        else if (now['generation'] !== (metadata as JsonObject)['generation'])
          found.push(`${type}, then ${other}: another generation`);
      }
      await call('DELETE', `${path}/${name}?propagationPolicy=Background&gracePeriodSeconds=0`, json);
    }
    expect(found).toEqual([]);
  });
});
