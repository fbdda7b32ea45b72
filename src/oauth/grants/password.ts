import { notImplemented, type ApiError } from '../../core/api-error.js';
import { digArray, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import type { OAuthClient } from '../../core/settings.js';
import { checkLogin, type LoginVerdict } from '../../auth/check-login.js';
import { recordLogin } from '../../auth/login-records.js';
import type { RequestContext } from '../../registry/contract.js';
import type { Form } from '../form.js';
import { findIdentityProvider } from '../../auth/oauth-clients.js';
import { refusal } from '../refusals.js';
import { issueTokens, tokenBody, type Subject } from '../token-response.js';
import type { GrantRequest } from './grant.js';

const uninitialized = 'iam.kubesphere.io/uninitialized';

/** The password grant: the account's state first, then its password, then a login record, then tokens. */
export function grantPassword({ context, form, client }: GrantRequest): JsonObject | Promise<JsonObject> {
  const { world } = context;
  const release = world.release.name;
  if (inRange(release, { since: 'v4.1' })) {
    if (client?.trusted !== true) throw refusal(release, 'unsupportedGrant');
    const provider = form.get('provider') ?? '';
    if (provider !== '') {
      const found = findIdentityProvider(world, provider);
      if (found === undefined || found.disabled === true) throw refusal(release, 'serverError');
      const { username, password } = credentialsIn(form);
      return import('../providers/password-login.js').then(({ checksPasswords, logInAt }) => {
        // Differs from KubeSphere, which finds no generic provider of that name.
        if (!checksPasswords(found))
          throw notImplemented(`a login with a password through ${provider} (${found.type})`);
        return logInAt(context, found, username, password, client);
      });
    }
  }
  const { username, password } = credentialsIn(form);
  return logIn(context, username, password, client);
}

function credentialsIn(form: Form): { readonly username: string; readonly password: string } {
  return { username: form.get('username') ?? '', password: form.get('password') ?? '' };
}

/**
 * Logs a local account in: the token document, or a refusal in the words of the release.
 *
 * @throws ApiError
 */
export function logIn(
  context: RequestContext,
  login: string,
  password: string,
  client?: OAuthClient,
): JsonObject | Promise<JsonObject> {
  const { release, settings } = context.world;
  // Providers are asked first, but about the one account everybody needs.
  const asksFirst =
    settings.identityProviders.length > 0 &&
    inRange(release.name, { since: 'v3.1', until: 'v3.3' }) &&
    ![login, password].includes('') &&
    login !== 'admin';
  if (!asksFirst) return logInHere(context, login, password, client);
  return import('../providers/password-login.js').then(
    async ({ logInAnywhere }) =>
      (await logInAnywhere(context, login, password, client)) ?? logInHere(context, login, password, client),
  );
}

function logInHere(
  context: RequestContext,
  login: string,
  password: string,
  client: OAuthClient | undefined,
): JsonObject | Promise<JsonObject> {
  const conclude = (verdict: LoginVerdict): JsonObject => {
    if (verdict.outcome === 'ok') {
      record(context, verdict.user.metadata.name, true);
      return tokenBody(issueTokens(context.world, subjectOf(context, verdict.user), client));
    }
    throw refuse(context, verdict, login);
  };
  const verdict = checkLogin(context.world, login, password);
  return verdict instanceof Promise ? verdict.then(conclude) : conclude(verdict);
}

function refuse(
  context: RequestContext,
  verdict: Exclude<LoginVerdict, { outcome: 'ok' }>,
  login: string,
): ApiError {
  const release = context.world.release.name;
  switch (verdict.outcome) {
    case 'incorrectPassword':
      if (verdict.user !== undefined) record(context, verdict.user.metadata.name, false);
      else if (inRange(release, { until: 'v3.0' })) {
        if (!storable.test(login.replaceAll('@', '-')))
          return refusal(release, 'serverError', unstorable(login));
        record(context, login, false);
      }
      return refusal(release, 'incorrectPassword');
    case 'inactive':
      return refusal(release, 'inactiveAccount');
    case 'rateLimited':
      return refusal(release, 'rateLimited');
  }
}

/** Names 3.0 can store a login record for. */
const storable = /^[a-z0-9]([-a-z0-9.]{0,240}[a-z0-9])?$/;

/** What storing a login record under any other name runs into. */
function unstorable(login: string): string {
  const name = JSON.stringify(`${login.replaceAll('@', '-')}-`);
  return (
    `LoginRecord.iam.kubesphere.io ${name} is invalid: metadata.generateName: Invalid value: ${name}: a DNS-1123 ` +
    "subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
    "alphanumeric character (e.g. 'example.com', regex used for validation is " +
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  );
}

function record(context: RequestContext, user: string, success: boolean): void {
  const reason = success ? 'authenticated successfully' : 'incorrect password';
  recordLogin(context.world, { user, type: 'Token', provider: '', success, reason }, context);
}

/** Who the tokens are for; a password that must be changed first shows in them from 3.1 on. */
function subjectOf({ world }: RequestContext, user: KubeObject): Subject {
  const { name } = user.metadata;
  const groups = digArray(user, 'spec', 'groups').filter((group) => typeof group === 'string');
  const marked =
    (annotation(user, uninitialized) ?? '') !== '' && inRange(world.release.name, { since: 'v3.1' });
  return marked ? { name, groups, extra: { uninitialized: ['true'] } } : { name, groups };
}
