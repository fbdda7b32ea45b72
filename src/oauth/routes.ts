import type { ApiGroup, Route } from '../registry/contract.js';
import { postToken } from './token.js';

const form = ['application/x-www-form-urlencoded'];

const routes: readonly Route[] = [
  { method: 'POST', path: '/oauth/token', handle: postToken, consumes: form, since: 'v3.0' },
];

/** The login endpoints outside `/kapis`. */
export const oauthRoutes: ApiGroup = { name: '', version: '', routes };
