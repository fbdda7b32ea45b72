import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { ageColumn, digNumber, mapText, nameColumn, none, textOr } from './cells.js';
import { column, integer, type Column, type Printer } from './column.js';

function boolean(name: string, cell: (object: KubeObject) => boolean): Column {
  return { name, cell, type: 'boolean' };
}

function joined(list: readonly Json[]): string {
  return list.map(String).join(',');
}

function tokenAudiences(driver: KubeObject): string {
  const requests = dig(driver, 'spec', 'tokenRequests');
  if (!Array.isArray(requests)) return '<unset>';
  return joined(digArray(driver, 'spec', 'tokenRequests').map((request) => digString(request, 'audience')));
}

const drivers: Printer = {
  columns: [
    nameColumn,
    boolean('AttachRequired', (driver) => dig(driver, 'spec', 'attachRequired') !== false),
    boolean('PodInfoOnMount', (driver) => dig(driver, 'spec', 'podInfoOnMount') === true),
    boolean('StorageCapacity', (driver) => dig(driver, 'spec', 'storageCapacity') === true),
    column('TokenRequests', tokenAudiences),
    boolean('RequiresRepublish', (driver) => dig(driver, 'spec', 'requiresRepublish') === true),
    column('Modes', (driver) => joined(digArray(driver, 'spec', 'volumeLifecycleModes')) || none),
    ageColumn,
  ],
};

function precedence(schema: KubeObject): number {
  return digNumber(schema, 'spec', 'matchingPrecedence');
}

function dangling(schema: KubeObject): string {
  const found = digArray(schema, 'status', 'conditions').find((one) => digString(one, 'type') === 'Dangling');
  return found === undefined ? '?' : digString(found, 'status');
}

const flowSchemas: Printer = {
  columns: [
    nameColumn,
    column('PriorityLevel', (schema) => digString(schema, 'spec', 'priorityLevelConfiguration', 'name')),
    column('MatchingPrecedence', precedence),
    column('DistinguisherMethod', (schema) => textOr(schema, none, 'spec', 'distinguisherMethod', 'type')),
    ageColumn,
    column('MissingPL', dangling),
  ],
  order: (a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1),
};

/** A number of a priority level that limits requests; others have none. */
function limit(name: string, ...path: string[]): Column {
  return column(name, (level) => dig(level, 'spec', 'limited', ...path) ?? none);
}

const priorityLevels: Printer = {
  columns: [
    nameColumn,
    column('Type', (level) => digString(level, 'spec', 'type')),
    limit('NominalConcurrencyShares', 'nominalConcurrencyShares'),
    limit('Queues', 'limitResponse', 'queuing', 'queues'),
    limit('HandSize', 'limitResponse', 'queuing', 'handSize'),
    limit('QueueLengthLimit', 'limitResponse', 'queuing', 'queueLengthLimit'),
    ageColumn,
  ],
};

const volumeAttachments: Printer = {
  columns: [
    nameColumn,
    { name: 'Attacher', format: 'name', cell: (one) => digString(one, 'spec', 'attacher') },
    column('PV', (one) => digString(one, 'spec', 'source', 'persistentVolumeName')),
    column('Node', (one) => digString(one, 'spec', 'nodeName')),
    { name: 'Attached', type: 'boolean', cell: (one) => dig(one, 'status', 'attached') === true },
    ageColumn,
  ],
};

/** The health of a part of Kubernetes. */
function healthOf(part: KubeObject): Json | undefined {
  return digArray(part, 'conditions').find((one) => digString(one, 'type') === 'Healthy');
}

function healthText(part: KubeObject): string {
  const health = healthOf(part);
  if (health === undefined) return 'Unknown';
  return digString(health, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
}

const parts: Printer = {
  columns: [
    nameColumn,
    column('Status', healthText),
    column('Message', (part) => digString(healthOf(part), 'message')),
    column('Error', (part) => digString(healthOf(part), 'error')),
  ],
};

const defaultClass = 'volumeattributesclass.alpha.kubernetes.io/is-default-class';

const attributesClasses: Printer = {
  columns: [
    {
      ...nameColumn,
      cell: ({ metadata: { name, annotations = {} } }) =>
        annotations[defaultClass] === 'true' ? `${name} (default)` : name,
    },
    column('DriverName', (one) => digString(one, 'driverName')),
    ageColumn,
  ],
};

/** Whom an address belongs to: `services/default/web`. */
function parentOf(address: KubeObject): string {
  const parent = dig(address, 'spec', 'parentRef');
  if (parent === undefined) return none;
  const group = digString(parent, 'group');
  const resource = `${digString(parent, 'resource')}${group === '' ? '' : `.${group}`}`.toLowerCase();
  return [resource, digString(parent, 'namespace'), digString(parent, 'name')]
    .filter((part) => part !== '')
    .join('/');
}

const scales: Printer = {
  columns: [
    column('Name', (scale) => scale.metadata.name),
    integer('Desired', (scale) => digNumber(scale, 'spec', 'replicas')),
    integer('Available', (scale) => digNumber(scale, 'status', 'replicas')),
    ageColumn,
  ],
};

const podTemplates: Printer = {
  columns: [
    nameColumn,
    column('Containers', (template) => containers(template, 'name')),
    column('Images', (template) => containers(template, 'image')),
    column('Pod Labels', (template) => mapText(digObject(template, 'template', 'metadata', 'labels'))),
  ],
};

function containers(template: KubeObject, key: string): string {
  return joined(
    digArray(template, 'template', 'spec', 'containers').map((container) => digString(container, key)),
  );
}

function hostedBy(service: KubeObject): string {
  if (dig(service, 'spec', 'service') === undefined) return 'Local';
  return `${digString(service, 'spec', 'service', 'namespace')}/${digString(service, 'spec', 'service', 'name')}`;
}

function availability(service: KubeObject): string {
  const found = digArray(service, 'status', 'conditions').find(
    (one) => digString(one, 'type') === 'Available',
  );
  if (found === undefined) return 'Unknown';
  const [status, reason] = [digString(found, 'status'), digString(found, 'reason')];
  return status === 'True' || reason === '' ? status : `${status} (${reason})`;
}

/** @see kubernetes/kube-aggregator pkg/registry/apiservice/etcd/etcd.go ConvertToTable */
const apiServices: Printer = {
  columns: [nameColumn, column('Service', hostedBy), column('Available', availability), ageColumn],
};

/**
 * How kinds that configure a cluster are shown, and pod templates, by `plural.group`.
 *
 * @see kubernetes/kubernetes pkg/printers/internalversion/printers.go
 */
export const clusterPrinters: Readonly<Record<string, Printer>> = {
  podtemplates: podTemplates,
  componentstatuses: parts,
  'scales.autoscaling': scales,
  'volumeattributesclasses.storage.k8s.io': attributesClasses,
  'csistoragecapacities.storage.k8s.io': {
    columns: [
      nameColumn,
      column('StorageClassName', (one) => digString(one, 'storageClassName')),
      column('Capacity', (one) => textOr(one, '<unset>', 'capacity')),
    ],
  },
  'servicecidrs.networking.k8s.io': {
    columns: [nameColumn, column('CIDRs', (one) => joined(digArray(one, 'spec', 'cidrs'))), ageColumn],
  },
  'ipaddresses.networking.k8s.io': {
    columns: [nameColumn, column('ParentRef', parentOf), { ...ageColumn, undeclared: true }],
  },
  'csidrivers.storage.k8s.io': drivers,
  'csinodes.storage.k8s.io': {
    columns: [nameColumn, integer('Drivers', (node) => digArray(node, 'spec', 'drivers').length), ageColumn],
  },
  'runtimeclasses.node.k8s.io': {
    columns: [nameColumn, column('Handler', (object) => digString(object, 'handler')), ageColumn],
  },
  'volumeattachments.storage.k8s.io': volumeAttachments,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowSchemas,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': priorityLevels,
  'apiservices.apiregistration.k8s.io': apiServices,
};
