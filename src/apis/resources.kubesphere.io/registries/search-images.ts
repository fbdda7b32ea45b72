import { badRequest, internalError, notFound } from '../../../core/api-error.js';
import { goQuote } from '../../../core/go-format.js';
import { digArray, digObject, digString } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { AskError, askServer } from '../../../upstream/ask-server.js';
import { hub, parseReference, UnreadableReference } from './reference.js';
import { basic, readable } from './registry-session.js';

const member = '.dockerconfigjson';
const providerAnnotation = 'config.kubesphere.io/imagesearchprovider';
const dockerHub = 'DockerHubRegistryProvider';
const harbor = 'HarborRegistryProvider';

/**
 * `GET …/images`: names of repositories that contain a text; all that are found, never paged. A Secret says which registry
 * is asked and as whom.
 *
 * Differs from KubeSphere: Docker Hub is not asked; there are the images this cluster runs or keeps.
 *
 * @throws ApiError 404 for a Secret there is not, 500 with what went wrong
 * @see kubesphere/kubesphere pkg/models/registries/imagesearch
 */
export async function searchImages(context: RequestContext): Promise<Reply> {
  const wanted = context.query.get('q') ?? '';
  const secret = secretOf(context);
  const provider = secret === undefined ? dockerHub : (annotation(secret, providerAnnotation) ?? '');
  if (provider === dockerHub) return found(knownImages(context).filter((name) => name.includes(wanted)));
  if (provider !== harbor) throw badRequest(`image search provider ${goQuote(provider)} not found`);
  return found(await askHarbor(digObject(secret, 'data')[member], wanted));
}

function found(entries: readonly string[]): Reply {
  return json({ total: entries.length, entries });
}

function secretOf({ cluster, params, query }: RequestContext): KubeObject | undefined {
  const name = query.get('secret') ?? '';
  if (name === '') return undefined;
  const secret = cluster.store.find({ group: '', plural: 'secrets' }, params['namespace'], name)?.object;
  if (secret === undefined) throw notFound({ group: '', plural: 'Secret' }, name);
  return secret;
}

/** Names at Docker Hub of what pods run and nodes keep, in order; official ones without `library/`. */
function knownImages({ cluster }: RequestContext): string[] {
  const objects = (plural: string): readonly KubeObject[] =>
    cluster.store.list({ group: '', plural }).map(({ object }) => object);
  const images = [
    ...objects('nodes').flatMap((node) =>
      digArray(node, 'status', 'images').flatMap((one) => digArray(one, 'names')),
    ),
    ...objects('pods').flatMap((pod) =>
      digArray(pod, 'spec', 'containers').map((one) => digString(one, 'image')),
    ),
  ];
  const names = images.flatMap((image) => (typeof image === 'string' ? nameAtHub(image) : []));
  return [...new Set(names)].sort();
}

function nameAtHub(image: string): string[] {
  try {
    const { registry, repository } = parseReference(image);
    return registry === hub || registry === 'docker.io' ? [repository.replace(/^library\//, '')] : [];
  } catch (error) {
    if (error instanceof UnreadableReference) return [];
    throw error;
  }
}

/** Names a Harbor finds; its certificate is not checked. */
async function askHarbor(encoded: unknown, wanted: string): Promise<string[]> {
  const config = readable(Buffer.from(typeof encoded === 'string' ? encoded : '', 'base64').toString('utf8'));
  const [first] = Object.entries(digObject(config, 'auths'));
  // Differs from KubeSphere: it panics over a Secret without a registry.
  if (first === undefined) throw internalError('not found valid auth in secret');
  const [address, entry] = first;
  const login = basic({ username: digString(entry, 'username'), password: digString(entry, 'password') });
  const url = `${address}/api/v2.0/search?q=${encodeURIComponent(wanted)}`;
  try {
    const { status, body } = await askServer(url, {
      insecure: true,
      ...(login !== undefined && { headers: { Authorization: login } }),
    });
    const text = body.toString('utf8');
    if (status !== 200)
      throw internalError(`search images failed with status code: ${String(status)}, message: ${text}`);
    return digArray(readable(text), 'repository').map((one) => digString(one, 'repository_name'));
  } catch (error) {
    throw error instanceof AskError ? internalError(error.message) : error;
  }
}
