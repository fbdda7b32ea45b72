import { badRequest, notFound } from '../../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../core/json.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { AskError, askServer, type OutsideAnswer, type Question } from '../../../upstream/ask-server.js';
import { readChallenge } from './challenge.js';
import { readDockerSecret, type DockerSecret } from './docker-secret.js';
import { parseReference, UnreadableReference } from './reference.js';
import { basic, readable } from './registry-session.js';

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
/** How Go prints a time nobody set. */
const never = '0001-01-01T00:00:00Z';
const containerKeys = [
  'Hostname',
  'Domainname',
  'User',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'ExposedPorts',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'Env',
  'Cmd',
  'ArgsEscaped',
  'Image',
  'Volumes',
  'WorkingDir',
  'Entrypoint',
  'OnBuild',
];

/**
 * `GET /registry/blob`: manifest and configuration of an image, asked for the older way. HTTPS unless the Secret says
 * `http://`.
 *
 * @throws ApiError 400
 * @see kubesphere/kubesphere pkg/models/registries/registries.go GetEntry
 */
export async function registryBlob(context: RequestContext): Promise<Reply> {
  try {
    return json(await detailsOf(context));
  } catch (error) {
    if (error instanceof AskError || error instanceof UnreadableReference) throw badRequest(error.message);
    throw error;
  }
}

async function detailsOf(context: RequestContext): Promise<JsonObject> {
  const { query } = context;
  const secret = secretOf(context);
  const image = (query.get('image') ?? '').replace(/^https?:\/\//, '');
  const { registry, repository, identifier } = parse(image);
  const host = registry === 'index.docker.io' ? 'registry-1.docker.io' : registry;
  const base = `${secret?.plain === true ? 'http' : 'https'}://${host}/v2/${repository}`;
  const question: Question = { insecure: query.get('insecure') === 'true' };
  const url = `${base}/manifests/${identifier}`;
  const token = await tokenFor(url, question, secret);
  const headers = { Accept: manifestType, ...(token !== '' && { Authorization: `Bearer ${token}` }) };
  const answer = await askServer(url, { ...question, headers });
  if (answer.status !== 200) throw noManifest(answer);
  const manifest = readable(answer.body.toString('utf8'));
  const digest = digString(manifest, 'config', 'digest');
  const blob = await askServer(`${base}/blobs/${digest}`, { ...question, headers });
  if (blob.status !== 200 && blob.status !== 404) throw badRequest('got image blob faild');
  return {
    status: 'succeeded',
    imageManifest: filled(manifest, ['schemaVersion', 'mediaType', 'config', 'layers']),
    imageBlob: blobOf(readable(blob.body.toString('utf8'))),
    imageTag: identifier,
    registry,
  };
}

function parse(image: string): ReturnType<typeof parseReference> {
  try {
    return parseReference(image);
  } catch (error) {
    if (!(error instanceof UnreadableReference)) throw error;
    throw badRequest(`parsing image ${JSON.stringify(image)} failed: invalid reference format`);
  }
}

function secretOf({ cluster, query }: RequestContext): DockerSecret | undefined {
  const [namespace, name] = [query.get('namespace') ?? '', query.get('secret') ?? ''];
  if (namespace === '' || name === '') return undefined;
  const found = cluster.store.find({ group: '', plural: 'secrets' }, namespace, name)?.object;
  if (found === undefined) throw badRequest(notFound({ group: '', plural: 'secret' }, name).message);
  return readDockerSecret(found);
}

/** A token for what was asked without one; empty when none is wanted. */
async function tokenFor(url: string, question: Question, secret: DockerSecret | undefined): Promise<string> {
  const answer = await askServer(url, question);
  if (answer.status !== 401) return '';
  const header = answer.headers['www-authenticate'] ?? '';
  const challenge = readChallenge(header);
  if (challenge?.scheme === 'basic') throw badRequest('basic auth required');
  const realm = challenge?.parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) throw badRequest(`malformed auth challenge header: '${header}', 0`);
  const where = new URL(realm);
  where.searchParams.set('service', challenge?.parameters.get('service') ?? '');
  const scope = challenge?.parameters.get('scope') ?? '';
  if (scope !== '') where.searchParams.set('scope', scope);
  const login = basic(secret ?? {});
  const granted = await askServer(where.href, {
    ...question,
    ...(login !== undefined && { headers: { Authorization: login } }),
  });
  if (granted.status !== 200) throw badRequest('getting image failed with secret');
  const body = readable(granted.body.toString('utf8'));
  const token = digString(body, 'token') || digString(body, 'access_token');
  if (token === '') throw badRequest('auth token cannot be empty');
  return token;
}

function noManifest({ status }: OutsideAnswer): Error {
  const isAbsent = status === 404 || status === 401;
  const why = isAbsent ? 'Not found or unauthorized' : 'got image manifest failed';
  return badRequest(`[ServiceError:${String(status)}] ${why}`);
}

/** A configuration as KubeSphere's struct prints it; a wrong tag there keeps the file system empty. */
function blobOf(blob: Json): JsonObject {
  return {
    ...filled(blob, ['architecture']),
    config: containerOf(dig(blob, 'config')),
    ...filled(blob, ['container']),
    container_config: containerOf(dig(blob, 'container_config')),
    created: digString(blob, 'created') || never,
    ...filled(blob, ['docker_version']),
    history: digArray(blob, 'history').map((step) => ({
      created: digString(step, 'created') || never,
      ...filled(step, ['created_by', 'empty_layer']),
    })),
    ...filled(blob, ['os']),
    'rootfs omitempty': {},
  };
}

function containerOf(config: Json | undefined): JsonObject {
  return {
    ...filled(config, containerKeys),
    Labels: { maintainer: digString(digObject(config, 'Labels'), 'maintainer') },
    ...filled(config, ['StopSignal']),
  };
}

/** The members of a value that Go would not leave out for being empty. */
function filled(value: Json | undefined, keys: readonly string[]): JsonObject {
  if (value === undefined || !isJsonObject(value)) return {};
  const told = keys.flatMap((key): [string, Json][] => {
    const member = Object.hasOwn(value, key) ? value[key] : undefined;
    const isEmpty =
      member === undefined || member === null || member === '' || member === false || member === 0;
    return isEmpty ? [] : [[key, member]];
  });
  return Object.fromEntries(told);
}
