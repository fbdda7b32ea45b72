import { badRequest, conflict, invalid, type ApiError } from '../../core/api-error.js';
import { digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply } from '../../registry/contract.js';
import { formatTimestamp } from '../../state/clock.js';
import { apiAudience, signAccountToken } from '../../auth/account-tokens.js';
import type { KindRequest } from '../kind-request.js';
import { readDryRun } from '../options-from-query.js';
import { readObjectBody } from '../read-object-body.js';
import { invalidShown } from '../validation/causes.js';
import { answerTyped } from './answer-part.js';

const type = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1' };
const defaultSeconds = 3600;
const fewestSeconds = 600;
const mostSeconds = 2 ** 32;

/** Objects a token can be bound to, by kind. */
const bindable: Readonly<Record<string, { readonly plural: string; readonly namespaced: boolean }>> = {
  Pod: { plural: 'pods', namespaced: true },
  Secret: { plural: 'secrets', namespaced: true },
  Node: { plural: 'nodes', namespaced: false },
};

/**
 * Issues a token of a Kubernetes ServiceAccount, as `kubectl create token` asks for it.
 *
 * ks-apiserver itself refuses such tokens, as the real one does; TokenReviews know them.
 *
 * @see kubernetes/kubernetes pkg/registry/core/serviceaccount/storage/token.go
 */
export async function serveToken({ context, path, kind, form }: KindRequest): Promise<Reply> {
  const dryRun = readDryRun(context.query, 'CreateOptions');
  const body = await readObjectBody(context, { ...type, type: 'authentication/v1.TokenRequest' });
  const { name, namespace } = path;
  const { store } = context.cluster;
  checkNames(digObject(body, 'metadata'), name, namespace);
  const account = store.get(kind.resource, namespace, name).object;
  const spec = digObject(body, 'spec');
  const seconds = secondsOf(spec);
  const given = digArray(spec, 'audiences').filter((one) => typeof one === 'string');
  const audiences = given.length > 0 ? given : [apiAudience];
  const reference = digObject(spec, 'boundObjectRef');
  const bound =
    Object.keys(reference).length > 0
      ? boundTo(reference, name, (plural, isNamespaced, other) =>
          store.get({ group: '', plural }, isNamespaced ? namespace : undefined, other),
        )
      : undefined;
  const { clock } = context.world;
  const now = clock.seconds();
  const token = dryRun ? '' : await signAccountToken(context.world, account, { audiences, seconds, bound });
  const answered: JsonObject = {
    metadata: { name, namespace, creationTimestamp: clock.timestamp() },
    spec: { audiences, expirationSeconds: seconds, ...(bound && { boundObjectRef: reference }) },
    status: { token, expirationTimestamp: formatTimestamp((now + seconds) * 1000) },
  };
  return answerTyped(answered, type, form, 201);
}

function checkNames(metadata: JsonObject, name: string, namespace: string): void {
  const [givenName, givenNamespace] = [digString(metadata, 'name'), digString(metadata, 'namespace')];
  if (givenName !== '' && givenName !== name)
    throw badRequest(`the name of the object (${givenName}) does not match the name on the URL (${name})`);
  if (givenNamespace !== '' && givenNamespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function secondsOf(spec: JsonObject): number {
  const given = spec['expirationSeconds'];
  const seconds = typeof given === 'number' ? given : defaultSeconds;
  const why =
    seconds < fewestSeconds
      ? 'may not specify a duration less than 10 minutes'
      : seconds > mostSeconds
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (why === undefined) return seconds;
  throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
    invalidShown('spec.expirationSeconds', String(seconds), why),
  ]);
}

/** The object a token lives no longer than. @throws ApiError when it is not there or not fit */
function boundTo(
  reference: JsonObject,
  account: string,
  find: (plural: string, namespaced: boolean, name: string) => { readonly object: KubeObject },
): KubeObject {
  const kind = digString(reference, 'kind');
  const target = Object.hasOwn(bindable, kind) ? bindable[kind] : undefined;
  if (target === undefined || digString(reference, 'apiVersion') !== 'v1') {
    const [group = '', version = ''] = digString(reference, 'apiVersion').includes('/')
      ? digString(reference, 'apiVersion').split('/', 2)
      : ['', digString(reference, 'apiVersion')];
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const name = digString(reference, 'name');
  const { object } = find(target.plural, target.namespaced, name);
  if (kind === 'Pod' && digString(object, 'spec', 'serviceAccountName') !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  }
  const uid = digString(reference, 'uid');
  if (uid !== '' && uid !== object.metadata.uid) throw otherObject(target.plural, name, uid);
  return object;
}

function otherObject(plural: string, name: string, wanted: string): ApiError {
  const why = `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`;
  return conflict({ group: '', plural }, name, why);
}
