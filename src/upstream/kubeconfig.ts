import { digArray, digString, isJsonObject, type Json } from '../core/json.js';
import type { Upstream, UpstreamTls } from './upstream.js';

/** Reads a file a kubeconfig names beside its own text. */
export type ReadFile = (path: string) => string;

/**
 * The API server the current context of a kubeconfig leads to, and how to log in there: by token, client certificate or
 * name and password.
 *
 * @param readFile For certificates, keys and tokens kept in files; without it such a kubeconfig is refused
 * @throws Error saying what is wrong with it, or that it wants a plugin to be run
 * @see kubernetes/client-go tools/clientcmd
 */
export async function upstreamOfKubeconfig(text: string, readFile?: ReadFile): Promise<Upstream> {
  const { parse } = await import('yaml');
  const config = parse(text, { maxAliasCount: 0 }) as Json;
  if (!isJsonObject(config)) throw new Error('is no kubeconfig: it must be a mapping');
  const wanted = digString(config, 'current-context');
  const context = entry(config, 'contexts', 'context', wanted);
  if (context === undefined)
    throw new Error(`has no context ${JSON.stringify(wanted)}; set current-context to one it has`);
  const cluster = entry(config, 'clusters', 'cluster', digString(context, 'cluster'));
  const server = digString(cluster, 'server');
  if (!/^https?:\/\//.test(server) || !URL.canParse(server))
    throw new Error(`names no server that starts with http:// or https:// (got ${JSON.stringify(server)})`);
  const user = entry(config, 'users', 'user', digString(context, 'user'));
  for (const plugin of ['exec', 'auth-provider']) {
    if (isJsonObject(user) && user[plugin] !== undefined)
      throw new Error(
        `logs in by a plugin (${plugin}), which is not run; give it a token or client certificate`,
      );
  }
  const material = (of: Json | undefined, data: string, file: string): string | undefined => {
    const inline = digString(of, data);
    if (inline !== '') return Buffer.from(inline, 'base64').toString('utf8');
    const path = digString(of, file);
    if (path === '') return undefined;
    if (readFile === undefined) throw new Error(`keeps ${file} in a file; put it in as ${data}`);
    return readFile(path);
  };
  const ca = material(cluster, 'certificate-authority-data', 'certificate-authority');
  const cert = material(user, 'client-certificate-data', 'client-certificate');
  const key = material(user, 'client-key-data', 'client-key');
  const serverName = digString(cluster, 'tls-server-name');
  const tls: UpstreamTls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(isJsonObject(cluster) && cluster['insecure-skip-tls-verify'] === true && { insecure: true }),
    ...(serverName !== '' && { serverName }),
  };
  const authorization = authorizationOf(user, readFile);
  return {
    url: server.replace(/\/+$/, ''),
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(authorization !== undefined && { authorization }),
  };
}

function authorizationOf(user: Json | undefined, readFile: ReadFile | undefined): string | undefined {
  const tokenFile = digString(user, 'tokenFile');
  const token = digString(user, 'token') || (tokenFile === '' ? '' : (readFile?.(tokenFile).trim() ?? ''));
  if (token !== '') return `Bearer ${token}`;
  const name = digString(user, 'username');
  if (name === '') return undefined;
  return `Basic ${Buffer.from(`${name}:${digString(user, 'password')}`).toString('base64')}`;
}

/** The named entry of one of a kubeconfig's lists. */
function entry(config: Json, list: string, member: string, name: string): Json | undefined {
  const found = digArray(config, list).find((one) => digString(one, 'name') === name);
  return isJsonObject(found) ? found[member] : undefined;
}
