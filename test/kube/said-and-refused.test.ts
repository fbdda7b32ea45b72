import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver({ world: 'empty', kubeVersion: 'v1.32.4', controllers: ['-*'] });
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const containers = [{ name: 'c', image: 'i' }];
const workload = {
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
};
const percent =
  'Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:""}: a valid percent string must be a numeric string';
const traffic = 'spec.internalTrafficPolicy: Unsupported value: "": supported values: "Cluster", "Local"';
const volumeMode = 'spec.volumeMode: Unsupported value: "": supported values: "Block", "Filesystem"';
const misplaced = 'unsupported scope applied to resource';

function limits(item: object): object {
  return { spec: { limits: [{ type: 'Container', ...item }] } };
}

function except(cidr: string, inner: string): object {
  return { spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr, except: [inner] } }] }] } };
}

test.each([
  [
    `${core}/configmaps`,
    { metadata: { name: 'n', generation: -5 } },
    'metadata.generation: Invalid value: -5: must be greater than or equal to 0',
  ],
  [
    `${core}/services`,
    { spec: { type: 'NodePort', internalTrafficPolicy: '', ports: [{ port: 80 }] } },
    traffic,
  ],
  [
    `${core}/services`,
    { spec: { type: 'ExternalName', externalName: 'a.b', internalTrafficPolicy: '' } },
    traffic,
  ],
  [
    `${core}/services`,
    { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: -1 }] } },
    'spec.ports[0].nodePort: Invalid value: -1: provided port is not in the valid range',
  ],
  [
    `${core}/persistentvolumeclaims`,
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        volumeMode: '',
      },
    },
    volumeMode,
  ],
  [
    '/api/v1/persistentvolumes',
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        hostPath: { path: '/a' },
        volumeMode: '',
      },
    },
    volumeMode,
  ],
  [
    `${apps}/deployments`,
    { spec: { ...workload, strategy: { rollingUpdate: { maxSurge: '' } } } },
    `spec.strategy.rollingUpdate.maxSurge: ${percent}`,
  ],
  [
    `${apps}/daemonsets`,
    { spec: { ...workload, updateStrategy: { rollingUpdate: { maxSurge: '' } } } },
    `spec.updateStrategy.rollingUpdate.maxSurge: ${percent}`,
  ],
  [
    '/apis/batch/v1/namespaces/default/jobs',
    { spec: { completionMode: '', template: { spec: { containers, restartPolicy: 'Never' } } } },
    'spec.completionMode: Unsupported value: "": supported values: "NonIndexed", "Indexed"',
  ],
  [
    `${apps}/controllerrevisions`,
    { revision: -1 },
    '[revision: Invalid value: -1: must be greater than or equal to 0, data: Required value: data is mandatory]',
  ],
  [
    `${core}/limitranges`,
    limits({ max: { cpu: '2' }, min: { cpu: '1' }, maxLimitRequestRatio: { cpu: '3' } }),
    'ratio 3 is greater than max/min = 2.000000',
  ],
  [
    `${core}/limitranges`,
    limits({ default: { 'hugepages-2Mi': '4Mi' }, defaultRequest: { 'hugepages-2Mi': '2Mi' } }),
    'default value 4Mi must equal to defaultRequest value 2Mi in hugepages-2Mi',
  ],
  [
    `${core}/resourcequotas`,
    { spec: { hard: { 'hugepages-2Mi': '4Mi' }, scopes: ['NotTerminating'] } },
    `spec.scopes: Invalid value: []core.ResourceQuotaScope{"NotTerminating"}: ${misplaced}`,
  ],
  [
    `${core}/resourcequotas`,
    { spec: { hard: { 'requests.hugepages-2Mi': '4Mi' }, scopes: ['BestEffort'] } },
    `spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: ${misplaced}`,
  ],
  [
    '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    except('fd00::/8', '10.0.0.0/8'),
    'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
  ],
])('a new object in %s that says %j is refused', async (path, body, why) => {
  const sent = { metadata: { name: 'n' }, ...body };
  const { status, json } = await admin.send('POST', path, sent);
  expect(status).toBe(422);
  expect(json['message']).toContain(why);
});

test('a generation that somebody gives a kind without one stays', async () => {
  const metadata = { name: 'given', generation: 5 };
  const { json } = await admin.send('POST', `${core}/configmaps`, { metadata });
  expect(json['metadata']).toMatchObject({ generation: 5 });
});
