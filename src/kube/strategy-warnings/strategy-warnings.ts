import { quote } from '../../core/api-error.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import { dig, digArray, digObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { standardFinalizers } from '../../registry/object-meta.js';
import { nameProblems } from '../../registry/names.js';
import {
  ingressWarnings,
  nodeWarnings,
  runtimeClassWarnings,
  serviceWarnings,
  sliceWarnings,
  storageClassWarnings,
  volumeClaimWarnings,
  volumeWarnings,
} from './kind-warnings.js';
import { podWarnings } from './pod-warnings.js';
import { claimWarnings } from './words.js';

type Warner = (object: KubeObject, previous: KubeObject | undefined) => readonly string[];

/** First minor version of Kubernetes whose kinds warn. */
const firstMinor = 21;

const warners: Readonly<Record<string, Warner>> = {
  'pods.': (pod, previous) =>
    previous === undefined ? [...hostnameWarnings(pod, "the Pod's hostname"), ...podWarnings(pod)] : [],
  'podtemplates.': (object, previous) =>
    isSame(object, previous) ? [] : podWarnings(dig(object, 'template'), 'template.'),
  'replicationcontrollers.': named(ofTemplate()),
  'deployments.apps': named(ofTemplate()),
  'replicasets.apps': named(ofTemplate()),
  'daemonsets.apps': ofTemplate(),
  'statefulsets.apps': (set, previous) => [
    ...ofTemplate()(set, previous),
    ...digArray(set, 'spec', 'volumeClaimTemplates').flatMap((claim, at) => {
      // The real server names the field in two ways.
      const field = previous === undefined ? '' : '.Spec';
      return claimWarnings(dig(claim, 'spec'), `spec.volumeClaimTemplates[${String(at)}]${field}`);
    }),
  ],
  'jobs.batch': named(ofJob()),
  'cronjobs.batch': named(ofJob('spec', 'jobTemplate')),
  'services.': serviceWarnings,
  'nodes.': nodeWarnings,
  'persistentvolumes.': volumeWarnings,
  'persistentvolumeclaims.': volumeClaimWarnings,
  'ingresses.networking.k8s.io': ingressWarnings,
  'endpointslices.discovery.k8s.io': sliceWarnings,
  'storageclasses.storage.k8s.io': storageClassWarnings,
  'runtimeclasses.node.k8s.io': runtimeClassWarnings,
};

/**
 * What kube-apiserver warns of when an object is written: what is deprecated, does nothing, or hides something else.
 *
 * @param previous Absent for a creation.
 * @see kubernetes/kubernetes pkg/registry WarningsOnCreate, WarningsOnUpdate
 */
export function strategyWarnings(
  resource: Resource,
  object: KubeObject,
  previous: KubeObject | undefined,
  { world }: Pick<WriteContext, 'world'>,
): readonly string[] {
  if (minorOf(world.settings.kubernetesVersion) < firstMinor) return [];
  if (resource.custom) return finalizerWarnings(object, previous);
  return warners[`${resource.plural}.${resource.group}`]?.(object, previous) ?? [];
}

/** Warnings for the template of a workload whose specification is new. */
function ofTemplate(...path: readonly string[]): Warner {
  return (object, previous) =>
    isSame(object, previous)
      ? []
      : podWarnings(dig(object, ...path, 'spec', 'template'), [...path, 'spec', 'template', ''].join('.'));
}

/** Warnings that begin with those for the name of what is new. */
function named(warner: Warner): Warner {
  return (object, previous) => [
    ...(previous === undefined ? hostnameWarnings(object, 'Pod names and hostnames') : []),
    ...warner(object, previous),
  ];
}

function isSame({ metadata }: KubeObject, previous: KubeObject | undefined): boolean {
  return previous !== undefined && metadata.generation === previous.metadata.generation;
}

function hostnameWarnings({ metadata }: KubeObject, use: string): string[] {
  const problems = nameProblems(metadata.name, 'label');
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}

/** Finalizers of custom resources that others could have chosen, too. */
function finalizerWarnings({ metadata }: KubeObject, previous: KubeObject | undefined): string[] {
  const before = previous?.metadata.finalizers ?? [];
  const added = new Set((metadata.finalizers ?? []).filter((one) => !before.includes(one)));
  return [...added]
    .sort()
    .filter((one) => !one.includes('/') && !standardFinalizers.has(one))
    .map((one) => {
      const path = one.includes('.') ? ' including a path (/)' : '';
      return `metadata.finalizers: ${quote(one)}: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    });
}

const [manyCompletions, manyPods] = [100_000, 10_000];

/** Jobs so large that not all of their failures may be counted. */
function ofJob(...path: readonly string[]): Warner {
  return (object, previous) => {
    const spec = digObject(object, ...path, 'spec');
    const isLarge =
      spec['completionMode'] === 'Indexed' &&
      Number(spec['completions'] ?? 0) > manyCompletions &&
      Number(spec['parallelism'] ?? 0) > manyPods;
    const tooLarge = `${[...path, 'spec'].join('.')}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`;
    return [
      ...(isLarge && !isSame(object, previous) ? [tooLarge] : []),
      ...ofTemplate(...path)(object, previous),
    ];
  };
}
