import type { GroupResource } from '../../core/api-error.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Moment } from './moment.js';

/** What a series is about: a cluster, a node, a pod, and what of the world belongs to it. */
export interface Subject {
  /** Labels of its series. */
  readonly labels: Readonly<Record<string, string>>;
  /** The object it is, where it is one; what it makes up is told by the next members. */
  readonly object?: KubeObject;
  /** Name of a container of the object. */
  readonly container?: string;
  /** Milliseconds since 1970: no figures before. */
  readonly since: number;
  /** Its nodes; absent where nodes are no part of it. */
  readonly nodes?: (moment: Moment) => readonly KubeObject[];
  readonly pods: (moment: Moment) => readonly KubeObject[];
  /** Namespaces that belong to it; absent: all. */
  readonly within?: (namespace: string) => boolean;
}

/** How many objects of a kind a subject has at a moment. */
export function countOf(subject: Subject, moment: Moment, kind: GroupResource): number {
  const all = moment.list(kind);
  const { within } = subject;
  if (within === undefined) return all.length;
  return all.reduce((count, { metadata }) => count + (within(metadata.namespace ?? '') ? 1 : 0), 0);
}
