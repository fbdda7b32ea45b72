import { digArray, digString } from '../core/json.js';
import { label, type KubeObject } from '../core/kube-object.js';
import { inRange, type ReleaseName } from '../core/release.js';
import { workspaceLabel } from '../core/well-known-keys.js';
import type { RequestContext } from '../registry/contract.js';
import { componentMetrics } from './figures/component-metrics.js';
import type { Metric } from './figures/metric.js';
import { birthOf, type Moment } from './figures/moment.js';
import { claimMetrics, clusterMetrics, nodeMetrics } from './figures/platform-metrics.js';
import type { Subject } from './figures/subject.js';
import {
  containerMetrics,
  ingressMetrics,
  namespaceMetrics,
  podMetrics,
  workloadMetrics,
  workspaceMetrics,
} from './figures/tenant-metrics.js';

/** What a request measures. */
export type LevelName =
  | 'cluster'
  | 'node'
  | 'workspace'
  | 'namespace'
  | 'workload'
  | 'pod'
  | 'container'
  | 'pvc'
  | 'ingress'
  | 'component';

/** Which subjects a request is about: variables of the path and filters of the query. */
export interface Choice {
  /** Variable of the path; empty for none. */
  readonly param: (name: string) => string;
  /** Tells whether `resources_filter` takes a name. */
  readonly takes: (name: string) => boolean;
  /** Pairs of `namespaced_resources_filter`; absent: not asked. */
  readonly takesPod?: (namespace: string, name: string) => boolean;
  readonly query: URLSearchParams;
}

/** A level: its metrics, and its subjects in a cluster. */
export interface Level {
  /** The label that names the resource; empty where there is only one. */
  readonly identifier: string;
  readonly metrics: (choice: Choice) => readonly Metric[];
  readonly subjects: (context: RequestContext, choice: Choice) => readonly Subject[];
}

/** The metrics of a level that a release has. */
export function metricsOfLevel(level: Level, choice: Choice, release: ReleaseName): readonly Metric[] {
  return level.metrics(choice).filter((metric) => inRange(release, metric));
}

type Objects = readonly KubeObject[];

function objectsOf({ cluster }: RequestContext, group: string, plural: string, namespace = ''): Objects {
  return cluster.store.list({ group, plural }, namespace).map(({ object }) => object);
}

const inNamespaces =
  (names: ReadonlySet<string>) =>
  (moment: Moment): Objects =>
    moment.pods.filter(({ metadata }) => names.has(metadata.namespace ?? ''));

const only = (pod: KubeObject) => (): Objects => [pod];

/** Takes the one a path names, else what the filter takes. */
function chosen(choice: Choice, param: string, name: string): boolean {
  const named = choice.param(param);
  return named === '' ? choice.takes(name) : named === name;
}

function wholeCluster(context: RequestContext): readonly Subject[] {
  const births = objectsOf(context, '', 'nodes').map(birthOf);
  const since = births.reduce((first, birth) => Math.min(first, birth), Number.POSITIVE_INFINITY);
  return [{ labels: {}, since, nodes: (moment) => moment.nodes, pods: (moment) => moment.pods }];
}

function nodes(context: RequestContext, choice: Choice): readonly Subject[] {
  const type = choice.query.get('type') ?? '';
  return objectsOf(context, '', 'nodes')
    .filter(({ metadata }) => chosen(choice, 'node', metadata.name))
    .filter((node) => type !== 'edge' || label(node, 'node-role.kubernetes.io/edge') !== undefined)
    .map((node) => ({
      labels: { node: node.metadata.name },
      object: node,
      since: birthOf(node),
      nodes: () => [node],
      pods: (moment) => moment.podsOn(node.metadata.name),
    }));
}

function workspaces(context: RequestContext, choice: Choice): readonly Subject[] {
  const members = new Map<string, Set<string>>();
  for (const namespace of objectsOf(context, '', 'namespaces')) {
    const workspace = label(namespace, workspaceLabel) ?? '';
    if (workspace === '' || !chosen(choice, 'workspace', workspace)) continue;
    const known = members.get(workspace);
    if (known === undefined) members.set(workspace, new Set([namespace.metadata.name]));
    else known.add(namespace.metadata.name);
  }
  return objectsOf(context, 'tenant.kubesphere.io', 'workspaces').flatMap((workspace): Subject[] => {
    const { name } = workspace.metadata;
    const names = members.get(name);
    if (names === undefined) return [];
    const within = (namespace: string): boolean => names.has(namespace);
    return [
      {
        labels: { workspace: name },
        object: workspace,
        since: birthOf(workspace),
        pods: inNamespaces(names),
        within,
      },
    ];
  });
}

function namespaces(context: RequestContext, choice: Choice): readonly Subject[] {
  const workspace = choice.param('workspace');
  return objectsOf(context, '', 'namespaces')
    .filter(({ metadata }) => chosen(choice, 'namespace', metadata.name))
    .filter((namespace) => workspace === '' || label(namespace, workspaceLabel) === workspace)
    .map((namespace) => {
      const { name } = namespace.metadata;
      const own = label(namespace, workspaceLabel) ?? '';
      return {
        labels: { namespace: name, ...(own !== '' && { workspace: own }) },
        object: namespace,
        since: birthOf(namespace),
        pods: inNamespaces(new Set([name])),
        within: (other) => other === name,
      };
    });
}

const workloadKinds = [
  ['deployment', 'Deployment', 'deployments'],
  ['statefulset', 'StatefulSet', 'statefulsets'],
  ['daemonset', 'DaemonSet', 'daemonsets'],
] as const;

/** Kind and name of what a pod belongs to, a Deployment in place of its ReplicaSet; `<none>` as kube-state-metrics says. */
export function ownerOf(pod: KubeObject): { readonly kind: string; readonly name: string } {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return { kind: '<none>', name: '<none>' };
  if (owner.kind !== 'ReplicaSet') return owner;
  return { kind: 'Deployment', name: owner.name.replace(/-[^-]*$/, '') };
}

function workloads(context: RequestContext, choice: Choice): readonly Subject[] {
  const namespace = choice.param('namespace');
  const kindAsked = choice.param('kind');
  const isKnown = workloadKinds.some(([name]) => name === kindAsked);
  return workloadKinds.flatMap(([name, kind, plural]) => {
    if (isKnown && kindAsked !== name) return [];
    return objectsOf(context, 'apps', plural, namespace)
      .filter(({ metadata }) => choice.takes(metadata.name))
      .map((object): Subject => {
        const own = object.metadata.name;
        return {
          labels: { namespace, owner_kind: kind, workload: `${kind}:${own}` },
          object,
          since: birthOf(object),
          pods: (moment) =>
            moment.pods.filter((pod) => {
              if ((pod.metadata.namespace ?? '') !== namespace) return false;
              const owner = ownerOf(pod);
              return owner.kind === kind && owner.name === own;
            }),
        };
      });
  });
}

function pods(context: RequestContext, choice: Choice): readonly Subject[] {
  const [node, kind, workload] = [choice.param('node'), choice.param('kind'), choice.param('workload')];
  return objectsOf(context, '', 'pods', choice.param('namespace'))
    .filter(({ metadata }) => chosen(choice, 'pod', metadata.name))
    .filter(({ metadata }) => choice.takesPod?.(metadata.namespace ?? '', metadata.name) ?? true)
    .filter((pod) => node === '' || digString(pod, 'spec', 'nodeName') === node)
    .filter((pod) => {
      if (workload === '') return true;
      const owner = ownerOf(pod);
      return owner.name === workload && (kind === '' || owner.kind.toLowerCase() === kind);
    })
    .map((pod) => {
      const { metadata } = pod;
      const reference = metadata.ownerReferences?.find(({ controller }) => controller === true);
      return {
        labels: {
          namespace: metadata.namespace ?? '',
          node: digString(pod, 'spec', 'nodeName'),
          owner_kind: reference?.kind ?? '<none>',
          owner_name: reference?.name ?? '<none>',
          pod: metadata.name,
        },
        object: pod,
        since: birthOf(pod),
        pods: only(pod),
      };
    });
}

function containers(context: RequestContext, choice: Choice): readonly Subject[] {
  const namespace = choice.param('namespace');
  const pod = context.cluster.store.find(
    { group: '', plural: 'pods' },
    namespace,
    choice.param('pod'),
  )?.object;
  if (pod === undefined) return [];
  return digArray(pod, 'spec', 'containers')
    .map((one) => digString(one, 'name'))
    .filter((name) => chosen(choice, 'container', name))
    .map((container) => ({
      labels: { container, namespace, pod: pod.metadata.name },
      object: pod,
      container,
      since: birthOf(pod),
      pods: only(pod),
    }));
}

function claims(context: RequestContext, choice: Choice): readonly Subject[] {
  const storageClass = choice.param('storageclass');
  return objectsOf(context, '', 'persistentvolumeclaims', choice.param('namespace'))
    .filter(({ metadata }) => chosen(choice, 'pvc', metadata.name))
    .map((claim) => ({ claim, of: digString(claim, 'spec', 'storageClassName') }))
    .filter(({ of, claim }) => {
      const isBound = digString(claim, 'status', 'phase') === 'Bound';
      return isBound && (storageClass === '' || of === storageClass);
    })
    .map(({ claim, of }) => ({
      labels: {
        namespace: claim.metadata.namespace ?? '',
        persistentvolumeclaim: claim.metadata.name,
        storageclass: of,
      },
      object: claim,
      since: birthOf(claim),
      pods: () => [],
    }));
}

/** Series of an Ingress are told by the job that scrapes its controller: without one there are none. */
function ingresses(context: RequestContext, choice: Choice): readonly Subject[] {
  const namespace = choice.param('namespace');
  if ((choice.query.get('job') ?? '') === '') return [];
  return objectsOf(context, 'networking.k8s.io', 'ingresses', namespace)
    .filter(({ metadata }) => chosen(choice, 'ingress', metadata.name))
    .map((ingress) => ({
      labels: { ingress: ingress.metadata.name, namespace },
      object: ingress,
      since: birthOf(ingress),
      pods: () => [],
    }));
}

const always = (metrics: readonly Metric[]) => (): readonly Metric[] => metrics;

/** Every level, by its name. */
export const levels: Readonly<Record<LevelName, Level>> = {
  cluster: { identifier: '', metrics: always(clusterMetrics), subjects: wholeCluster },
  node: { identifier: 'node', metrics: always(nodeMetrics), subjects: nodes },
  workspace: { identifier: 'workspace', metrics: always(workspaceMetrics), subjects: workspaces },
  namespace: { identifier: 'namespace', metrics: always(namespaceMetrics), subjects: namespaces },
  workload: { identifier: 'workload', metrics: always(workloadMetrics), subjects: workloads },
  pod: { identifier: 'pod', metrics: always(podMetrics), subjects: pods },
  container: { identifier: 'container', metrics: always(containerMetrics), subjects: containers },
  pvc: { identifier: 'persistentvolumeclaim', metrics: always(claimMetrics), subjects: claims },
  ingress: { identifier: 'ingress', metrics: always(ingressMetrics), subjects: ingresses },
  component: {
    identifier: '',
    metrics: ({ param }) => componentMetrics(param('component')),
    subjects: () => [],
  },
};
