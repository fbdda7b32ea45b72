import { ApiError, badRequest } from '../../core/api-error.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { StoredObject } from '../../state/object-store.js';
import type { Resource, WriteContext } from '../contract.js';

/** Which objects of a kind are wanted, and how many at a time. */
export interface ListOptions {
  /** Empty or absent for all namespaces. */
  readonly namespace?: string;
  readonly matches?: ((object: KubeObject) => boolean) | undefined;
  /** 0 or absent: all. */
  readonly limit?: number;
  /** The token the page before came with. */
  readonly continue?: string;
}

/** A page of objects, by namespace and name. */
export interface ListPage {
  readonly items: readonly StoredObject[];
  /** The version all pages of one list report. */
  readonly version: string;
  /** Token of the next page; absent on the last. */
  readonly continue?: string;
  /** How many are left; absent when that depends on a selector. */
  readonly remaining?: number;
}

/**
 * Lists objects of a kind.
 *
 * Differs from KubeSphere: a later page shows what is there now, not what was there when the list began.
 *
 * @throws ApiError 400 for a token that is none of ours
 * @see kubernetes/apiserver pkg/storage/continue.go
 */
export function listObjects(
  { cluster }: Pick<WriteContext, 'cluster'>,
  resource: Resource,
  options: ListOptions = {},
): ListPage {
  const { matches, limit = 0 } = options;
  const from = options.continue === undefined ? undefined : readToken(options.continue);
  const version = from?.version ?? String(cluster.store.version);
  let wanted = cluster.store.list(resource, options.namespace);
  if (from !== undefined) wanted = wanted.filter(({ object }) => keyOf(object) >= from.start);
  if (matches !== undefined) wanted = wanted.filter(({ object }) => matches(object));
  if (limit <= 0 || wanted.length <= limit) return { items: wanted, version };
  const items = wanted.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    version,
    continue: writeToken(version, last === undefined ? '' : `${keyOf(last.object)}\0`),
    ...(matches === undefined && { remaining: wanted.length - limit }),
  };
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function writeToken(version: string, start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: Number(version), start })).toString(
    'base64url',
  );
}

function readToken(token: string): { readonly version: string; readonly start: string } {
  try {
    const value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown;
    if (typeof value !== 'object' || value === null || !('rv' in value) || !('start' in value))
      throw invalidToken();
    const { rv, start } = value;
    if (typeof rv !== 'number' || typeof start !== 'string') throw invalidToken();
    return { version: String(rv), start };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw invalidToken();
  }
}

function invalidToken(): ApiError {
  return badRequest('continue key is not valid: unexpected end of JSON input');
}
