import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import {
  ageColumn,
  digNumber,
  nameColumn,
  none,
  scalarText,
  selectorText,
  shortened,
  textOr,
} from './cells.js';
import { column, integer, wide, type Column, type Printer } from './column.js';

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(list: readonly Json[]): string {
  return list.map((mode) => modes[scalarText(mode)] ?? scalarText(mode)).join(',');
}

function phase(object: KubeObject): string {
  return object.metadata.deletionTimestamp === undefined
    ? digString(object, 'status', 'phase')
    : 'Terminating';
}

const volumeMode = wide('VolumeMode', (object) => textOr(object, '<unset>', 'spec', 'volumeMode'));
const attributesClass = column('VolumeAttributesClass', (object) =>
  textOr(object, '<unset>', 'spec', 'volumeAttributesClassName'),
);

const persistentVolumes: Printer = {
  columns: [
    nameColumn,
    column('Capacity', (volume) => digString(volume, 'spec', 'capacity', 'storage')),
    column('Access Modes', (volume) => accessModes(digArray(volume, 'spec', 'accessModes'))),
    column('Reclaim Policy', (volume) => digString(volume, 'spec', 'persistentVolumeReclaimPolicy')),
    column('Status', phase),
    column('Claim', (volume) => {
      const name = digString(volume, 'spec', 'claimRef', 'name');
      return name === '' ? '' : `${digString(volume, 'spec', 'claimRef', 'namespace')}/${name}`;
    }),
    column('StorageClass', (volume) => digString(volume, 'spec', 'storageClassName')),
    attributesClass,
    column('Reason', (volume) => digString(volume, 'status', 'reason')),
    ageColumn,
    volumeMode,
  ],
};

const persistentVolumeClaims: Printer = {
  columns: [
    nameColumn,
    column('Status', phase),
    column('Volume', (claim) => digString(claim, 'spec', 'volumeName')),
    column('Capacity', (claim) =>
      digString(claim, 'spec', 'volumeName') === '' ? '' : digString(claim, 'status', 'capacity', 'storage'),
    ),
    column('Access Modes', (claim) =>
      digString(claim, 'spec', 'volumeName') === ''
        ? ''
        : accessModes(digArray(claim, 'status', 'accessModes')),
    ),
    column('StorageClass', (claim) => digString(claim, 'spec', 'storageClassName')),
    attributesClass,
    ageColumn,
    volumeMode,
  ],
};

const storageClasses: Printer = {
  columns: [
    {
      ...nameColumn,
      cell: (object) => {
        const isDefault = annotation(object, 'storageclass.kubernetes.io/is-default-class') === 'true';
        return isDefault ? `${object.metadata.name} (default)` : object.metadata.name;
      },
    },
    column('Provisioner', (object) => digString(object, 'provisioner')),
    column('ReclaimPolicy', (object) => textOr(object, 'Delete', 'reclaimPolicy')),
    column('VolumeBindingMode', (object) => textOr(object, 'Immediate', 'volumeBindingMode')),
    column('AllowVolumeExpansion', (object) => String(dig(object, 'allowVolumeExpansion') === true)),
    ageColumn,
  ],
};

function hosts(ingress: KubeObject): string {
  const all = digArray(ingress, 'spec', 'rules').map((rule) => textOr(rule, '*', 'host'));
  return all.length === 0 ? '*' : shortened(all, 3);
}

const ingresses: Printer = {
  columns: [
    nameColumn,
    column('Class', (ingress) => textOr(ingress, none, 'spec', 'ingressClassName')),
    column('Hosts', hosts),
    column('Address', (ingress) =>
      digArray(ingress, 'status', 'loadBalancer', 'ingress')
        .map((entry) => textOr(entry, digString(entry, 'hostname'), 'ip'))
        .join(','),
    ),
    column('Ports', (ingress) => (digArray(ingress, 'spec', 'tls').length === 0 ? '80' : '80, 443')),
    ageColumn,
  ],
};

function parameters(ingressClass: KubeObject): string {
  const found = digObject(ingressClass, 'spec', 'parameters');
  const name = digString(found, 'name');
  if (name === '') return none;
  const group = digString(found, 'apiGroup');
  return `${digString(found, 'kind')}${group === '' ? '' : `.${group}`}/${name}`;
}

const createdAt: Column = {
  name: 'Created At',
  type: 'date',
  cell: ({ metadata }) => metadata.creationTimestamp ?? null,
};

/** Kinds without a printer of their own: the name and the raw time of creation. */
export const plainPrinter: Printer = { columns: [nameColumn, createdAt] };

function subjects(binding: KubeObject, kind: string): string {
  return digArray(binding, 'subjects')
    .filter((subject) => digString(subject, 'kind') === kind)
    .map((subject) => {
      const name = digString(subject, 'name');
      return kind === 'ServiceAccount' ? `${digString(subject, 'namespace')}/${name}` : name;
    })
    .join(', ');
}

const bindings: Printer = {
  columns: [
    nameColumn,
    column(
      'Role',
      (binding) => `${digString(binding, 'roleRef', 'kind')}/${digString(binding, 'roleRef', 'name')}`,
    ),
    ageColumn,
    wide('Users', (binding) => subjects(binding, 'User')),
    wide('Groups', (binding) => subjects(binding, 'Group')),
    wide('ServiceAccounts', (binding) => subjects(binding, 'ServiceAccount')),
  ],
};

const webhooks: Printer = {
  columns: [nameColumn, integer('Webhooks', (object) => digArray(object, 'webhooks').length), ageColumn],
};

const budgetValue = (key: string) => (budget: KubeObject) => {
  const value = dig(budget, 'spec', key);
  return value === undefined ? 'N/A' : scalarText(value);
};

function slicePorts(slice: KubeObject): string {
  const ports = digArray(slice, 'ports').map((port) => String(digNumber(port, 'port')));
  return ports.length === 0 ? '<unset>' : shortened(ports, 3);
}

function sliceAddresses(slice: KubeObject): string {
  const all = digArray(slice, 'endpoints').flatMap((endpoint) => digArray(endpoint, 'addresses').map(String));
  return all.length === 0 ? '<unset>' : shortened(all, 3);
}

/** The member a metric of each type is described in. */
const metricMembers: Readonly<Record<string, string>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

/** @see kubernetes/kubernetes pkg/printers/internalversion/printers.go formatHPAMetrics */
function scaleTargets(scaler: KubeObject): string {
  const currents = digArray(scaler, 'status', 'currentMetrics');
  const texts = digArray(scaler, 'spec', 'metrics').map((metric, at) => scaleTarget(metric, currents[at]));
  if (texts.length === 0) return none;
  return texts.length > 2
    ? `${texts.slice(0, 2).join(', ')} + ${String(texts.length - 2)} more...`
    : texts.join(', ');
}

/** What a metric is, and what it is to be. */
function scaleTarget(metric: Json, status: Json | undefined): string {
  const type = digString(metric, 'type');
  const member = Object.hasOwn(metricMembers, type) ? (metricMembers[type] ?? '') : '';
  if (member === '') return '<unknown type>';
  const pair = (key: string, unit = ''): string => {
    const [now, wanted] = [dig(status, member, 'current', key), dig(metric, member, 'target', key)];
    const shown = (value: Json | undefined, without: string): string =>
      value === undefined ? without : `${scalarText(value)}${unit}`;
    return `${shown(now, '<unknown>')}/${shown(wanted, unit === '%' ? '<auto>' : '0')}`;
  };
  const isAverage = dig(metric, member, 'target', 'averageValue') !== undefined;
  if (type === 'Resource' || type === 'ContainerResource') {
    const shown = isAverage ? pair('averageValue') : pair('averageUtilization', '%');
    return `${digString(metric, member, 'name')}: ${shown}`;
  }
  if (type === 'Pods') return pair('averageValue');
  return isAverage ? `${pair('averageValue')} (avg)` : pair('value');
}

function csrCondition(request: KubeObject): string {
  const conditions = digArray(request, 'status', 'conditions').map((condition) =>
    digString(condition, 'type'),
  );
  const decided = conditions.includes('Approved')
    ? 'Approved'
    : conditions.includes('Denied')
      ? 'Denied'
      : 'Pending';
  const failed = conditions.includes('Failed') ? ',Failed' : '';
  return `${decided}${failed}${digString(request, 'status', 'certificate') === '' ? '' : ',Issued'}`;
}

/** How storage, networking, policy and RBAC kinds are shown, by `plural.group`. */
export const policyPrinters: Readonly<Record<string, Printer>> = {
  persistentvolumes: persistentVolumes,
  persistentvolumeclaims: persistentVolumeClaims,
  'storageclasses.storage.k8s.io': storageClasses,
  'ingresses.networking.k8s.io': ingresses,
  'ingressclasses.networking.k8s.io': {
    columns: [
      nameColumn,
      column('Controller', (object) => digString(object, 'spec', 'controller')),
      column('Parameters', parameters),
      ageColumn,
    ],
  },
  'networkpolicies.networking.k8s.io': {
    columns: [
      nameColumn,
      column('Pod-Selector', (policy) => selectorText(dig(policy, 'spec', 'podSelector'))),
      ageColumn,
    ],
  },
  'rolebindings.rbac.authorization.k8s.io': bindings,
  'clusterrolebindings.rbac.authorization.k8s.io': bindings,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'poddisruptionbudgets.policy': {
    columns: [
      nameColumn,
      column('Min Available', budgetValue('minAvailable')),
      column('Max Unavailable', budgetValue('maxUnavailable')),
      integer('Allowed Disruptions', (budget) => digNumber(budget, 'status', 'disruptionsAllowed')),
      ageColumn,
    ],
  },
  'endpointslices.discovery.k8s.io': {
    columns: [
      nameColumn,
      column('AddressType', (slice) => digString(slice, 'addressType')),
      column('Ports', slicePorts),
      column('Endpoints', sliceAddresses),
      ageColumn,
    ],
  },
  'horizontalpodautoscalers.autoscaling': {
    columns: [
      nameColumn,
      column('Reference', (scaler) => {
        const target = digObject(scaler, 'spec', 'scaleTargetRef');
        return `${digString(target, 'kind')}/${digString(target, 'name')}`;
      }),
      column('Targets', scaleTargets),
      column('MinPods', (scaler) => {
        const minimum = dig(scaler, 'spec', 'minReplicas');
        return typeof minimum === 'number' ? String(minimum) : '<unset>';
      }),
      column('MaxPods', (scaler) => digNumber(scaler, 'spec', 'maxReplicas')),
      column('Replicas', (scaler) => digNumber(scaler, 'status', 'currentReplicas')),
      ageColumn,
    ],
  },
  'certificatesigningrequests.certificates.k8s.io': {
    columns: [
      nameColumn,
      ageColumn,
      column('SignerName', (request) => digString(request, 'spec', 'signerName')),
      column('Requestor', (request) => digString(request, 'spec', 'username')),
      column('RequestedDuration', (request) => {
        const seconds = dig(request, 'spec', 'expirationSeconds');
        return typeof seconds === 'number' ? `${String(seconds)}s` : none;
      }),
      column('Condition', csrCondition),
    ],
  },
  'controllerrevisions.apps': {
    columns: [
      nameColumn,
      column('Controller', ({ metadata }) => {
        const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
        if (owner === undefined) return none;
        const group = owner.apiVersion.split('/').length > 1 ? (owner.apiVersion.split('/')[0] ?? '') : '';
        return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
      }),
      column('Revision', (object) => digNumber(object, 'revision')),
      ageColumn,
    ],
  },
};
