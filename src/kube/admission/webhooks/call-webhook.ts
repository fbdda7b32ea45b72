import type { IncomingMessage } from 'node:http';
import { goQuote } from '../../../core/go-format.js';
import { digObject, digString, type JsonObject } from '../../../core/json.js';
import { dialError } from '../../../upstream/dial-error.js';
import { endpointOf, servicePort } from '../../kubelet/service-endpoint.js';
import type { ClusterState, World } from '../../../state/world.js';
import { readAnswer, type WebhookAnswer } from './read-answer.js';

/** Most bytes of an answer that are read. */
const sizeLimit = 3 * 1024 * 1024;
const services = { group: '', plural: 'services' };

/** Where the server of a webhook is. */
interface Target {
  /** As errors show it. */
  readonly url: string;
  /** `host:port` to connect to; absent: that of the URL. */
  readonly address?: string;
  /** Why there is nobody; absent when there may be. */
  readonly nobody?: string;
}

/**
 * Sends a review to the server a `clientConfig` names, and gives what it says.
 *
 * @param seconds How long it may take.
 * @throws Error in the words of client-go: not to be reached, too slow, above 3 MiB, and as {@link readAnswer}
 * @see kubernetes/apiserver pkg/util/webhook/client.go
 */
export async function callWebhook(
  place: { readonly world: World; readonly cluster: ClusterState },
  config: JsonObject,
  review: JsonObject,
  seconds: number,
): Promise<JsonObject> {
  const target = targetOf(place, config, seconds);
  const failed = (why: string): Error => new Error(`Post ${goQuote(target.url)}: ${why}`);
  if (!URL.canParse(target.url) || new URL(target.url).protocol !== 'https:')
    throw failed('unsupported protocol scheme');
  if (target.nobody !== undefined) throw failed(target.nobody);
  const url = new URL(target.url);
  const signal = AbortSignal.timeout(seconds * 1000);
  let answer: WebhookAnswer;
  try {
    answer = await send(url, target, caOf(config), JSON.stringify(review), signal);
  } catch (error) {
    if (signal.aborted) throw failed('context deadline exceeded');
    throw failed(dialError(error as NodeJS.ErrnoException, url));
  }
  return readAnswer(answer, review);
}

function caOf(config: JsonObject): string | undefined {
  const bundle = digString(config, 'caBundle');
  return bundle === '' ? undefined : Buffer.from(bundle, 'base64').toString('utf8');
}

function targetOf(
  { world, cluster }: { readonly world: World; readonly cluster: ClusterState },
  config: JsonObject,
  seconds: number,
): Target {
  const query = `?timeout=${String(seconds)}s`;
  const url = digString(config, 'url');
  if (url !== '') return { url: `${url}${query}` };
  const service = digObject(config, 'service');
  const [name, namespace, path] = ['name', 'namespace', 'path'].map((key) => digString(service, key));
  const port = typeof service['port'] === 'number' ? service['port'] : 443;
  const shown = `https://${name ?? ''}.${namespace ?? ''}.svc:${String(port)}${path === '' ? '/' : (path ?? '')}${query}`;
  const found = cluster.store.find(services, namespace, name ?? '')?.object;
  // Differs from Kubernetes: a service that is no object here may still be a name where the fake runs.
  if (found === undefined) return { url: shown };
  const chosen = servicePort(found, String(port));
  if (chosen === undefined)
    return { url: shown, nobody: `no service port ${String(port)} found for service ${goQuote(name ?? '')}` };
  const behind = endpointOf(cluster.store, found, chosen);
  const to =
    behind &&
    world.containers.portFor(
      { cluster: cluster.name, namespace: namespace ?? '', pod: behind.pod.metadata.name },
      behind.port,
    )?.to;
  if (to !== undefined) return { url: shown, address: to.startsWith(':') ? `127.0.0.1${to}` : to };
  return { url: shown };
}

async function send(
  url: URL,
  { address }: Target,
  ca: string | undefined,
  body: string,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { request } = await import('node:https');
  const [, host, port] = /^(.*):(\d+)$/.exec(address ?? '') ?? [];
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: {
        Host: url.host,
        'User-Agent': 'kube-apiserver-admission',
        Accept: 'application/json, */*',
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      },
      signal,
      // A connection that is kept would keep the process.
      agent: false,
      ...(ca !== undefined && { ca }),
      ...(host !== undefined && { hostname: host, port, servername: url.hostname }),
    });
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > sizeLimit) {
      answer.destroy();
      throw new Error(`the response is larger than ${String(sizeLimit)} bytes`);
    }
    chunks.push(chunk);
  }
  const type = answer.headers['content-type'] ?? '';
  return { status: answer.statusCode ?? 0, type, body: Buffer.concat(chunks) };
}
