import {
  deepFreeze,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../core/json.js';
import type { KubeObject, ObjectMeta } from '../core/kube-object.js';
import { flat, suffixOf, uidOf } from './identity.js';
import type { Platform } from './platform.js';
import type { PodRecipe } from './pod-recipe.js';
import { podStatus } from './pod-status.js';

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

/** Specs by what they were made from: the pods of a workload share all they have in common, which is most of it. */
const templates = new WeakMap<JsonObject, JsonObject>();

/** A pod spec with what kube-apiserver fills in, without anything that belongs to one pod only. */
export function templateSpec(spec: JsonObject): JsonObject {
  const known = templates.get(spec);
  if (known !== undefined) return known;
  const made = completeSpec(spec);
  templates.set(spec, made);
  return made;
}

function completeSpec(spec: JsonObject): JsonObject {
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

function container(given: JsonObject): JsonObject {
  const { name, image, command, args, ports, env, resources, volumeMounts, livenessProbe, readinessProbe } =
    given;
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
    ...(Array.isArray(volumeMounts) && volumeMounts.length > 0 && { volumeMounts }),
    ...(isJsonObject(livenessProbe) && { livenessProbe: probe(livenessProbe) }),
    ...(isJsonObject(readinessProbe) && { readinessProbe: probe(readinessProbe) }),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: given['imagePullPolicy'] ?? 'IfNotPresent',
  };
}

/** A container of a template with what the admission of ServiceAccounts mounts into it. */
function mounted(given: JsonObject, mount: JsonObject): JsonObject {
  const { name, image, command, args, ports, env, resources, volumeMounts, ...rest } = given;
  return {
    name,
    image,
    ...(command !== undefined && { command }),
    ...(args !== undefined && { args }),
    ...(ports !== undefined && { ports }),
    ...(env !== undefined && { env }),
    resources,
    volumeMounts: Array.isArray(volumeMounts) ? [...(volumeMounts as JsonObject[]), mount] : [mount],
    ...rest,
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
  const volume: JsonObject = projected
    ? { name: volumeName, ...projectedToken }
    : { name: volumeName, secret: { secretName: volumeName, defaultMode: 420 } };
  const template = templateSpec(spec);
  const withMount = (each: Json): JsonObject => mounted(each as JsonObject, mount);
  return {
    volumes: [...digArray(spec, 'volumes'), volume],
    ...(template['initContainers'] !== undefined && {
      initContainers: digArray(template, 'initContainers').map(withMount),
    }),
    containers: digArray(template, 'containers').map(withMount),
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
    tolerations: tolerationsOf(spec),
    ...(spec['priorityClassName'] !== undefined && { priorityClassName: spec['priorityClassName'] }),
    priority: priorityOf(digString(spec, 'priorityClassName')),
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function tolerationsOf(spec: JsonObject): readonly Json[] {
  const own = digArray(spec, 'tolerations');
  return own.length === 0 ? evictionTolerations : [...own, ...evictionTolerations];
}

const projectedToken: JsonObject = deepFreeze({
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
});

const evictionTolerations: readonly JsonObject[] = deepFreeze([
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
]);

function priorityOf(className: string): number {
  if (className === 'system-node-critical') return 2_000_001_000;
  return className === 'system-cluster-critical' ? 2_000_000_000 : 0;
}
