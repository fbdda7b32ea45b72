import type { IncomingMessage } from 'node:http';
import type { Spaces } from '../state/spaces.js';
import type { World } from '../state/world.js';

/** Which world a request is for, and what it asks there. */
export interface Destination {
  readonly world: World;
  /** Name of the space; `undefined` for the main world. A space known by its token only is not named. */
  readonly space: string | undefined;
  /** Path and query without the prefix of the space. */
  readonly url: string;
}

const prefix = '/__space/';

/**
 * Finds the space a request is for: by its path (`/__space/<name>/…`), by its header `X-Fake-Space`, or by a token
 * minted there; else it is for the main world.
 *
 * @throws ApiError 400 when the name of the space cannot be one
 */
export function chooseWorld(request: IncomingMessage, spaces: Spaces): Destination {
  const url = request.url ?? '/';
  if (url.startsWith(prefix)) {
    const end = url.slice(prefix.length).search(/[/?]/);
    const name = end === -1 ? url.slice(prefix.length) : url.slice(prefix.length, prefix.length + end);
    const rest = end === -1 ? '' : url.slice(prefix.length + end);
    return { world: spaces.open(name), space: name, url: rest.startsWith('/') ? rest : `/${rest}` };
  }
  const named = request.headers['x-fake-space'];
  if (typeof named === 'string' && named !== '') return { world: spaces.open(named), space: named, url };
  const token = spaces.none ? undefined : bearerOf(request);
  const world = token === undefined ? undefined : spaces.ofToken(token);
  return { world: world ?? spaces.main, space: undefined, url };
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  const { authorization = '' } = headers;
  return /^bearer /i.test(authorization) ? authorization.slice(7).trim() : undefined;
}
