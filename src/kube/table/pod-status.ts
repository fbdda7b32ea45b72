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

/** How far a pod has come with its init containers. */
interface Initialization {
  /** The first one that is not done, as text; `undefined` when all are. */
  readonly reason: string | undefined;
  /** Sidecars that are ready. */
  readonly ready: number;
  /** The statuses up to the one that is not done, and those of sidecars among them. */
  readonly seen: readonly Json[];
  readonly sidecars: readonly Json[];
}

function isSidecar(container: Json): boolean {
  return digString(container, 'restartPolicy') === 'Always';
}

function initialization(pod: KubeObject): Initialization {
  const specs = digArray(pod, 'spec', 'initContainers');
  const names = new Set(specs.filter(isSidecar).map((spec) => digString(spec, 'name')));
  const statuses = digArray(pod, 'status', 'initContainerStatuses');
  const isOfSidecar = (status: Json): boolean => names.has(digString(status, 'name'));
  let ready = 0;
  for (const [at, status] of statuses.entries()) {
    const terminated = state(status, 'terminated');
    if (terminated !== undefined && digNumber(terminated, 'exitCode') === 0) continue;
    if (isOfSidecar(status) && dig(status, 'started') === true) {
      if (dig(status, 'ready') === true) ready += 1;
      continue;
    }
    const seen = statuses.slice(0, at + 1);
    const reason = unfinished(status, terminated, `${String(at)}/${String(specs.length)}`);
    return { reason, ready, seen, sidecars: seen.filter(isOfSidecar) };
  }
  return { reason: undefined, ready, seen: statuses, sidecars: statuses.filter(isOfSidecar) };
}

function unfinished(status: Json, terminated: JsonObject | undefined, progress: string): string {
  if (terminated !== undefined) return `Init:${ending(terminated)}`;
  const waiting = digString(state(status, 'waiting'), 'reason');
  return `Init:${waiting !== '' && waiting !== 'PodInitializing' ? waiting : progress}`;
}

/**
 * A pod's state as kubectl's table shows it.
 *
 * @see kubernetes/kubernetes pkg/printers/internalversion/printers.go printPod
 */
export function podStatus(pod: KubeObject): PodStatus {
  const statuses = digArray(pod, 'status', 'containerStatuses');
  const init = initialization(pod);
  let status = init.reason ?? initialReason(pod);
  let { ready, seen: counted } = init;
  let hasRunning = false;
  if (init.reason === undefined || hasCondition(pod, 'Initialized')) {
    counted = [...init.sidecars, ...statuses];
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
  const sidecars = digArray(pod, 'spec', 'initContainers').filter(isSidecar).length;
  const total = digArray(pod, 'spec', 'containers').length + sidecars;
  return { status, ready, total, ...restartsOf(counted) };
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
