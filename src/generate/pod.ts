import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject, ObjectMeta, OwnerReference } from '../core/kube-object.js';
import { flat, hexOf, suffixOf, uidOf } from './identity.js';
import { imageDigest } from './image.js';
import type { Platform } from './platform.js';
import type { Placement } from './scheduler.js';

/** How a pod is doing. `waiting` is a container that cannot start, `pending` a pod no node has room for. */
export type PodState = 'running' | 'succeeded' | 'waiting' | 'pending';

/** What a pod is made of. */
export interface PodRecipe {
  readonly name: string;
  readonly namespace: string;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: OwnerReference;
  /** The pod template's spec, as a person writes it. */
  readonly spec: JsonObject;
  /** Absent for pods that wait for a node. */
  readonly placement: Placement | undefined;
  /** RFC 3339. */
  readonly created: string;
  readonly state?: PodState;
  /** Why a waiting container waits, such as `ImagePullBackOff`. */
  readonly reason?: string;
  /** The scheduler's or the kubelet's words for it. */
  readonly message?: string;
}

const firstMinorWithProjectedTokens = 21;
const accountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A pod as it is after the scheduler and a kubelet have seen it: every default filled in, status complete. */
export function podObject(recipe: PodRecipe, platform: Platform): KubeObject {
  const { name, namespace } = recipe;
  const uid = uidOf(flat('pod/', namespace, '/', name, '/', recipe.created));
  const metadata: ObjectMeta = {
    name,
    ...(recipe.generateName !== undefined && { generateName: recipe.generateName }),
    namespace,
    uid,
    creationTimestamp: recipe.created,
    ...(recipe.labels && { labels: recipe.labels }),
    ...(recipe.annotations && { annotations: recipe.annotations }),
    ...(recipe.owner && { ownerReferences: [recipe.owner] }),
  };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata,
    spec: podSpec(recipe, platform),
    status: podStatus(recipe, platform, uid),
  };
}

/** A pod spec with what kube-apiserver fills in, without anything that belongs to one pod only. */
export function templateSpec(spec: JsonObject): JsonObject {
  const account = digString(spec, 'serviceAccountName');
  const { containers, volumes, hostNetwork, restartPolicy, priorityClassName, tolerations, nodeSelector } =
    spec;
  const inits = digArray(spec, 'initContainers').filter(isJsonObject);
  return {
    ...(volumes !== undefined && { volumes }),
    ...(inits.length > 0 && { initContainers: inits.map((init) => container(init)) }),
    containers: Array.isArray(containers) ? (containers as JsonObject[]).map((each) => container(each)) : [],
    restartPolicy: restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(account !== '' && { serviceAccountName: account, serviceAccount: account }),
    ...(hostNetwork === true && { hostNetwork: true }),
    securityContext: digObject(spec, 'securityContext'),
    schedulerName: 'default-scheduler',
    ...(tolerations !== undefined && { tolerations }),
    ...(priorityClassName !== undefined && { priorityClassName }),
  };
}

function container(given: JsonObject, mounts: readonly JsonObject[] = []): JsonObject {
  const { name, image, command, args, ports, env, resources, volumeMounts, livenessProbe, readinessProbe } =
    given;
  const all = [...(Array.isArray(volumeMounts) ? (volumeMounts as JsonObject[]) : []), ...mounts];
  return {
    name,
    image,
    ...(command !== undefined && { command }),
    ...(args !== undefined && { args }),
    ...(Array.isArray(ports) && {
      ports: (ports as JsonObject[]).map((port) => ({ ...port, protocol: port['protocol'] ?? 'TCP' })),
    }),
    ...(env !== undefined && { env }),
    resources: resources ?? {},
    ...(all.length > 0 && { volumeMounts: all }),
    ...(isJsonObject(livenessProbe) && { livenessProbe: probe(livenessProbe) }),
    ...(isJsonObject(readinessProbe) && { readinessProbe: probe(readinessProbe) }),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: given['imagePullPolicy'] ?? 'IfNotPresent',
  };
}

function probe(given: JsonObject): JsonObject {
  const { httpGet } = given;
  return {
    ...given,
    ...(isJsonObject(httpGet) && { httpGet: { scheme: 'HTTP', ...httpGet } }),
    timeoutSeconds: given['timeoutSeconds'] ?? 1,
    periodSeconds: given['periodSeconds'] ?? 10,
    successThreshold: 1,
    failureThreshold: given['failureThreshold'] ?? 3,
  };
}

/** Name of the Secret that holds a native ServiceAccount's token before Kubernetes 1.24. */
export function accountTokenName(namespace: string, account: string): string {
  return flat(account, '-token-', suffixOf(flat('token/', namespace, '/', account)));
}

function podSpec(recipe: PodRecipe, platform: Platform): JsonObject {
  const { spec, namespace, placement } = recipe;
  const account = digString(spec, 'serviceAccountName') || 'default';
  const projected = platform.minor >= firstMinorWithProjectedTokens;
  const volumeName = projected
    ? flat('kube-api-access-', suffixOf(flat(namespace, '/', recipe.name)))
    : accountTokenName(namespace, account);
  const mount: JsonObject = { name: volumeName, readOnly: true, mountPath: accountPath };
  const source = projected ? projectedToken : { secret: { secretName: volumeName, defaultMode: 420 } };
  const template = templateSpec({ ...spec, serviceAccountName: account });
  const tolerations = [...digArray(spec, 'tolerations'), ...evictionTolerations];
  return {
    volumes: [...digArray(spec, 'volumes'), { name: volumeName, ...source }],
    ...(template['initContainers'] !== undefined && {
      initContainers: digArray(spec, 'initContainers')
        .filter(isJsonObject)
        .map((each) => container(each, [mount])),
    }),
    containers: digArray(spec, 'containers')
      .filter(isJsonObject)
      .map((each) => container(each, [mount])),
    restartPolicy: template['restartPolicy'],
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    ...(template['nodeSelector'] !== undefined && { nodeSelector: template['nodeSelector'] }),
    serviceAccountName: account,
    serviceAccount: account,
    ...(placement && { nodeName: placement.nodeName }),
    ...(template['hostNetwork'] === true && { hostNetwork: true }),
    securityContext: template['securityContext'],
    schedulerName: 'default-scheduler',
    tolerations,
    ...(spec['priorityClassName'] !== undefined && { priorityClassName: spec['priorityClassName'] }),
    priority: priorityOf(digString(spec, 'priorityClassName')),
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

const projectedToken: JsonObject = {
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 420,
  },
};

const evictionTolerations: readonly JsonObject[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
];

function priorityOf(className: string): number {
  if (className === 'system-node-critical') return 2_000_001_000;
  return className === 'system-cluster-critical' ? 2_000_000_000 : 0;
}

function podStatus(recipe: PodRecipe, platform: Platform, uid: string): JsonObject {
  const { placement, created, spec } = recipe;
  const state = recipe.state ?? 'running';
  const qosClass = qosOf(spec);
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
  const ready = state === 'running';
  const containerStatuses = digArray(spec, 'containers').map((each) =>
    containerStatus(each, recipe, platform, uid),
  );
  return {
    phase: state === 'succeeded' ? 'Succeeded' : ready ? 'Running' : 'Pending',
    conditions: podConditions(recipe, ready),
    hostIP: placement.hostIP,
    podIP: placement.podIP,
    podIPs: [{ ip: placement.podIP }],
    startTime: created,
    containerStatuses,
    qosClass,
  };
}

function podConditions(recipe: PodRecipe, ready: boolean): JsonObject[] {
  const at = { lastProbeTime: null, lastTransitionTime: recipe.created };
  const names = digArray(recipe.spec, 'containers').map((each) => digString(each, 'name'));
  const why: JsonObject = ready
    ? {}
    : recipe.state === 'succeeded'
      ? { reason: 'PodCompleted' }
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
  const done: JsonObject = recipe.state === 'succeeded' ? { reason: 'PodCompleted' } : {};
  const status = ready ? 'True' : 'False';
  return [
    { type: 'Initialized', status: 'True', ...at, ...done },
    { type: 'Ready', status, ...at, ...why },
    { type: 'ContainersReady', status, ...at, ...why },
    { type: 'PodScheduled', status: 'True', ...at },
  ];
}

function containerStatus(given: Json, recipe: PodRecipe, platform: Platform, uid: string): JsonObject {
  const name = digString(given, 'name');
  const image = digString(given, 'image');
  const state = recipe.state ?? 'running';
  if (state === 'waiting') {
    const waiting = {
      reason: recipe.reason ?? 'ContainerCreating',
      ...(recipe.message && { message: recipe.message }),
    };
    return {
      name,
      state: { waiting },
      lastState: {},
      ready: false,
      restartCount: 0,
      image,
      imageID: '',
      started: false,
    };
  }
  const docker = platform.containerRuntimeVersion.startsWith('docker:');
  const containerID = flat(docker ? 'docker://' : 'containerd://', hexOf(flat(uid, '/', name)));
  const imageID = docker ? flat('docker-pullable://', imageDigest(image)) : imageDigest(image);
  const now: JsonObject =
    state === 'succeeded'
      ? {
          terminated: {
            exitCode: 0,
            reason: 'Completed',
            startedAt: recipe.created,
            finishedAt: secondsLater(recipe.created, 14),
            containerID,
          },
        }
      : { running: { startedAt: secondsLater(recipe.created, 2) } };
  const ready = state === 'running';
  return {
    name,
    state: now,
    lastState: {},
    ready,
    restartCount: 0,
    image,
    imageID,
    containerID,
    started: ready,
  };
}

/** A moment some seconds after another; both RFC 3339 with whole seconds. */
export function secondsLater(moment: string, seconds: number): string {
  return new Date(Date.parse(moment) + seconds * 1000).toISOString().replace('.000Z', 'Z');
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
