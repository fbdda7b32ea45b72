import { ApiError, type ErrorDialect } from '../core/api-error.js';
import { releaseNames, type ReleaseName } from '../core/release.js';
import { OAuthError } from './oauth-error.js';

/** A refusal as one release gives it; `{}` in the text stands for the detail of the case. */
interface Refusal {
  readonly status: number;
  readonly form: ErrorDialect;
  /** OAuth error code; empty for the other forms. */
  readonly error: string;
  readonly text: string;
}

/** What each release answers, from the named one on; a release before the first column has no such case. */
type Columns = Partial<Readonly<Record<ReleaseName, Refusal>>>;

/** A situation in which a login endpoint refuses. */
export type Situation =
  | 'incorrectPassword'
  | 'inactiveAccount'
  | 'rateLimited'
  | 'unknownClient'
  | 'wrongClientSecret'
  | 'unsupportedGrant'
  | 'badForm'
  | 'invalidRefreshToken'
  | 'unregisteredUser'
  | 'missingCode'
  | 'invalidCode'
  | 'serverError'
  | 'unknownAuthorizeClient'
  | 'redirectNotAllowed'
  | 'unsupportedResponseType'
  | 'reviewedTokenInvalid'
  | 'unknownProvider'
  | 'disabledProvider'
  | 'missingCallbackCode';

/** `{"error": …, "error_description": …}` */
function oauth(status: number, error: string, text = ''): Refusal {
  return { status, form: 'oauth', error, text };
}

/** Plain text without newline: how 3.0 wrote it. */
function bare(status: number, text: string): Refusal {
  return { status, form: 'router', error: '', text };
}

/** Plain text with newline and `nosniff`. */
function plain(status: number, text: string): Refusal {
  return { status, form: 'text', error: '', text };
}

const redirectNotAllowed = 'redirect URL is not allowed';
const clientNotFound = 'the OAuth client was not found';

/** One row per situation, one column per release in which the answer changed. */
const refusals: Readonly<Record<Situation, Columns>> = {
  incorrectPassword: {
    'v3.0': bare(401, 'Unauthorized: incorrect password'),
    'v3.1': plain(401, 'Unauthorized: incorrect password'),
    'v3.3': oauth(400, 'invalid_grant', 'incorrect password'),
    'v4.1': oauth(400, 'invalid_grant', 'Invalid username or password.'),
  },
  inactiveAccount: {
    'v3.0': bare(500, 'Internal error occurred: account is not active'),
    'v3.1': plain(500, 'Internal error occurred: account is not active'),
    'v3.3': oauth(400, 'invalid_grant', 'account is not active'),
    'v4.1': oauth(400, 'invalid_grant', 'Account suspended.'),
  },
  rateLimited: {
    'v3.0': bare(429, 'Unauthorized: auth rate limit exceeded'),
    'v3.1': plain(429, 'Too many requests: Unauthorized: auth rate limit exceeded'),
    'v3.3': oauth(429, 'invalid_grant', 'auth rate limit exceeded'),
    'v4.1': oauth(429, 'invalid_grant', 'Rate limit exceeded.'),
  },
  unknownClient: {
    'v3.3': oauth(401, 'invalid_client', clientNotFound),
    'v4.1': oauth(400, 'invalid_client', 'The provided client_id is invalid or does not exist.'),
  },
  wrongClientSecret: {
    'v3.3': oauth(401, 'invalid_client', 'invalid client credential'),
    'v4.1': oauth(401, 'unauthorized_client', 'Invalid client credential.'),
  },
  unsupportedGrant: {
    'v3.0': bare(400, 'Grant type {} is not supported'),
    'v3.1': plain(400, 'Grant type {} is not supported'),
    'v3.3': oauth(400, 'unsupported_grant_type'),
    'v4.1': oauth(400, 'unsupported_grant_type', 'The provided grant_type is not supported.'),
  },
  badForm: {
    'v3.0': plain(400, '{}'),
    'v3.3': oauth(401, 'invalid_client', '{}'),
  },
  invalidRefreshToken: {
    'v3.0': bare(401, 'Unauthorized: {}'),
    'v3.1': plain(401, 'Unauthorized: {}'),
    'v3.3': oauth(400, 'invalid_grant', '{}'),
    'v4.1': oauth(400, 'invalid_grant', 'The refresh token is invalid or expired.'),
  },
  unregisteredUser: {
    'v3.1': plain(401, 'authenticated user does not exist'),
    'v3.3': oauth(400, 'invalid_grant', 'authenticated user does not exist'),
    'v4.1': oauth(400, 'invalid_grant', 'Authenticated user does not exist.'),
  },
  missingCode: {
    'v3.3': oauth(400, 'invalid_grant', '{}'),
    'v4.1': oauth(400, 'invalid_request', 'The authorization code is empty or missing.'),
  },
  invalidCode: {
    'v3.3': oauth(400, 'invalid_grant', '{}'),
    'v4.1': oauth(400, 'invalid_grant', 'The authorization code is invalid or expired.'),
  },
  serverError: {
    'v3.0': bare(500, 'Internal error occurred: {}'),
    'v3.1': plain(500, 'Internal error occurred: {}'),
    'v3.3': oauth(500, 'server_error', '{}'),
    'v4.1': oauth(500, 'server_error', 'An internal server error occurred while processing the request.'),
  },
  unknownAuthorizeClient: {
    'v3.0': bare(401, `Unauthorized: ${clientNotFound}`),
    'v3.1': plain(401, `Unauthorized: ${clientNotFound}`),
    'v3.3': oauth(400, 'invalid_client', clientNotFound),
    'v4.1': oauth(400, 'invalid_client', 'The provided client_id is invalid or does not exist.'),
  },
  redirectNotAllowed: {
    'v3.0': bare(401, `Unauthorized: ${redirectNotAllowed}`),
    'v3.1': plain(401, `Unauthorized: ${redirectNotAllowed}`),
    'v3.3': oauth(400, 'invalid_request', redirectNotAllowed),
    'v4.1': oauth(400, 'invalid_request', 'Redirect URI is not allowed.'),
  },
  unsupportedResponseType: {
    'v3.0': bare(401, 'Response type {} is not supported'),
    'v3.1': plain(400, 'Response type {} is not supported'),
  },
  reviewedTokenInvalid: {
    'v3.0': plain(500, '{}'),
    'v3.3': plain(400, '{}'),
  },
  unknownProvider: {
    // Differs from KubeSphere: 3.0 drops the connection here.
    'v3.0': bare(401, 'Unauthorized: the identity provider was not found'),
    'v3.1': plain(401, 'Unauthorized: the identity provider was not found'),
    'v4.1': plain(
      401,
      'Unauthorized: failed to get identity provider configuration for {}, error: the Identity provider was not found',
    ),
  },
  disabledProvider: {
    'v4.1': plain(
      401,
      'Unauthorized: failed to get identity provider configuration for {}, error: the Identity provider was Disabled',
    ),
  },
  missingCallbackCode: {
    'v3.0': bare(401, 'Unauthorized: missing code'),
    'v3.1': plain(401, 'Unauthorized: missing code'),
  },
};

/**
 * The refusal of a situation in the words and form of a release.
 *
 * @param detail What the text names: a grant type, a reason.
 */
export function refusal(release: ReleaseName, situation: Situation, detail = ''): ApiError {
  const columns = refusals[situation];
  const at = releaseNames.indexOf(release);
  const column = releaseNames.slice(0, at + 1).findLast((name) => columns[name] !== undefined);
  const found = column === undefined ? undefined : columns[column];
  if (found === undefined) throw new Error(`${release} has no answer for ${situation}`);
  const { status, form, error } = found;
  const text = found.text.replace('{}', () => detail);
  return form === 'oauth'
    ? new OAuthError(status, error, text)
    : new ApiError(status, error, text, { dialect: form });
}
