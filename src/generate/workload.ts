import { digArray, digObject, digString, type Json, type JsonObject } from '../core/json.js';
import { controllerReference, type KubeObject, type OwnerReference } from '../core/kube-object.js';
import { flat, suffixOf, uidOf } from './identity.js';
import type { Platform } from './platform.js';
import { podObject, templateSpec } from './pod.js';
import type { PodState } from './pod-recipe.js';
import { secondsLater } from './pod-status.js';
import type { Placement, Scheduler } from './scheduler.js';

/** What workloads are completed with. */
export interface WorkloadFacts {
  readonly platform: Platform;
  readonly scheduler: Scheduler;
  /** How the pods are doing; `running` when absent. */
  readonly state?: PodState;
  readonly reason?: string;
  readonly message?: string;
}

type Labels = Readonly<Record<string, string>>;

/** A workload as its author wrote it, read once. */
interface Draft {
  readonly workload: KubeObject;
  readonly namespace: string;
  readonly created: string;
  readonly labels: Labels;
  readonly annotations: Labels | undefined;
  readonly podSpec: JsonObject;
}

function draftOf(workload: KubeObject): Draft {
  const template = digObject(workload, 'spec', 'template');
  const annotations = digObject(template, 'metadata', 'annotations') as Labels;
  return {
    workload,
    namespace: workload.metadata.namespace ?? 'default',
    created: workload.metadata.creationTimestamp ?? '',
    labels: digObject(template, 'metadata', 'labels') as Labels,
    annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
    podSpec: digObject(template, 'spec'),
  };
}

/** The object with the uid it always gets, unless it has one. */
export function withUid(object: KubeObject): KubeObject {
  const { metadata, kind } = object;
  const uid = metadata.uid ?? uidOf(flat(kind, '/', metadata.namespace ?? '', '/', metadata.name));
  return { ...object, metadata: { ...metadata, uid } };
}

function template(draft: Draft, labels: Labels = draft.labels): JsonObject {
  return {
    metadata: {
      creationTimestamp: null,
      labels,
      ...(draft.annotations && { annotations: draft.annotations }),
    },
    spec: templateSpec(draft.podSpec),
  };
}

function replicasOf(workload: KubeObject): number {
  const { replicas } = digObject(workload, 'spec');
  return typeof replicas === 'number' ? replicas : 1;
}

/** A Deployment with its ReplicaSet and pods, as the controllers leave them. */
export function deploymentObjects(given: KubeObject, facts: WorkloadFacts): KubeObject[] {
  const draft = draftOf(withUid(given));
  const { workload, namespace, created } = draft;
  const { name, annotations } = workload.metadata;
  const replicas = replicasOf(workload);
  const hash = suffixOf(flat('hash/', namespace, '/', name), 10);
  const labels = { ...draft.labels, 'pod-template-hash': hash };
  const revision = { 'deployment.kubernetes.io/revision': '1' };
  const counts: JsonObject =
    replicas === 0
      ? {}
      : facts.state === undefined || facts.state === 'running'
        ? { readyReplicas: replicas, availableReplicas: replicas }
        : { unavailableReplicas: replicas };
  const deployment: KubeObject = {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { ...workload.metadata, generation: 1, annotations: { ...revision, ...annotations } },
    spec: {
      replicas,
      selector: { matchLabels: draft.labels },
      template: template(draft),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    status: {
      observedGeneration: 1,
      ...(replicas > 0 && { replicas, updatedReplicas: replicas }),
      ...counts,
      conditions: deploymentConditions(draft, flat(name, '-', hash), counts),
    },
  };
  const replicaSet = withUid({
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    metadata: {
      name: flat(name, '-', hash),
      namespace,
      generation: 1,
      creationTimestamp: created,
      labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas),
        'deployment.kubernetes.io/max-replicas': String(replicas + Math.ceil(replicas / 4)),
        ...revision,
        ...annotations,
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: { replicas, selector: { matchLabels: labels }, template: template(draft, labels) },
    status: {
      replicas,
      ...(replicas > 0 && { fullyLabeledReplicas: replicas }),
      ...(counts['readyReplicas'] !== undefined && counts),
      observedGeneration: 1,
    },
  });
  const objects = [deployment, replicaSet];
  const owner = controllerReference(replicaSet);
  for (let at = 0; at < replicas; at += 1) objects.push(podOf(draft, facts, owner, labels, at));
  return objects;
}

function deploymentConditions(
  { created, workload }: Draft,
  replicaSet: string,
  counts: JsonObject,
): JsonObject[] {
  const isAvailable = counts['unavailableReplicas'] === undefined;
  const later = secondsLater(created, 6);
  const at = { lastUpdateTime: later, lastTransitionTime: later };
  const began = { lastUpdateTime: later, lastTransitionTime: created };
  const available: JsonObject = {
    type: 'Available',
    status: isAvailable ? 'True' : 'False',
    ...at,
    reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
  };
  const progressing: JsonObject = isAvailable
    ? {
        type: 'Progressing',
        status: 'True',
        ...began,
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "${replicaSet}" has successfully progressed.`,
      }
    : {
        type: 'Progressing',
        status: 'False',
        lastUpdateTime: secondsLater(created, 600),
        lastTransitionTime: secondsLater(created, 600),
        reason: 'ProgressDeadlineExceeded',
        message: `ReplicaSet "${replicaSet}" has timed out progressing.`,
      };
  return workload.metadata.name === '' ? [] : [available, progressing];
}

/** One pod of a workload whose pods get random names. */
function podOf(
  draft: Draft,
  facts: WorkloadFacts,
  owner: OwnerReference,
  labels: Labels,
  at: number,
  placement: Placement | undefined = facts.scheduler.place(draft.podSpec),
): KubeObject {
  const generateName = flat(owner.name, '-');
  const name = flat(generateName, suffixOf(flat(draft.namespace, '/', generateName, String(at))));
  return pod(draft, facts, { owner, labels, name, generateName }, placement);
}

interface PodIdentity {
  readonly owner: OwnerReference;
  readonly labels: Labels;
  readonly name: string;
  readonly generateName?: string;
}

function pod(
  draft: Draft,
  facts: WorkloadFacts,
  identity: PodIdentity,
  placement: Placement | undefined,
  spec: JsonObject = draft.podSpec,
): KubeObject {
  const { platform, state, reason, message } = facts;
  const nodes = facts.scheduler.nodeNames.length;
  const unplaced = `0/${String(nodes)} nodes are available: ${String(nodes)} Too many pods.`;
  const words = placement === undefined ? unplaced : message;
  return podObject(
    {
      name: identity.name,
      namespace: draft.namespace,
      ...(identity.generateName !== undefined && { generateName: identity.generateName }),
      labels: identity.labels,
      ...(draft.annotations && { annotations: draft.annotations }),
      owner: identity.owner,
      spec,
      placement,
      created: draft.created,
      ...(state !== undefined && { state }),
      ...(reason !== undefined && { reason }),
      ...(words !== undefined && { message: words }),
    },
    platform,
  );
}

/** A DaemonSet with a pod on every node. */
export function daemonSetObjects(given: KubeObject, facts: WorkloadFacts): KubeObject[] {
  const draft = draftOf(withUid(given));
  const { workload } = draft;
  const nodes = facts.scheduler.nodeNames;
  const hash = suffixOf(flat('hash/', draft.namespace, '/', workload.metadata.name), 10);
  const daemonSet: KubeObject = {
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    metadata: {
      ...workload.metadata,
      generation: 1,
      annotations: { 'deprecated.daemonset.template.generation': '1', ...workload.metadata.annotations },
    },
    spec: {
      selector: { matchLabels: draft.labels },
      template: template(draft),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    },
    status: {
      currentNumberScheduled: nodes.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: nodes.length,
      numberReady: nodes.length,
      observedGeneration: 1,
      updatedNumberScheduled: nodes.length,
      numberAvailable: nodes.length,
    },
  };
  const labels = { ...draft.labels, 'controller-revision-hash': hash, 'pod-template-generation': '1' };
  const owner = controllerReference(daemonSet);
  const pods = nodes.map((node, at) =>
    podOf(draft, facts, owner, labels, at, facts.scheduler.placeOn(node, draft.podSpec)),
  );
  return [daemonSet, controllerRevision(daemonSet, hash, { 'controller-revision-hash': hash }), ...pods];
}

/** The template of a DaemonSet or StatefulSet that has never changed, as the controllers keep it. */
function controllerRevision(owner: KubeObject, hash: string, mark: Labels): KubeObject {
  const { name, namespace = '', creationTimestamp = '' } = owner.metadata;
  const kept = digObject(owner, 'spec', 'template');
  return withUid({
    kind: 'ControllerRevision',
    apiVersion: 'apps/v1',
    metadata: {
      name: flat(name, '-', hash),
      namespace,
      creationTimestamp,
      labels: { ...(digObject(kept, 'metadata', 'labels') as Labels), ...mark },
      ownerReferences: [controllerReference(owner)],
    },
    data: { spec: { template: { ...kept, $patch: 'replace' } } },
    revision: 1,
  });
}

/** A StatefulSet with its numbered pods. Its claims are the caller's. */
export function statefulSetObjects(given: KubeObject, facts: WorkloadFacts): KubeObject[] {
  const draft = draftOf(withUid(given));
  const { workload, namespace } = draft;
  const { name } = workload.metadata;
  const replicas = replicasOf(workload);
  const hash = suffixOf(flat('hash/', namespace, '/', name), 10);
  const revision = flat(name, '-', hash);
  const claims = digArray(workload, 'spec', 'volumeClaimTemplates');
  const statefulSet: KubeObject = {
    kind: 'StatefulSet',
    apiVersion: 'apps/v1',
    metadata: { ...workload.metadata, generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: draft.labels },
      template: template(draft),
      ...(claims.length > 0 && { volumeClaimTemplates: claims.map((claim) => claimTemplate(claim)) }),
      serviceName: digString(workload, 'spec', 'serviceName'),
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
    },
    status: {
      observedGeneration: 1,
      replicas,
      readyReplicas: replicas,
      currentReplicas: replicas,
      updatedReplicas: replicas,
      currentRevision: revision,
      updateRevision: revision,
      collisionCount: 0,
      availableReplicas: replicas,
    },
  };
  const owner = controllerReference(statefulSet);
  const pods: KubeObject[] = [];
  for (let at = 0; at < replicas; at += 1) {
    const podName = flat(name, '-', String(at));
    const volumes = claims.map((claim) => {
      const claimName = digString(claim, 'metadata', 'name');
      return { name: claimName, persistentVolumeClaim: { claimName: flat(claimName, '-', podName) } };
    });
    const spec = { ...draft.podSpec, volumes: [...volumes, ...digArray(draft.podSpec, 'volumes')] };
    const labels = {
      ...draft.labels,
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': podName,
    };
    const generateName = flat(name, '-');
    pods.push(
      pod(draft, facts, { owner, labels, name: podName, generateName }, facts.scheduler.place(spec), spec),
    );
  }
  const kept = controllerRevision(statefulSet, hash, { 'controller.kubernetes.io/hash': hash });
  return [statefulSet, kept, ...pods];
}

function claimTemplate(claim: Json): JsonObject {
  return {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    metadata: { ...digObject(claim, 'metadata'), creationTimestamp: null },
    spec: { ...digObject(claim, 'spec'), volumeMode: 'Filesystem' },
    status: { phase: 'Pending' },
  };
}

/** A Job that has done its work, with its finished pod. */
export function finishedJobObjects(given: KubeObject, facts: WorkloadFacts): KubeObject[] {
  const identified = withUid(given);
  const base = draftOf(identified);
  const { name, uid } = identified.metadata;
  const labels = { ...base.labels, 'controller-uid': uid ?? '', 'job-name': name };
  const draft: Draft = { ...base, labels };
  const finished = secondsLater(base.created, 18);
  const job: KubeObject = {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: { ...identified.metadata, generation: 1, labels: { ...identified.metadata.labels, ...labels } },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      selector: { matchLabels: { 'controller-uid': uid ?? '' } },
      template: template(draft),
      completionMode: 'NonIndexed',
      suspend: false,
    },
    status: {
      conditions: [
        { type: 'Complete', status: 'True', lastProbeTime: finished, lastTransitionTime: finished },
      ],
      startTime: base.created,
      completionTime: finished,
      succeeded: 1,
    },
  };
  return [job, podOf(draft, { ...facts, state: 'succeeded' }, controllerReference(job), labels, 0)];
}
