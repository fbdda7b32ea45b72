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

const merge = 'application/merge-patch+json';
const flow = '/apis/flowcontrol.apiserver.k8s.io/v1';
const fixed = "spec of 'catch-all' must equal the fixed value";

test.each([
  [
    `${flow}/prioritylevelconfigurations/catch-all`,
    { spec: { limited: { nominalConcurrencyShares: 7 } } },
    `spec: Invalid value: flowcontrol.PriorityLevelConfigurationSpec{Type:"Limited", Limited:(*flowcontrol.LimitedPriorityLevelConfiguration)(0xc000012345), Exempt:(*flowcontrol.ExemptPriorityLevelConfiguration)(nil)}: ${fixed}`,
  ],
  [
    `${flow}/flowschemas/catch-all`,
    { spec: { matchingPrecedence: 9999, rules: null } },
    `MatchingPrecedence:9999, DistinguisherMethod:(*flowcontrol.FlowDistinguisherMethod)(0xc000012345), Rules:[]flowcontrol.PolicyRulesWithSubjects(nil)}: ${fixed}`,
  ],
  [
    `${flow}/flowschemas/exempt`,
    { spec: { matchingPrecedence: 3 } },
    'Subjects:[]flowcontrol.Subject{flowcontrol.Subject{Kind:"Group", User:(*flowcontrol.UserSubject)(nil), Group:(*flowcontrol.GroupSubject)(0xc000012345), ServiceAccount:(*flowcontrol.ServiceAccountSubject)(nil)}}, ResourceRules:[]flowcontrol.ResourcePolicyRule{flowcontrol.ResourcePolicyRule{Verbs:[]string{"*"}, APIGroups:[]string{"*"}, Resources:[]string{"*"}, ClusterScope:true, Namespaces:[]string{"*"}}}, NonResourceRules:[]flowcontrol.NonResourcePolicyRule{flowcontrol.NonResourcePolicyRule{Verbs:[]string{"*"}, NonResourceURLs:[]string{"*"}}}}}}: spec of \'exempt\' must equal the fixed value',
  ],
  [
    `${flow}/flowschemas/probes/status`,
    { status: { conditions: [{}, {}] } },
    '[status.conditions[0].type: Required value: must not be empty, status.conditions[1].type: Duplicate value: "", status.conditions[1].type: Required value: must not be empty]',
  ],
])('a change of %s to %j is refused', async (path, body, why) => {
  const { status, json } = await admin.send('PATCH', path, body, merge);
  expect(status).toBe(422);
  expect(json['message']).toContain(why);
});

test('how much is lent by the level nothing waits in may change', async () => {
  const spec = { exempt: { lendablePercent: 5 } };
  const { status } = await admin.send('PATCH', `${flow}/prioritylevelconfigurations/exempt`, { spec }, merge);
  expect(status).toBe(200);
});

test('conditions of a PodDisruptionBudget are judged', async () => {
  const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
  await admin.send('POST', budgets, { metadata: { name: 'b' }, spec: { minAvailable: 1 } });
  const body = { status: { conditions: [{ type: 'ok' }] } };
  const { json } = await admin.send('PATCH', `${budgets}/b/status`, body, merge);
  expect(json['message']).toBe(
    'PodDisruptionBudget.policy "b" is invalid: [status.conditions[0].status: Unsupported value: "": supported values: "False", "True", "Unknown", status.conditions[0].lastTransitionTime: Required value: must be set, status.conditions[0].reason: Required value: must be set]',
  );
});

test('topologies of a StorageClass are judged whenever it is written', async () => {
  const classes = '/apis/storage.k8s.io/v1/storageclasses';
  await admin.send('POST', classes, { metadata: { name: 'c' }, provisioner: 'p' });
  const body = { allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: [] }] }] };
  const { json } = await admin.send('PATCH', `${classes}/c`, body, merge);
  expect(json['message']).toContain('allowedTopologies[0].matchLabelExpressions[0].values: Required value');
});

test('what type claim templates of a StatefulSet say they are may change, nothing else of them', async () => {
  const claim = (size: string, apiVersion: string): object => ({
    apiVersion,
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'd' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
  });
  const spec = { ...workload, serviceName: 's', volumeClaimTemplates: [claim('1Gi', 'v1')] };
  await admin.send('POST', `${apps}/statefulsets`, { metadata: { name: 's' }, spec });
  const statuses: number[] = [];
  for (const template of [claim('1Gi', 'ok'), claim('2Gi', 'ok')]) {
    const body = { spec: { volumeClaimTemplates: [template] } };
    statuses.push((await admin.send('PATCH', `${apps}/statefulsets/s`, body, merge)).status);
  }
  expect(statuses).toEqual([200, 422]);
});

test('types of conditions of a pod are judged', async () => {
  await admin.send('POST', `${core}/pods`, { metadata: { name: 'p' }, spec: { containers } });
  const body = { status: { conditions: [{ type: 'Bad_Name!', status: 'True' }] } };
  const { json } = await admin.send('PATCH', `${core}/pods/p/status`, body, merge);
  expect(json['message']).toContain(
    'Pod "p" is invalid: metadata.conditions[0].Type: Invalid value: "Bad_Name!"',
  );
});
