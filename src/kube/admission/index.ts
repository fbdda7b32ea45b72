import type { ResourceHooks } from '../../registry/contract.js';
import { mergeHooks } from '../../registry/merge-hooks.js';
import { claimLimits, podLimits } from './limit-range.js';
import { namespaceSecurity, podSecurity } from './pod-security/pod-security.js';
import { quotaHooks } from './resource-quota.js';
import { podRuntime } from './runtime-class.js';

const limits: Readonly<Record<string, ResourceHooks>> = {
  'pods.': mergeHooks(podLimits, podSecurity, podRuntime) ?? podLimits,
  'persistentvolumeclaims.': claimLimits,
};

/** Kinds a namespace may hold but no quota counts. */
const uncounted = new Set([
  'events.',
  'bindings.',
  'localsubjectaccessreviews.authorization.k8s.io',
  'events.events.k8s.io',
]);

/** What the admission of a namespaced kind of Kubernetes does before it is stored: limits, then quotas. */
export function admissionHooks(group: string, plural: string): ResourceHooks | undefined {
  const kind = `${plural}.${group}`;
  if (uncounted.has(kind)) return undefined;
  return mergeHooks(Object.hasOwn(limits, kind) ? limits[kind] : undefined, quotaHooks(group, plural));
}

/** What the admission of a kind that is in no namespace does. */
export function clusterAdmissionHooks(group: string, plural: string): ResourceHooks | undefined {
  if (group === '' && plural === 'namespaces') return namespaceSecurity;
  return undefined;
}
