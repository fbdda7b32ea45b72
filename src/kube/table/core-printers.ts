import { asCoreEvent } from '../events/event-forms.js';
import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import {
  ageColumn,
  digNumber,
  nameColumn,
  none,
  scalarText,
  selectorColumn,
  shortened,
  textOr,
} from './cells.js';
import { column, integer, wide, type Printer } from './column.js';
import { age } from './human-duration.js';

const roleLabel = 'node-role.kubernetes.io/';

function nodeStatus(node: KubeObject): string {
  const ready = digArray(node, 'status', 'conditions').find(
    (condition) => digString(condition, 'type') === 'Ready',
  );
  const words: Readonly<Record<string, string>> = { True: 'Ready', '': 'Unknown' };
  const word = words[digString(ready, 'status')] ?? 'NotReady';
  return dig(node, 'spec', 'unschedulable') === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles({ metadata }: KubeObject): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(roleLabel) && key.length > roleLabel.length) roles.add(key.slice(roleLabel.length));
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return roles.size === 0 ? none : [...roles].sort().join(',');
}

function nodeAddress(node: KubeObject, type: string): string {
  const found = digArray(node, 'status', 'addresses').find((address) => digString(address, 'type') === type);
  return textOr(found, none, 'address');
}

const nodeInfo = (key: string) => (node: KubeObject) => textOr(node, '<unknown>', 'status', 'nodeInfo', key);

const nodes: Printer = {
  columns: [
    nameColumn,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    ageColumn,
    column('Version', (node) => digString(node, 'status', 'nodeInfo', 'kubeletVersion')),
    wide('Internal-IP', (node) => nodeAddress(node, 'InternalIP')),
    wide('External-IP', (node) => nodeAddress(node, 'ExternalIP')),
    wide('OS-Image', nodeInfo('osImage')),
    wide('Kernel-Version', nodeInfo('kernelVersion')),
    wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
  ],
};

function externalIp(service: KubeObject): string {
  const type = digString(service, 'spec', 'type');
  const external = digArray(service, 'spec', 'externalIPs').map(String);
  if (type === 'ExternalName') return digString(service, 'spec', 'externalName');
  if (type !== 'LoadBalancer') return external.length === 0 ? none : external.join(',');
  const balanced = digArray(service, 'status', 'loadBalancer', 'ingress')
    .map((ingress) => textOr(ingress, digString(ingress, 'hostname'), 'ip'))
    .sort();
  const all = [...balanced, ...external];
  return all.length === 0 ? '<pending>' : all.join(',');
}

function servicePort(port: Json): string {
  const nodePort = digNumber(port, 'nodePort');
  const number = String(digNumber(port, 'port'));
  return `${number}${nodePort === 0 ? '' : `:${String(nodePort)}`}/${textOr(port, 'TCP', 'protocol')}`;
}

const services: Printer = {
  columns: [
    nameColumn,
    column('Type', (service) => digString(service, 'spec', 'type')),
    column('Cluster-IP', (service) => {
      const first = digArray(service, 'spec', 'clusterIPs')[0];
      return typeof first === 'string' ? first : textOr(service, none, 'spec', 'clusterIP');
    }),
    column('External-IP', externalIp),
    column('Port(s)', (service) => {
      const ports = digArray(service, 'spec', 'ports').map(servicePort);
      return ports.length === 0 ? none : ports.join(',');
    }),
    ageColumn,
    selectorColumn('spec', 'selector'),
  ],
};

/** When an event was last seen: series, then last, then first, then event time. */
function lastSeen(event: KubeObject): string {
  const times = [
    digString(event, 'series', 'lastObservedTime'),
    digString(event, 'lastTimestamp'),
    digString(event, 'firstTimestamp'),
    digString(event, 'eventTime'),
  ];
  return times.find((time) => time !== '') ?? '';
}

const events: Printer = {
  columns: [
    column('Last Seen', (event, now) => age(lastSeen(event), now)),
    column('Type', (event) => digString(event, 'type')),
    column('Reason', (event) => digString(event, 'reason')),
    column('Object', (event) => {
      const kind = digString(event, 'involvedObject', 'kind').toLowerCase();
      return `${kind}/${digString(event, 'involvedObject', 'name')}`;
    }),
    wide('Subobject', (event) => digString(event, 'involvedObject', 'fieldPath')),
    wide('Source', (event) => {
      const component = textOr(event, digString(event, 'reportingComponent'), 'source', 'component');
      const host = textOr(event, digString(event, 'reportingInstance'), 'source', 'host');
      return host === '' ? component : `${component}, ${host}`;
    }),
    column('Message', (event) => digString(event, 'message').trim()),
    wide('First Seen', (event, now) =>
      age(textOr(event, digString(event, 'eventTime'), 'firstTimestamp'), now),
    ),
    wide('Count', (event) => {
      const series = digNumber(event, 'series', 'count');
      return series !== 0 ? series : digNumber(event, 'count') || 1;
    }),
    wide('Name', ({ metadata }) => metadata.name),
  ],
};

const size =
  (...keys: string[]) =>
  (object: KubeObject) =>
    keys.reduce((sum, key) => sum + Object.keys(digObject(object, key)).length, 0);

function endpointsText(endpoints: KubeObject): string {
  const all = digArray(endpoints, 'subsets').flatMap((subset) => {
    const ports = digArray(subset, 'ports');
    const addresses = digArray(subset, 'addresses').map((address) => digString(address, 'ip'));
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) =>
      addresses.map((address) => `${address}:${String(digNumber(port, 'port'))}`),
    );
  });
  return all.length === 0 ? none : shortened(all, 3);
}

function quotaText(quota: KubeObject, limits: boolean): string {
  return Object.entries(digObject(quota, 'status', 'hard'))
    .filter(([name]) => name.startsWith('limits.') === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${textOr(quota, '0', 'status', 'used', name)}/${scalarText(hard)}`)
    .join(', ');
}

/** How kinds of the core group are shown, by plural. */
export const corePrinters: Readonly<Record<string, Printer>> = {
  nodes,
  services,
  events,
  'events.events.k8s.io': {
    columns: events.columns.map((each) => ({
      ...each,
      cell: (event, now) => each.cell(asCoreEvent(event), now),
    })),
  },
  namespaces: {
    columns: [
      nameColumn,
      column('Status', (namespace) => digString(namespace, 'status', 'phase')),
      ageColumn,
    ],
  },
  configmaps: { columns: [nameColumn, column('Data', size('data', 'binaryData')), ageColumn] },
  secrets: {
    columns: [
      nameColumn,
      column('Type', (secret) => digString(secret, 'type')),
      column('Data', size('data')),
      ageColumn,
    ],
  },
  serviceaccounts: {
    columns: [nameColumn, column('Secrets', (account) => digArray(account, 'secrets').length), ageColumn],
  },
  endpoints: { columns: [nameColumn, column('Endpoints', endpointsText), ageColumn] },
  resourcequotas: {
    columns: [
      nameColumn,
      ageColumn,
      column('Request', (quota) => quotaText(quota, false)),
      column('Limit', (quota) => quotaText(quota, true)),
    ],
  },
  componentstatuses: {
    columns: [
      nameColumn,
      column('Status', (component) => {
        const words: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy' };
        return words[digString(healthy(component), 'status')] ?? 'Unknown';
      }),
      column('Message', (component) => digString(healthy(component), 'message')),
      column('Error', (component) => digString(healthy(component), 'error')),
    ],
  },
  'leases.coordination.k8s.io': {
    columns: [nameColumn, column('Holder', (lease) => digString(lease, 'spec', 'holderIdentity')), ageColumn],
  },
  'priorityclasses.scheduling.k8s.io': {
    columns: [
      nameColumn,
      integer('Value', (object) => digNumber(object, 'value')),
      { name: 'Global-Default', type: 'boolean', cell: (object) => dig(object, 'globalDefault') === true },
      ageColumn,
      column('PreemptionPolicy', (object) => digString(object, 'preemptionPolicy')),
    ],
  },
};

function healthy(component: KubeObject): Json | undefined {
  return digArray(component, 'conditions').find((condition) => digString(condition, 'type') === 'Healthy');
}
