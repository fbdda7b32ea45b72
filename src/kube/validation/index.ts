import { invalid } from '../../core/api-error.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';
import { conditionProblems, flowConditionProblems, podConditionProblems } from './conditions.js';
import { definitionProblems } from '../custom-resources/definition-problems.js';
import { admissionPolicyProblems, policyBindingProblems } from './admission-policies.js';
import { apiServiceProblems } from './api-service.js';
import type { Cause } from './causes.js';
import { certificateRequestProblems, certificateStatusProblems } from './certificate-request.js';
import { coreEventProblems, eventProblems } from './event.js';
import { autoscalerProblems } from './autoscaler.js';
import { checkGrowth, claimProblems } from './claims.js';
import {
  attachmentProblems,
  attributesClassProblems,
  capacityProblems,
  csiDriverProblems,
  csiNodeProblems,
} from './cluster-storage.js';
import { configMapProblems, secretProblems } from './data.js';
import { endpointSliceProblems, endpointsProblems } from './endpoints.js';
import { flowSchemaProblems, priorityLevelProblems } from './flow-control.js';
import { jobStatusProblems } from './job-status.js';
import { cronJobProblems, jobProblems } from './jobs.js';
import { limitRangeProblems } from './limits.js';
import { ingressClassProblems, ingressProblems, networkPolicyProblems } from './network.js';
import {
  budgetProblems,
  leaseProblems,
  namespaceProblems,
  nodeProblems,
  priorityClassProblems,
  revisionProblems,
} from './others.js';
import { persistentVolumeProblems } from './persistent-volume.js';
import { podMetaProblems, podProblems } from './pod.js';
import { quotaProblems, quotaStatusProblems } from './quota.js';
import { bindingProblems, roleProblems } from './rbac.js';
import { runtimeClassProblems } from './runtime-class.js';
import { serviceNetworkProblems, serviceAddressProblems } from './service-networks.js';
import { serviceProblems } from './service.js';
import { statusRule } from './statuses.js';
import { storageClassProblems } from './storage.js';
import { webhookProblems } from './webhooks.js';
import {
  claimStatusProblems,
  ingressStatusProblems,
  namespaceStatusProblems,
  nodeStatusProblems,
  serviceStatusProblems,
} from './written-statuses.js';
import {
  daemonSetProblems,
  deploymentProblems,
  podTemplateProblems,
  replicaSetProblems,
  replicationControllerProblems,
  statefulSetProblems,
} from './workloads.js';

type Problems = (object: KubeObject, previous: KubeObject | undefined, context: WriteContext) => Cause[];
type Change = (object: KubeObject, previous: KubeObject, context: WriteContext) => Cause[];

/** What is checked, by `plural.group`. */
const checks: Readonly<Record<string, Problems>> = {
  'pods.': podProblems,
  'services.': serviceProblems,
  'configmaps.': configMapProblems,
  'secrets.': secretProblems,
  'namespaces.': namespaceProblems,
  'nodes.': nodeProblems,
  'limitranges.': limitRangeProblems,
  'resourcequotas.': quotaProblems,
  'persistentvolumeclaims.': claimProblems,
  'persistentvolumes.': persistentVolumeProblems,
  'replicationcontrollers.': replicationControllerProblems,
  'deployments.apps': deploymentProblems,
  'replicasets.apps': replicaSetProblems,
  'daemonsets.apps': daemonSetProblems,
  'statefulsets.apps': statefulSetProblems,
  'controllerrevisions.apps': revisionProblems,
  'jobs.batch': jobProblems,
  'cronjobs.batch': cronJobProblems,
  'storageclasses.storage.k8s.io': storageClassProblems,
  'horizontalpodautoscalers.autoscaling': autoscalerProblems,
  'poddisruptionbudgets.policy': budgetProblems,
  'priorityclasses.scheduling.k8s.io': priorityClassProblems,
  'ingresses.networking.k8s.io': ingressProblems,
  'ingressclasses.networking.k8s.io': ingressClassProblems,
  'networkpolicies.networking.k8s.io': networkPolicyProblems,
  'servicecidrs.networking.k8s.io': serviceNetworkProblems,
  'ipaddresses.networking.k8s.io': serviceAddressProblems,
  'roles.rbac.authorization.k8s.io': roleProblems,
  'clusterroles.rbac.authorization.k8s.io': roleProblems,
  'rolebindings.rbac.authorization.k8s.io': bindingProblems,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingProblems,
  'events.': coreEventProblems,
  'events.events.k8s.io': eventProblems,
  'certificatesigningrequests.certificates.k8s.io': certificateRequestProblems,
  'endpoints.': endpointsProblems,
  'endpointslices.discovery.k8s.io': endpointSliceProblems,
  'podtemplates.': podTemplateProblems,
  'leases.coordination.k8s.io': leaseProblems,
  'runtimeclasses.node.k8s.io': runtimeClassProblems,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowSchemaProblems,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': priorityLevelProblems,
  'csidrivers.storage.k8s.io': csiDriverProblems,
  'csinodes.storage.k8s.io': csiNodeProblems,
  'csistoragecapacities.storage.k8s.io': capacityProblems,
  'volumeattachments.storage.k8s.io': attachmentProblems,
  'volumeattributesclasses.storage.k8s.io': attributesClassProblems,
  'apiservices.apiregistration.k8s.io': apiServiceProblems,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhookProblems,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhookProblems,
  'validatingadmissionpolicies.admissionregistration.k8s.io': admissionPolicyProblems,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policyBindingProblems,
  'customresourcedefinitions.apiextensions.k8s.io': definitionProblems,
};

/** Kinds of which kube-apiserver looks twice at what an update makes of them, by `plural.group`. */
const judgedTwice = new Set([
  'nodes.',
  'persistentvolumes.',
  'persistentvolumeclaims.',
  'roles.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'replicasets.apps',
  'networkpolicies.networking.k8s.io',
  'volumeattachments.storage.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
]);

/** What is checked of a status somebody writes, by `plural.group`, besides what all are that count something. */
const statusChecks: Readonly<Record<string, Change>> = {
  'certificatesigningrequests.certificates.k8s.io': certificateStatusProblems,
  'pods.': podConditionProblems,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowConditionProblems,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': flowConditionProblems,
  'jobs.batch': jobStatusProblems,
  'ingresses.networking.k8s.io': ingressStatusProblems,
  'persistentvolumeclaims.': claimStatusProblems,
  'resourcequotas.': quotaStatusProblems,
  'nodes.': nodeStatusProblems,
  'namespaces.': namespaceStatusProblems,
  'services.': serviceStatusProblems,
};

const budgets = 'poddisruptionbudgets.policy';
const budgetCounts = statusRule(budgets);
function budgetStatusProblems(object: KubeObject, previous: KubeObject): Cause[] {
  return [...(budgetCounts?.(object, previous) ?? []), ...conditionProblems(object)];
}

/** What is checked of metadata when nothing else changes, by `plural.group`. */
const metaChecks: Readonly<Record<string, Change>> = {
  'pods.': podMetaProblems,
};

/** What is asked, by `plural.group`, once nothing is wrong with the object itself. */
const admissions: Readonly<Record<string, NonNullable<ResourceHooks['validate']>>> = {
  'persistentvolumeclaims.': checkGrowth,
};

/** Refuses what kube-apiserver refuses of a kind, as `plural.group`; `undefined` when nothing is checked. */
export function validationHooks(kind: string): ResourceHooks | undefined {
  const problems = Object.hasOwn(checks, kind) ? checks[kind] : undefined;
  if (problems === undefined) return undefined;
  // Events of the newer group are refused as those of the core group, which they are stored as.
  const group = kind === 'events.events.k8s.io' ? '' : kind.slice(kind.indexOf('.') + 1);
  const admit = Object.hasOwn(admissions, kind) ? admissions[kind] : undefined;
  const parts = {
    status:
      kind === budgets
        ? budgetStatusProblems
        : (statusRule(kind) ?? (Object.hasOwn(statusChecks, kind) ? statusChecks[kind] : undefined)),
    metadata: Object.hasOwn(metaChecks, kind) ? metaChecks[kind] : undefined,
  };
  return {
    validate: (object, previous, context) => {
      const isSame = previous !== undefined && isSameContent(object, previous);
      const causes = isSame
        ? partProblems(object, previous, parts, context)
        : problems(object, previous, context);
      if (!isSame && previous !== undefined && judgedTwice.has(kind))
        causes.unshift(...problems(object, undefined, context));
      if (causes.length > 0) throw invalid({ group, kind: object.kind }, object.metadata.name, causes);
      if (!isSame) admit?.(object, previous, context);
    },
  };
}

interface PartChecks {
  readonly status: Change | undefined;
  readonly metadata: Change | undefined;
}

/** What is wrong with the metadata and the status of an object of which nothing else changes. */
function partProblems(
  object: KubeObject,
  previous: KubeObject,
  parts: PartChecks,
  context: WriteContext,
): Cause[] {
  const { annotations } = object.metadata;
  return [
    ...(sameJson(annotations, previous.metadata.annotations)
      ? []
      : (parts.metadata?.(object, previous, context) ?? [])),
    ...(sameJson(object['status'], previous['status'])
      ? []
      : (parts.status?.(object, previous, context) ?? [])),
  ];
}

/** Whether only metadata and status differ: what a world was loaded with is not judged when somebody labels it. */
function isSameContent(object: KubeObject, previous: KubeObject): boolean {
  const keys = new Set([...Object.keys(object), ...Object.keys(previous)]);
  for (const key of ['metadata', 'status', 'apiVersion']) keys.delete(key);
  return [...keys].every((key) => sameJson(object[key], previous[key]));
}
