import { digObject, digString } from '../../core/json.js';
import { IdentityError } from './identity.js';
import type { OAuth2Provider } from './o-auth2.js';

/**
 * Providers that speak OAuth 2, by their type.
 *
 * @see kubesphere/kubesphere pkg/apiserver/authentication/identityprovider/{github,gitlab,aliyunidaas}
 */
export const oAuth2Providers: Readonly<Record<string, OAuth2Provider>> = {
  GitHubIdentityProvider: {
    tokenUrl: 'https://github.com/login/oauth/access_token',
    userInfoUrl: 'https://api.github.com/user',
    read: (told) => {
      const login = digString(told, 'login');
      return { uid: login, username: login, email: digString(told, 'email') };
    },
  },
  GitlabIdentityProvider: {
    tokenUrl: 'https://gitlab.com/oauth/token',
    userInfoUrl: 'https://gitlab.com/api/v4/user',
    read: (told) => ({
      uid: typeof told['id'] === 'number' ? String(told['id']) : '0',
      username: digString(told, 'username'),
      email: digString(told, 'email'),
    }),
  },
  AliyunIDaaSProvider: {
    tokenUrl: '',
    userInfoUrl: '',
    read: (told) => {
      if (told['success'] !== true) throw new IdentityError(digString(told, 'message'));
      const data = digObject(told, 'data');
      return {
        uid: digString(data, 'sub'),
        username: digString(data, 'username'),
        email: digString(data, 'email'),
      };
    },
  },
};
