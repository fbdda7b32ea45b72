import type { ReleaseName } from '../core/release.js';

/** How a release reads JSON Web Tokens: the words of the library it is built with. */
export interface JwtDialect {
  /** The library pads base64 segments before it decodes them, which moves the place of an error. */
  readonly padsSegments: boolean;
  /**
   * `hmac`: any HMAC, refused by the key function otherwise; `listed`: HS256 and RS256 only, where RS256 then fails
   * because verification is handed a private key.
   */
  readonly methods: 'hmac' | 'listed';
  /** `{by}` is the time since expiry. */
  readonly expired: string;
  /** `{iat}` and `{now}` are moments. */
  readonly usedBeforeIssued: string;
  /** Absent: `nbf` is not looked at. */
  readonly notYetValid?: string;
  /** Moments and durations of messages: whole seconds, or with fractions and Go's layout. */
  readonly precision: 'seconds' | 'nanoseconds';
  /** The configured clock skew is granted to `iat`. */
  readonly grantsSkew: boolean;
  /** `aud` is a string: a list, as Kubernetes writes it into its own tokens, cannot be read. */
  readonly singleAudience: boolean;
}

/** How a release writes tokens. */
export interface TokenDialect {
  /** Claims in the order they are written. */
  readonly order: readonly string[];
  /** `iat` and `nbf` lie the clock skew in the past. */
  readonly backdated: boolean;
  /** `iss` of access tokens is this constant instead of the configured issuer. */
  readonly fixedIssuer?: string;
  /** Claim and userinfo member that carry the full name. 4.1 names it `url`: a slip in a struct tag. */
  readonly fullName: 'name' | 'url';
}

/** Whose identity a verified token gives. */
export interface IdentityDialect {
  /** The User object must exist; otherwise the claims are believed. */
  readonly looksUpUser: boolean;
  readonly refusesDisabled: boolean;
  /** `spec.groups` become groups of the caller. */
  readonly usesGroups: boolean;
  /** Subject of the not-found text. */
  readonly userKind: string;
}

/** Where a release differs in telling who is asking; see `oauth/refusals.ts` for the login endpoints. */
export interface AuthDialect {
  /** Who refuses: the gateway of 2.1 in plain text, or the server with a `Status`. */
  readonly refusal: 'gateway' | 'status';
  /** Stands before the reason of every 401. */
  readonly reasonPrefix: string;
  /** Reason when the Authorization header holds nothing usable. */
  readonly unusable: string;
  /** Basic authentication: absent where there is none. */
  readonly basic?: {
    readonly rateLimited: 401 | 429;
    /** `spec.type` of the LoginRecord a wrong password leaves. */
    readonly record: 'Basic' | 'Password';
    /** `spec.groups` become groups of the caller. */
    readonly usesGroups: boolean;
    /** Successes are recorded too, on this path prefix. */
    readonly recordsSuccessOn?: string;
  };
  readonly jwt: JwtDialect;
  readonly token: TokenDialect;
  readonly identity: IdentityDialect;
  /** `multipleLogin: false` ends earlier sessions. */
  readonly honoursMultipleLogin: boolean;
  /** Tokens without `exp` are looked up and renewed, others never: the gateway's own rule. */
  readonly slidingSessions: boolean;
  /** Headers that tell the client's address, first match wins. */
  readonly addressHeaders: readonly string[];
  /** Login records are written for names that have no User. */
  readonly recordsUnknownUsers: boolean;
}

const registeredFirst = ['token_type', 'username', 'extra', 'scopes'];
const profile = ['nonce', 'email', 'locale', 'preferred_username'];

const jwtGo: JwtDialect = {
  padsSegments: true,
  methods: 'hmac',
  expired: 'token is expired by {by}',
  usedBeforeIssued: 'Token used before issued',
  notYetValid: 'token is not valid yet',
  precision: 'seconds',
  grantsSkew: false,
  singleAudience: true,
};

const issuerJwt: JwtDialect = {
  padsSegments: false,
  methods: 'listed',
  expired: 'jwt: token is expired by {by}',
  usedBeforeIssued: 'jwt: token used before issued, iat:{iat}, now:{now}',
  precision: 'seconds',
  grantsSkew: true,
  singleAudience: false,
};

const peerHeaders = ['x-real-ip', 'x-forwarded-for'];

const v3_0: AuthDialect = {
  refusal: 'status',
  reasonPrefix: 'Unauthorized: ',
  unusable: '%!s(<nil>)',
  basic: { rateLimited: 429, record: 'Basic', usesGroups: false, recordsSuccessOn: '/oauth/authorize' },
  jwt: jwtGo,
  token: {
    order: ['username', 'uid', 'token_type', 'exp', 'iat', 'iss', 'nbf'],
    backdated: true,
    fixedIssuer: 'kubesphere',
    fullName: 'name',
  },
  identity: {
    looksUpUser: false,
    refusesDisabled: false,
    usesGroups: false,
    userKind: 'user.iam.kubesphere.io',
  },
  honoursMultipleLogin: true,
  slidingSessions: false,
  addressHeaders: peerHeaders,
  recordsUnknownUsers: true,
};

const v3_1: AuthDialect = {
  ...v3_0,
  basic: { rateLimited: 401, record: 'Basic', usesGroups: false },
  token: { ...v3_0.token, order: ['username', 'groups', 'extra', 'token_type', 'exp', 'iat', 'iss', 'nbf'] },
  identity: { ...v3_0.identity, looksUpUser: true, usesGroups: true },
  recordsUnknownUsers: false,
};

const v3_3: AuthDialect = {
  ...v3_1,
  basic: { rateLimited: 401, record: 'Basic', usesGroups: true },
  jwt: issuerJwt,
  token: {
    order: ['aud', 'exp', 'iat', 'iss', 'nbf', 'sub', ...registeredFirst, 'name', ...profile],
    backdated: false,
    fullName: 'name',
  },
  identity: { ...v3_1.identity, refusesDisabled: true },
  honoursMultipleLogin: false,
  addressHeaders: ['x-client-ip', ...peerHeaders],
};

const v3_4: AuthDialect = {
  ...v3_3,
  basic: { rateLimited: 401, record: 'Password', usesGroups: true },
  jwt: { ...issuerJwt, precision: 'nanoseconds' },
  token: {
    ...v3_3.token,
    order: ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', ...registeredFirst, 'name', ...profile],
  },
  honoursMultipleLogin: true,
};

const v4_1: AuthDialect = {
  ...v3_4,
  reasonPrefix: '',
  unusable: 'The request cannot be authenticated.',
  token: {
    order: ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', ...registeredFirst, 'url', ...profile],
    backdated: false,
    fullName: 'url',
  },
  identity: { ...v3_4.identity, usesGroups: false, userKind: 'User.iam.kubesphere.io' },
};

const { basic: _noBasic, ...withoutBasic } = v3_0;

const v2_1: AuthDialect = {
  ...withoutBasic,
  refusal: 'gateway',
  reasonPrefix: '',
  unusable: 'no token found',
  // The gateway reads claims into a map.
  jwt: {
    ...jwtGo,
    expired: 'Token is expired',
    notYetValid: 'Token is not valid yet',
    singleAudience: false,
  },
  token: { order: ['email', 'exp', 'iat', 'type', 'username'], backdated: false, fullName: 'name' },
  slidingSessions: true,
  recordsUnknownUsers: false,
};

/** How each release authenticates, as data: a difference between releases is a different value here. */
export const authDialects: Readonly<Record<ReleaseName, AuthDialect>> = {
  'v2.1': v2_1,
  'v3.0': v3_0,
  'v3.1': v3_1,
  'v3.3': v3_3,
  'v3.4': v3_4,
  'v4.1': v4_1,
};
