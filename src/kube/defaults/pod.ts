import { ApiError } from '../../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';
import { complete } from './complete.js';
import { ownPodSpec, withOwnParts } from './pod-spec.js';

const accountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const serviceAccounts = { group: '', plural: 'serviceaccounts' };
const priorityClasses = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };
const systemPriorities: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

/** What a pod that says nothing puts up with: five minutes on a node in trouble. */
const evictionTolerations: readonly JsonObject[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
];

/**
 * Completes a pod: its spec, and on creation what Kubernetes' own admission adds: account, token, priority,
 * tolerations.
 *
 * @see kubernetes/kubernetes plugin/pkg/admission: serviceaccount, priority, defaulttolerationseconds
 */
export const preparePod: NonNullable<ResourceHooks['prepare']> = (object, previous, context) => {
  const completed = complete(digObject(object, 'spec'), ownPodSpec);
  const spec = withOwnParts(completed);
  if (previous !== undefined) return { ...object, spec };
  const admitted = withTolerations(withPriority(withAccount(spec, object, context), object, context));
  return {
    ...object,
    spec: admitted,
    status: object['status'] ?? { phase: 'Pending', qosClass: qosOf(admitted) },
  };
};

function withAccount(spec: JsonObject, pod: KubeObject, { world, cluster }: WriteContext): JsonObject {
  const account = digString(spec, 'serviceAccountName') || 'default';
  const { namespace = '' } = pod.metadata;
  const found = cluster.store.find(serviceAccounts, namespace, account)?.object;
  // Differs from Kubernetes: the account `default` is not missed, as worlds of plain files rarely have it.
  if (found === undefined && account !== 'default') {
    throw forbidden(
      pod,
      `error looking up service account ${namespace}/${account}: serviceaccount ${JSON.stringify(account)} not found`,
    );
  }
  const pullSecrets = digArray(found, 'imagePullSecrets');
  const named: JsonObject = {
    ...spec,
    serviceAccountName: account,
    serviceAccount: account,
    ...(pullSecrets.length > 0 &&
      digArray(spec, 'imagePullSecrets').length === 0 && { imagePullSecrets: pullSecrets }),
  };
  const wanted = spec['automountServiceAccountToken'] ?? found?.['automountServiceAccountToken'] ?? true;
  if (wanted === false) return named;
  const kept = minorOf(world.settings.kubernetesVersion) < firstMinorWithProjectedTokens;
  const secretName = kept ? digString(digArray(found, 'secrets')[0], 'name') : '';
  return secretName === ''
    ? withToken(named, `kube-api-access-${world.random.suffix()}`, token)
    : withToken(named, secretName, { secret: { secretName, defaultMode: 420 } });
}

/** The first Kubernetes whose pods get a token of their own, not that of their account's Secret. */
const firstMinorWithProjectedTokens = 21;

function withToken(spec: JsonObject, name: string, source: JsonObject): JsonObject {
  const mount: JsonObject = { name, readOnly: true, mountPath: accountPath };
  const mounted = (key: string): readonly Json[] =>
    digArray(spec, key).map((one) => {
      const mounts = digArray(one, 'volumeMounts');
      const isTaken = mounts.some((other) => digString(other, 'mountPath') === accountPath);
      return isTaken || !isJsonObject(one) ? one : { ...one, volumeMounts: [...mounts, mount] };
    });
  const inits = mounted('initContainers');
  return {
    ...spec,
    volumes: [...digArray(spec, 'volumes'), { name, ...source }],
    ...(inits.length > 0 && { initContainers: inits }),
    containers: mounted('containers'),
  };
}

const token: JsonObject = {
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

/** @see kubernetes/kubernetes plugin/pkg/admission/priority/admission.go admitPod */
function withPriority(spec: JsonObject, pod: KubeObject, context: WriteContext): JsonObject {
  const computed = priorityOf(digString(spec, 'priorityClassName'), pod, context);
  const because = (what: string, given: string, wanted: string): ApiError =>
    forbidden(
      pod,
      `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${wanted} from the given PriorityClass name`,
    );
  const { priority, preemptionPolicy } = spec;
  const wanted = String(computed.priority);
  if (typeof priority === 'number' && priority !== computed.priority)
    throw because('integer value of priority', String(priority), wanted);
  if (typeof preemptionPolicy === 'string' && preemptionPolicy !== computed.preemptionPolicy)
    throw because('string value of PreemptionPolicy', preemptionPolicy, computed.preemptionPolicy);
  return { ...spec, ...computed };
}

interface Priority {
  readonly priorityClassName?: string;
  readonly priority: number;
  readonly preemptionPolicy: string;
}

const usualPolicy = 'PreemptLowerPriority';

function priorityOf(name: string, pod: KubeObject, { cluster }: WriteContext): Priority {
  const { store } = cluster;
  if (name === '') {
    const byDefault = store.list(priorityClasses).find(({ object }) => object['globalDefault'] === true);
    if (byDefault !== undefined) return priorityIn(byDefault.object);
    return { priority: 0, preemptionPolicy: usualPolicy };
  }
  const found = store.find(priorityClasses, undefined, name)?.object;
  if (found !== undefined) return priorityIn(found);
  const priority = systemPriorities.get(name);
  if (priority === undefined) throw forbidden(pod, `no PriorityClass with name ${name} was found`);
  return { priority, preemptionPolicy: usualPolicy };
}

function priorityIn(priorityClass: KubeObject): Priority {
  const value = priorityClass['value'];
  return {
    priorityClassName: priorityClass.metadata.name,
    priority: typeof value === 'number' ? value : 0,
    preemptionPolicy: digString(priorityClass, 'preemptionPolicy') || usualPolicy,
  };
}

function withTolerations(spec: JsonObject): JsonObject {
  const given = digArray(spec, 'tolerations');
  const missing = evictionTolerations.filter(
    ({ key }) =>
      !given.some((toleration) => {
        const [itsKey, effect] = [digString(toleration, 'key'), digString(toleration, 'effect')];
        return (itsKey === '' || itsKey === key) && (effect === '' || effect === 'NoExecute');
      }),
  );
  return { ...spec, tolerations: [...given, ...missing] };
}

/** The class of service that follows from requests and limits. @see pkg/apis/core/v1/helper/qos */
export function qosOf(spec: JsonObject): string {
  const all = [...digArray(spec, 'containers'), ...digArray(spec, 'initContainers')].map((each) =>
    digObject(each, 'resources'),
  );
  const requested = all.some(
    (resources) =>
      Object.keys(digObject(resources, 'limits')).length +
        Object.keys(digObject(resources, 'requests')).length >
      0,
  );
  if (!requested) return 'BestEffort';
  const isGuaranteed = all.every((resources) => {
    const limits = digObject(resources, 'limits');
    const requests = digObject(resources, 'requests');
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && limits[name] === requests[name]);
  });
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function forbidden({ metadata }: KubeObject, why: string): ApiError {
  const name = metadata.name === '' ? (metadata.generateName ?? '') : metadata.name;
  return new ApiError(403, 'Forbidden', `pods ${JSON.stringify(name)} is forbidden: ${why}`, {
    details: { ...(metadata.name !== '' && { name }), kind: 'pods' },
  });
}
