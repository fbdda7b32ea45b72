import { dig, digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { digNumber } from './cells.js';
import { humanDuration } from './human-duration.js';

/** What the READY, STATUS and RESTARTS cells of a pod are made from. */
export interface PodStatus {
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** Milliseconds since 1970 of the latest restart; 0 when there was none. */
  readonly lastRestart: number;
}

const terminal = new Set(['Succeeded', 'Failed']);

/** How a terminated container ended: its reason, else the signal or the exit code. */
function ending(terminated: JsonObject): string {
  const reason = digString(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = digNumber(terminated, 'signal');
  return signal !== 0 ? `Signal:${String(signal)}` : `ExitCode:${String(digNumber(terminated, 'exitCode'))}`;
}

function state(status: Json, name: 'running' | 'waiting' | 'terminated'): JsonObject | undefined {
  const found = dig(status, 'state', name);
  return isJsonObject(found) ? found : undefined;
}

function hasCondition(pod: KubeObject, type: string): boolean {
  return digArray(pod, 'status', 'conditions').some(
    (condition) => digString(condition, 'type') === type && digString(condition, 'status') === 'True',
  );
}

function initialReason(pod: KubeObject): string {
  const scheduling = digArray(pod, 'status', 'conditions').find(
    (condition) => digString(condition, 'type') === 'PodScheduled',
  );
  if (digString(scheduling, 'reason') === 'SchedulingGated') return 'SchedulingGated';
  const reason = digString(pod, 'status', 'reason');
  return reason === '' ? digString(pod, 'status', 'phase') : reason;
}

/** The first init container that is not done, as text; `undefined` when all are. */
function initReason(pod: KubeObject): string | undefined {
  const specs = digArray(pod, 'spec', 'initContainers');
  for (const [at, status] of digArray(pod, 'status', 'initContainerStatuses').entries()) {
    const terminated = state(status, 'terminated');
    if (terminated !== undefined && digNumber(terminated, 'exitCode') === 0) continue;
    const isSidecar = specs.some(
      (spec) =>
        digString(spec, 'name') === digString(status, 'name') &&
        digString(spec, 'restartPolicy') === 'Always',
    );
    if (isSidecar && dig(status, 'started') === true) continue;
    if (terminated !== undefined) return `Init:${ending(terminated)}`;
    const waiting = digString(state(status, 'waiting'), 'reason');
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${String(at)}/${String(specs.length)}`;
  }
  return undefined;
}

/**
 * A pod's state as kubectl's table shows it.
 *
 * @see kubernetes/kubernetes pkg/printers/internalversion/printers.go printPod
 */
export function podStatus(pod: KubeObject): PodStatus {
  const statuses = digArray(pod, 'status', 'containerStatuses');
  const initializing = initReason(pod);
  let status = initializing ?? initialReason(pod);
  let ready = 0;
  let hasRunning = false;
  if (initializing === undefined || hasCondition(pod, 'Initialized')) {
    for (const container of statuses.toReversed()) {
      const waiting = digString(state(container, 'waiting'), 'reason');
      const terminated = state(container, 'terminated');
      if (waiting !== '') status = waiting;
      else if (terminated !== undefined) status = ending(terminated);
      else if (dig(container, 'ready') === true && state(container, 'running') !== undefined) {
        hasRunning = true;
        ready += 1;
      }
    }
    if (status === 'Completed' && hasRunning) status = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (digString(pod, 'status', 'reason') === 'NodeLost') status = 'Unknown';
    else if (!terminal.has(digString(pod, 'status', 'phase'))) status = 'Terminating';
  }
  return { status, ready, total: digArray(pod, 'spec', 'containers').length, ...restartsOf(statuses) };
}

function restartsOf(statuses: readonly Json[]): { restarts: number; lastRestart: number } {
  let restarts = 0;
  let lastRestart = 0;
  for (const status of statuses) {
    restarts += digNumber(status, 'restartCount');
    const finished = Date.parse(digString(status, 'lastState', 'terminated', 'finishedAt'));
    if (finished > lastRestart) lastRestart = finished;
  }
  return { restarts, lastRestart };
}

/** The RESTARTS cell: a count, with the time since the latest where known. */
export function restartsText({ restarts, lastRestart }: PodStatus, now: number): string {
  if (restarts === 0 || lastRestart === 0) return String(restarts);
  return `${String(restarts)} (${humanDuration(now - lastRestart)} ago)`;
}
