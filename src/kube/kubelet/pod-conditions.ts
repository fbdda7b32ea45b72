import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { World } from '../../state/world.js';

/** The phase of a pod with containers in these states. */
type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** The first Kubernetes that says whether a pod has what its containers run in. */
const firstMinorWithSandbox = 29;
/** Reasons of containers that wait to be made at all. */
const unmade = new Set([
  'ContainerCreating',
  'PodInitializing',
  'CreateContainerConfigError',
  'ImagePullBackOff',
]);

function exitCodeOf(end: Json | undefined): number {
  const code = dig(end, 'exitCode');
  return typeof code === 'number' ? code : 0;
}

function waitingFor(status: Json): string {
  return digString(status, 'state', 'waiting', 'reason');
}

/** Tells whether a container waits to be made. */
export function isUnmade(status: Json): boolean {
  return unmade.has(waitingFor(status));
}

/** Init containers that have not done their work; sidecars that have not started. */
function uninitialized(pod: KubeObject): readonly string[] {
  const specs = digArray(pod, 'spec', 'initContainers');
  return digArray(pod, 'status', 'initContainerStatuses')
    .filter((status) => {
      const name = digString(status, 'name');
      const spec = specs.find((one) => digString(one, 'name') === name);
      if (digString(spec, 'restartPolicy') === 'Always' && dig(status, 'started') === true) return false;
      const end = digObject(status, 'state')['terminated'];
      return end === undefined || exitCodeOf(end) !== 0;
    })
    .map((status) => digString(status, 'name'));
}

function phaseOf(statuses: readonly Json[], isInitialized: boolean): PodPhase {
  if (!isInitialized || statuses.some(isUnmade)) return 'Pending';
  const ends = statuses.map((one) => digObject(one, 'state')['terminated']);
  if (ends.some((end) => end === undefined)) return 'Running';
  return ends.every((end) => exitCodeOf(end) === 0) ? 'Succeeded' : 'Failed';
}

/** What speaks against a pod whose containers are ready. */
function closedGates(pod: KubeObject): readonly string[] {
  return digArray(pod, 'spec', 'readinessGates').flatMap((gate) => {
    const type = digString(gate, 'conditionType');
    const quoted = JSON.stringify(type);
    const found = digArray(pod, 'status', 'conditions').find((one) => digString(one, 'type') === type);
    if (found === undefined)
      return [`corresponding condition of pod readiness gate ${quoted} does not exist.`];
    const status = digString(found, 'status');
    return status === 'True'
      ? []
      : [`the status of pod readiness gate ${quoted} is not "True", but ${status}`];
  });
}

/** The conditions of a pod whose containers are in these states, since `now`. */
function podConditions(
  { settings }: World,
  pod: KubeObject,
  now: string,
  phase: PodPhase,
  statuses: readonly Json[],
): JsonObject[] {
  const unready = statuses.filter((one) => dig(one, 'ready') !== true).map((one) => digString(one, 'name'));
  const isDone = phase === 'Succeeded';
  const at = { lastProbeTime: null, lastTransitionTime: now };
  const containers: JsonObject = isDone
    ? { status: 'False', ...at, reason: 'PodCompleted' }
    : phase === 'Failed'
      ? { status: 'False', ...at, reason: 'PodFailed' }
      : unready.length > 0
        ? {
            status: 'False',
            ...at,
            reason: 'ContainersNotReady',
            message: `containers with unready status: [${unready.join(' ')}]`,
          }
        : { status: 'True', ...at };
  const gates = containers['status'] === 'True' ? closedGates(pod) : [];
  const ready: JsonObject =
    gates.length > 0
      ? { status: 'False', ...at, reason: 'ReadinessGatesNotReady', message: gates.join(', ') }
      : containers;
  const left = uninitialized(pod);
  const hasInits = digArray(pod, 'spec', 'initContainers').length > 0;
  const initialized: JsonObject =
    left.length > 0
      ? {
          status: 'False',
          ...at,
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${left.join(' ')}]`,
        }
      : { status: 'True', ...at, ...(isDone && !hasInits && { reason: 'PodCompleted' }) };
  const all = [...statuses, ...digArray(pod, 'status', 'initContainerStatuses')];
  const isUp = !isDone && phase !== 'Failed' && !all.every((one) => isWithoutSandbox(waitingFor(one)));
  return [
    ...(minorOf(settings.kubernetesVersion) >= firstMinorWithSandbox
      ? [{ type: 'PodReadyToStartContainers', status: isUp ? 'True' : 'False', ...at }]
      : []),
    { type: 'Initialized', ...initialized },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...containers },
    { type: 'PodScheduled', status: 'True', ...at },
  ];
}

function isWithoutSandbox(reason: string): boolean {
  return reason === 'ContainerCreating' || reason === 'PodInitializing';
}

/**
 * A pod's status with its containers in these states: phase and conditions follow, those of others stay. Init containers
 * are as its status says.
 *
 * @param now RFC 3339: since when what is another now is so.
 * @see kubernetes/kubernetes pkg/kubelet/status/generate.go
 */
export function podStatus(
  world: World,
  pod: KubeObject,
  containerStatuses: readonly Json[],
  now: string,
): JsonObject {
  const status = digObject(pod, 'status');
  const phase = phaseOf(containerStatuses, uninitialized(pod).length === 0);
  const before = digArray(status, 'conditions');
  const conditions = changedConditions(before, podConditions(world, pod, now, phase, containerStatuses));
  return { ...status, phase, conditions, containerStatuses };
}

/** Conditions that still hold keep the moment since when they do. */
function changedConditions(before: readonly Json[], after: readonly JsonObject[]): readonly Json[] {
  const types = new Set(after.map(({ type }) => type));
  const others = before.filter((one) => !types.has(digString(one, 'type')));
  const kept = after.map((one) => {
    const same = before.find((other) => digString(other, 'type') === one['type']);
    if (same === undefined || digString(same, 'status') !== one['status']) return one;
    return dig(same, 'reason') === one['reason'] && dig(same, 'message') === one['message']
      ? same
      : { ...one, lastTransitionTime: dig(same, 'lastTransitionTime') ?? one['lastTransitionTime'] ?? null };
  });
  return [...kept, ...others];
}
