import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { podState } from './pod-state.js';
import type { Filter, KindList } from './kind-list.js';

const replicaSets = { group: 'apps', plural: 'replicasets' };
const services = { group: '', plural: 'services' };

/** Conditions of a node and the status each has when all is well. */
const healthyConditions: Readonly<Record<string, string>> = {
  MemoryPressure: 'False',
  DiskPressure: 'False',
  PIDPressure: 'False',
  NetworkUnavailable: 'False',
  Ready: 'True',
  ConfigOK: 'True',
  KubeletReady: 'True',
};

function nodeStatus(node: KubeObject): string {
  if (dig(node, 'spec', 'unschedulable') === true) return 'unschedulable';
  const isOff = digArray(node, 'status', 'conditions').some((condition) => {
    const healthy = healthyConditions[digString(condition, 'type')];
    return healthy !== undefined && digString(condition, 'status') !== healthy;
  });
  return isOff ? 'warning' : 'running';
}

const ownedBy: Filter = (pod, value, { store, release }) => {
  const owners = pod.metadata.ownerReferences ?? [];
  if (owners.some(({ uid }) => uid === value)) return true;
  if (!inRange(release, { since: 'v4.1' })) return false;
  return owners
    .filter(({ kind }) => kind === 'ReplicaSet')
    .map(({ name }) => store.find(replicaSets, pod.metadata.namespace, name)?.object)
    .some((set) => set?.metadata.ownerReferences?.some(({ uid }) => uid === value) === true);
};

const servedBy: Filter = (pod, value, { store }) => {
  const service = store.find(services, pod.metadata.namespace, value)?.object;
  const selector = Object.entries(digObject(service, 'spec', 'selector'));
  return selector.length > 0 && selector.every(([key, wanted]) => label(pod, key) === wanted);
};

function mounts(pod: KubeObject, claim: string): boolean {
  return digArray(pod, 'spec', 'volumes').some(
    (volume) => digString(volume, 'persistentVolumeClaim', 'claimName') === claim,
  );
}

/** Pod addresses the way Go prints the structs. */
function printedAddresses(pod: KubeObject): string[] {
  return digArray(pod, 'status', 'podIPs').map((entry: Json) => `&PodIP{IP:${digString(entry, 'ip')},}`);
}

const pods: KindList = {
  around: ['ownerReference', 'serviceName'],
  filters: {
    nodeName: (pod, value) => digString(pod, 'spec', 'nodeName') === value,
    pvcName: mounts,
    serviceName: servedBy,
    status: (pod, value) => podState(pod) === value,
    phase: (pod, value) => digString(pod, 'status', 'phase') === value,
    podIP: (pod, value, { release }) =>
      inRange(release, { since: 'v4.1' }) && printedAddresses(pod).some((printed) => printed.includes(value)),
    ownerReference: ownedBy,
  },
};

const statusWord = (object: KubeObject): string => digString(object, 'status', 'phase').toLowerCase();

/** Lists of kinds of the core group and its neighbours, by `plural.group`. */
export const coreLists: Readonly<Record<string, KindList>> = {
  'nodes.': { filters: { status: (node, value) => nodeStatus(node) === value } },
  'pods.': pods,
  'namespaces.': { filters: { status: (object, value) => digString(object, 'status', 'phase') === value } },
  'persistentvolumes.': {
    filters: {
      status: (object, value) => statusWord(object) === value.toLowerCase(),
      storageClassName: (object, value) => digString(object, 'spec', 'storageClassName') === value,
    },
  },
  'persistentvolumeclaims.': {
    filters: {
      // With `a|b` every part must match, which no claim does.
      status: (object, value) => value.split('|').every((part) => statusWord(object) === part.toLowerCase()),
      storageClassName: (object, value) => digString(object, 'spec', 'storageClassName') === value,
    },
  },
  'customresourcedefinitions.apiextensions.k8s.io': {
    filters: {
      name: (object, value) =>
        object.metadata.name.includes(value) || digString(object, 'spec', 'names', 'kind').includes(value),
    },
  },
};
