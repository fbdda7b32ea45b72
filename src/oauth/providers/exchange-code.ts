import { STATUS_CODES } from 'node:http';
import { goQuote } from '../../core/go-format.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { AskError } from '../../upstream/ask-server.js';
import { askUpstream, type UpstreamAnswer } from '../../upstream/ask-upstream.js';
import { IdentityError } from './identity.js';

/** What a provider's Secret says of our client there. */
export interface ProviderClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  readonly redirectUrl: string;
  /** True: certificates are not checked. */
  readonly insecure: boolean;
}

/**
 * Exchanges a code for tokens: with the client's credentials in a Basic header first, then among the parameters.
 *
 * @throws IdentityError in the words of Go's oauth2
 * @see golang/oauth2 internal/token.go
 */
export async function exchangeCode(client: ProviderClient, code: string): Promise<JsonObject> {
  const { clientId, clientSecret, redirectUrl } = client;
  const form = {
    grant_type: 'authorization_code',
    code,
    ...(redirectUrl !== '' && { redirect_uri: redirectUrl }),
  };
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
  const basic = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  const first = await post(client, form, basic);
  const answer =
    first.status >= 200 && first.status <= 299
      ? first
      : await post(client, { ...form, client_id: clientId, client_secret: clientSecret }, {});
  const tokens = readTokens(answer);
  const error = digString(tokens, 'error');
  if (answer.status < 200 || answer.status > 299 || error !== '') throw refused(answer, error, tokens);
  if (digString(tokens, 'access_token') === '')
    throw new IdentityError('oauth2: server response missing access_token');
  return tokens;
}

function refused(answer: UpstreamAnswer, error: string, tokens: JsonObject): IdentityError {
  const description = digString(tokens, 'error_description');
  if (error !== '') {
    const more = description === '' ? '' : ` ${goQuote(description)}`;
    return new IdentityError(`oauth2: ${goQuote(error)}${more}`);
  }
  const status = `${String(answer.status)} ${STATUS_CODES[answer.status] ?? ''}`;
  return new IdentityError(`oauth2: cannot fetch token: ${status}\nResponse: ${answer.text}`);
}

function readTokens({ contentType, text }: UpstreamAnswer): JsonObject {
  if (/^(?:application\/x-www-form-urlencoded|text\/plain)\b/.test(contentType))
    return Object.fromEntries(new URLSearchParams(text));
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

async function post(
  { tokenUrl, insecure }: ProviderClient,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<UpstreamAnswer> {
  const failed = (why: string): IdentityError => new IdentityError(`Post ${goQuote(tokenUrl)}: ${why}`);
  if (!URL.canParse(tokenUrl)) throw failed('unsupported protocol scheme ""');
  const url = new URL(tokenUrl);
  try {
    return await askUpstream(
      { url: url.origin, ...(insecure && { tls: { insecure } }) },
      {
        method: 'POST',
        target: url.pathname + url.search,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: Buffer.from(new URLSearchParams(form).toString()),
      },
    );
  } catch (error) {
    throw error instanceof AskError ? failed(error.message) : error;
  }
}
