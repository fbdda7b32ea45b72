import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';
import { rootCertificateName } from '../namespaces/root-certificate.js';

/** A volume that cannot be set up. */
export interface MountProblem {
  readonly volume: string;
  /** In the words of the kubelet. */
  readonly message: string;
}

type Source = 'configmaps' | 'secrets';

const words = {
  configmaps: { kind: 'configmap', title: 'ConfigMap', key: 'configmap references non-existent config key' },
  secrets: { kind: 'secret', title: 'Secret', key: 'references non-existent secret key' },
} as const;

/**
 * Finds a ConfigMap or Secret.
 *
 * Differs from Kubernetes: the root certificates of a namespace are not missed, as worlds of plain files rarely have them.
 */
function find(store: ObjectStore, source: Source, namespace: string, name: string): KubeObject | undefined {
  const found = store.find({ group: '', plural: source }, namespace, name)?.object;
  if (found !== undefined || source !== 'configmaps' || name !== rootCertificateName) return found;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { 'ca.crt': '' } };
}

function hasKey(object: KubeObject, key: string): boolean {
  return ['data', 'binaryData'].some((part) => Object.hasOwn(digObject(object, part), key));
}

function notFound(source: Source, name: string): string {
  return `${words[source].kind} ${JSON.stringify(name)} not found`;
}

/** What is wrong with files that are to come from a ConfigMap or Secret. */
function wrongWith(
  store: ObjectStore,
  namespace: string,
  source: Source,
  name: string,
  reference: Json | undefined,
): string | undefined {
  const found = find(store, source, namespace, name);
  const isOptional = dig(reference, 'optional') === true;
  if (found === undefined) return isOptional ? undefined : notFound(source, name);
  const missing = digArray(reference, 'items')
    .map((item) => digString(item, 'key'))
    .find((key) => !hasKey(found, key));
  return missing === undefined || isOptional ? undefined : `${words[source].key}: ${missing}`;
}

function problemOf(store: ObjectStore, namespace: string, volume: Json): string | undefined {
  const own = dig(volume, 'configMap');
  if (own !== undefined) return wrongWith(store, namespace, 'configmaps', digString(own, 'name'), own);
  const secret = dig(volume, 'secret');
  if (secret !== undefined)
    return wrongWith(store, namespace, 'secrets', digString(secret, 'secretName'), secret);
  for (const source of digArray(volume, 'projected', 'sources')) {
    for (const [key, plural] of [
      ['configMap', 'configmaps'],
      ['secret', 'secrets'],
    ] as const) {
      const reference = dig(source, key);
      if (reference === undefined) continue;
      const why = wrongWith(store, namespace, plural, digString(reference, 'name'), reference);
      if (why !== undefined) return why;
    }
  }
  return undefined;
}

/** The volumes of a pod that cannot be set up; those no container mounts are not looked at. */
export function mountProblems(store: ObjectStore, pod: KubeObject): readonly MountProblem[] {
  const { namespace = '' } = pod.metadata;
  const used = new Set(
    [...digArray(pod, 'spec', 'initContainers'), ...digArray(pod, 'spec', 'containers')].flatMap(
      (container) => digArray(container, 'volumeMounts').map((mount) => digString(mount, 'name')),
    ),
  );
  return digArray(pod, 'spec', 'volumes').flatMap((volume) => {
    const name = digString(volume, 'name');
    const message = used.has(name) ? problemOf(store, namespace, volume) : undefined;
    return message === undefined ? [] : [{ volume: name, message }];
  });
}

/**
 * What keeps a container from being made: variables that are to come from what is not there.
 *
 * @see kubernetes/kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables
 */
export function configProblem(store: ObjectStore, pod: KubeObject, container: Json): string | undefined {
  const { namespace = '' } = pod.metadata;
  for (const from of digArray(container, 'envFrom')) {
    for (const [key, source] of [
      ['configMapRef', 'configmaps'],
      ['secretRef', 'secrets'],
    ] as const) {
      const reference = dig(from, key);
      if (reference === undefined || dig(reference, 'optional') === true) continue;
      const name = digString(reference, 'name');
      if (find(store, source, namespace, name) === undefined) return notFound(source, name);
    }
  }
  for (const variable of digArray(container, 'env')) {
    for (const [key, source] of [
      ['configMapKeyRef', 'configmaps'],
      ['secretKeyRef', 'secrets'],
    ] as const) {
      const reference = dig(variable, 'valueFrom', key);
      if (reference === undefined || dig(reference, 'optional') === true) continue;
      const [name, wanted] = [digString(reference, 'name'), digString(reference, 'key')];
      const found = find(store, source, namespace, name);
      if (found === undefined) return notFound(source, name);
      if (!hasKey(found, wanted))
        return `couldn't find key ${wanted} in ${words[source].title} ${namespace}/${name}`;
    }
  }
  return undefined;
}
