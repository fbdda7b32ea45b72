import { createHash } from 'node:crypto';
import { ApiError } from '../../core/api-error.js';
import { encodeCompact } from '../../core/json.js';
import { version as ownVersion } from '../../core/version.js';
import type { ApiGroup, Handler, KindCatalog } from '../../registry/contract.js';
import { groupVersionDocument } from './group-version-document.js';
import { emptyDocument, protobufType } from './swagger-protobuf.js';

/** Documents made so far, by catalog: they do not change. */
const made = new WeakMap<KindCatalog, Map<string, Buffer>>();

/**
 * `/openapi/v3` and the documents below it, which kubectl reads before it writes, and what old clients need of v2.
 *
 * Differs from KubeSphere: 4.1 describes its own API there, of which kubectl can make nothing; earlier releases have no
 * such path.
 */
export const openapiGroup: ApiGroup = {
  name: '',
  version: '',
  routes: [
    { method: 'GET', path: '/openapi/v2', handle: swagger, produces: [] },
    { method: 'GET', path: '/openapi/v3', handle: index, produces: [] },
    { method: 'GET', path: '/openapi/v3/{path:*}', handle: document, produces: [] },
  ],
};

function index({ catalog, release }: Parameters<Handler>[0]): ReturnType<Handler> {
  const paths = [...places(catalog)].sort().map((place) => {
    const serverRelativeURL = `/openapi/v3/${place}?hash=${hashOf(place, release.name)}`;
    return [place, { serverRelativeURL }] as const;
  });
  const body = encodeCompact({ paths: Object.fromEntries(paths) });
  return { status: 200, contentType: 'application/json', headers: { Vary: 'Accept' }, body };
}

function document({ catalog, release, params, query }: Parameters<Handler>[0]): ReturnType<Handler> {
  const place = params['path'] ?? '';
  if (!places(catalog).has(place)) throw unknown();
  const hash = hashOf(place, release.name);
  const asked = query.get('hash');
  if (asked !== null && asked !== hash) {
    const Location = `/openapi/v3/${place}?hash=${hash}`;
    return { status: 301, headers: { Location } };
  }
  return {
    status: 200,
    contentType: 'application/json',
    headers: {
      ...(asked !== null && { 'Cache-Control': 'public, immutable' }),
      Etag: `"${hash}"`,
      Vary: 'Accept',
    },
    body: bytesOf(catalog, place),
  };
}

/** `api/v1` and every `apis/GROUP/VERSION`. */
function places({ resources }: KindCatalog): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ group, versions }) =>
      versions.map((version) => (group === '' ? `api/${version}` : `apis/${group}/${version}`)),
    ),
  );
}

function bytesOf(catalog: KindCatalog, place: string): Buffer {
  let known = made.get(catalog);
  if (known === undefined) made.set(catalog, (known = new Map<string, Buffer>()));
  const before = known.get(place);
  if (before !== undefined) return before;
  const [root, ...rest] = place.split('/');
  const [group = '', version = ''] = root === 'api' ? ['', ...rest] : rest;
  const found = groupVersionDocument(catalog, group, version);
  if (found === undefined) throw unknown();
  const bytes = Buffer.from(encodeCompact(found));
  known.set(place, bytes);
  return bytes;
}

/** The documents change with the package only, so that nothing has to be made to name them. */
function hashOf(place: string, release: string): string {
  return createHash('sha512').update(`${ownVersion} ${release} ${place}`).digest('hex').toUpperCase();
}

function unknown(): ApiError {
  return new ApiError(404, 'NotFound', '404 page not found', { dialect: 'text' });
}

/** Clients before Kubernetes 1.27 and helm 3 read this, in protobuf only. */
function swagger({ headers }: Parameters<Handler>[0]): ReturnType<Handler> {
  const { accept } = headers;
  if (typeof accept !== 'string' || !accept.includes('proto-openapi.spec.v2')) throw unknown();
  return { status: 200, contentType: protobufType, body: emptyDocument() };
}
