import { quote } from '../core/api-error.js';
import { minorOf } from '../core/kubernetes-minor.js';

const roles = 'ClusterRole ClusterRoleBinding Role RoleBinding';
const reviews = 'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview';
const webhooks = 'MutatingWebhookConfiguration ValidatingWebhookConfiguration';
const policies = 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding';
const mutating = 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding';
const flows = 'FlowSchema PriorityLevelConfiguration';
const storage = 'CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass';
const networks = 'IPAddress ServiceCIDR';

/**
 * Kinds kube-apiserver can read, by `group/version`, whether it serves them or not. Their lists count as well.
 *
 * @see kubernetes/api; kubernetes/kubernetes pkg/api/legacyscheme
 */
const kinds: Readonly<Record<string, string>> = {
  v1: 'Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node NodeProxyOptions PersistentVolume PersistentVolumeClaim Pod PodAttachOptions PodExecOptions PodLogOptions PodPortForwardOptions PodProxyOptions PodStatusResult PodTemplate RangeAllocation ReplicationController ResourceQuota Secret SerializedReference Service ServiceAccount ServiceProxyOptions Status APIVersions APIGroup APIResource List',
  'admission.k8s.io/v1': 'AdmissionReview',
  'admission.k8s.io/v1beta1': 'AdmissionReview',
  'admissionregistration.k8s.io/v1': `${webhooks} ${policies}`,
  'admissionregistration.k8s.io/v1beta1': `${webhooks} ${policies} ${mutating}`,
  'admissionregistration.k8s.io/v1alpha1': `${policies} ${mutating}`,
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'apps/v1beta1': 'ControllerRevision Deployment DeploymentRollback Scale StatefulSet',
  'apps/v1beta2': 'ControllerRevision DaemonSet Deployment ReplicaSet Scale StatefulSet',
  'authentication.k8s.io/v1': 'SelfSubjectReview TokenRequest TokenReview',
  'authentication.k8s.io/v1beta1': 'SelfSubjectReview TokenReview',
  'authentication.k8s.io/v1alpha1': 'SelfSubjectReview',
  'authorization.k8s.io/v1': reviews,
  'authorization.k8s.io/v1beta1': reviews,
  'autoscaling/v1': 'HorizontalPodAutoscaler Scale',
  'autoscaling/v2': 'HorizontalPodAutoscaler',
  'autoscaling/v2beta1': 'HorizontalPodAutoscaler',
  'autoscaling/v2beta2': 'HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'batch/v1beta1': 'CronJob',
  'certificates.k8s.io/v1': 'CertificateSigningRequest',
  'certificates.k8s.io/v1beta1': 'CertificateSigningRequest ClusterTrustBundle',
  'certificates.k8s.io/v1alpha1': 'ClusterTrustBundle',
  'coordination.k8s.io/v1': 'Lease',
  'coordination.k8s.io/v1beta1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'discovery.k8s.io/v1beta1': 'EndpointSlice',
  'events.k8s.io/v1': 'Event',
  'events.k8s.io/v1beta1': 'Event',
  'extensions/v1beta1': 'DaemonSet Deployment DeploymentRollback Ingress NetworkPolicy ReplicaSet Scale',
  'flowcontrol.apiserver.k8s.io/v1': flows,
  'flowcontrol.apiserver.k8s.io/v1beta1': flows,
  'flowcontrol.apiserver.k8s.io/v1beta2': flows,
  'flowcontrol.apiserver.k8s.io/v1beta3': flows,
  'imagepolicy.k8s.io/v1alpha1': 'ImageReview',
  'internal.apiserver.k8s.io/v1alpha1': 'StorageVersion',
  'networking.k8s.io/v1': `Ingress IngressClass NetworkPolicy ${networks}`,
  'networking.k8s.io/v1beta1': `Ingress IngressClass ${networks}`,
  'networking.k8s.io/v1alpha1': networks,
  'node.k8s.io/v1': 'RuntimeClass',
  'node.k8s.io/v1beta1': 'RuntimeClass',
  'node.k8s.io/v1alpha1': 'RuntimeClass',
  'policy/v1': 'Eviction PodDisruptionBudget',
  'policy/v1beta1': 'Eviction PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': roles,
  'rbac.authorization.k8s.io/v1beta1': roles,
  'rbac.authorization.k8s.io/v1alpha1': roles,
  'scheduling.k8s.io/v1': 'PriorityClass',
  'scheduling.k8s.io/v1beta1': 'PriorityClass',
  'scheduling.k8s.io/v1alpha1': 'PriorityClass',
  'storage.k8s.io/v1': storage,
  'storage.k8s.io/v1beta1': storage,
  'storage.k8s.io/v1alpha1': 'CSIStorageCapacity VolumeAttachment VolumeAttributesClass',
  'apiextensions.k8s.io/v1': 'ConversionReview CustomResourceDefinition',
  'apiextensions.k8s.io/v1beta1': 'ConversionReview CustomResourceDefinition',
  'apiregistration.k8s.io/v1': 'APIService',
  'apiregistration.k8s.io/v1beta1': 'APIService',
};

/** Kinds every version of every group has. */
const everywhere = new Set(
  'CreateOptions DeleteOptions GetOptions ListOptions PatchOptions UpdateOptions WatchEvent'.split(' '),
);

/** Groups served by a part of kube-apiserver that can read nothing but them, and where these parts say they are. */
const parts: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'pkg/apiserver/apiserver.go:53',
  'apiregistration.k8s.io': 'pkg/apiserver/scheme/scheme.go:30',
};
/** The first Kubernetes that names its own place without that of its sources. */
const firstTrimmed = 24;

/** What an object says it is. */
export interface GroupVersionKind {
  /** `group/version`. */
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Why an object of one kind cannot be read as one of another; `undefined` when it can be, whatever its version.
 *
 * @see kubernetes/apimachinery pkg/runtime/error.go notRegisteredErr, pkg/conversion/converter.go
 */
export function readingProblem(
  given: GroupVersionKind,
  expected: GroupVersionKind,
  kubernetesVersion: string,
): string | undefined {
  if (!isRegistered(given, expected)) {
    const scheme = schemeName(expected, kubernetesVersion);
    return `no kind ${quote(given.kind)} is registered for version ${quote(given.apiVersion)} in scheme ${quote(scheme)}`;
  }
  if (given.kind === expected.kind) return undefined;
  return `converting (${versionOf(given)}.${given.kind}) to (${internalPackage(expected)}.${expected.kind}): unknown conversion`;
}

/** What is told of an object that cannot be read. */
export function unhandled(given: GroupVersionKind, expected: GroupVersionKind, why: string): string {
  return `${given.kind} in version ${quote(versionOf(given))} cannot be handled as a ${expected.kind}: ${why}`;
}

function isRegistered({ apiVersion, kind }: GroupVersionKind, expected: GroupVersionKind): boolean {
  if (apiVersion === expected.apiVersion && kind === expected.kind) return true;
  const known = Object.hasOwn(kinds, apiVersion) ? kinds[apiVersion] : undefined;
  if (known === undefined || partOf(apiVersion) !== partOf(expected.apiVersion)) return false;
  const names = known.split(' ');
  return everywhere.has(kind) || names.includes(kind) || names.includes(kind.replace(/List$/, ''));
}

function partOf(apiVersion: string): string {
  return parts[groupOf(apiVersion)] ?? '';
}

function schemeName({ apiVersion }: GroupVersionKind, kubernetesVersion: string): string {
  const place = partOf(apiVersion) || 'pkg/api/legacyscheme/scheme.go:30';
  if (minorOf(kubernetesVersion) >= firstTrimmed) return place;
  const module =
    groupOf(apiVersion) === 'apiextensions.k8s.io'
      ? 'apiextensions-apiserver'
      : groupOf(apiVersion) === 'apiregistration.k8s.io'
        ? 'kube-aggregator'
        : 'kubernetes';
  return `k8s.io/${module}/${place}`;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function versionOf({ apiVersion }: GroupVersionKind): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/** The Go package of a kind as kube-apiserver works with it. */
function internalPackage({ apiVersion }: GroupVersionKind): string {
  const group = groupOf(apiVersion);
  if (group === '' || group === 'events.k8s.io') return 'core';
  return group === 'internal.apiserver.k8s.io' ? 'apiserverinternal' : (group.split('.', 1)[0] ?? '');
}
