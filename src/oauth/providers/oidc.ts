import { digString, type JsonObject } from '../../core/json.js';
import { askJson } from './ask-json.js';
import { exchangeCode } from './exchange-code.js';
import { IdentityError, type Identity } from './identity.js';
import { readIdToken, verifyIdToken } from './verify-id-token.js';

/**
 * Who has come back from an OpenID provider.
 *
 * @param options The `provider` of its configuration.
 * @param now Milliseconds since the epoch.
 * @returns `undefined` when its issuer does not say where its endpoints are: such a provider does not exist
 * @throws IdentityError
 * @see kubesphere/kubesphere pkg/apiserver/authentication/identityprovider/oidc/oidc.go
 */
export async function identifyByOpenId(
  options: JsonObject,
  code: string,
  now: number,
): Promise<Identity | undefined> {
  const insecure = options['insecureSkipVerify'] === true;
  const issuer = digString(options, 'issuer');
  const clientId = digString(options, 'clientID');
  const found = await discover(issuer, insecure);
  if (found === undefined) return undefined;
  const of = (member: string, key: string): string =>
    issuer === '' ? digString(options, 'endpoint', member) : digString(found, key);
  const client = {
    clientId,
    clientSecret: digString(options, 'clientSecret'),
    tokenUrl: of('tokenURL', 'token_endpoint'),
    redirectUrl: digString(options, 'redirectURL'),
    insecure,
  };
  const tokens = await exchangeCode(client, code).catch(prefixed('oidc: failed to get token'));
  const raw = tokens['id_token'];
  if (typeof raw !== 'string') throw new IdentityError('no id_token in token response');
  const idToken = readIdToken(raw);
  if (issuer !== '') {
    const keys = await askJson(of('jwksURL', 'jwks_uri'), { insecure }).catch(
      prefixed('failed to verify id token: failed to verify signature: fetching keys oidc: get keys failed'),
    );
    verifyIdToken(idToken, { issuer, clientId, keys, now });
  }
  const told =
    options['getUserInfo'] === true
      ? await askJson(of('userInfoURL', 'userinfo_endpoint'), {
          token: digString(tokens, 'access_token'),
          insecure,
        }).catch(prefixed('failed to fetch userinfo'))
      : {};
  return identityIn({ ...idToken.claims, ...told }, options);
}

/** What an issuer says of itself; nothing when none is configured. */
async function discover(issuer: string, insecure: boolean): Promise<JsonObject | undefined> {
  if (issuer === '') return {};
  try {
    const found = await askJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      insecure,
    });
    return digString(found, 'issuer') === issuer ? found : undefined;
  } catch (error) {
    if (error instanceof IdentityError) return undefined;
    throw error;
  }
}

function identityIn(claims: JsonObject, options: JsonObject): Identity {
  if (typeof claims['sub'] !== 'string') throw new IdentityError('missing required claim "sub"');
  const username = digString(claims, digString(options, 'preferredUsernameKey') || 'preferred_username');
  return {
    uid: claims['sub'],
    username: username || digString(claims, 'name'),
    email: digString(claims, digString(options, 'emailKey') || 'email'),
  };
}

function prefixed(what: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof IdentityError ? new IdentityError(`${what}: ${error.message}`) : error;
  };
}
