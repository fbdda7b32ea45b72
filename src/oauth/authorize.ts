import { anonymousName } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';
import { mintToken } from '../auth/mint-token.js';
import { findClient } from '../auth/oauth-clients.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { parseForm, type Form } from './form.js';
import { mintIdToken } from './id-token.js';
import { OAuthError } from './oauth-error.js';
import { addQuery, found, resolveRedirect, withFragment, withQuery } from './redirect.js';
import { refusal } from './refusals.js';
import { issueTokens } from './token-response.js';

/** An authorization request once client and redirect are known to be good. */
interface AuthorizeRequest {
  readonly context: RequestContext;
  readonly form: Form;
  readonly client: OAuthClient;
  /** Where the browser is sent, with an answer or an error. */
  readonly redirect: string;
}

/** An error code with its description, as carried in a redirect. */
type RedirectError = readonly [error: string, description?: string];

const validResponseTypes = new Set(['code', 'id_token', 'token']);

/**
 * `/oauth/authorize`: sends the browser back to the client with a code or tokens, or with the reason why not. Until
 * client and redirect are known to be good, refusals are answered here.
 *
 * @see kubesphere/kubesphere pkg/kapis/oauth/handler.go authorize
 */
export function authorize(context: RequestContext): Reply {
  const release = context.world.release.name;
  if (inRange(release, { until: 'v3.1' })) return authorizeImplicitly(context);
  const form = readParameters(context);
  const client = findClient(context.world, parameter(form, 'client_id'));
  if (client === undefined) throw refusal(release, 'unknownAuthorizeClient');
  const redirect = resolveRedirect(client, parameter(form, 'redirect_uri'), release);
  if (redirect === undefined) throw refusal(release, 'redirectNotAllowed');
  const request = { context, form, client, redirect };
  return inRange(release, { since: 'v4.1' }) ? authorizeStrictly(request) : authorizeLeniently(request);
}

/** 3.0 and 3.1: tokens at once for whoever asks, anonymous included. */
function authorizeImplicitly(context: RequestContext): Reply {
  const { world, query, user } = context;
  const release = world.release.name;
  const wanted = query.get('client_id') ?? '';
  const client = [...world.settings.clients, builtInClient].find(({ name }) => name === wanted);
  if (client === undefined) throw refusal(release, 'unknownAuthorizeClient');
  const responseType = query.get('response_type') ?? '';
  if (responseType !== 'token') throw refusal(release, 'unsupportedResponseType', responseType);
  const issued = issueTokens(world, { name: user.name, groups: ownGroups(user.groups) });
  const redirect = resolveRedirect(client, query.get('redirect_uri') ?? '', release);
  if (redirect === undefined) throw refusal(release, 'redirectNotAllowed');
  const expires = issued.expiresIn > 0 ? `&expires_in=${String(issued.expiresIn)}` : '';
  const fragment = `access_token=${issued.accessToken}&token_type=Bearer${expires}`;
  return found(fromOf(context), `${redirect.replace(/#.*$/s, '')}#${fragment}`, true);
}

/** The client every 3.0 and 3.1 knows. */
const builtInClient: OAuthClient = { name: 'default', secret: 'kubesphere', redirectURIs: ['*'] };

function ownGroups(groups: readonly string[]): readonly string[] {
  return groups.filter((group) => !group.startsWith('system:'));
}

/** 3.2 to 3.4. */
function authorizeLeniently(request: AuthorizeRequest): Reply {
  const { context, form, redirect } = request;
  const { world, user } = context;
  if (user.name === anonymousName) {
    throw new OAuthError(401, 'login_required', '', { 'WWW-Authenticate': 'Basic' });
  }
  const types = parameter(form, 'response_type').split(' ');
  if (!types.every((type) => type === '' || validResponseTypes.has(type))) {
    return redirectError(request, ['invalid_request', 'Some requested response types were invalid']);
  }
  switch (types.length === 1 ? types[0] : '') {
    case 'code':
      return found(fromOf(context), addQuery(redirect, new URLSearchParams({ code: mintCode(request) })));
    case 'token': {
      const issued = issueTokens(world, { name: user.name });
      const values = new URLSearchParams({
        access_token: issued.accessToken,
        refresh_token: issued.refreshToken,
        token_type: 'Bearer',
      });
      if (issued.expiresIn > 0) values.set('expires_in', String(issued.expiresIn));
      return found(fromOf(context), withFragment(redirect, values));
    }
    default:
      return redirectError(request, ['unsupported_response_type']);
  }
}

/** 4.1: scope, response type, the client's own policy, then who is asking. */
function authorizeStrictly(request: AuthorizeRequest): Reply {
  const { context, form, client, redirect } = request;
  const responseType = parameter(form, 'response_type');
  const scopes = parameter(form, 'scope').split(' ');
  const allowed = client.scopeRestrictions ?? [];
  if (!scopes.every((scope) => allowed.includes(scope))) {
    return redirectError(request, ['invalid_scope', 'The requested scope is invalid or not supported.']);
  }
  if (responseType !== '' && !validResponseTypes.has(responseType)) {
    return redirectError(request, [
      'unsupported_response_type',
      `The provided response_type ${responseType} is not supported by the authorization server.`,
    ]);
  }
  if (client.grantMethod === 'deny') {
    const denied = 'The resource owner or authorization server denied the request.';
    return redirectError(request, ['invalid_grant', denied]);
  }
  const silent = parameter(form, 'prompt') === 'none';
  if (context.user.name === anonymousName) {
    if (silent) return redirectError(request, ['login_required', 'Not authenticated.']);
    return found(fromOf(context), context.world.settings.issuer);
  }
  if (silent && (client.grantMethod ?? 'auto') !== 'auto') {
    return redirectError(request, [
      'interaction_required',
      'Consent is required before proceeding with the request.',
    ]);
  }
  if (responseType === 'code') {
    return found(fromOf(context), addQuery(redirect, withState(request, { code: mintCode(request) })));
  }
  if (responseType !== 'id_token') {
    return redirectError(request, [
      'unsupported_response_type',
      'The provided response_type is not supported by the authorization server.',
    ]);
  }
  const nonce = parameter(form, 'nonce');
  // A slip of the real server: without nonce it just stops.
  if (nonce === '') return { status: 200 };
  const idToken = mintIdToken(context.world, {
    user: context.user.name,
    clientId: client.name,
    scopes,
    nonce,
  });
  return found(fromOf(context), withFragment(redirect, withState(request, { id_token: idToken })));
}

function mintCode({ context, form, client }: AuthorizeRequest): string {
  const scope = parameter(form, 'scope');
  const nonce = parameter(form, 'nonce');
  const { name, extra } = context.user;
  return mintToken(context.world, {
    user: name,
    type: 'code',
    clientId: client.name,
    ...(scope !== '' && { scopes: scope.split(' ') }),
    ...(nonce !== '' && { nonce }),
    ...(Object.keys(extra).length > 0 && { extra }),
  });
}

function redirectError(request: AuthorizeRequest, [error, description]: RedirectError): Reply {
  const values = { error, ...(description !== undefined && { error_description: description }) };
  return found(fromOf(request.context), withQuery(request.redirect, withState(request, values)));
}

function withState({ form }: AuthorizeRequest, values: Record<string, string>): URLSearchParams {
  const state = parameter(form, 'state');
  return new URLSearchParams({ ...values, ...(state !== '' && { state }) });
}

function readParameters(context: RequestContext): Form {
  if (context.method === 'POST') return parseForm(context.body, '').values;
  const mark = context.url.indexOf('?');
  return parseForm(Buffer.from(mark === -1 ? '' : context.url.slice(mark + 1)), '').values;
}

function parameter(form: Form, name: string): string {
  return form.get(name) ?? '';
}

function fromOf({ method, info }: RequestContext): { readonly method: string; readonly path: string } {
  return { method, path: info.path };
}
