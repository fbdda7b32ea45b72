import type { ReleaseRange } from '../core/release.js';
import type { ApiGroup, Route } from '../registry/contract.js';
import { onHost } from '../registry/on-host.js';
import { authorize } from './authorize.js';
import { handleCallback, logInThroughProvider } from './callback.js';
import { getDiscovery } from './discovery.js';
import { getKeys } from './jwks.js';
import { getLoginLog, logIn21, postToken21 } from './login-2.1.js';
import { logIn3 } from './login-3.x.js';
import { logOut } from './logout.js';
import { getOAuthConfig } from './oauth-config.js';
import { reviewToken } from './token-review.js';
import { postToken } from './token.js';
import { getUserinfo } from './userinfo.js';

const form = ['application/x-www-form-urlencoded'];
const jsonOnly = ['application/json'];

const only21: ReleaseRange = { until: 'v2.1' };
const since30: ReleaseRange = { since: 'v3.0' };
const since31: ReleaseRange = { since: 'v3.1' };
const since33: ReleaseRange = { since: 'v3.3' };

const root: readonly Route[] = [
  { method: 'POST', path: '/oauth/token', handle: postToken, consumes: form, ...since30 },
  { method: 'GET', path: '/oauth/authorize', handle: authorize, ...since30 },
  { method: 'POST', path: '/oauth/authorize', handle: authorize, consumes: form, ...since33 },
  { method: 'POST', path: '/oauth/authenticate', handle: reviewToken, consumes: jsonOnly, ...since30 },
  { method: 'GET', path: '/oauth/callback/{callback}', handle: handleCallback, ...since30 },
  { method: 'GET', path: '/oauth/logout', handle: logOut, ...since31 },
  { method: 'GET', path: '/oauth/userinfo', handle: getUserinfo, ...since33 },
  { method: 'GET', path: '/oauth/keys', handle: getKeys, ...since33 },
  {
    method: 'GET',
    path: '/oauth/.well-known/openid-configuration',
    handle: getDiscovery,
    since: 'v3.3',
    until: 'v3.4',
  },
  { method: 'GET', path: '/.well-known/openid-configuration', handle: getDiscovery, since: 'v4.1' },
  {
    method: 'POST',
    path: '/oauth/login/{identityprovider}',
    handle: logInThroughProvider,
    consumes: form,
    since: 'v3.4',
    until: 'v3.4',
  },
];

const iam: readonly Route[] = [
  { method: 'POST', path: '/login', handle: logIn21, consumes: jsonOnly, errors: 'message', ...only21 },
  { method: 'POST', path: '/token', handle: postToken21, consumes: jsonOnly, errors: 'message', ...only21 },
  {
    method: 'POST',
    path: '/authenticate',
    handle: reviewToken,
    consumes: jsonOnly,
    errors: 'message',
    ...only21,
  },
  { method: 'GET', path: '/users/{user}/logs', handle: getLoginLog, errors: 'message', ...only21 },
  { method: 'POST', path: '/login', handle: logIn3, consumes: jsonOnly, since: 'v3.0', until: 'v3.3' },
];

const config: readonly Route[] = [
  { method: 'GET', path: '/configs/oauth', handle: onHost(getOAuthConfig), ...since30 },
];

/** The login endpoints: outside `/kapis`, and where the groups of iam and config have theirs. */
export const oauthGroups: readonly ApiGroup[] = [
  { name: '', version: '', routes: root },
  { name: 'iam.kubesphere.io', version: 'v1alpha2', routes: iam },
  { name: 'config.kubesphere.io', version: 'v1alpha2', routes: config },
];
