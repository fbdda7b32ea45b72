import { createHash } from 'node:crypto';
import { ApiError } from '../../core/api-error.js';
import { encodeCompact, type JsonObject } from '../../core/json.js';
import { version as ownVersion } from '../../core/version.js';
import type {
  ApiGroup,
  Handler,
  KindCatalog,
  Reply,
  RequestContext,
  Resource,
} from '../../registry/contract.js';
import { servedAt } from '../discovery.js';
import { groupVersionDocument } from './group-version-document.js';
import { remember } from './remember.js';
import { swaggerDocument } from './swagger-document.js';
import { protobufType, swaggerProtobuf } from './swagger-protobuf.js';

/**
 * `/openapi/v3` and the documents below it, which kubectl reads before it writes, and `/openapi/v2` for older clients.
 *
 * Differs from KubeSphere: 4.1 describes its own API there, of which kubectl can make nothing, and earlier releases have no
 * such path; that is what those get who do not name JSON as kubectl does.
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

async function ownDocument(context: RequestContext, form: 'v2' | 'v3'): Promise<Reply> {
  return (await import('./own-document.js')).ownDocument(context, form);
}

function index(context: RequestContext): ReturnType<Handler> {
  const { accept = '' } = context.headers;
  if (!accept.includes('application/json')) return ownDocument(context, 'v3');
  const paths = [...places(context.catalog)].sort().map((place) => {
    const serverRelativeURL = `/openapi/v3/${place}?hash=${hashOf(place, context)}`;
    return [place, { serverRelativeURL }] as const;
  });
  const body = encodeCompact({ paths: Object.fromEntries(paths) });
  return { status: 200, contentType: 'application/json', headers: { Vary: 'Accept' }, body };
}

function document(context: RequestContext): ReturnType<Handler> {
  const { catalog, params, query, release } = context;
  const place = params['path'] ?? '';
  if (!places(catalog).has(place)) throw unknown();
  const hash = hashOf(place, context);
  const asked = query.get('hash');
  if (asked !== null && asked !== hash) {
    const Location = `/openapi/v3/${place}?hash=${hash}`;
    return { status: 301, headers: { Location } };
  }
  const { group, version } = groupVersionOf(place);
  return {
    status: 200,
    contentType: 'application/json',
    headers: {
      ...(asked !== null && { 'Cache-Control': 'public, immutable' }),
      Etag: `"${hash}"`,
      Vary: 'Accept',
    },
    body: remember(hash, () => {
      const found = groupVersionDocument(catalog, release.name, group, version);
      if (found === undefined) throw unknown();
      return Buffer.from(encodeCompact(found));
    }),
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

function groupVersionOf(place: string): { readonly group: string; readonly version: string } {
  const [root, ...rest] = place.split('/');
  const [group = '', version = ''] = root === 'api' ? ['', ...rest] : rest;
  return { group, version };
}

/**
 * Names what a document is made of, so that nothing has to be made to name it: the package and release, the kinds in it, and
 * what definitions say about them.
 */
function hashOf(place: string, { catalog, release }: RequestContext): string {
  const hash = createHash('sha512').update(`${ownVersion} ${release.name} ${place}`);
  const { group, version } = groupVersionOf(place);
  for (const resource of servedAt(catalog, group, version))
    hash.update(resource.defined === undefined ? `${resource.plural} ` : textOf(resource));
  return hash.digest('hex').toUpperCase();
}

const texts = new WeakMap<Resource, string>();

/** Everything about a kind that documents show. */
function textOf(resource: Resource): string {
  let text = texts.get(resource);
  if (text === undefined) {
    const { kind, plural, namespaced, subresources = [], defined } = resource;
    const shown: JsonObject = {
      kind,
      plural,
      namespaced,
      parts: subresources.map(({ name }) => name),
      schema: defined?.schema ?? null,
    };
    texts.set(resource, (text = JSON.stringify(shown)));
  }
  return text;
}

function unknown(): ApiError {
  return new ApiError(404, 'NotFound', '404 page not found', { dialect: 'text' });
}

/**
 * Clients before Kubernetes 1.27 and helm 3 read this, in protobuf; others may have it in JSON when they ask for that.
 *
 * Differs from KubeSphere: it never shows Kubernetes' document; here only who names neither format gets what it answers.
 */
function swagger(context: RequestContext): ReturnType<Handler> {
  const { headers, catalog, release } = context;
  const { accept = '' } = headers;
  const asProtobuf = accept.includes('proto-openapi.spec.v2');
  if (!asProtobuf && !accept.includes('application/json')) return ownDocument(context, 'v2');
  const hashes = [...places(catalog)].sort().map((place) => hashOf(place, context));
  const hash = createHash('sha512').update(hashes.join()).digest('hex').toUpperCase();
  const body = remember(`${asProtobuf ? 'protobuf' : 'json'} ${hash}`, () => {
    const found = swaggerDocument(catalog, release.name, release.kubernetesVersion);
    return asProtobuf ? swaggerProtobuf(found) : Buffer.from(encodeCompact(found));
  });
  const contentType = asProtobuf ? protobufType : 'application/json';
  return { status: 200, contentType, headers: { Etag: `"${hash}"`, Vary: 'Accept' }, body };
}
