import { isDeepStrictEqual } from 'node:util';
import { ApiError, invalid, quote } from '../../../core/api-error.js';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import { minorOf } from '../../../core/kubernetes-minor.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { ResourceHooks, WriteContext } from '../../../registry/contract.js';
import {
  detailText,
  isStricter,
  labelProblems,
  levelOf,
  levelText,
  violations,
  type Mode,
} from './policy.js';
import type { PodLike } from './pod-view.js';

const namespaces = { group: '', plural: 'namespaces' };
const pods = { group: '', plural: 'pods' };
/** First minor version of Kubernetes that looks at the labels unless it is told not to. */
const firstMinor = 23;
/** Pods that are looked at when a namespace becomes stricter. */
const mostPods = 3000;

function isOn({ world }: Pick<WriteContext, 'world'>): boolean {
  return !world.switchedOff.has('podsecurity') && minorOf(world.settings.kubernetesVersion) >= firstMinor;
}

/**
 * Refuses pods that are not as their namespace wants them, whoever makes them.
 *
 * @see kubernetes/pod-security-admission admission/admission.go ValidatePod
 */
export const podSecurity: ResourceHooks = {
  validate: (pod, previous, context) => {
    if (!isOn(context) || (previous !== undefined && !isSignificant(pod, previous))) return;
    const found = problemsOf(podOf(pod), pod.metadata.namespace, 'enforce', context);
    if (found === undefined) return;
    const { name } = pod.metadata;
    throw new ApiError(403, 'Forbidden', `pods ${quote(name)} is forbidden: violates PodSecurity ${found}`, {
      details: { name, kind: 'pods' },
    });
  },
};

/** Refuses labels of a namespace that cannot be read, unless they were there before. */
export const namespaceSecurity: ResourceHooks = {
  validate: (namespace, previous, context) => {
    if (!isOn(context)) return;
    const found = labelProblems(digObject(namespace, 'metadata', 'labels'));
    if (found.length === 0) return;
    const before = previous === undefined ? [] : labelProblems(digObject(previous, 'metadata', 'labels'));
    if (!isDeepStrictEqual(found, before))
      throw invalid({ group: '', kind: 'Namespace' }, namespace.metadata.name, found);
  },
};

/** What a mode has against a pod: `"restricted:latest": …`. */
function problemsOf(
  pod: PodLike,
  namespace: string | undefined,
  mode: Mode,
  { world, cluster }: Pick<WriteContext, 'world' | 'cluster'>,
): string | undefined {
  const { labels } = cluster.store.find(namespaces, undefined, namespace ?? '')?.object.metadata ?? {};
  if (labels === undefined) return undefined;
  const level = levelOf(labels, mode);
  if (level.level === 'privileged') return undefined;
  const found = violations(level, pod, minorOf(world.settings.kubernetesVersion));
  return found.length === 0 ? undefined : `${quote(levelText(level))}: ${detailText(found)}`;
}

function podOf(object: KubeObject | JsonObject): PodLike {
  return { annotations: digObject(object, 'metadata', 'annotations'), spec: digObject(object, 'spec') };
}

/** Whether an update of a pod changes what checks look at: its containers, their images. */
function isSignificant(pod: KubeObject, previous: KubeObject): boolean {
  const imagesOf = (of: KubeObject): unknown =>
    ['containers', 'initContainers', 'ephemeralContainers'].map((key) =>
      digArray(of, 'spec', key).map((one) => digString(one, 'image')),
    );
  return !isDeepStrictEqual(imagesOf(pod), imagesOf(previous));
}

/** Where workloads keep the template of their pods. */
const templates: Readonly<Record<string, readonly string[]>> = {
  'pods.': [],
  'podtemplates.': ['template'],
  'replicationcontrollers.': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** What a client is warned of after a write: pods or templates its namespace does not want, pods it wants no more. */
export function securityWarnings(
  resource: { readonly group: string; readonly plural: string },
  object: KubeObject,
  previous: KubeObject | undefined,
  context: Pick<WriteContext, 'world' | 'cluster'>,
): string[] {
  if (!isOn(context)) return [];
  const kind = `${resource.plural}.${resource.group}`;
  if (kind === 'namespaces.')
    return previous === undefined ? [] : namespaceWarnings(object, previous, context);
  const path = Object.hasOwn(templates, kind) ? templates[kind] : undefined;
  if (path === undefined) return [];
  if (kind === 'pods.' && previous !== undefined && !isSignificant(object, previous)) return [];
  const template = dig(object, ...path);
  if (!isJsonObject(template)) return [];
  const found = problemsOf(podOf(template), object.metadata.namespace, 'warn', context);
  return found === undefined ? [] : [`would violate PodSecurity ${found}`];
}

/** @see kubernetes/pod-security-admission admission/admission.go EvaluatePodsInNamespace */
function namespaceWarnings(
  namespace: KubeObject,
  previous: KubeObject,
  { world, cluster }: Pick<WriteContext, 'world' | 'cluster'>,
): string[] {
  const now = levelOf(digObject(namespace, 'metadata', 'labels'), 'enforce');
  const was = levelOf(digObject(previous, 'metadata', 'labels'), 'enforce');
  if (now.level === 'privileged' || isDeepStrictEqual(now, was)) return [];
  if (now.version === was.version && !isStricter(now.level, was.level)) return [];
  const { name } = namespace.metadata;
  const all = cluster.store.list(pods, name);
  const byReason = new Map<string, string[]>();
  for (const { object } of all.slice(0, mostPods)) {
    const found = violations(now, podOf(object), minorOf(world.settings.kubernetesVersion));
    if (found.length === 0) continue;
    const why = found.map(({ reason }) => reason).join(', ');
    byReason.set(why, [...(byReason.get(why) ?? []), object.metadata.name]);
  }
  const lines = [...byReason].map(([why, [first = '', ...others]]) => {
    const more = others.length === 1 ? ' (and 1 other pod)' : ` (and ${String(others.length)} other pods)`;
    return `${first}${others.length === 0 ? '' : more}: ${why}`;
  });
  const head = `existing pods in namespace ${quote(name)} violate the new PodSecurity enforce level ${quote(levelText(now))}`;
  return [
    ...(all.length > mostPods
      ? [
          `new PodSecurity enforce level only checked against the first ${String(mostPods)} of ${String(all.length)} existing pods`,
        ]
      : []),
    ...(lines.length > 0 ? [head, ...lines.sort()] : []),
  ];
}
