import { digObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { isAvailable } from './availability.js';
import { revisionLabel } from './revisions.js';
import { share } from './share.js';

/** The pods of a DaemonSet by the node they are on or meant for. */
export type DaemonsByNode = ReadonlyMap<string, readonly KubeObject[]>;

/** What to do next so that a DaemonSet's pods become those of its template. */
export interface DaemonStep {
  readonly remove: readonly KubeObject[];
  /** Nodes that get a new pod beside the old one. */
  readonly add: readonly string[];
}

/** Steps a rollout is done in at most; more nodes are taken at once where there are many. */
const mostSteps = 500;

/**
 * One step of a rollout: pods that are not available go first, then as many others as may be missing; with a surge, old
 * pods go when the new ones beside them are available.
 *
 * Differs from Kubernetes: where there are thousands of nodes, more of them are taken at once than the strategy says.
 *
 * @param hash What pods of the current template are labelled with.
 * @see kubernetes/kubernetes pkg/controller/daemon/update.go rollingUpdate
 */
export function nextDaemonStep(
  context: WriteContext,
  set: KubeObject,
  daemons: DaemonsByNode,
  hash: string,
): DaemonStep {
  const rolling = digObject(set, 'spec', 'updateStrategy', 'rollingUpdate');
  const nodes = daemons.size;
  const surge = share(rolling['maxSurge'], nodes, Math.ceil);
  const missing = share(rolling['maxUnavailable'] ?? 1, nodes, Math.ceil);
  const floor = Math.ceil(nodes / mostSteps);
  const isNew = (pod: KubeObject): boolean => label(pod, revisionLabel) === hash;
  if (surge > 0) return surgeStep(context, set, daemons, isNew, Math.max(surge, floor));
  const most = Math.max(missing, 1, floor);
  const [broken, candidates]: [KubeObject[], KubeObject[]] = [[], []];
  let unavailable = 0;
  for (const pods of daemons.values()) {
    const old = pods.filter((pod) => !isNew(pod));
    const [only] = pods;
    if (pods.length !== 1 || only === undefined) unavailable += 1;
    else if (!isAvailable(context, set, only)) {
      unavailable += 1;
      broken.push(...old);
    } else candidates.push(...old);
  }
  return { remove: [...broken, ...candidates.slice(0, Math.max(0, most - unavailable))], add: [] };
}

function surgeStep(
  context: WriteContext,
  set: KubeObject,
  daemons: DaemonsByNode,
  isNew: (pod: KubeObject) => boolean,
  most: number,
): DaemonStep {
  const remove: KubeObject[] = [];
  const [broken, candidates]: [string[], string[]] = [[], []];
  let surging = 0;
  for (const [node, pods] of daemons) {
    const [fresh, old] = [pods.find(isNew), pods.filter((pod) => !isNew(pod))];
    if (old.length === 0) continue;
    if (fresh === undefined) {
      const isUp = old.some((pod) => isAvailable(context, set, pod));
      (isUp ? candidates : broken).push(node);
    } else if (isAvailable(context, set, fresh)) remove.push(...old);
    else surging += 1;
  }
  return { remove, add: [...broken, ...candidates.slice(0, Math.max(0, most - surging))] };
}
