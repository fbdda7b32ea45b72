import { badRequest } from '../../../core/api-error.js';
import { dig, digObject, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import type { SessionOptions } from './registry-session.js';
import { readable } from './registry-session.js';

const type = 'kubernetes.io/dockerconfigjson';
const member = '.dockerconfigjson';
const insecureAnnotation = 'secret.kubesphere.io/force-insecure';

/** What a Secret of an image registry says: the first registry in it. */
export interface DockerSecret extends SessionOptions {
  /** As written in the Secret, with or without scheme. */
  readonly address: string;
}

/**
 * Reads a Secret of the type `kubernetes.io/dockerconfigjson`.
 *
 * @throws ApiError 400 with KubeSphere's text when it is none
 * @see kubesphere/kubesphere pkg/models/registries/v2/secret_authenticator.go
 */
export function readDockerSecret(secret: JsonObject): DockerSecret {
  const given = digString(secret, 'type');
  if (given !== type) throw badRequest(`expected secret type: ${type}, got: ${given}`);
  const data = digObject(secret, 'data');
  const encoded = Object.hasOwn(data, member) ? data[member] : undefined;
  if (typeof encoded !== 'string') throw badRequest(`expected key ${member} in data, found none`);
  const config = readable(Buffer.from(encoded, 'base64').toString('utf8'));
  const auths = Object.entries(digObject(config, 'auths'));
  const [first] = auths;
  if (first === undefined) throw badRequest('not found valid auth in secret, {map[]}');
  const [address, entry] = first;
  const insecure = digString(digObject(secret, 'metadata', 'annotations'), insecureAnnotation) === 'true';
  return { address, plain: /^http:/.test(address), insecure, ...loginOf(isJsonObject(entry) ? entry : {}) };
}

/** Name and password of an entry, written out or as base64 of both. */
function loginOf(entry: JsonObject): { readonly username: string; readonly password: string } {
  const username = digString(entry, 'username');
  const auth = dig(entry, 'auth');
  if (username !== '' || typeof auth !== 'string')
    return { username, password: digString(entry, 'password') };
  const [name = '', ...rest] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  return { username: name, password: rest.join(':') };
}

/** Host and port of an address that may have a scheme and a path. */
export function hostOf(address: string): string {
  return address.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/s, '');
}
