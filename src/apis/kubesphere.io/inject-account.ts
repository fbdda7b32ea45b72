import { ApiError, quote } from '../../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';

const accountAnnotation = 'kubesphere.io/serviceaccount-name';
const volumeName = 'kubesphere-service-account';
const mount: JsonObject = {
  name: volumeName,
  readOnly: true,
  mountPath: '/var/run/secrets/kubesphere.io/serviceaccount',
};

/**
 * Mounts the token of a KubeSphere ServiceAccount into new pods that name one: the admission webhook of 4.1.
 *
 * @see kubesphere/kubesphere pkg/controller/ksserviceaccount/pod_injector.go
 */
export const podInjector: ResourceHooks = {
  prepare: (pod, previous, context) => {
    if (previous !== undefined) return pod;
    const account = annotation(pod, accountAnnotation) ?? '';
    return account === '' ? pod : withToken(pod, secretOf(context, pod.metadata.namespace ?? '', account));
  },
};

/** Name of the Secret that holds an account's token. @throws ApiError as the webhook refuses */
function secretOf({ cluster }: WriteContext, namespace: string, account: string): string {
  const found = cluster.store.find({ group: 'kubesphere.io', plural: 'serviceaccounts' }, namespace, account);
  if (found === undefined) throw denied(404, `ServiceAccount.kubesphere.io ${quote(account)} not found`);
  const [first] = digArray(found.object, 'secrets');
  if (first === undefined) throw denied(500, `can not find any token in service account: ${account}`);
  const secret = digString(first, 'name');
  if (cluster.store.find({ group: '', plural: 'secrets' }, namespace, secret) === undefined)
    throw denied(404, `Secret ${quote(secret)} not found`);
  return secret;
}

/** A webhook that answers with an error gives a code and no reason. */
function denied(code: number, text: string): ApiError {
  const prefix = 'admission webhook "serviceaccount-pod-injector.kubesphere.io" denied the request: ';
  return new ApiError(code, '', prefix + text);
}

function withToken(pod: KubeObject, secret: string): KubeObject {
  const spec = digObject(pod, 'spec');
  const volume: JsonObject = {
    name: volumeName,
    projected: {
      sources: [{ secret: { name: secret, items: [{ key: 'token', path: 'token' }] } }],
      defaultMode: 420,
    },
  };
  const mounted = (key: string): Json[] =>
    digArray(spec, key).map((one) =>
      isJsonObject(one) ? { ...one, volumeMounts: [...digArray(one, 'volumeMounts'), mount] } : one,
    );
  const inits = mounted('initContainers');
  return {
    ...pod,
    spec: {
      ...spec,
      volumes: [...digArray(spec, 'volumes'), volume],
      ...(inits.length > 0 && { initContainers: inits }),
      containers: mounted('containers'),
    },
  };
}
