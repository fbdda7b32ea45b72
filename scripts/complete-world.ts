import { digArray, digObject, digString } from '../src/core/json.js';
import type { KubeObject } from '../src/core/kube-object.js';
import { inRange, type Release } from '../src/core/release.js';
import { nodeImages } from '../src/generate/image.js';
import { completeNode } from '../src/generate/node.js';
import { platformOf, type Platform } from '../src/generate/platform.js';
import { Scheduler } from '../src/generate/scheduler.js';
import {
  daemonSetObjects,
  deploymentObjects,
  finishedJobObjects,
  statefulSetObjects,
  type WorkloadFacts,
} from '../src/generate/workload.js';
import type { Catalog } from '../src/registry/catalog.js';
import { namespace, workspace } from '../src/generate/tenant-objects.js';
import { boundClaim, claims, cluster, service, serviceAccounts } from './complete-object.js';
import { endpoints, pullEvents, staticPod } from './complete-pods.js';
import { compiledAt, numbered } from './number-objects.js';

/** What {@link completeWorld} works on. */
export interface WorldSources {
  readonly release: Release;
  readonly catalog: Catalog;
  /** Objects as a person writes them, by cluster. */
  readonly sources: Readonly<Record<string, readonly KubeObject[]>>;
}

/** Completes every cluster of a world: nodes report, workloads have their pods, every object its metadata. */
export function completeWorld({ release, catalog, sources }: WorldSources): {
  clusters: Record<string, KubeObject[]>;
} {
  const platform = platformOf(release.name, release.kubernetesVersion);
  const clusters: Record<string, KubeObject[]> = {};
  for (const [name, objects] of Object.entries(sources)) {
    clusters[name] = completeCluster(name, objects, platform, catalog, release);
  }
  return { clusters };
}

function completeCluster(
  name: string,
  sources: readonly KubeObject[],
  platform: Platform,
  catalog: Catalog,
  release: Release,
): KubeObject[] {
  const known = sources.filter(
    ({ apiVersion, kind }) =>
      // 2.1 knows no templates, but the workspaces made of them.
      kind === 'WorkspaceTemplate' || catalog.byKind(apiVersion, kind) !== undefined,
  );
  const facts = { platform, images: [], heartbeat: compiledAt };
  const bare = known.filter(isNode).map((node) => completeNode(withRoles(node, platform), facts));
  const scheduler = new Scheduler(bare);
  const rest = known
    .filter((object) => !isNode(object))
    .flatMap((object) => complete(object, { platform, scheduler }, release, name));
  const accounts = serviceAccounts(rest, platform);
  const pods = rest.filter(({ kind }) => kind === 'Pod');
  const services = rest.filter(({ kind }) => kind === 'Service');
  const all = unique([
    ...rest,
    ...accounts,
    ...services.flatMap((each) => endpoints(each, pods, bare)),
    ...pods.flatMap((pod) => pullEvents(pod)),
  ]);
  const nodes = bare.map((node) => {
    const images = pods
      .filter((pod) => digString(pod, 'spec', 'nodeName') === node.metadata.name)
      .flatMap(imagesOf);
    return { ...node, status: { ...digObject(node, 'status'), images: nodeImages([...images, pauseImage]) } };
  });
  return numbered([...nodes, ...withClaimCounts(all, release)], name, platform, catalog);
}

/** From 4.1 on a controller keeps on each StorageClass how many claims it has. */
function withClaimCounts(objects: readonly KubeObject[], { name }: Release): readonly KubeObject[] {
  if (!inRange(name, { since: 'v4.1' })) return objects;
  return objects.map((object) => {
    if (object.kind !== 'StorageClass') return object;
    const claimed = objects.filter(
      (one) =>
        one.kind === 'PersistentVolumeClaim' &&
        digString(one, 'spec', 'storageClassName') === object.metadata.name,
    );
    const annotations = { ...object.metadata.annotations, 'kubesphere.io/pvc-count': String(claimed.length) };
    return { ...object, metadata: { ...object.metadata, annotations } };
  });
}

const pauseImage = 'registry.k8s.io/pause:3.9';

function isNode({ kind }: KubeObject): boolean {
  return kind === 'Node';
}

function imagesOf(pod: KubeObject): string[] {
  const all = [...digArray(pod, 'spec', 'initContainers'), ...digArray(pod, 'spec', 'containers')];
  return all.map((container) => digString(container, 'image'));
}

/** Roles as kubeadm of that Kubernetes labels them: `master` until 1.23, `control-plane` from 1.20 on. */
function withRoles(node: KubeObject, { minor }: Platform): KubeObject {
  const labels = Object.entries(node.metadata.labels ?? {}).filter(
    ([key]) =>
      !(key === 'node-role.kubernetes.io/master' && minor >= 24) &&
      !(key === 'node-role.kubernetes.io/control-plane' && minor < 20),
  );
  const taints = digArray(node, 'spec', 'taints').map((taint) =>
    minor < 24 && digString(taint, 'key') === 'node-role.kubernetes.io/control-plane'
      ? { ...digObject(taint), key: 'node-role.kubernetes.io/master' }
      : taint,
  );
  return {
    ...node,
    metadata: { ...node.metadata, labels: Object.fromEntries(labels) },
    spec: { ...digObject(node, 'spec'), ...(taints.length > 0 && { taints }) },
  };
}

/** Marks a workload whose pods cannot start, with the kubelet's reason; never loaded. */
const waitingKey = 'fake-ks-apiserver/waiting';

function complete(
  given: KubeObject,
  facts: WorkloadFacts,
  release: Release,
  clusterName: string,
): KubeObject[] {
  const { [waitingKey]: reason, ...annotations } = given.metadata.annotations ?? {};
  const { annotations: _all, ...metadata } = given.metadata;
  const object = {
    ...given,
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
  };
  const image = digString(digArray(object, 'spec', 'template', 'spec', 'containers')[0], 'image');
  const waiting =
    reason === undefined
      ? facts
      : { ...facts, state: 'waiting' as const, reason, message: `Back-off pulling image "${image}"` };
  switch (object.kind) {
    case 'Deployment':
      return deploymentObjects(object, waiting);
    case 'DaemonSet':
      return daemonSetObjects(object, waiting);
    case 'StatefulSet':
      return [...statefulSetObjects(object, waiting), ...claims(object)];
    case 'Job':
      return finishedJobObjects(object, facts);
    case 'Pod':
      return [staticPod(object, facts, clusterName)];
    case 'PersistentVolumeClaim':
      return boundClaim(object);
    case 'Service':
      return [service(object, facts.platform)];
    case 'Namespace':
      return [namespace(object, facts.platform, release)];
    case 'WorkspaceTemplate':
      return workspace(object, release);
    case 'Cluster':
      return [cluster(object, release)];
    default:
      return [object];
  }
}

function unique(objects: readonly KubeObject[]): KubeObject[] {
  return [
    ...new Map(
      objects.map((object) => [
        `${object.apiVersion}/${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`,
        object,
      ]),
    ).values(),
  ];
}
