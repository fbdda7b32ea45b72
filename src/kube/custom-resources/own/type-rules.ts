import type { JsonObject } from '../../../core/json.js';

/** A quantity as definitions describe it. @see kubernetes/apimachinery pkg/api/resource/quantity.go */
const quantity: JsonObject = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
  'x-kubernetes-int-or-string': true,
};

/** Types that have no fields of their own; those of metadata are checked elsewhere. */
export const plainTypes: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer' },
  int64: { type: 'integer', format: 'int64' },
  uint16: { type: 'integer' },
  float64: { type: 'number' },
  bytes: { type: 'string', format: 'byte' },
  'meta/v1.ObjectMeta': { type: 'object' },
  'meta/v1.Time': { type: 'string', format: 'date-time' },
  'resource.Quantity': quantity,
  'intstr.IntOrString': {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
  },
  'runtime.RawExtension': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
};

/** Types whose objects are applied as a whole. */
export const atomicTypes: ReadonlySet<string> = new Set([
  'meta/v1.LabelSelector',
  'rbac/v1.RoleRef',
  'rbac/v1.Subject',
  'core/v1.ObjectReference',
  'core/v1.ScopeSelector',
  'ks/configMapKeyRef',
]);

const bytes: JsonObject = { format: 'byte' };
const embedded: JsonObject = { 'x-kubernetes-embedded-resource': true };
const policy: JsonObject = { enum: ['Delete', 'Retain'] };
const oneOf = (...names: readonly string[]): JsonObject => ({
  oneOf: names.map((name) => ({ required: [name] })),
});
const set: JsonObject = { 'x-kubernetes-list-type': 'set' };

/** What the published definitions say of a field beyond its Go type, by `type field`. */
export const fieldRules: Readonly<Record<string, JsonObject>> = {
  'iam.kubesphere.io/v1beta1.BuiltinRole role': embedded,
  'iam.kubesphere.io/v1alpha2.RoleBase role': embedded,
  'ks/aggregationRoleTemplates templateNames': set,
  'ks/clusterPlacement clusters': set,
  'ks/connection kubeconfig': bytes,
  'ks/cluster.spec config': bytes,
  'ks/endpoint caBundle': bytes,
  'ks/rawFrom caBundle': bytes,
  'ks/jsBundle.spec raw': bytes,
  'ks/serviceRef port': { format: 'int32' },
  'ks/configMapKeyRef name': { default: '' },
  'ks/installPlan.spec upgradeStrategy': { default: 'Manual' },
  'ks/extensionVersion.spec installationMode': { default: 'HostOnly', enum: ['HostOnly', 'Multicluster'] },
  'ks/placement clusters': { 'x-kubernetes-list-map-keys': ['name'], 'x-kubernetes-list-type': 'map' },
  'ks/snapshot.spec source': oneOf('persistentVolumeClaimName', 'volumeSnapshotContentName'),
  'ks/snapshotContent.spec source': oneOf('snapshotHandle', 'volumeHandle'),
  'ks/snapshotContent.spec deletionPolicy': policy,
  'ks/snapshotContent.status restoreSize': { minimum: 0 },
  'snapshot.storage.k8s.io/v1.VolumeSnapshotClass deletionPolicy': policy,
  'snapshot.storage.k8s.io/v1beta1.VolumeSnapshotClass deletionPolicy': policy,
  'ks/alertRule for': {
    pattern: '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
  },
  'ks/volumeFeatures expandMode': { enum: ['UNKNOWN', 'OFFLINE', 'ONLINE'] },
  'meta/v1.Condition message': { maxLength: 32768 },
  'meta/v1.Condition observedGeneration': { minimum: 0 },
  'meta/v1.Condition reason': {
    maxLength: 1024,
    minLength: 1,
    pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  },
  'meta/v1.Condition status': { enum: ['True', 'False', 'Unknown'] },
  'meta/v1.Condition type': {
    maxLength: 316,
    pattern:
      '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
  },
};

/** Fields that may be left out although Go always writes them. */
export const optionalFields: ReadonlySet<string> = new Set([
  'iam.kubesphere.io/v1alpha2.GlobalRole rules',
  'iam.kubesphere.io/v1alpha2.WorkspaceRole rules',
  'iam.kubesphere.io/v1beta1.WorkspaceRole rules',
  'iam.kubesphere.io/v1beta1.ClusterRole rules',
  'iam.kubesphere.io/v1beta1.Role rules',
  'ks/repository.status lastSyncTime',
  'ks/externalDependency type',
  'ks/provisionerCapability.spec pluginInfo',
  'ks/provisionerCapability.spec features',
  'ks/pluginInfo name',
  'ks/pluginInfo version',
  ...['topology', 'volume', 'snapshot'].map((name) => `ks/storageFeatures ${name}`),
  ...['create', 'attach', 'list', 'clone', 'stats', 'expandMode'].map((name) => `ks/volumeFeatures ${name}`),
  ...['create', 'list'].map((name) => `ks/snapshotFeatures ${name}`),
]);

/** Fields that must be there although Go leaves them out when they are empty. */
export const requiredFields: ReadonlySet<string> = new Set([
  'cluster.kubesphere.io/v1alpha1.Label spec',
  'ks/registryPoll interval',
  'ks/extensionVersionInfo version',
]);
