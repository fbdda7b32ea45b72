import { digObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { RequestContext } from '../../registry/contract.js';
import { birthOf, type Moment } from '../figures/moment.js';
import type { Subject } from '../figures/subject.js';
import { levels, ownerOf, type Choice, type LevelName } from '../levels.js';
import { visibleNamespaces, visibleWorkspaces, type PerWorkspace } from '../../rbac/visible.js';
import { clusterMeters, nodeMeters, podMeters, type Meter } from './meters.js';
import { releaseOf, releasesIn } from './releases.js';

const workspaces: PerWorkspace = { group: 'tenant.kubesphere.io', plural: 'workspaces' };

/** What can be metered. */
export type MeteredLevel =
  | 'cluster'
  | 'node'
  | 'workspace'
  | 'namespace'
  | 'application'
  | 'openpitrix'
  | 'workload'
  | 'service'
  | 'pod';

/** A level: the label that names its resources, its meters and its subjects, as far as the caller may see them. */
export interface Metered {
  readonly identifier: string;
  readonly meters: readonly Meter[];
  readonly subjects: (context: RequestContext, choice: Choice) => readonly Subject[];
}

const appLabel = 'app.kubernetes.io/name';

/** The application a workload is part of; `undefined` for none. */
export function applicationOf(workload: KubeObject): string | undefined {
  return label(workload, appLabel);
}

/** Subjects of a level of monitoring. */
const measured =
  (name: LevelName) =>
  (context: RequestContext, choice: Choice): readonly Subject[] =>
    levels[name].subjects(context, choice);

/** Of those, what the caller sees. */
function seen(name: 'workspace' | 'namespace'): Metered['subjects'] {
  return (context, choice) => {
    const visible =
      name === 'workspace'
        ? visibleWorkspaces(context, workspaces)
        : visibleNamespaces(context, context.user, choice.param('workspace'));
    const names = new Set(visible.map(({ object }) => object.metadata.name));
    return levels[name].subjects(context, choice).filter(({ labels }) => names.has(labels[name] ?? ''));
  };
}

/** Names of a list with bars between them; all of them, when there is none. */
function listed(choice: Choice, parameter: string): (name: string) => boolean {
  const text = choice.query.get(parameter) ?? '';
  const names = new Set(text.split('|'));
  return text === '' ? () => true : (name) => names.has(name);
}

function services({ cluster }: RequestContext, choice: Choice): readonly Subject[] {
  const namespace = choice.param('namespace');
  const takes = listed(choice, 'services');
  return cluster.store.list({ group: '', plural: 'services' }, namespace).flatMap(({ object }): Subject[] => {
    const selector = Object.entries(digObject(object, 'spec', 'selector'));
    if (selector.length === 0 || !takes(object.metadata.name)) return [];
    const pods = podsIn(namespace, (pod) => selector.every(([key, value]) => label(pod, key) === value));
    return [{ labels: { namespace, service: object.metadata.name }, object, since: birthOf(object), pods }];
  });
}

/** Applications are told by a label of their pods' workloads. */
function applications(context: RequestContext, choice: Choice): readonly Subject[] {
  return grouped(context, choice, applicationOf, listed(choice, 'applications'));
}

/** Releases of the app store, chosen by their ids and shown by their names. */
function releases(context: RequestContext, choice: Choice): readonly Subject[] {
  const isAsked = listed(choice, 'openpitrix_ids');
  const cluster = choice.param('cluster');
  const chosen = releasesIn(context, choice.param('namespace'), cluster).filter(({ id }) => isAsked(id));
  return grouped(
    context,
    choice,
    (workload) => releaseOf(workload, chosen)?.name,
    () => true,
  );
}

/** Workloads of a namespace taken together by a name. */
function grouped(
  { cluster }: RequestContext,
  choice: Choice,
  nameOf: (workload: KubeObject) => string | undefined,
  takes: (name: string) => boolean,
): readonly Subject[] {
  const namespace = choice.param('namespace');
  const members = new Map<string, KubeObject[]>();
  for (const plural of ['deployments', 'statefulsets', 'daemonsets']) {
    for (const { object } of cluster.store.list({ group: 'apps', plural }, namespace)) {
      const name = nameOf(object);
      if (name === undefined || !takes(name)) continue;
      members.set(name, [...(members.get(name) ?? []), object]);
    }
  }
  return [...members].map(([name, workloads]) => ({
    labels: { application: name, namespace },
    ...(workloads[0] && { object: workloads[0] }),
    since: Math.min(...workloads.map(birthOf)),
    pods: podsIn(namespace, (pod) => {
      const owner = ownerOf(pod);
      return workloads.some(({ kind, metadata }) => kind === owner.kind && metadata.name === owner.name);
    }),
  }));
}

function podsIn(namespace: string, test: (pod: KubeObject) => boolean): Subject['pods'] {
  return (moment: Moment) => moment.pods.filter((pod) => pod.metadata.namespace === namespace && test(pod));
}

/** Every level that is metered. */
export const meteredLevels: Readonly<Record<MeteredLevel, Metered>> = {
  cluster: { identifier: '', meters: clusterMeters, subjects: measured('cluster') },
  node: { identifier: 'node', meters: nodeMeters, subjects: measured('node') },
  workspace: { identifier: 'workspace', meters: podMeters, subjects: seen('workspace') },
  namespace: { identifier: 'namespace', meters: podMeters, subjects: seen('namespace') },
  application: { identifier: 'application', meters: podMeters, subjects: applications },
  // Its meters are those of applications.
  openpitrix: { identifier: 'application', meters: podMeters, subjects: releases },
  workload: { identifier: 'workload', meters: podMeters, subjects: measured('workload') },
  service: { identifier: 'service', meters: podMeters, subjects: services },
  pod: { identifier: 'pod', meters: podMeters, subjects: measured('pod') },
};
