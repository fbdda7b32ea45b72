import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../src/core/json.js';
import type { KubeObject } from '../src/core/kube-object.js';
import { flat, hexOf, numberOf, suffixOf } from '../src/generate/identity.js';
import { podObject } from '../src/generate/pod.js';
import { secondsLater } from '../src/generate/pod-status.js';
import type { WorkloadFacts } from '../src/generate/workload.js';
import { compiledAt, objectUid } from './number-objects.js';

/** The first Kubernetes whose mirror pods name their node as owner. */
const firstMinorWithNodeOwners = 17;
/** The first for which kubeadm asks for the runtime's seccomp profile. */
const firstMinorWithSeccomp = 20;

/**
 * What shows a pod that the kubelet of a node runs from a file: nobody's account, and not to be driven away.
 *
 * @param cluster Its name.
 */
export function staticPod(
  given: KubeObject,
  { platform, scheduler }: WorkloadFacts,
  cluster: string,
): KubeObject {
  const { name, namespace = 'default', labels, annotations, creationTimestamp } = given.metadata;
  const { nodeName: _placed, ...spec } = digObject(given, 'spec');
  const nodeName = digString(given, 'spec', 'nodeName');
  const created = creationTimestamp ?? compiledAt;
  const hash = hexOf(flat('file/', cluster, '/', namespace, '/', name)).slice(0, 32);
  const pod = podObject(
    {
      name,
      namespace,
      ...(labels && { labels }),
      annotations: {
        ...annotations,
        'kubernetes.io/config.hash': hash,
        'kubernetes.io/config.mirror': hash,
        'kubernetes.io/config.seen': created.replace(
          'Z',
          flat('.', String(numberOf(hash, 1e9)).padStart(9, '0'), 'Z'),
        ),
        'kubernetes.io/config.source': 'file',
      },
      ...(platform.minor >= firstMinorWithNodeOwners && {
        owner: {
          apiVersion: 'v1',
          kind: 'Node',
          name: nodeName,
          uid: objectUid(cluster, { kind: 'Node', metadata: { name: nodeName } }),
          controller: true,
        },
      }),
      spec,
      placement: scheduler.placeOn(nodeName, spec),
      created,
    },
    platform,
  );
  const {
    volumes: _token,
    serviceAccountName: _name,
    serviceAccount: _account,
    ...rest
  } = digObject(pod, 'spec');
  const containers = digArray(rest, 'containers').map((container): JsonObject => {
    const { volumeMounts: _mounts, ...others } = digObject(container);
    return others;
  });
  const tolerations = [{ operator: 'Exists', effect: 'NoExecute' }];
  const securityContext =
    platform.minor >= firstMinorWithSeccomp ? { seccompProfile: { type: 'RuntimeDefault' } } : {};
  return { ...pod, spec: { ...rest, containers, securityContext, tolerations } };
}

/** The Endpoints of a Service: the pods it selects, ready or not, or the control plane for `kubernetes`. */
export function endpoints(
  service: KubeObject,
  pods: readonly KubeObject[],
  nodes: readonly KubeObject[],
): KubeObject[] {
  const { name, namespace = 'default', labels, creationTimestamp } = service.metadata;
  const selector = Object.entries(digObject(service, 'spec', 'selector'));
  const chosen = pods.filter(
    (pod) =>
      pod.metadata.namespace === namespace &&
      selector.every(([key, value]) => pod.metadata.labels?.[key] === value),
  );
  const ports = digArray(service, 'spec', 'ports')
    .filter(isJsonObject)
    .map((port): JsonObject => ({
      ...(port['name'] !== undefined && { name: port['name'] }),
      port: port['targetPort'],
      protocol: port['protocol'],
    }));
  const isReady = (pod: KubeObject): boolean => digString(pod, 'status', 'phase') === 'Running';
  const ready = selector.length === 0 ? controlPlane(nodes) : chosen.filter(isReady).map(addressOf);
  const notReady = selector.length === 0 ? [] : chosen.filter((pod) => !isReady(pod)).map(addressOf);
  const subset: JsonObject = {
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ports,
  };
  return [
    {
      kind: 'Endpoints',
      apiVersion: 'v1',
      metadata: {
        name,
        namespace,
        ...(creationTimestamp && { creationTimestamp }),
        ...(labels && { labels }),
      },
      ...(ready.length + notReady.length > 0 && { subsets: [subset] }),
    },
  ];
}

function controlPlane(nodes: readonly KubeObject[]): JsonObject[] {
  return nodes
    .slice(0, 1)
    .map((node) => ({ ip: digString(digArray(node, 'status', 'addresses')[0], 'address') }));
}

function addressOf(pod: KubeObject): JsonObject {
  const { name, namespace = '', uid = '' } = pod.metadata;
  return {
    ip: digString(pod, 'status', 'podIP'),
    nodeName: digString(pod, 'spec', 'nodeName'),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** Seconds between the first failed pull and the latest: Kubernetes forgets events after an hour. */
const failingFor = 3000;

/** What the kubelet says about a pod whose image it cannot pull. */
export function pullEvents(pod: KubeObject): KubeObject[] {
  const waiting = digArray(pod, 'status', 'containerStatuses').find(
    (status) => digString(status, 'state', 'waiting', 'reason') === 'ImagePullBackOff',
  );
  if (waiting === undefined) return [];
  const { name, namespace = '', uid = '' } = pod.metadata;
  const host = digString(pod, 'spec', 'nodeName');
  const image = digString(waiting, 'image');
  const rows = [
    ['Normal', 'BackOff', `Back-off pulling image "${image}"`, 214],
    ['Warning', 'Failed', 'Error: ImagePullBackOff', 214],
  ] as const;
  const first = secondsLater(compiledAt, -failingFor);
  return rows.map(([type, reason, message, count]) => ({
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: flat(name, '.', suffixOf(flat(uid, reason), 16)), namespace, creationTimestamp: first },
    involvedObject: {
      kind: 'Pod',
      namespace,
      name,
      uid,
      apiVersion: 'v1',
      fieldPath: `spec.containers{${digString(waiting, 'name')}}`,
    },
    reason,
    message,
    source: { component: 'kubelet', host },
    firstTimestamp: first,
    lastTimestamp: secondsLater(compiledAt, -20),
    count,
    type,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  }));
}
