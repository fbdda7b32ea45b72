import { digArray, digObject, digString, type Json, type JsonObject } from '../core/json.js';
import { formatTimestamp } from '../state/clock.js';
import { flat, hexOf } from './identity.js';
import { imageDigest } from './image.js';
import type { Platform } from './platform.js';
import type { PodRecipe, PodState } from './pod-recipe.js';

/** What pods of one workload have in common that were made at one moment and are doing equally. */
interface SharedStatus {
  readonly created: string;
  readonly state: PodState;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly docker: boolean;
  readonly qosClass: string;
  readonly conditions: readonly JsonObject[];
  /** The state of a container that runs. */
  readonly running: JsonObject;
  readonly containers: readonly SharedContainer[];
}

interface SharedContainer {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
}

const noState: JsonObject = Object.freeze({});

/** The last of each spec: replicas come one after the other. */
const shared = new WeakMap<JsonObject, SharedStatus>();

/** The status of a pod once a kubelet has reported it, or while it waits for a node. */
export function podStatus(recipe: PodRecipe, platform: Platform, uid: string): JsonObject {
  const { placement, created } = recipe;
  const common = sharedStatus(recipe, platform);
  const { state, qosClass } = common;
  if (placement === undefined) {
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: created,
      reason: 'Unschedulable',
      message: recipe.message ?? '',
    };
    return { phase: 'Pending', conditions: [condition], qosClass };
  }
  return {
    phase: state === 'succeeded' ? 'Succeeded' : state === 'running' ? 'Running' : 'Pending',
    conditions: common.conditions,
    hostIP: placement.hostIP,
    podIP: placement.podIP,
    podIPs: [{ ip: placement.podIP }],
    startTime: created,
    containerStatuses: common.containers.map((each) => containerStatus(each, common, uid)),
    qosClass,
  };
}

function sharedStatus(recipe: PodRecipe, platform: Platform): SharedStatus {
  const { spec, created, state = 'running', reason, message } = recipe;
  const docker = platform.containerRuntimeVersion.startsWith('docker:');
  const known = shared.get(spec);
  if (
    known?.created === created &&
    known.state === state &&
    known.reason === reason &&
    known.message === message &&
    known.docker === docker
  ) {
    return known;
  }
  const made: SharedStatus = {
    created,
    state,
    reason,
    message,
    docker,
    qosClass: qosOf(spec),
    conditions: podConditions(recipe, state),
    running: { running: { startedAt: secondsLater(created, 2) } },
    containers: digArray(spec, 'containers').map((each) => sharedContainer(each, docker)),
  };
  shared.set(spec, made);
  return made;
}

function sharedContainer(given: Json, docker: boolean): SharedContainer {
  const image = digString(given, 'image');
  const digest = imageDigest(image);
  return {
    name: digString(given, 'name'),
    image,
    imageID: docker ? flat('docker-pullable://', digest) : digest,
  };
}

function podConditions(recipe: PodRecipe, state: PodState): JsonObject[] {
  const at = { lastProbeTime: null, lastTransitionTime: recipe.created };
  const names = digArray(recipe.spec, 'containers').map((each) => digString(each, 'name'));
  const why: JsonObject =
    state === 'running'
      ? {}
      : state === 'succeeded'
        ? { reason: 'PodCompleted' }
        : { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
  const done: JsonObject = state === 'succeeded' ? { reason: 'PodCompleted' } : {};
  const status = state === 'running' ? 'True' : 'False';
  return [
    { type: 'Initialized', status: 'True', ...at, ...done },
    { type: 'Ready', status, ...at, ...why },
    { type: 'ContainersReady', status, ...at, ...why },
    { type: 'PodScheduled', status: 'True', ...at },
  ];
}

function containerStatus(container: SharedContainer, common: SharedStatus, uid: string): JsonObject {
  const { name, image, imageID } = container;
  const { state, created, docker } = common;
  if (state === 'waiting') {
    const waiting = {
      reason: common.reason ?? 'ContainerCreating',
      ...(common.message && { message: common.message }),
    };
    return {
      name,
      state: { waiting },
      lastState: noState,
      ready: false,
      restartCount: 0,
      image,
      imageID: '',
      started: false,
    };
  }
  const containerID = flat(docker ? 'docker://' : 'containerd://', hexOf(flat(uid, '/', name)));
  const ready = state === 'running';
  return {
    name,
    state: ready ? common.running : { terminated: terminated(created, containerID) },
    lastState: noState,
    ready,
    restartCount: 0,
    image,
    imageID,
    containerID,
    started: ready,
  };
}

function terminated(created: string, containerID: string): JsonObject {
  return {
    exitCode: 0,
    reason: 'Completed',
    startedAt: created,
    finishedAt: secondsLater(created, 14),
    containerID,
  };
}

/** A moment some seconds after another; both RFC 3339 with whole seconds. */
export function secondsLater(moment: string, seconds: number): string {
  return formatTimestamp(Date.parse(moment) + seconds * 1000);
}

function qosOf(spec: JsonObject): string {
  const all = digArray(spec, 'containers').map((each) => digObject(each, 'resources'));
  const isGuaranteed = all.every((resources) => {
    const limits = digObject(resources, 'limits');
    return (
      Object.keys(limits).length >= 2 &&
      JSON.stringify(limits) === JSON.stringify(digObject(resources, 'requests'))
    );
  });
  if (isGuaranteed) return 'Guaranteed';
  const isBurstable = all.some(
    (resources) =>
      Object.keys(digObject(resources, 'limits')).length +
        Object.keys(digObject(resources, 'requests')).length >
      0,
  );
  return isBurstable ? 'Burstable' : 'BestEffort';
}
