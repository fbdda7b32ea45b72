import { dig, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { ageColumn, nameColumn } from './cells.js';
import type { Column, Printer } from './column.js';
import { age } from './human-duration.js';

type ColumnType = 'string' | 'integer' | 'boolean' | 'date';
type PrinterColumn = readonly [name: string, path: readonly string[], type?: ColumnType];

/** A column of a custom resource: the first value at a path; a missing value or one of another type is a blank cell. */
function pathColumn([name, path, type = 'string']: PrinterColumn): Column {
  return {
    name,
    type,
    cell: (object: KubeObject, now: number): Json => {
      const value = dig(object, ...path);
      if (value === undefined || value === null) return null;
      if (type === 'date') return age(value, now);
      if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
      if (type === 'boolean') return typeof value === 'boolean' ? value : null;
      return typeof value === 'number' ? Math.trunc(value) : null;
    },
  };
}

const created: PrinterColumn = ['Age', ['metadata', 'creationTimestamp'], 'date'];

/**
 * Columns that KubeSphere's CRDs declare; a kind that declares any loses AGE unless it declares that too.
 *
 * @see kubesphere/kubesphere config/ks-core/charts/ks-crds/crds
 */
const declared: Readonly<Record<string, readonly PrinterColumn[]>> = {
  'users.iam.kubesphere.io': [
    ['Email', ['spec', 'email']],
    ['Status', ['status', 'state']],
  ],
  'loginrecords.iam.kubesphere.io': [
    ['Type', ['spec', 'type']],
    ['Provider', ['spec', 'provider']],
    ['From', ['spec', 'sourceIP']],
    ['Success', ['spec', 'success']],
    ['Reason', ['spec', 'reason']],
    created,
  ],
  'workspaceroles.iam.kubesphere.io': [
    ['Workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['Alias', ['metadata', 'annotations', 'kubesphere.io/alias-name']],
  ],
  'workspacerolebindings.iam.kubesphere.io': [
    ['Workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
  ],
  'groups.iam.kubesphere.io': [['Workspace', ['metadata', 'labels', 'kubesphere.io/workspace']]],
  'groupbindings.iam.kubesphere.io': [
    ['Group', ['groupRef', 'name']],
    ['Users', ['users']],
  ],
  'clusters.cluster.kubesphere.io': [
    ['Provider', ['spec', 'provider']],
    ['Version', ['status', 'kubernetesVersion']],
  ],
  'labels.cluster.kubesphere.io': [
    ['Key', ['spec', 'key']],
    ['Value', ['spec', 'value']],
  ],
  'volumesnapshots.snapshot.storage.k8s.io': [
    ['ReadyToUse', ['status', 'readyToUse'], 'boolean'],
    ['SourcePVC', ['spec', 'source', 'persistentVolumeClaimName']],
    ['SourceSnapshotContent', ['spec', 'source', 'volumeSnapshotContentName']],
    ['RestoreSize', ['status', 'restoreSize']],
    ['SnapshotClass', ['spec', 'volumeSnapshotClassName']],
    ['SnapshotContent', ['status', 'boundVolumeSnapshotContentName']],
    ['CreationTime', ['status', 'creationTime'], 'date'],
    created,
  ],
  'volumesnapshotclasses.snapshot.storage.k8s.io': [
    ['Driver', ['driver']],
    ['DeletionPolicy', ['deletionPolicy']],
    created,
  ],
  'volumesnapshotcontents.snapshot.storage.k8s.io': [
    ['ReadyToUse', ['status', 'readyToUse'], 'boolean'],
    ['RestoreSize', ['status', 'restoreSize'], 'integer'],
    ['DeletionPolicy', ['spec', 'deletionPolicy']],
    ['Driver', ['spec', 'driver']],
    ['VolumeSnapshotClass', ['spec', 'volumeSnapshotClassName']],
    ['VolumeSnapshot', ['spec', 'volumeSnapshotRef', 'name']],
    ['VolumeSnapshotNamespace', ['spec', 'volumeSnapshotRef', 'namespace']],
    created,
  ],
  'storageclasscapabilities.storage.kubesphere.io': [
    ['Provisioner', ['spec', 'provisioner']],
    ['Volume', ['spec', 'features', 'volume', 'create'], 'boolean'],
    ['Expand', ['spec', 'features', 'volume', 'expandMode']],
    ['Clone', ['spec', 'features', 'volume', 'clone'], 'boolean'],
    ['Snapshot', ['spec', 'features', 'snapshot', 'create'], 'boolean'],
    created,
  ],
  'provisionercapabilities.storage.kubesphere.io': [
    ['Provisioner', ['spec', 'pluginInfo', 'name']],
    ['Expand', ['spec', 'features', 'volume', 'expandMode']],
    created,
  ],
  'extensions.kubesphere.io': [['State', ['status', 'state']]],
  'installplans.kubesphere.io': [['State', ['status', 'state']]],
  'applications.application.kubesphere.io': [
    ['repo', ['metadata', 'labels', 'application.kubesphere.io/repo-name']],
    ['workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['appType', ['spec', 'appType']],
    ['State', ['status', 'state']],
    created,
  ],
  'applicationversions.application.kubesphere.io': [
    ['repo', ['metadata', 'labels', 'application.kubesphere.io/repo-name']],
    ['workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['app', ['metadata', 'labels', 'application.kubesphere.io/app-id']],
    ['appType', ['spec', 'appType']],
    ['State', ['status', 'state']],
    created,
  ],
  'applicationreleases.application.kubesphere.io': [
    ['workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['app', ['metadata', 'labels', 'application.kubesphere.io/app-id']],
    ['appversion', ['metadata', 'labels', 'application.kubesphere.io/appversion-id']],
    ['appType', ['spec', 'appType']],
    ['Cluster', ['metadata', 'labels', 'kubesphere.io/cluster']],
    ['Namespace', ['metadata', 'labels', 'kubesphere.io/namespace']],
    ['State', ['status', 'state']],
    created,
  ],
  'categories.application.kubesphere.io': [['total', ['status', 'total']], created],
  'repos.application.kubesphere.io': [
    ['Workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['url', ['spec', 'url']],
    ['State', ['status', 'state']],
    created,
  ],
  'helmapplications.application.kubesphere.io': [
    ['application name', ['spec', 'name']],
    ['workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['State', ['status', 'state']],
    created,
  ],
  'helmapplicationversions.application.kubesphere.io': [
    ['application name', ['spec', 'name']],
    ['State', ['status', 'state']],
    created,
  ],
  'helmcategories.application.kubesphere.io': [
    ['name', ['spec', 'name']],
    ['total', ['status', 'total']],
    created,
  ],
  'helmreleases.application.kubesphere.io': [
    ['Release Name', ['spec', 'name']],
    ['Workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['Cluster', ['metadata', 'labels', 'kubesphere.io/cluster']],
    ['Namespace', ['metadata', 'labels', 'kubesphere.io/namespace']],
    ['State', ['status', 'state']],
    created,
  ],
  'helmrepos.application.kubesphere.io': [
    ['name', ['spec', 'name']],
    ['Workspace', ['metadata', 'labels', 'kubesphere.io/workspace']],
    ['url', ['spec', 'url']],
    ['State', ['status', 'state']],
    created,
  ],
};

/** How clusters are shown up to 3.4. */
const oldClusters: readonly PrinterColumn[] = [
  ['Federated', ['spec', 'joinFederation'], 'boolean'],
  ['Provider', ['spec', 'provider']],
  ['Active', ['spec', 'enable'], 'boolean'],
  ['Version', ['status', 'kubernetesVersion']],
];

/**
 * The columns the definition of a KubeSphere kind declares, as `additionalPrinterColumns`.
 *
 * @param resource `plural.group`
 * @param since41 False for the releases before 4.1.
 */
export function ownColumns(resource: string, since41: boolean): JsonObject[] {
  return (columnsOf(resource, since41) ?? []).map(([name, path, type = 'string']) => ({
    jsonPath: path.map((step) => `.${step.replaceAll('.', '\\.')}`).join(''),
    name,
    type,
  }));
}

/** A custom resource without columns of its own: its name and age. */
export const customPrinter: Printer = {
  columns: [nameColumn, { ...ageColumn, type: 'date' }],
};

/** How a KubeSphere kind is shown. @param since41 False for the releases before 4.1. */
export function kubespherePrinter(resource: string, since41: boolean): Printer {
  const columns = columnsOf(resource, since41);
  return columns === undefined ? customPrinter : { columns: [nameColumn, ...columns.map(pathColumn)] };
}

function columnsOf(resource: string, since41: boolean): readonly PrinterColumn[] | undefined {
  return resource === 'clusters.cluster.kubesphere.io' && !since41 ? oldClusters : declared[resource];
}
