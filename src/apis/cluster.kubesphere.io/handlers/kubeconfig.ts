import { badRequest } from '../../../core/api-error.js';
import { digArray, digString, isJsonObject, type Json } from '../../../core/json.js';

const structType =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/**
 * The API server a kubeconfig leads to.
 *
 * @param base64 The file as Go keeps bytes in JSON.
 * @throws ApiError 400 when it is empty, no base64 or no kubeconfig
 * @see kubernetes/client-go tools/clientcmd
 */
export async function serverOfKubeconfig(base64: string): Promise<string> {
  if (base64 === '') throw badRequest('cluster kubeconfig MUST NOT be empty');
  const bad = base64.search(/[^A-Za-z0-9+/=\r\n]/);
  if (bad !== -1) throw badRequest(`illegal base64 data at input byte ${String(bad)}`);
  const config = await parseConfig(Buffer.from(base64, 'base64').toString('utf8'));
  const server = serverIn(config);
  if (server === '') {
    throw badRequest(
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    );
  }
  return server;
}

/** The server the current context of a kubeconfig leads to; empty when it leads nowhere. */
export function serverIn(config: Json): string {
  const wanted = digString(config, 'current-context');
  const context = digArray(config, 'contexts').find((one) => digString(one, 'name') === wanted);
  const name = digString(context, 'context', 'cluster');
  const cluster = digArray(config, 'clusters').find((one) => digString(one, 'name') === name);
  return digString(cluster, 'cluster', 'server');
}

async function parseConfig(text: string): Promise<Json> {
  const { parse } = await import('yaml');
  let config: Json;
  try {
    config = parse(text, { maxAliasCount: 0 }) as Json;
  } catch (error) {
    // Differs from KubeSphere: the wording is that of the YAML reader here.
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
  if (config !== null && !isJsonObject(config)) {
    const type = Array.isArray(config) ? 'array' : typeof config === 'boolean' ? 'bool' : typeof config;
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type ${structType}`,
    );
  }
  return config;
}
