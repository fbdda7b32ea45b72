import { dig, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { formatTimestamp } from '../../state/clock.js';
import { mergeConditions, type Condition } from './write-status.js';

/** What a Deployment's status follows from. */
export interface Rollout {
  readonly deployment: KubeObject;
  readonly sets: readonly KubeObject[];
  /** The ReplicaSet of the current template. */
  readonly current: KubeObject | undefined;
  /** How many pods may be missing. */
  readonly unavailable: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How many pods of a Deployment there are. */
export interface Counts {
  readonly replicas: number;
  /** Of the current template. */
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

const type = 'Progressing';
const isComplete = 'NewReplicaSetAvailable';
const isTimedOut = 'ProgressDeadlineExceeded';
/** A deadline that means there is none: the largest int32. */
const noDeadline = 2_147_483_647;

/** Milliseconds a rollout may stand still; `undefined` when for good. */
function deadlineOf(deployment: KubeObject): number | undefined {
  const seconds = dig(deployment, 'spec', 'progressDeadlineSeconds');
  return typeof seconds === 'number' && seconds !== noDeadline ? seconds * 1000 : undefined;
}

function find(conditions: readonly JsonObject[]): JsonObject | undefined {
  return conditions.find((one) => one['type'] === type);
}

/**
 * The Progressing condition of a Deployment; none when it has no deadline for its progress.
 *
 * @param before The conditions it has.
 * @see kubernetes/kubernetes pkg/controller/deployment/progress.go, sync.go checkPausedConditions
 */
export function progressOf(rollout: Rollout, counts: Counts, before: readonly JsonObject[]): JsonObject[] {
  const { deployment, current, now } = rollout;
  if (deadlineOf(deployment) === undefined) return [];
  const old = find(before);
  const reason = digString(old, 'reason');
  const timestamp = formatTimestamp(now);
  const set = (condition: Condition): JsonObject[] => mergeConditions(before, [condition], timestamp, true);
  if (dig(deployment, 'spec', 'paused') === true) {
    if (old !== undefined && (reason === isTimedOut || reason === 'DeploymentPaused')) return [old];
    return set({ type, status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' });
  }
  const wanted = dig(deployment, 'spec', 'replicas') ?? 1;
  if (
    old !== undefined &&
    reason === isComplete &&
    counts.replicas === counts.updated &&
    isAbout(old, current)
  )
    return [old];
  const { name = '' } = current?.metadata ?? {};
  const quoted = JSON.stringify(name);
  if ([counts.updated, counts.replicas, counts.available].every((count) => count === wanted)) {
    const message = `ReplicaSet ${quoted} has successfully progressed.`;
    return set({ type, status: 'True', reason: isComplete, message });
  }
  if (hasProgressed(deployment, counts)) {
    const message = `ReplicaSet ${quoted} is progressing.`;
    const [condition = {}] = set({ type, status: 'True', reason: 'ReplicaSetUpdated', message });
    return [{ ...condition, lastUpdateTime: timestamp }];
  }
  if (old === undefined || reason === isComplete || reason === 'DeploymentPaused' || !isAbout(old, current)) {
    const message = `Created new replica set ${quoted}`;
    return set({ type, status: 'True', reason: 'NewReplicaSetCreated', message });
  }
  const due = timeoutOf(deployment, before);
  if (due === undefined || now < due) return [old];
  const message = `ReplicaSet ${quoted} has timed out progressing.`;
  return set({ type, status: 'False', reason: isTimedOut, message });
}

/**
 * When a rollout that stands still is given up, in milliseconds since 1970; `undefined` for one that is done, paused,
 * given up already, or has no deadline. A second late, as the real one looks.
 */
export function timeoutOf(deployment: KubeObject, conditions: readonly JsonObject[]): number | undefined {
  const deadline = deadlineOf(deployment);
  const condition = find(conditions);
  if (deadline === undefined || condition === undefined) return undefined;
  if (['DeploymentPaused', isComplete, isTimedOut].includes(digString(condition, 'reason'))) return undefined;
  return Date.parse(digString(condition, 'lastUpdateTime')) + deadline + 1000;
}

function isAbout(condition: JsonObject, set: KubeObject | undefined): boolean {
  return set !== undefined && digString(condition, 'message').includes(JSON.stringify(set.metadata.name));
}

/** Whether there are more pods of the new template, fewer others, or more that are ready than there were. */
function hasProgressed(deployment: KubeObject, counts: Counts): boolean {
  const was = (key: string): number => Number(dig(deployment, 'status', key) ?? 0);
  const others = was('replicas') - was('updatedReplicas');
  return (
    counts.updated > was('updatedReplicas') ||
    counts.replicas - counts.updated < others ||
    counts.ready > was('readyReplicas') ||
    counts.available > was('availableReplicas')
  );
}
