import { parseGoJson } from '../../../core/go-json.js';
import { digArray, digString } from '../../../core/json.js';
import { AskError, askServer, type OutsideAnswer } from '../../../upstream/ask-server.js';
import { readChallenge, type Challenge } from './challenge.js';

/** Who asks; without a name nobody in particular. */
export interface RegistryLogin {
  readonly username?: string;
  readonly password?: string;
}

/** How a registry is asked. */
export interface SessionOptions extends RegistryLogin {
  /** True: plain HTTP will do. It does for addresses of this host and of private networks anyway. */
  readonly plain?: boolean;
  /** True: certificates are not checked. */
  readonly insecure?: boolean;
  /** What a token is wanted for, such as `repository:library/nginx:pull`. */
  readonly scope?: string;
}

/** A registry refused, with the message of go-containerregistry. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

const local =
  /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|.*\.(?:local|localhost))(?::\d+)?$/;

/**
 * A registry that has been greeted and has given a token where it wants one.
 *
 * @see google/go-containerregistry pkg/v1/remote/transport
 */
export class RegistrySession {
  readonly #base: string;
  readonly #authorization: string | undefined;
  readonly #insecure: boolean;

  private constructor(base: string, authorization: string | undefined, insecure: boolean) {
    this.#base = base;
    this.#authorization = authorization;
    this.#insecure = insecure;
  }

  /** @throws AskError when it cannot be reached; RegistryError when it refuses */
  static async open(registry: string, options: SessionOptions = {}): Promise<RegistrySession> {
    const { insecure = false } = options;
    const { base, challenge } = await greet(registry, options);
    if (challenge === undefined) return new RegistrySession(base, undefined, insecure);
    const authorization =
      challenge.scheme === 'bearer' ? await token(challenge, registry, options) : basic(options);
    return new RegistrySession(base, authorization, insecure);
  }

  /** GET of a path below `/v2`. @throws AskError; RegistryError for any status but 200 */
  async get(path: string, accept?: string): Promise<OutsideAnswer> {
    const url = `${this.#base}/v2${path}`;
    const answer = await askServer(url, {
      insecure: this.#insecure,
      headers: {
        ...(accept !== undefined && { Accept: accept }),
        ...(this.#authorization !== undefined && { Authorization: this.#authorization }),
      },
    });
    if (answer.status !== 200) throw refusal(url, answer);
    return answer;
  }
}

/** The value of an Authorization header for a name and password; `undefined` for nobody in particular. */
export function basic({ username = '', password = '' }: RegistryLogin): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function greet(
  registry: string,
  { plain = false, insecure = false }: SessionOptions,
): Promise<{ readonly base: string; readonly challenge: Challenge | undefined }> {
  const errors: string[] = [];
  for (const scheme of plain || local.test(registry) ? ['https', 'http'] : ['https']) {
    const base = `${scheme}://${registry}`;
    let answer: OutsideAnswer;
    try {
      answer = await askServer(`${base}/v2/`, { insecure });
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      errors.push(error.message);
      continue;
    }
    if (answer.status === 200) return { base, challenge: undefined };
    if (answer.status !== 401) throw refusal(`${base}/v2/`, answer);
    const challenge = readChallenge(answer.headers['www-authenticate'] ?? '');
    if (challenge === undefined) {
      const sent = answer.headers['www-authenticate'] ?? '';
      throw new RegistryError(`unrecognized challenge: ${sent}`);
    }
    return { base, challenge };
  }
  throw new RegistryError(errors.join('; '));
}

async function token({ parameters }: Challenge, registry: string, options: SessionOptions): Promise<string> {
  const realm = parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) throw new RegistryError(`malformed www-authenticate, missing realm: map[]`);
  const url = new URL(realm);
  if (options.scope !== undefined) url.searchParams.set('scope', options.scope);
  url.searchParams.set('service', parameters.get('service') ?? registry);
  const login = basic(options);
  const answer = await askServer(url.href, {
    insecure: options.insecure === true,
    ...(login !== undefined && { headers: { Authorization: login } }),
  });
  if (answer.status !== 200) throw refusal(url.href, answer);
  const text = answer.body.toString('utf8');
  const body = readable(text);
  const value = digString(body, 'token') || digString(body, 'access_token');
  if (value === '') throw new RegistryError(`no token in bearer response:\n${text}`);
  return `Bearer ${value}`;
}

/** What go-containerregistry says of an answer that is no success. */
function refusal(url: string, { status, reason, body }: OutsideAnswer): RegistryError {
  const text = body.toString('utf8');
  const problems = digArray(readable(text), 'errors').map((problem) => {
    const message = digString(problem, 'message');
    return `${digString(problem, 'code')}: ${message}`;
  });
  const [first] = problems;
  if (first === undefined) {
    const tail = text === '' ? '' : `: ${text.slice(0, 1000)}`;
    return new RegistryError(`GET ${url}: unexpected status code ${String(status)} ${reason}${tail}`);
  }
  const told = problems.length === 1 ? first : `multiple errors returned: ${problems.join('; ')}`;
  return new RegistryError(`GET ${url}: ${told}`);
}

/** A JSON text as a value; `null` when it is none. */
export function readable(text: string): ReturnType<typeof parseGoJson> {
  try {
    return parseGoJson(text);
  } catch {
    return null;
  }
}
