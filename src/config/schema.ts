import { z } from 'zod';
import { parseGoDuration } from '../core/go-duration.js';
import { isJsonObject, type JsonObject } from '../core/json.js';
import type { Duration, Options, WorldDocument } from '../core/options.js';
import { releaseNames } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';

/** What the log on stderr tells: nothing, our own bugs, also what a test author should know, also every request. */
export type LogLevel = 'silent' | 'error' | 'warn' | 'info';

/** What `serve` can be told: the options of a fake, and how to run it as a process. */
export interface ServeOptions extends Options {
  /** Path of a PEM file; its content becomes `signKey`. */
  readonly signKeyFile?: string;
  /** Paths of PEM files likewise, for `tlsCa` (or `new`), `tlsCaKey`, `tlsCert` and `tlsKey`. */
  readonly tlsCaFile?: string;
  readonly tlsCaKeyFile?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly logLevel?: LogLevel;
  /** One line of JSON instead of a banner when ready. */
  readonly json?: boolean;
}

const text = z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' });
const flag = z.boolean({ error: 'must be true or false' });
const seconds = z.number({ error: 'must be a whole number of seconds' }).int().min(0, {
  error: 'must be 0 or more seconds',
});

function count(what: string, most: number): z.ZodType<number> {
  const error = `must be a whole number of ${what} from 0 to ${String(most)}`;
  return z.number({ error }).int({ error }).min(0, { error }).max(most, { error });
}

const port = z
  .number({ error: 'must be a port from 0 to 65535' })
  .int({ error: 'must be a port from 0 to 65535' })
  .min(0, { error: 'must be a port from 0 to 65535' })
  .max(65_535, { error: 'must be a port from 0 to 65535' });

const duration: z.ZodType<Duration> = z.custom<Duration>(
  (value) =>
    typeof value === 'number'
      ? Number.isFinite(value) && value >= 0
      : typeof value === 'string' && (parseGoDuration(value) ?? -1) >= 0,
  { error: 'must be a duration: seconds, or text such as 2h, 10m0s or 500ms' },
);

const moment = z.custom<string>(
  (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  { error: 'must be a moment such as 2024-05-01T12:00:00Z' },
);

function oneOf<const T extends readonly [string, ...string[]]>(choices: T): z.ZodType<T[number]> {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
}

const list = { error: 'must be a list' };

const client: z.ZodType<OAuthClient> = z.strictObject(
  {
    name: text,
    secret: text,
    trusted: flag.exactOptional(),
    grantMethod: oneOf(['auto', 'prompt', 'deny']).exactOptional(),
    respondWithChallenges: flag.exactOptional(),
    scopeRestrictions: z.array(text, list).exactOptional(),
    redirectURIs: z.array(text, list).exactOptional(),
    accessTokenMaxAgeSeconds: seconds.exactOptional(),
    accessTokenInactivityTimeoutSeconds: seconds.exactOptional(),
  },
  { error: 'must be a client with name and secret' },
);

const user = z.strictObject(
  {
    name: z
      .string({ error: 'must be text' })
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
        error: 'must be a name of lower-case letters, digits, "-" and "."',
      }),
    password: text,
    email: text.exactOptional(),
    globalRole: text.exactOptional(),
    state: oneOf(['Active', 'Disabled', 'AuthLimitExceeded']).exactOptional(),
    groups: z.array(text, list).exactOptional(),
  },
  { error: 'must be a user with name and password' },
);

const cluster = z.strictObject(
  {
    name: z.string({ error: 'must be text' }).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, {
      error: 'must be a name of lower-case letters, digits and "-"',
    }),
    url: z
      .string({ error: 'must be text' })
      .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), {
        error: 'must be a URL that starts with http:// or https://',
      })
      .exactOptional(),
    kubeconfig: text.exactOptional(),
  },
  { error: 'must be a cluster with name, and url or kubeconfig' },
);

const spec = z.union(
  [
    text,
    z.strictObject({
      name: z.string().regex(/^[A-Za-z][\w.-]*$/),
      document: z.custom<JsonObject>(isJsonObject),
    }),
  ],
  { error: 'must be a file, a URL, or a mapping of name and document' },
);

const optionShape = {
  release: oneOf(releaseNames).exactOptional(),
  brand: text.exactOptional(),
  world: z
    .custom<string | WorldDocument>(
      (value) =>
        typeof value === 'string' ? value !== '' : isJsonObject(value) && Array.isArray(value['objects']),
      { error: 'must be a name, a path, or a document with a list of objects' },
    )
    .exactOptional(),
  generate: z
    .strictObject(
      {
        nodes: count('nodes', 1_000_000).exactOptional(),
        namespaces: count('namespaces', 1_000_000).exactOptional(),
        pods: count('pods', 1_000_000).exactOptional(),
        users: count('users', 1_000_000).exactOptional(),
      },
      { error: 'must be a mapping of nodes, namespaces, pods and users to numbers' },
    )
    .exactOptional(),
  seed: z.union([z.number(), text], { error: 'must be a number or text' }).exactOptional(),
  now: moment.exactOptional(),
  users: z.array(user, list).exactOptional(),
  clients: z.array(client, list).exactOptional(),
  clusters: z.array(cluster, list).exactOptional(),
  kubeApiserver: text.exactOptional(),
  issuer: text.exactOptional(),
  jwtSecret: text.exactOptional(),
  signKey: text.exactOptional(),
  accessTokenMaxAge: duration.exactOptional(),
  accessTokenInactivityTimeout: duration.exactOptional(),
  refreshTokenMaxAge: duration.exactOptional(),
  maximumClockSkew: duration.exactOptional(),
  multipleLogin: flag.exactOptional(),
  rateLimit: z
    .strictObject(
      { maxTries: count('tries', 1_000_000).exactOptional(), duration: duration.exactOptional() },
      { error: 'must be a mapping of maxTries and duration' },
    )
    .exactOptional(),
  controllers: z
    .union([z.record(z.string(), flag), z.array(text)], {
      error: 'must be a list of names, or a mapping of names to true or false',
    })
    .exactOptional(),
  settle: duration.exactOptional(),
  kubeVersion: z
    .string({ error: 'must be text' })
    .regex(/^v\d+\.\d+\.\d+/, { error: 'must be a version such as v1.29.2' })
    .exactOptional(),
  specs: z.array(spec, list).exactOptional(),
  strictRequests: flag.exactOptional(),
  scenarios: z.array(text, list).exactOptional(),
  host: text.exactOptional(),
  port: port.exactOptional(),
  tlsPort: port.exactOptional(),
  tlsCa: text.exactOptional(),
  tlsCaKey: text.exactOptional(),
  tlsCert: text.exactOptional(),
  tlsKey: text.exactOptional(),
  tlsSan: z.array(text, list).exactOptional(),
};

/** What {@link Options} may say. */
export const optionsSchema: z.ZodType<Options> = z.strictObject(optionShape, {
  error: 'must be a mapping of options',
});

/** What flags, environment and configuration files may say. */
export const serveSchema: z.ZodType<ServeOptions> = z.strictObject(
  {
    ...optionShape,
    signKeyFile: text.exactOptional(),
    tlsCaFile: text.exactOptional(),
    tlsCaKeyFile: text.exactOptional(),
    tlsCertFile: text.exactOptional(),
    tlsKeyFile: text.exactOptional(),
    logLevel: oneOf(['silent', 'error', 'warn', 'info']).exactOptional(),
    json: flag.exactOptional(),
  },
  { error: 'must be a mapping of options' },
);
