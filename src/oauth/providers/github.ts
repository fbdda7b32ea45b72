import { digString, type JsonObject } from '../../core/json.js';
import { askJson } from './ask-json.js';
import { exchangeCode } from './exchange-code.js';
import type { Identity } from './identity.js';

/**
 * Who has come back from GitHub, or from what stands for it.
 *
 * @param options The `provider` of its configuration.
 * @throws IdentityError
 * @see kubesphere/kubesphere pkg/apiserver/authentication/identityprovider/github/github.go
 */
export async function identifyAtGitHub(options: JsonObject, code: string): Promise<Identity> {
  const insecure = options['insecureSkipVerify'] === true;
  const tokens = await exchangeCode(
    {
      clientId: digString(options, 'clientID'),
      clientSecret: digString(options, 'clientSecret'),
      tokenUrl: digString(options, 'endpoint', 'tokenURL') || 'https://github.com/login/oauth/access_token',
      redirectUrl: digString(options, 'redirectURL'),
      insecure,
    },
    code,
  );
  const address = digString(options, 'endpoint', 'userInfoURL') || 'https://api.github.com/user';
  const user = await askJson(address, { token: digString(tokens, 'access_token'), insecure });
  const login = digString(user, 'login');
  return { uid: login, username: login, email: digString(user, 'email') };
}
