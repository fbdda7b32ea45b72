import { badRequest } from '../../../core/api-error.js';
import { digArray, digString } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { empty, success } from '../../../registry/reply.js';
import { AskError, askServer, type OutsideAnswer } from '../../../upstream/ask-server.js';
import { readChallenge, type Challenge } from './challenge.js';
import { hostOf } from './docker-secret.js';
import { basic, readable, type RegistryLogin } from './registry-session.js';

const hub = 'registry-1.docker.io';
/** Registries a Docker daemon speaks to without TLS. */
const insecure = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?$/;

/**
 * `POST /registry/verify`: logs in as the Docker daemon that the real server asks to.
 *
 * @throws ApiError 400 with what the daemon says
 * @see kubesphere/kubesphere pkg/models/registries/registries.go; moby/moby registry/auth.go
 */
export async function verifyRegistry(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'api.RegistryCredential');
  const login = { username: digString(sent, 'username'), password: digString(sent, 'password') };
  const problem = await logIn(hostOf(digString(sent, 'serverhost')) || hub, login);
  if (problem !== undefined) throw badRequest(`Error response from daemon: ${problem}`);
  return inRange(context.release.name, { until: 'v2.1' }) ? success() : empty();
}

async function logIn(host: string, login: RegistryLogin): Promise<string | undefined> {
  let problem: string | undefined;
  for (const scheme of insecure.test(host) ? ['https', 'http'] : ['https']) {
    try {
      return await logInAt(`${scheme}://${host}/v2/`, login);
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      problem = error.message;
    }
  }
  return problem;
}

async function logInAt(url: string, login: RegistryLogin): Promise<string | undefined> {
  const greeting = await askServer(url);
  const challenge =
    greeting.status === 401 ? readChallenge(greeting.headers['www-authenticate'] ?? '') : undefined;
  const first = challenge?.scheme === 'bearer' ? await fetchToken(url, challenge, login) : basic(login);
  if (typeof first === 'object') return first.problem;
  const answer = await askServer(url, { ...(first !== undefined && { headers: { Authorization: first } }) });
  if (answer.status === 200) return undefined;
  return `login attempt to ${url} failed with status: ${String(answer.status)} ${answer.reason}`;
}

async function fetchToken(
  greeted: string,
  { parameters }: Challenge,
  login: RegistryLogin,
): Promise<string | { readonly problem: string }> {
  const realm = parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) return { problem: `Get "${greeted}": no basic auth credentials` };
  const url = new URL(realm);
  url.searchParams.set('account', login.username ?? '');
  url.searchParams.set('client_id', 'docker');
  url.searchParams.set('offline_token', 'true');
  url.searchParams.set('service', parameters.get('service') ?? '');
  const authorization = basic(login);
  const answer = await askServer(url.href, {
    ...(authorization !== undefined && { headers: { Authorization: authorization } }),
  });
  if (answer.status !== 200) return { problem: `Get "${greeted}": ${refusalOf(answer)}` };
  const body = readable(answer.body.toString('utf8'));
  const token = digString(body, 'token') || digString(body, 'access_token');
  return token === ''
    ? { problem: `Get "${greeted}": authorization server did not include a token in the response` }
    : `Bearer ${token}`;
}

/** The first thing a registry says is wrong, as Docker prints its codes. */
function refusalOf({ body, status }: OutsideAnswer): string {
  const [problem] = digArray(readable(body.toString('utf8')), 'errors');
  const code = digString(problem, 'code').toLowerCase().replaceAll('_', ' ');
  if (code !== '') return `${code}: ${digString(problem, 'message')}`;
  return status === 401
    ? 'unauthorized: authentication required'
    : `received unexpected HTTP status: ${String(status)}`;
}
