import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/core/kube-object.js';
import { buildTable, printerOf } from '../../../src/kube/table/table.js';

const now = Date.parse('2024-05-01T00:05:00Z');

function tableOf(kind: string, ...objects: readonly object[]): { columns: string[]; rows: unknown[][] } {
  const [plural = '', ...group] = kind.split('.');
  const printer = printerOf({ group: group.join('.'), plural, custom: false }, 'v4.1');
  const whole = objects.map((object, at) => ({
    ...object,
    metadata: { name: `object-${String(at)}`, creationTimestamp: '2024-05-01T00:00:00Z' },
  })) as unknown as KubeObject[];
  const table = buildTable(printer, whole, { includeObject: 'None', now, metadata: {}, version: 'v1' });
  const { columnDefinitions, rows } = table as unknown as {
    columnDefinitions: { name: string }[];
    rows: { cells: unknown[] }[];
  };
  return { columns: columnDefinitions.map(({ name }) => name), rows: rows.map(({ cells }) => cells) };
}

const template = { metadata: { labels: { b: '2', a: '1' } }, spec: { containers: [] } };
const containers = [
  { name: 'web', image: 'nginx:1' },
  { name: 'log', image: 'fluent:2' },
];

test.for([
  [
    'componentstatuses',
    [
      { conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] },
      { conditions: [{ type: 'Healthy', status: 'False', message: 'down', error: 'refused' }] },
      {},
    ],
    ['Name', 'Status', 'Message', 'Error'],
    [
      ['object-0', 'Healthy', 'ok', ''],
      ['object-1', 'Unhealthy', 'down', 'refused'],
      ['object-2', 'Unknown', '', ''],
    ],
  ],
  [
    'scales.autoscaling',
    [{ spec: { replicas: 3 }, status: { replicas: 2 } }],
    ['Name', 'Desired', 'Available', 'Age'],
    [['object-0', 3, 2, '5m']],
  ],
  [
    'validatingadmissionpolicies.admissionregistration.k8s.io',
    [{ spec: { validations: [{}, {}], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } }, { spec: {} }],
    ['Name', 'Validations', 'ParamKind', 'Age'],
    [
      ['object-0', 2, 'v1/ConfigMap', '5m'],
      ['object-1', 0, '<unset>', '5m'],
    ],
  ],
  [
    'mutatingadmissionpolicies.admissionregistration.k8s.io',
    [{ spec: { mutations: [{}] } }],
    ['Name', 'Mutations', 'ParamKind', 'Age'],
    [['object-0', 1, '<unset>', '5m']],
  ],
  [
    'validatingadmissionpolicybindings.admissionregistration.k8s.io',
    [
      { spec: { policyName: 'p', paramRef: { name: 'm', namespace: 'n' } } },
      { spec: { policyName: 'p', paramRef: { name: 'm' } } },
      { spec: { policyName: 'p', paramRef: { selector: { matchLabels: { a: 'b' } } } } },
      { spec: { policyName: 'p' } },
    ],
    ['Name', 'PolicyName', 'ParamRef', 'Age'],
    [
      ['object-0', 'p', 'n/m', '5m'],
      ['object-1', 'p', '*/m', '5m'],
      [
        'object-2',
        'p',
        '&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}',
        '5m',
      ],
      ['object-3', 'p', '<unset>', '5m'],
    ],
  ],
  [
    'csistoragecapacities.storage.k8s.io',
    [{ storageClassName: 'fast', capacity: '1Gi' }, { storageClassName: 'slow' }],
    ['Name', 'StorageClassName', 'Capacity'],
    [
      ['object-0', 'fast', '1Gi'],
      ['object-1', 'slow', '<unset>'],
    ],
  ],
  [
    'volumeattributesclasses.storage.k8s.io',
    [{ driverName: 'd' }],
    ['Name', 'DriverName', 'Age'],
    [['object-0', 'd', '5m']],
  ],
  [
    'servicecidrs.networking.k8s.io',
    [{ spec: { cidrs: ['10.0.0.0/8', 'fd00::/64'] } }],
    ['Name', 'CIDRs', 'Age'],
    [['object-0', '10.0.0.0/8,fd00::/64', '5m']],
  ],
  [
    'ipaddresses.networking.k8s.io',
    [{ spec: { parentRef: { resource: 'services', namespace: 'n', name: 'web' } } }],
    ['Name', 'ParentRef'],
    [['object-0', 'services/n/web', '5m']],
  ],
  [
    'volumeattachments.storage.k8s.io',
    [
      {
        spec: { attacher: 'disk.example.com', nodeName: 'node1', source: { persistentVolumeName: 'data' } },
        status: { attached: true },
      },
      { spec: { attacher: 'disk.example.com', nodeName: 'node1', source: {} } },
    ],
    ['Name', 'Attacher', 'PV', 'Node', 'Attached', 'Age'],
    [
      ['object-0', 'disk.example.com', 'data', 'node1', true, '5m'],
      ['object-1', 'disk.example.com', '', 'node1', false, '5m'],
    ],
  ],
  [
    'csidrivers.storage.k8s.io',
    [
      {
        spec: {
          attachRequired: false,
          podInfoOnMount: true,
          volumeLifecycleModes: ['Persistent', 'Ephemeral'],
        },
      },
    ],
    [
      'Name',
      'AttachRequired',
      'PodInfoOnMount',
      'StorageCapacity',
      'TokenRequests',
      'RequiresRepublish',
      'Modes',
      'Age',
    ],
    [['object-0', false, true, false, '<unset>', false, 'Persistent,Ephemeral', '5m']],
  ],
  [
    'csidrivers.storage.k8s.io',
    [
      {
        spec: {
          storageCapacity: true,
          requiresRepublish: true,
          tokenRequests: [{ audience: 'a' }, { audience: 'b' }],
        },
      },
    ],
    [
      'Name',
      'AttachRequired',
      'PodInfoOnMount',
      'StorageCapacity',
      'TokenRequests',
      'RequiresRepublish',
      'Modes',
      'Age',
    ],
    [['object-0', true, false, true, 'a,b', true, '<none>', '5m']],
  ],
  [
    'csinodes.storage.k8s.io',
    [{ spec: { drivers: [{ name: 'x' }, { name: 'y' }] } }],
    ['Name', 'Drivers', 'Age'],
    [['object-0', 2, '5m']],
  ],
  [
    'runtimeclasses.node.k8s.io',
    [{ handler: 'kata' }],
    ['Name', 'Handler', 'Age'],
    [['object-0', 'kata', '5m']],
  ],
  [
    'flowschemas.flowcontrol.apiserver.k8s.io',
    [
      { spec: { priorityLevelConfiguration: { name: 'low' }, matchingPrecedence: 900 } },
      {
        spec: {
          priorityLevelConfiguration: { name: 'high' },
          matchingPrecedence: 10,
          distinguisherMethod: { type: 'ByUser' },
        },
        status: { conditions: [{ type: 'Dangling', status: 'False' }] },
      },
      { spec: { priorityLevelConfiguration: { name: 'low' }, matchingPrecedence: 10 } },
    ],
    ['Name', 'PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod', 'Age', 'MissingPL'],
    [
      ['object-1', 'high', 10, 'ByUser', '5m', 'False'],
      ['object-2', 'low', 10, '<none>', '5m', '?'],
      ['object-0', 'low', 900, '<none>', '5m', '?'],
    ],
  ],
  [
    'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
    [
      { spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0 } } },
      {
        spec: {
          type: 'Limited',
          limited: {
            nominalConcurrencyShares: 30,
            limitResponse: { queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } },
          },
        },
      },
    ],
    ['Name', 'Type', 'NominalConcurrencyShares', 'Queues', 'HandSize', 'QueueLengthLimit', 'Age'],
    [
      ['object-0', 'Exempt', '<none>', '<none>', '<none>', '<none>', '5m'],
      ['object-1', 'Limited', 30, 64, 6, 50, '5m'],
    ],
  ],
  [
    'podtemplates',
    [{ template: { ...template, spec: { containers } } }, { template: { spec: { containers: [] } } }],
    ['Name', 'Containers', 'Images', 'Pod Labels'],
    [
      ['object-0', 'web,log', 'nginx:1,fluent:2', 'a=1,b=2'],
      ['object-1', '', '', '<none>'],
    ],
  ],
  [
    'apiservices.apiregistration.k8s.io',
    [
      { spec: {}, status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] } },
      {
        spec: { service: { namespace: 'kube-system', name: 'metrics-server' } },
        status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
      },
      { spec: {} },
    ],
    ['Name', 'Service', 'Available', 'Age'],
    [
      ['object-0', 'Local', 'True', '5m'],
      ['object-1', 'kube-system/metrics-server', 'False (MissingEndpoints)', '5m'],
      ['object-2', 'Local', 'Unknown', '5m'],
    ],
  ],
] as const)('%s are shown with the columns of Kubernetes', ([kind, objects, columns, rows]) => {
  expect(tableOf(kind, ...objects)).toEqual({ columns, rows });
});
