import { createHash } from 'node:crypto';
import { ApiError, badRequest, notFound } from '../../../core/api-error.js';
import { digArray, digString, isJsonObject, type Json } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { AskError } from '../../../upstream/ask-server.js';
import { hostOf, readDockerSecret, type DockerSecret } from './docker-secret.js';
import { parseReference, parseRepository, UnreadableReference, type ImageReference } from './reference.js';
import { readable, RegistryError, RegistrySession } from './registry-session.js';

const indexes = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];
const manifests = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
];
/** Pages of tags looked at. */
const mostPages = 100;

/**
 * `POST …/registrysecrets/{secret}/verify`: logs in at the registry of the Secret that is sent, and answers it.
 *
 * @throws ApiError 401, in 4.1 400, with what go-containerregistry says
 * @see kubesphere/kubesphere pkg/kapis/resources/v1alpha3/handler.go
 */
export async function verifyRegistrySecret(context: RequestContext): Promise<Reply> {
  const secret = readBodyObject(context, 'v1.Secret', 'core/v1.Secret');
  try {
    const { address, ...options } = readDockerSecret(secret);
    await RegistrySession.open(hostOf(address), options);
  } catch (error) {
    const why = textOf(error);
    if (why === undefined) throw error;
    const since41 = inRange(context.release.name, { since: 'v4.1' });
    throw since41
      ? badRequest(`registry auth failed with err: ${why}`)
      : new ApiError(401, 'Unauthorized', why);
  }
  return json(secret);
}

/** `GET …/imageconfig`: the configuration an image was built with, for Linux on amd64 where there are several. */
export async function imageConfig(context: RequestContext): Promise<Reply> {
  const image = context.query.get('image') ?? '';
  return asked(async () => {
    const secret = secretOf(context);
    const reference = parseReference(image);
    const session = await open(reference, secret);
    const base = `/${reference.repository}`;
    const manifest = await manifestOf(session, reference, `${base}/manifests/`);
    const digest = digString(manifest, 'config', 'digest');
    const { body } = await session.get(`${base}/blobs/${digest}`);
    assertDigest(body, digest);
    const config = readable(body.toString('utf8'));
    if (!isJsonObject(config)) throw new RegistryError('invalid character in image configuration');
    return json(config);
  });
}

async function manifestOf(session: RegistrySession, reference: ImageReference, path: string): Promise<Json> {
  const { registry, repository, identifier } = reference;
  const accept = [...manifests, ...indexes].join(',');
  const answer = await session.get(path + identifier, accept);
  const manifest = readable(answer.body.toString('utf8'));
  const mediaType = digString(manifest, 'mediaType') || (answer.headers['content-type'] ?? '');
  if (!indexes.includes(mediaType)) return manifest;
  const child = digArray(manifest, 'manifests').find(
    (one) =>
      digString(one, 'platform', 'os') === 'linux' && digString(one, 'platform', 'architecture') === 'amd64',
  );
  if (child === undefined) {
    const separator = identifier.includes(':') ? '@' : ':';
    const name = `${registry}/${repository}${separator}${identifier}`;
    throw new RegistryError(`no child with platform linux/amd64 in index ${name}`);
  }
  const { body } = await session.get(path + digString(child, 'digest'), manifests.join(','));
  return readable(body.toString('utf8'));
}

function assertDigest(body: Buffer, wanted: string): void {
  const got = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (got === wanted) return;
  const after = `error verifying sha256 checksum after reading ${String(body.length)} bytes`;
  throw new RegistryError(`${after}; got ${JSON.stringify(got)}, want ${JSON.stringify(wanted)}`);
}

/** `GET …/repositorytags`: the tags of a repository, the last one of the registry's list first. */
export async function repositoryTags(context: RequestContext): Promise<Reply> {
  const text = context.query.get('repository') ?? '';
  if (text === '') throw badRequest('empty repository name');
  return asked(async () => {
    const secret = secretOf(context);
    const { registry, repository } = parseRepository(text);
    const session = await open({ registry, repository }, secret);
    const tags: Json[] = [];
    let path: string | undefined = `/${repository}/tags/list?n=1000`;
    for (let page = 0; path !== undefined && page < mostPages; page += 1) {
      const { body, headers }: Awaited<ReturnType<RegistrySession['get']>> = await session.get(path);
      tags.push(...digArray(readable(body.toString('utf8')), 'tags'));
      const [, next] = /<\/v2(\/[^>]*)>;\s*rel="?next/.exec(String(headers['link'] ?? '')) ?? [];
      path = next;
    }
    return json({ registry, repository, tags: tags.reverse(), total: tags.length });
  });
}

async function open(
  { registry, repository }: Omit<ImageReference, 'identifier'>,
  secret: DockerSecret | undefined,
): Promise<RegistrySession> {
  return RegistrySession.open(registry, { ...secret, scope: `repository:${repository}:pull` });
}

/** The Secret the query names; `undefined` when it names none. */
function secretOf({ cluster, params, query, release }: RequestContext): DockerSecret | undefined {
  const name = query.get('secret') ?? '';
  if (name === '') return undefined;
  const found = cluster.store.find({ group: '', plural: 'secrets' }, params['namespace'], name)?.object;
  const since41 = inRange(release.name, { since: 'v4.1' });
  if (found === undefined)
    throw badRequest(notFound({ group: '', plural: since41 ? 'Secret' : 'secret' }, name).message);
  return readDockerSecret(found);
}

/** Answers, or refuses with the status that KubeSphere finds in the text of what went wrong. */
async function asked(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    const why = textOf(error);
    if (why === undefined) throw error;
    if (why.includes('Unauthorized')) throw new ApiError(401, 'Unauthorized', why);
    if (why.includes('MANIFEST_UNKNOWN')) throw new ApiError(404, 'NotFound', why);
    throw badRequest(why);
  }
}

/** What to tell of an error; `undefined` for a bug of ours. */
function textOf(error: unknown): string | undefined {
  const isKnown = [ApiError, AskError, RegistryError, UnreadableReference].some(
    (kind) => error instanceof kind,
  );
  return isKnown ? (error as Error).message : undefined;
}
