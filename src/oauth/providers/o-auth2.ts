import { digString, type JsonObject } from '../../core/json.js';
import { askJson } from './ask-json.js';
import { exchangeCode } from './exchange-code.js';
import type { Identity } from './identity.js';

/** A kind of provider that speaks OAuth 2 and has an endpoint that tells who somebody is. */
export interface OAuth2Provider {
  /** Where tokens are given out unless its configuration says otherwise. */
  readonly tokenUrl: string;
  /** Where people are told of. */
  readonly userInfoUrl: string;
  /** Who it says somebody is. @throws IdentityError */
  readonly read: (told: JsonObject) => Identity;
}

/**
 * Who has come back from such a provider.
 *
 * @param options The `provider` of its configuration.
 * @throws IdentityError
 */
export async function identifyByOAuth2(
  { tokenUrl, userInfoUrl, read }: OAuth2Provider,
  options: JsonObject,
  code: string,
): Promise<Identity> {
  const insecure = options['insecureSkipVerify'] === true;
  const client = {
    clientId: digString(options, 'clientID'),
    clientSecret: digString(options, 'clientSecret'),
    tokenUrl: digString(options, 'endpoint', 'tokenURL') || tokenUrl,
    redirectUrl: digString(options, 'redirectURL'),
    insecure,
  };
  const tokens = await exchangeCode(client, code);
  const address = digString(options, 'endpoint', 'userInfoURL') || userInfoUrl;
  return read(await askJson(address, { token: digString(tokens, 'access_token'), insecure }));
}
