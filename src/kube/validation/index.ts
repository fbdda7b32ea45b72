import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../../core/api-error.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';
import { definitionProblems } from '../custom-resources/definition-problems.js';
import type { Cause } from './causes.js';
import { certificateRequestProblems } from './certificate-request.js';
import { eventProblems } from './event.js';
import {
  autoscalerProblems,
  bindingProblems,
  claimProblems,
  dataKeyProblems,
  ingressProblems,
  secretProblems,
  storageClassProblems,
} from './others.js';
import { podProblems } from './pod.js';
import { serviceProblems } from './service.js';
import { cronJobProblems, jobProblems, runningWorkloadProblems, statefulSetProblems } from './workloads.js';

type Problems = (object: KubeObject, previous: KubeObject | undefined, context: WriteContext) => Cause[];

/** What is checked, by `plural.group`. */
const checks: Readonly<Record<string, Problems>> = {
  'pods.': podProblems,
  'services.': serviceProblems,
  'configmaps.': dataKeyProblems,
  'secrets.': secretProblems,
  'persistentvolumeclaims.': claimProblems,
  'deployments.apps': runningWorkloadProblems,
  'replicasets.apps': runningWorkloadProblems,
  'daemonsets.apps': runningWorkloadProblems,
  'statefulsets.apps': statefulSetProblems,
  'jobs.batch': jobProblems,
  'cronjobs.batch': cronJobProblems,
  'storageclasses.storage.k8s.io': storageClassProblems,
  'horizontalpodautoscalers.autoscaling': autoscalerProblems,
  'ingresses.networking.k8s.io': ingressProblems,
  'rolebindings.rbac.authorization.k8s.io': bindingProblems,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingProblems,
  'events.events.k8s.io': eventProblems,
  'certificatesigningrequests.certificates.k8s.io': certificateRequestProblems,
  'customresourcedefinitions.apiextensions.k8s.io': definitionProblems,
};

/** Refuses what kube-apiserver refuses of a kind, as `plural.group`; `undefined` when nothing is checked. */
export function validationHooks(kind: string): ResourceHooks | undefined {
  const problems = Object.hasOwn(checks, kind) ? checks[kind] : undefined;
  if (problems === undefined) return undefined;
  const group = kind.slice(kind.indexOf('.') + 1);
  return {
    validate: (object, previous, context) => {
      if (previous !== undefined && isSameContent(object, previous)) return;
      const causes = problems(object, previous, context);
      if (causes.length > 0) throw invalid({ group, kind: object.kind }, object.metadata.name, causes);
    },
  };
}

/** Whether only metadata and status differ: what a world was loaded with is not judged when somebody labels it. */
function isSameContent(object: KubeObject, previous: KubeObject): boolean {
  const keys = new Set([...Object.keys(object), ...Object.keys(previous)]);
  for (const key of ['metadata', 'status', 'apiVersion']) keys.delete(key);
  return [...keys].every((key) => isDeepStrictEqual(object[key], previous[key]));
}
