import { jsonBody, type Answer } from '../support/call.js';
import { E, gateway, J, M, noStore, plus, R, S, same, T, Tn, type Columns } from './forms.js';
import { basic, client, password, webRedirect, type Stage } from './stage.js';

/** One row of the decision table: a request, and what each release answers. */
export interface Row {
  readonly row: string;
  readonly scenario: string;
  readonly ask: (stage: Stage) => Promise<Answer>;
  readonly answers: Columns;
}

const from30 = ['3.0', '3.1', '3.3', '3.4', '4.1'] as const;
const from31 = ['3.1', '3.3', '3.4', '4.1'] as const;
const only3 = ['3.0', '3.1', '3.3', '3.4'] as const;
const later3 = ['3.3', '3.4'] as const;

const segments = 'token contains an invalid number of segments';
const uncached = 'token not found in cache';
const badClient41 = E(400, 'invalid_client', 'The provided client_id is invalid or does not exist.');
const unsupported41 = E(400, 'unsupported_grant_type', 'The provided grant_type is not supported.');
const refreshInvalid41 = noStore(E(400, 'invalid_grant', 'The refresh token is invalid or expired.'));
const codeInvalid41 = noStore(E(400, 'invalid_grant', 'The authorization code is invalid or expired.'));
const mediaType = T(415, '415: Unsupported Media Type');

/** A refusal by the authentication step: the same reason with each release's prefix. */
function refused(columns: readonly (keyof Columns)[], reason: string): Columns {
  return Object.fromEntries(
    columns.map((column) => [column, S(column === '4.1' ? reason : `Unauthorized: ${reason}`)]),
  );
}

/** A refusal by the password grant. */
const incorrect: Columns = {
  '3.0': T(401, 'Unauthorized: incorrect password'),
  '3.1': Tn(401, 'Unauthorized: incorrect password'),
  ...same(later3, E(400, 'invalid_grant', 'incorrect password')),
  '4.1': noStore(E(400, 'invalid_grant', 'Invalid username or password.')),
};

const inactive: Columns = {
  '3.0': T(500, 'Internal error occurred: account is not active'),
  '3.1': Tn(500, 'Internal error occurred: account is not active'),
  ...same(later3, E(400, 'invalid_grant', 'account is not active')),
  '4.1': noStore(E(400, 'invalid_grant', 'Account suspended.')),
};

/** A refusal by the refresh grant with a reason, up to 3.4. */
function notRefreshed(reason: string): Columns {
  return {
    '3.0': T(401, `Unauthorized: ${reason}`),
    '3.1': Tn(401, `Unauthorized: ${reason}`),
    ...same(later3, E(400, 'invalid_grant', reason)),
    '4.1': refreshInvalid41,
  };
}

function unsupportedGrant(type: string): Columns {
  return {
    '3.0': T(400, `Grant type ${type} is not supported`),
    '3.1': Tn(400, `Grant type ${type} is not supported`),
    ...same(later3, E(400, 'unsupported_grant_type')),
    '4.1': noStore(unsupported41),
  };
}

const challenge = (message: string) => plus(M(401, message), { 'www-authenticate': message });
const webClient = { client_id: 'web', client_secret: 'web-secret' };
const nameless =
  'Internal error occurred: LoginRecord.iam.kubesphere.io "-" is invalid: metadata.generateName: Invalid value: "-": a DNS-1123 subdomain must consist ' +
  "of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. " +
  "'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** Rows 2 to 18: the token endpoint. */
export const tokenRows: readonly Row[] = [
  {
    row: '2',
    scenario: 'a wrong password',
    ask: (stage) => stage.logIn('alice', 'wrong'),
    answers: { '2.1': M(401, 'LDAP Result Code 49 "Invalid Credentials": '), ...incorrect },
  },
  {
    row: '3',
    scenario: 'an unknown user',
    ask: (stage) => stage.logIn('nobody', password),
    answers: { '2.1': M(401, 'LDAP Result Code 49 "Invalid Credentials": incorrect password'), ...incorrect },
  },
  {
    row: '4',
    scenario: 'an empty password',
    ask: (stage) => stage.logIn('alice', ''),
    answers: { '2.1': M(401, 'incorrect username or password'), ...incorrect },
  },
  {
    row: '4',
    scenario: 'an empty username',
    ask: (stage) => stage.logIn('', password),
    answers: { '2.1': M(401, 'incorrect username or password'), ...incorrect, '3.0': T(500, nameless) },
  },
  { row: '5', scenario: 'a disabled user', ask: (stage) => stage.logIn('dora', password), answers: inactive },
  {
    row: '5',
    scenario: 'a disabled user with a wrong password',
    ask: (stage) => stage.logIn('dora', 'x'),
    answers: inactive,
  },
  {
    row: '6',
    scenario: 'a user with empty state',
    ask: (stage) => stage.logIn('nova', password),
    answers: inactive,
  },
  {
    row: '7',
    scenario: 'a rate-limited user with the right password',
    ask: async (stage) => {
      if (stage.ks.world.release.name === 'v2.1')
        for (let times = 0; times < 5; times += 1) await stage.logIn('rita', 'x');
      return stage.logIn('rita', password);
    },
    answers: {
      '2.1': M(429, 'auth rate limit exceeded'),
      '3.0': T(429, 'Unauthorized: auth rate limit exceeded'),
      '3.1': Tn(429, 'Too many requests: Unauthorized: auth rate limit exceeded'),
      ...same(later3, E(429, 'invalid_grant', 'auth rate limit exceeded')),
      '4.1': noStore(E(429, 'invalid_grant', 'Rate limit exceeded.')),
    },
  },
  ...[{}, { client_id: 'nope', client_secret: 'kubesphere' }].map((given) => ({
    row: '8',
    scenario: `client_id ${given.client_id ?? 'missing'}`,
    ask: (stage: Stage) =>
      stage.token({ grant_type: 'password', username: 'alice', password: 'wrong', ...given }),
    answers: {
      ...incorrect,
      ...same(later3, E(401, 'invalid_client', 'the OAuth client was not found')),
      '4.1': noStore(badClient41),
    },
  })),
  ...[{}, { client_secret: 'wrong' }].map((given) => ({
    row: '9',
    scenario: `client_secret ${given.client_secret ?? 'missing'}`,
    ask: (stage: Stage) =>
      stage.token({
        grant_type: 'password',
        username: 'alice',
        password: 'wrong',
        client_id: 'kubesphere',
        ...given,
      }),
    answers: {
      ...incorrect,
      ...same(later3, E(401, 'invalid_client', 'invalid client credential')),
      '4.1': noStore(E(401, 'unauthorized_client', 'Invalid client credential.')),
    },
  })),
  {
    row: '10',
    scenario: 'the password grant of a client that is not trusted',
    ask: (stage) => stage.token({ grant_type: 'password', username: 'alice', password: 'x', ...webClient }),
    answers: {
      ...same(later3, E(400, 'invalid_grant', 'incorrect password')),
      '4.1': noStore(unsupported41),
    },
  },
  ...['', 'otp', 'client_credentials', 'PASSWORD', '__proto__'].map((type) => ({
    row: '11',
    scenario: `grant_type "${type}"`,
    ask: (stage: Stage) =>
      stage.ks.world.release.name === 'v2.1'
        ? stage.token21({ grant_type: type, username: 'alice', password })
        : stage.token({ grant_type: type, username: 'alice', password, ...client }),
    answers: { '2.1': challenge('grant_type is not supported'), ...unsupportedGrant(type) },
  })),
  {
    row: '11',
    scenario: 'grant_type authorization_code, which only 4.1 knows',
    ask: (stage) => stage.token({ grant_type: 'authorization_code', code: 'x', ...webClient }),
    answers: { ...unsupportedGrant('authorization_code'), '4.1': codeInvalid41 },
  },
  {
    row: '12',
    scenario: 'the parameters in the query string',
    ask: (stage) =>
      stage.call(
        `/oauth/token?${new URLSearchParams({ grant_type: 'password', username: 'alice', password, ...client }).toString()}`,
        {
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: '',
        },
      ),
    answers: {
      ...unsupportedGrant(''),
      ...same(later3, E(401, 'invalid_client', 'the OAuth client was not found')),
      '4.1': noStore(badClient41),
    },
  },
  {
    row: '13',
    scenario: 'JSON where a form is wanted, and a form where 2.1 wants JSON',
    ask: (stage) =>
      stage.ks.world.release.name === 'v2.1'
        ? stage.call('/kapis/iam.kubesphere.io/v1alpha2/login', {
            method: 'POST',
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
            body: 'username=alice',
          })
        : stage.call('/oauth/token', jsonBody({ grant_type: 'password' })),
    answers: { '2.1': mediaType, ...same(from30, mediaType) },
  },
  {
    row: '13',
    scenario: 'a body without content type',
    ask: (stage) => stage.call('/oauth/token', { method: 'POST', body: 'grant_type=password' }),
    answers: same(from30, mediaType),
  },
  {
    row: '13',
    scenario: 'a multipart body',
    ask: (stage) =>
      stage.call('/oauth/token', {
        method: 'POST',
        headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
        body: '--b--',
      }),
    answers: same(from30, mediaType),
  },
  {
    row: '14',
    scenario: 'client credentials in a Basic header',
    ask: (stage) =>
      stage.token(
        { grant_type: 'password', username: 'alice', password, ...client },
        { Authorization: basic('kubesphere', 'kubesphere') },
      ),
    answers: refused(from30, 'incorrect password'),
  },
  {
    row: '15',
    scenario: 'refresh with garbage',
    ask: (stage) => stage.refresh('garbage'),
    answers: { '2.1': challenge(segments), ...notRefreshed(segments) },
  },
  {
    row: '15',
    scenario: 'refresh with an empty token',
    ask: (stage) => stage.refresh(''),
    answers: { '2.1': challenge('token length is zero'), ...notRefreshed(segments) },
  },
  {
    row: '16',
    scenario: 'refresh with an expired token',
    ask: (stage) => stage.refresh(stage.mint({ type: 'refresh_token', expiresIn: '-1s' })),
    answers: {
      '2.1': challenge('Token is expired'),
      ...notRefreshed('token is expired by 11s'),
      '3.3': E(400, 'invalid_grant', 'jwt: token is expired by 1s'),
      '3.4': E(400, 'invalid_grant', 'jwt: token is expired by 1.5s'),
    },
  },
  {
    row: '17',
    scenario: 'refresh with an access token',
    ask: (stage) => stage.refresh(stage.mint()),
    answers: {
      ...same(later3, E(400, 'invalid_grant', 'ivalid token type access_token want refresh_token')),
      '4.1': refreshInvalid41,
    },
  },
  {
    row: '18',
    scenario: 'refresh with a revoked token',
    ask: (stage) => stage.refresh(stage.mint({ type: 'refresh_token', remembered: false })),
    answers: notRefreshed(uncached),
  },
];

const expiredTexts: Columns = {
  '2.1': gateway('Token is expired'),
  ...refused(['3.0', '3.1'], 'token is expired by 11s'),
  ...refused(['3.3'], 'jwt: token is expired by 1s'),
  ...refused(['3.4', '4.1'], 'jwt: token is expired by 1.5s'),
};

/** Rows 19 to 32: any request. */
export const anyRows: readonly Row[] = [
  ...['garbage', 'a.b', 'a.b.c.d'].map((token) => ({
    row: '19',
    scenario: `Bearer ${token}`,
    ask: (stage: Stage) => stage.as(`Bearer ${token}`),
    answers: { '2.1': gateway(segments), ...refused(from30, segments) },
  })),
  {
    row: '19',
    scenario: 'a bad token on a path that needs no login',
    ask: (stage) => stage.as('Bearer garbage', '/oauth/authorize'),
    answers: refused(from30, segments),
  },
  {
    row: '20',
    scenario: 'a token signed with another key',
    ask: (stage) => stage.as(`Bearer ${stage.mint({ key: 'wrong' })}`),
    answers: { '2.1': gateway('signature is invalid'), ...refused(from30, 'signature is invalid') },
  },
  {
    row: '21',
    scenario: 'an expired token',
    ask: (stage) => stage.as(`Bearer ${stage.mint({ expiresIn: '-1s' })}`),
    answers: expiredTexts,
  },
  {
    row: '22',
    scenario: 'a revoked token',
    ask: (stage) => stage.as(`Bearer ${stage.mint({ remembered: false })}`),
    answers: { '2.1': gateway('illegal token'), ...refused(from30, uncached) },
  },
  {
    row: '23',
    scenario: 'the token of a deleted user',
    ask: (stage) => {
      const token = stage.mint({ user: 'nova' });
      stage.remove('nova');
      return stage.as(`Bearer ${token}`);
    },
    answers: {
      ...refused(['3.1', '3.3', '3.4'], 'user.iam.kubesphere.io "nova" not found'),
      ...refused(['4.1'], 'User.iam.kubesphere.io "nova" not found'),
    },
  },
  {
    row: '24',
    scenario: 'the token of a disabled user',
    ask: (stage) => stage.as(`Bearer ${stage.mint({ user: 'dora' })}`),
    answers: refused(['3.3', '3.4', '4.1'], 'account is not active'),
  },
  {
    row: '27',
    scenario: 'an id token as Bearer',
    ask: (stage) => stage.as(`Bearer ${stage.mint({ type: 'id_token', clientId: 'web' })}`),
    answers: refused(['3.3', '3.4', '4.1'], 'key is of invalid type'),
  },
  ...['Foo x', 'Bearer', 'Bearer ', 'Bearer  x', 'Basic !!!', 'Basic', 'Basic bm9jb2xvbg==', 'x'].map(
    (header) => ({
      row: '28',
      scenario: `Authorization "${header}"`,
      ask: (stage: Stage) => stage.as(header),
      answers: {
        '2.1': gateway('no token found'),
        ...refused(only3, '%!s(<nil>)'),
        ...refused(['4.1'], 'The request cannot be authenticated.'),
      },
    }),
  ),
  {
    row: '29',
    scenario: 'Basic with a wrong password',
    ask: (stage) => stage.as(basic('alice', 'wrong')),
    answers: { '2.1': gateway('no token found'), ...refused(from30, 'incorrect password') },
  },
  {
    row: '30',
    scenario: 'Basic of a disabled user',
    ask: (stage) => stage.as(basic('dora', password)),
    answers: refused(from30, 'account is not active'),
  },
  {
    row: '31',
    scenario: 'Basic of a rate-limited user',
    ask: (stage) => stage.as(basic('rita', password)),
    answers: {
      '3.0': {
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': '60' },
        body: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized: auth rate limit exceeded","reason":"TooManyRequests","details":{"retryAfterSeconds":60},"code":429}\n',
      },
      ...refused(from31, 'auth rate limit exceeded'),
    },
  },
  {
    row: '32',
    scenario: 'no Authorization on a protected resource',
    ask: (stage) => stage.call('/kapis/tenant.kubesphere.io/v1beta1/clusters'),
    answers: {
      '2.1': gateway('no token found'),
      ...same(['3.3', '3.4', '4.1'], {
        status: 403,
        headers: { 'x-content-type-options': 'nosniff', 'www-authenticate': undefined },
        body: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"clusters.tenant.kubesphere.io is forbidden: User \\"system:anonymous\\" cannot list resource \\"clusters\\" in API group \\"tenant.kubesphere.io\\" at the cluster scope","reason":"Forbidden","details":{"group":"tenant.kubesphere.io","kind":"clusters"},"code":403}\n',
      }),
    },
  },
];

const asAlice = (stage: Stage): string => `Bearer ${stage.mint()}`;
const unknownClient = { client_id: 'nope', response_type: 'code' };
const review = (token?: string): ReturnType<typeof jsonBody> =>
  jsonBody({
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: token === undefined ? {} : { token },
  });
const reviewPath = (stage: Stage): string =>
  stage.ks.world.release.name === 'v2.1'
    ? '/kapis/iam.kubesphere.io/v1alpha2/authenticate'
    : '/oauth/authenticate';
const notFound = T(404, '404: Page Not Found');

/** Rows 33 to 45: the other endpoints. */
export const endpointRows: readonly Row[] = [
  {
    row: '33',
    scenario: 'userinfo, anonymous',
    ask: (stage) => stage.call('/oauth/userinfo'),
    answers: {
      ...same(['3.0', '3.1'], notFound),
      ...same(later3, E(401, 'login_required')),
      '4.1': { status: 401, headers: { 'content-type': 'application/json' }, body: '"login_required"' },
    },
  },
  {
    row: '34',
    scenario: 'authorize, anonymous',
    ask: (stage) =>
      stage.authorize({
        client_id: 'web',
        response_type: 'code',
        redirect_uri: webRedirect,
        scope: 'openid',
        state: 's1',
      }),
    answers: {
      ...same(later3, plus(E(401, 'login_required'), { 'www-authenticate': 'Basic' })),
      '4.1': R('http://ks-console.kubesphere-system.svc:30880'),
    },
  },
  {
    row: '34',
    scenario: 'authorize, anonymous, prompt=none',
    ask: (stage) =>
      stage.authorize({
        client_id: 'web',
        response_type: 'code',
        redirect_uri: webRedirect,
        scope: 'openid',
        prompt: 'none',
      }),
    answers: { '4.1': R(`${webRedirect}?error=login_required&error_description=Not+authenticated.`) },
  },
  {
    row: '35',
    scenario: 'authorize, unknown client',
    ask: (stage) => stage.authorize(unknownClient, asAlice(stage)),
    answers: {
      '3.0': T(401, 'Unauthorized: the OAuth client was not found'),
      '3.1': Tn(401, 'Unauthorized: the OAuth client was not found'),
      ...same(later3, E(400, 'invalid_client', 'the OAuth client was not found')),
      '4.1': badClient41,
    },
  },
  {
    row: '36',
    scenario: 'authorize, bad redirect_uri',
    ask: (stage) =>
      stage.authorize(
        { client_id: 'web', response_type: 'token', redirect_uri: 'https://evil.example.com' },
        asAlice(stage),
      ),
    answers: {
      '3.0': T(401, 'Unauthorized: redirect URL is not allowed'),
      '3.1': Tn(401, 'Unauthorized: redirect URL is not allowed'),
      ...same(later3, E(400, 'invalid_request', 'redirect URL is not allowed')),
      '4.1': E(400, 'invalid_request', 'Redirect URI is not allowed.'),
    },
  },
  ...['bogus', '', 'openid bogus', 'openid  email'].map((scope) => ({
    row: '37',
    scenario: `authorize, scope "${scope}"`,
    ask: (stage: Stage) =>
      stage.authorize(
        {
          client_id: 'web',
          response_type: 'code',
          redirect_uri: webRedirect,
          state: 's1',
          ...(scope !== '' && { scope }),
        },
        asAlice(stage),
      ),
    answers: {
      '4.1': R(
        `${webRedirect}?error=invalid_scope&error_description=The+requested+scope+is+invalid+or+not+supported.&state=s1`,
      ),
    },
  })),
  {
    row: '38',
    scenario: 'authorize, bad response_type',
    ask: (stage) =>
      stage.authorize(
        { client_id: 'web', response_type: 'magic', redirect_uri: webRedirect, scope: 'openid', state: 's1' },
        asAlice(stage),
      ),
    answers: {
      '3.0': T(401, 'Response type magic is not supported'),
      '3.1': Tn(400, 'Response type magic is not supported'),
      ...same(
        later3,
        R(
          `${webRedirect}?error=invalid_request&error_description=Some+requested+response+types+were+invalid&state=s1`,
        ),
      ),
      '4.1': R(
        `${webRedirect}?error=unsupported_response_type&error_description=The+provided+response_type+magic+is+not+supported+by+the+authorization+server.&state=s1`,
      ),
    },
  },
  {
    row: '39',
    scenario: 'code grant without code',
    ask: (stage) => stage.token({ grant_type: 'code', ...webClient }),
    answers: {
      ...same(later3, E(400, 'invalid_grant', segments)),
      '4.1': noStore(E(400, 'invalid_request', 'The authorization code is empty or missing.')),
    },
  },
  {
    row: '40',
    scenario: 'code grant with an access token',
    ask: (stage) => stage.token({ grant_type: 'code', code: stage.mint(), ...webClient }),
    answers: {
      ...same(later3, E(400, 'invalid_grant', 'ivalid token type access_token want code')),
      '4.1': codeInvalid41,
    },
  },
  {
    row: '40',
    scenario: 'code grant with a code used before',
    ask: async (stage) => {
      const code = stage.mint({ type: 'code', clientId: 'web' });
      await stage.token({ grant_type: 'code', code, ...webClient });
      return stage.token({ grant_type: 'code', code, ...webClient });
    },
    answers: { ...same(later3, E(400, 'invalid_grant', uncached)), '4.1': codeInvalid41 },
  },
  {
    row: '40',
    scenario: 'code grant with a bad code and a bad redirect: 4.1 looks at the redirect first',
    ask: (stage) => stage.token({ grant_type: 'code', code: 'bad', redirect_uri: 'https://x', ...client }),
    answers: {
      ...same(later3, E(400, 'invalid_grant', segments)),
      '4.1': noStore(E(400, 'invalid_request', 'Redirect URI is not allowed.')),
    },
  },
  {
    row: '41',
    scenario: 'TokenReview of a bad token',
    ask: (stage) => stage.call(reviewPath(stage), review('garbage')),
    answers: {
      '2.1': J(200, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        status: { authenticated: false },
      }),
      ...same(['3.0', '3.1'], Tn(500, segments)),
      ...same(['3.3', '3.4', '4.1'], Tn(400, segments)),
    },
  },
  {
    row: '42',
    scenario: 'TokenReview without a token',
    ask: (stage) => stage.call(reviewPath(stage), review()),
    answers: { '2.1': M(400, 'token must not be null'), ...same(from30, Tn(400, 'token must not be null')) },
  },
  {
    row: '43',
    scenario: 'POST login, anonymous',
    ask: (stage) => stage.logIn21({ username: 'alice', password }),
    answers: same(['3.0', '3.1', '3.3', '3.4', '4.1'], {
      status: 403,
      headers: { 'x-content-type-options': 'nosniff' },
      body: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"login.iam.kubesphere.io is forbidden: User \\"system:anonymous\\" cannot create resource \\"login\\" in API group \\"iam.kubesphere.io\\" at the cluster scope","reason":"Forbidden","details":{"group":"iam.kubesphere.io","kind":"login"},"code":403}\n',
    }),
  },
  {
    row: '44',
    scenario: 'logout, anonymous',
    ask: (stage) => stage.call('/oauth/logout'),
    answers: { '3.0': notFound, ...same(from31, M(200, 'success')) },
  },
  {
    row: '45',
    scenario: 'callback of an unknown provider',
    ask: (stage) => stage.call('/oauth/callback/nope?code=1'),
    answers: {
      ...same(['3.1', '3.3', '3.4'], Tn(401, 'Unauthorized: the identity provider was not found')),
      '4.1': Tn(
        401,
        'Unauthorized: failed to get identity provider configuration for nope, error: the Identity provider was not found',
      ),
    },
  },
];
