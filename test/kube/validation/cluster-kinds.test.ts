import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { invalidStatus } from '../../support/invalid-status.js';

const ns = 'namespaces/default';
const flow = 'flowcontrol.apiserver.k8s.io';
const kinds = {
  Endpoints: ['', `/api/v1/${ns}/endpoints`],
  PodTemplate: ['', `/api/v1/${ns}/podtemplates`],
  Node: ['', '/api/v1/nodes'],
  EndpointSlice: ['discovery.k8s.io', `/apis/discovery.k8s.io/v1/${ns}/endpointslices`],
  Lease: ['coordination.k8s.io', `/apis/coordination.k8s.io/v1/${ns}/leases`],
  RuntimeClass: ['node.k8s.io', '/apis/node.k8s.io/v1/runtimeclasses'],
  FlowSchema: [flow, `/apis/${flow}/v1/flowschemas`],
  PriorityLevelConfiguration: [flow, `/apis/${flow}/v1/prioritylevelconfigurations`],
  CSIDriver: ['storage.k8s.io', '/apis/storage.k8s.io/v1/csidrivers'],
  CSINode: ['storage.k8s.io', '/apis/storage.k8s.io/v1/csinodes'],
  CSIStorageCapacity: ['storage.k8s.io', `/apis/storage.k8s.io/v1/${ns}/csistoragecapacities`],
  StorageClass: ['storage.k8s.io', '/apis/storage.k8s.io/v1/storageclasses'],
  VolumeAttachment: ['storage.k8s.io', '/apis/storage.k8s.io/v1/volumeattachments'],
  VolumeAttributesClass: ['storage.k8s.io', '/apis/storage.k8s.io/v1/volumeattributesclasses'],
  IngressClass: ['networking.k8s.io', '/apis/networking.k8s.io/v1/ingressclasses'],
  APIService: ['apiregistration.k8s.io', '/apis/apiregistration.k8s.io/v1/apiservices'],
  Job: ['batch', `/apis/batch/v1/${ns}/jobs`],
} as const;
type Kind = keyof typeof kinds;

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const dns1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const port = 'must be between 1 and 65535, inclusive';
const limited = (more: object): object => ({
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...more } },
});
const queued = (queuing: object): object => limited({ limitResponse: { type: 'Queue', queuing } });
const q = 'spec.limited.limitResponse.queuing';
const template = { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } };
const job = (more: object): object => ({ spec: { template, ...more } });
const failing = (rule: object): object => job({ podFailurePolicy: { rules: [rule] } });
const rule = 'spec.podFailurePolicy.rules[0]';
const succeeding = (given: object): object =>
  job({ completionMode: 'Indexed', completions: 3, successPolicy: { rules: [given] } });
const done = 'spec.successPolicy.rules[0]';

/** What is wrong, what is posted, and the causes it is refused with. */
type Row = readonly [what: string, given: object, ...causes: string[]];

const table: Readonly<Record<Kind, readonly Row[]>> = {
  Endpoints: [
    [
      'a subset of nobody',
      { subsets: [{}] },
      'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
    ],
    [
      'addresses nobody else can reach',
      {
        subsets: [
          { addresses: ['127.0.0.1', '0.0.0.0', '169.254.1.1', '224.0.0.1', 'x'].map((ip) => ({ ip })) },
        ],
      },
      'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'subsets[0].addresses[1].ip: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0 or ::)',
      'subsets[0].addresses[2].ip: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      'subsets[0].addresses[3].ip: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
      'subsets[0].addresses[4].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'subsets[0].addresses[4].ip: Invalid value: "x": must be a valid IP address',
    ],
    [
      'ports without names, numbers and protocols',
      {
        subsets: [
          { addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 0 }, { name: 'a', port: 1, protocol: 'X' }] },
        ],
      },
      'subsets[0].ports[0].name: Required value',
      `subsets[0].ports[0].port: Invalid value: 0: ${port}`,
      'subsets[0].ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
  EndpointSlice: [
    ['no type', { endpoints: [] }, 'addressType: Required value'],
    [
      'addresses of another type',
      { addressType: 'IPv6', endpoints: [{ addresses: ['10.0.0.1'], hostname: 'A' }, { addresses: [] }] },
      'endpoints[0].addresses[0]: Invalid value: "10.0.0.1": must be a valid IPv6 address',
      `endpoints[0].hostname: Invalid value: "A": ${label}`,
      'endpoints[1].addresses: Required value: must contain at least 1 address',
    ],
    [
      'names that are none, ports and zones twice',
      {
        addressType: 'FQDN',
        endpoints: [{ addresses: ['com'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }],
        ports: [{ name: 'a' }, { name: 'a' }],
      },
      'endpoints[0].addresses[0]: Invalid value: "com": should be a domain with at least two segments separated by dots',
      'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
      'ports[1].name: Duplicate value: "a"',
    ],
  ],
  PodTemplate: [['no containers', { template: {} }, 'template.spec.containers: Required value']],
  Node: [
    [
      'two networks of one family',
      { spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] } },
      'spec.podCIDRs: Invalid value: []string{"10.0.0.0/24", "10.0.1.0/24"}: may specify no more than one CIDR for each IP family',
    ],
    [
      'a network that is none',
      { spec: { podCIDRs: ['x'] } },
      'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
  ],
  Lease: [
    [
      'durations and counts that are none',
      { spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } },
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  RuntimeClass: [
    ['a handler that is none', { handler: 'A_b' }, `handler: Invalid value: "A_b": ${label}`],
    [
      'overhead of unknown things, and the same toleration twice',
      {
        handler: 'a',
        overhead: { podFixed: { disk: '1' } },
        scheduling: {
          tolerations: [
            { key: 'a', operator: 'Exists' },
            { key: 'a', operator: 'Exists' },
          ],
        },
      },
      'overhead.limits[disk]: Invalid value: disk: must be a standard resource type or fully qualified',
      'overhead.limits[disk]: Invalid value: disk: must be a standard resource for containers',
      'scheduling.tolerations[1]: Duplicate value: core.Toleration{Key:"a", Operator:"Exists", Value:"", Effect:"", TolerationSeconds:(*int64)(nil)}',
    ],
  ],
  FlowSchema: [
    [
      'a level that is none, and the place of another',
      { spec: { matchingPrecedence: 1 } },
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
    ],
    [
      'rules about nobody and nothing',
      {
        spec: {
          priorityLevelConfiguration: { name: 'a' },
          rules: [
            {},
            { subjects: [{ kind: 'Dog' }, { kind: 'User', group: { name: 'g' } }], resourceRules: [{}] },
          ],
        },
      },
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
      'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
      'spec.rules[1].subjects[0].kind: Unsupported value: "Dog": supported values: "Group", "ServiceAccount", "User"',
      "spec.rules[1].subjects[1].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[1].subjects[1].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      'spec.rules[1].resourceRules[0].verbs: Required value: verbs must contain at least one value',
      'spec.rules[1].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'spec.rules[1].resourceRules[0].resources: Required value: resource rules must supply at least one resource',
      'spec.rules[1].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    ],
    [
      'verbs and URLs that are none',
      {
        spec: {
          priorityLevelConfiguration: { name: 'a' },
          rules: [
            {
              subjects: [{ kind: 'Group', group: { name: 'g' } }],
              nonResourceRules: [{ verbs: ['jump'], nonResourceURLs: ['a', '//', '/*/b'] }],
            },
          ],
        },
      },
      'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: []string{"jump"}: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "a": must start with slash',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "//": must not contain double slash',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/*/b": wildcard can only do suffix matching',
    ],
  ],
  PriorityLevelConfiguration: [
    ['no type', {}, 'spec.type: Unsupported value: "": supported values: "Exempt", "Limited"'],
    [
      'the freedom of another',
      { spec: { type: 'Exempt' } },
      `spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`,
    ],
    [
      'no limits',
      { spec: { type: 'Limited' } },
      'spec.limited: Required value: must not be empty when type is Limited',
    ],
    [
      'shares below zero',
      limited({ nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 }),
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
    [
      'a hand larger than the deck',
      queued({ queues: 2, handSize: 3, queueLengthLimit: -1 }),
      `${q}.queueLengthLimit: Invalid value: -1: must be positive`,
      `${q}.handSize: Invalid value: 3: should not be greater than queues (2)`,
    ],
    [
      'a hand that takes too much chance',
      queued({ queues: 512, handSize: 7, queueLengthLimit: 1 }),
      `${q}.handSize: Invalid value: 7: required entropy bits of deckSize 512 and handSize 7 should not be greater than 60`,
    ],
  ],
  CSIDriver: [
    [
      'policies, audiences and modes that are none',
      {
        spec: {
          fsGroupPolicy: 'Any',
          tokenRequests: [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }],
          volumeLifecycleModes: ['Odd'],
        },
      },
      'spec.fsGroupPolicy: Unsupported value: "Any": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.volumeLifecycleModes: Unsupported value: "Odd": supported values: "Persistent", "Ephemeral"',
    ],
  ],
  CSINode: [
    [
      'drivers without nodes, and twice',
      {
        spec: {
          drivers: [
            { name: 'a', nodeID: '' },
            { name: 'a', nodeID: 'b', allocatable: { count: -1 } },
          ],
        },
      },
      'spec.drivers[0].nodeID: Required value',
      'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[1].name: Duplicate value: "a"',
    ],
  ],
  CSIStorageCapacity: [
    ['a class that is none', { storageClassName: 'A' }, `storageClassName: Invalid value: "A": ${subdomain}`],
  ],
  StorageClass: [
    [
      'places it names twice or not at all',
      {
        provisioner: 'a',
        allowedTopologies: [
          {
            matchLabelExpressions: [
              { key: 'a', values: ['x', 'x'] },
              { key: 'a', values: [] },
            ],
          },
        ],
      },
      'allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "x"',
      'allowedTopologies[0].matchLabelExpressions[1].values: Required value',
      'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "a"',
    ],
  ],
  VolumeAttachment: [
    [
      'nothing that is needed',
      { spec: {} },
      'spec.attacher: Required value',
      'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
      `spec.nodeName: Invalid value: "": ${subdomain}`,
      'spec.attacher: Required value',
      `spec.attacher: Invalid value: "": ${subdomain}`,
    ],
  ],
  VolumeAttributesClass: [
    [
      'nothing that is needed',
      {},
      'driverName: Required value',
      'parameters: Required value: must contain at least one key/value pair',
    ],
  ],
  IngressClass: [
    [
      'parameters of no kind in no namespace',
      { spec: { controller: 'a.example.com/b c', parameters: { name: 'x', scope: 'Namespace' } } },
      `spec.controller: Invalid value: "b c": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')`,
      'spec.parameters.kind: Required value',
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
    [
      'parameters of the cluster in a namespace',
      { spec: { controller: 'a.example.com/b', parameters: { kind: 'K', name: 'x', namespace: 'n' } } },
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ],
  ],
  APIService: [
    [
      'another name than that of its group, and no priorities',
      { spec: { group: 'a.example.com', version: '1', caBundle: 'YQ==', insecureSkipTLSVerify: true } },
      'metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "1.a.example.com"',
      `spec.version: Invalid value: "1": ${dns1035}`,
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
      'spec.caBundle: Invalid value: "1 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ],
  ],
  Job: [
    [
      'a rule for failures without action and pattern',
      failing({}),
      `${rule}.action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]`,
      `${rule}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    ],
    [
      'exit codes that are none, of a container that is not there',
      failing({ action: 'Quit', onExitCodes: { operator: 'In', containerName: 'd', values: [3, 0, 3] } }),
      `${rule}.action: Unsupported value: "Quit": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
      `${rule}.onExitCodes.containerName: Invalid value: "d": must be one of the container or initContainer names in the pod template`,
      `${rule}.onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator`,
      `${rule}.onExitCodes.values[2]: Duplicate value: 3`,
      `${rule}.onExitCodes.values: Invalid value: []int32{3, 0, 3}: must be ordered`,
    ],
    [
      'failures of an index where nobody counts them',
      failing({ action: 'FailIndex', onPodConditions: [{ type: 'a', status: 'Maybe' }] }),
      `${rule}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
      `${rule}.onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"`,
    ],
    [
      'limits of indexes without indexes',
      job({ backoffLimitPerIndex: 1, maxFailedIndexes: 1, podReplacementPolicy: 'Never', managedBy: 'me' }),
      'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
      'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
      'spec.podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"',
    ],
    [
      'success without a measure',
      succeeding({}),
      `${done}: Required value: at least one of succeededCount or succeededIndexes must be specified`,
    ],
    [
      'success of indexes there are not',
      succeeding({ succeededIndexes: '0,7' }),
      `${done}.succeededIndexes: Invalid value: "0,7": error parsing succeededIndexes: too large index: "7"`,
    ],
    [
      'more successes than indexes',
      succeeding({ succeededIndexes: '0-1', succeededCount: 3 }),
      `${done}.succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)`,
    ],
  ],
};

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

describe.for(Object.entries(table) as [Kind, readonly Row[]][])('a %s is refused for', ([kind, rows]) => {
  test.for(rows)('%s', async ([, given, ...causes]) => {
    const [group, path] = kinds[kind];
    const { json } = await admin.send('POST', path, { metadata: { name: 'x' }, ...given });
    expect(json).toEqual(invalidStatus({ kind, group }, 'x', causes));
  });
});

describe('what was made is kept as it is:', () => {
  test.for<readonly [kind: Kind, made: object, change: object, ...causes: string[]]>([
    [
      'EndpointSlice',
      { addressType: 'IPv4', endpoints: [] },
      { addressType: 'FQDN' },
      'addressType: Invalid value: "FQDN": field is immutable',
    ],
    ['RuntimeClass', { handler: 'a' }, { handler: 'b' }, 'handler: Invalid value: "b": field is immutable'],
    [
      'StorageClass',
      { provisioner: 'a' },
      { provisioner: 'b', volumeBindingMode: 'WaitForFirstConsumer' },
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ],
    [
      'CSIDriver',
      { spec: {} },
      { spec: { attachRequired: false } },
      'spec.attachedRequired: Invalid value: false: field is immutable',
    ],
    [
      'VolumeAttachment',
      { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
      { spec: { nodeName: 'm' } },
      'spec: Invalid value: storage.VolumeAttachmentSpec{}: field is immutable',
    ],
  ])('%s', async ([kind, made, change, ...causes]) => {
    const [group, path] = kinds[kind];
    const created = await admin.send('POST', path, { metadata: { name: 'kept' }, ...made });
    expect(created).toMatchObject({ status: 201 });
    const { json } = await admin.send('PATCH', `${path}/kept`, change, 'application/merge-patch+json');
    expect(json).toEqual(invalidStatus({ kind, group }, 'kept', causes));
  });
});
