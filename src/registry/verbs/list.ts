import { ApiError, badRequest, quote } from '../../core/api-error.js';
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
  /** The version to show; absent: the newest. */
  readonly exact?: number;
}

/** A page of objects, by namespace and name. */
export interface ListPage {
  readonly items: readonly StoredObject[];
  /** True when they are all there are now: the store gives the same array out until one of them is written to. */
  readonly isWhole?: boolean;
  /** The version all pages of one list report. */
  readonly version: string;
  /** Token of the next page; absent on the last. */
  readonly continue?: string;
  /** How many are left; absent when that depends on a selector. */
  readonly remaining?: number;
}

/**
 * Lists objects of a kind. Every page shows what was there when the list began.
 *
 * @throws ApiError 400 for a token that is none of ours, 410 when what was there is no longer known
 * @see kubernetes/apiserver pkg/storage/continue.go
 */
export function listObjects(
  { cluster }: Pick<WriteContext, 'cluster'>,
  resource: Resource,
  options: ListOptions = {},
): ListPage {
  const { matches, limit = 0 } = options;
  const { store } = cluster;
  const from = options.continue === undefined ? undefined : readToken(options.continue);
  // A token without a version goes on with what is there by now.
  const at = from === undefined ? options.exact : from.version < 0 ? undefined : from.version;
  const version = String(at ?? store.version);
  let wanted: readonly StoredObject[];
  if (at === undefined) wanted = store.list(resource, options.namespace);
  else {
    const then = at > store.version ? undefined : store.listAt(resource, at, options.namespace);
    if (then === undefined) throw expired(from?.start);
    wanted = then;
  }
  const all = at === undefined ? wanted : undefined;
  if (from !== undefined) wanted = wanted.filter(({ object }) => keyOf(object) >= from.start);
  if (matches !== undefined) wanted = wanted.filter(({ object }) => matches(object));
  if (limit <= 0 || wanted.length <= limit) return { items: wanted, version, isWhole: wanted === all };
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

function readToken(token: string): { readonly version: number; readonly start: string } {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw invalidToken('unexpected end of JSON input');
  }
  if (typeof value !== 'object' || value === null) throw invalidToken('unexpected end of JSON input');
  const { v, rv, start } = value as Readonly<Record<string, unknown>>;
  if (v !== 'meta.k8s.io/v1')
    throw invalidToken(
      `server does not recognize this encoded version ${quote(typeof v === 'string' ? v : '')}`,
    );
  if (typeof rv !== 'number' || !Number.isInteger(rv) || rv === 0)
    throw invalidToken('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '')
    throw invalidToken('encoded start key empty (version meta.k8s.io/v1)');
  return { version: rv, start };
}

function invalidToken(why: string): ApiError {
  return badRequest(`continue key is not valid: ${why}`);
}

/**
 * 410 for a list as it was too long ago.
 *
 * @param start Where the list would have gone on: the answer brings a token to do so with what is there by now.
 * @see kubernetes/apiserver pkg/storage/etcd3/errors.go
 */
function expired(start: string | undefined): ApiError {
  if (start === undefined)
    return new ApiError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  return new ApiError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    { metadata: { continue: writeToken('-1', start) } },
  );
}
