import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { containerId, imageId } from '../../kube/kubelet/container-identity.js';

/** Exit code of a process that was killed. */
const killed = 137;

/** The status of a running container whose image cannot be had. */
export function withoutImage(status: JsonObject): JsonObject {
  const { containerID: _, ...rest } = status;
  const message = `Back-off pulling image ${JSON.stringify(status['image'])}`;
  return {
    ...rest,
    state: { waiting: { reason: 'ImagePullBackOff', message } },
    ready: false,
    imageID: '',
    started: false,
  };
}

/** Where and when a container is made. */
export interface Circumstances {
  readonly uid: string;
  readonly now: string;
  readonly runtime: string;
  /** It has done its work already. */
  readonly isDone: boolean;
}

/** The status of a container that runs, or has done its work. */
export function containerStatus(container: Json, { uid, now, runtime, isDone }: Circumstances): JsonObject {
  const [name, image] = [digString(container, 'name'), digString(container, 'image')];
  const containerID = containerId(uid, name, runtime);
  const state: JsonObject = isDone
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now, containerID } }
    : { running: { startedAt: now } };
  return {
    name,
    state,
    lastState: {},
    ready: !isDone,
    restartCount: 0,
    image,
    imageID: imageId(image, runtime),
    containerID,
    started: !isDone,
  };
}

/** The status of a container that is not made yet. */
export function waitingStatus(container: Json, reason: string, message?: string): JsonObject {
  return {
    name: digString(container, 'name'),
    state: { waiting: { reason, ...(message !== undefined && { message }) } },
    lastState: {},
    ready: false,
    restartCount: 0,
    image: digString(container, 'image'),
    imageID: '',
    started: false,
  };
}

/** The status of a container that was killed with its pod. */
export function stoppedStatus(status: Json, now: string): Json {
  if (!isJsonObject(status) || digString(status, 'state', 'terminated', 'finishedAt') !== '') return status;
  const { containerID } = status;
  const terminated = {
    exitCode: killed,
    reason: 'Error',
    startedAt: digString(status, 'state', 'running', 'startedAt') || now,
    finishedAt: now,
    ...(containerID !== undefined && { containerID }),
  };
  return { ...status, ready: false, started: false, state: { terminated } };
}
