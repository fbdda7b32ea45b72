import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../core/json.js';
import type { Duration } from '../core/options.js';
import { isScenarioPath } from '../scenario/load.js';
import type { ClockMove, FaultRequest, JournalFilter } from './commands.js';
import type { KubeconfigRequest } from './kubeconfig.js';
import type { TokenRequest } from './mint.js';

const text = z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' });
const flag = z.boolean({ error: 'must be true or false' });
const duration: z.ZodType<Duration> = z.union([z.number(), text], {
  error: 'must be a duration: seconds, or text such as 2h or -5m',
});

const list = { error: 'must be a list' };

function oneOf<const T extends readonly [string, ...string[]]>(choices: T): z.ZodType<T[number]> {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
}

function whole(from: number): z.ZodType<number> {
  const error = `must be a whole number from ${String(from)} on`;
  return z.number({ error }).int({ error }).min(from, { error });
}

const scenarioName = text.refine((name) => !isScenarioPath(name), {
  error: 'is a path, and this server reads no file for a request; send what is in it instead of its name',
});

/** Body of `POST /__fake/scenario`: by name or as they are. No paths: whoever can send this may not read the disk. */
export const scenarioMessage: z.ZodType<{ readonly scenarios: readonly (string | object)[] }> =
  z.strictObject({
    scenarios: z
      .array(
        z.union([scenarioName, z.looseObject({})], { error: 'must be the name of a scenario, or one' }),
        {
          error: 'must be a list of scenarios',
        },
      )
      .min(1, { error: 'must name a scenario' }),
  });

/** Body of `POST /__fake/clock`. */
export const clockMessage: z.ZodType<ClockMove> = z.union(
  [
    z.strictObject({ advance: duration }),
    z.strictObject({ set: text }),
    z.strictObject({ freeze: z.union([text, z.literal(true)]) }),
    z.strictObject({ resume: z.literal(true) }),
  ],
  {
    error: 'must be one of {"advance":"2h"}, {"set":TIME}, {"freeze":TIME}, {"freeze":true}, {"resume":true}',
  },
);

/** Body of `POST /__fake/settle`. */
export const settleMessage: z.ZodType<{ readonly settle: Duration }> = z.strictObject({ settle: duration });

/** Body of `POST /__fake/faults`. */
export const faultMessage: z.ZodType<FaultRequest> = z.strictObject({
  name: text.exactOptional(),
  method: text.regex(/^[A-Z]+$/, { error: 'must be an HTTP method in upper case' }).exactOptional(),
  path: text
    .startsWith('/', { error: 'must start with "/"; a "*" at the end matches any rest' })
    .exactOptional(),
  after: whole(0).exactOptional(),
  times: whole(1).exactOptional(),
  delay: duration.exactOptional(),
  reset: flag.exactOptional(),
  status: z
    .number({ error: 'must be an HTTP status' })
    .int()
    .min(200, { error: 'must be an HTTP status from 200 to 599' })
    .max(599, { error: 'must be an HTTP status from 200 to 599' })
    .exactOptional(),
  headers: z
    .record(z.string().regex(/^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/), headerValue(), {
      error: 'must be a mapping of header names to text',
    })
    .exactOptional(),
  body: z.string({ error: 'must be text' }).exactOptional(),
});

function headerValue(): z.ZodType<string> {
  const error = 'must be text of one line';
  // eslint-disable-next-line no-control-regex -- a header cannot hold these
  return z.string({ error }).regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/, { error });
}

const account = text.regex(/^[^/]+\/[^/]+$/, { error: 'must be NAMESPACE/NAME' });
const oneIdentity = { error: 'user and serviceAccount name two; give one of them' };

/** Body of `POST /__fake/kubeconfig`, and what `ks.kubeconfig()` takes. */
export const kubeconfigMessage: z.ZodType<KubeconfigRequest> = z
  .strictObject({
    user: text.exactOptional(),
    serviceAccount: account.exactOptional(),
    cluster: text.exactOptional(),
  })
  .refine(({ user, serviceAccount }) => user === undefined || serviceAccount === undefined, oneIdentity);

/** Body of `POST /__fake/tokens`, and what `ks.token()` takes. */
export const tokenMessage: z.ZodType<TokenRequest> = z
  .strictObject({
    user: text.exactOptional(),
    serviceAccount: account.exactOptional(),
    type: oneOf(['access_token', 'refresh_token', 'static_token', 'code', 'id_token']).exactOptional(),
    expiresIn: duration.exactOptional(),
    issuedAt: duration.exactOptional(),
    notBefore: duration.exactOptional(),
    issuer: text.exactOptional(),
    groups: z.array(text, list).exactOptional(),
    extra: z
      .record(z.string(), z.array(z.string(), list), { error: 'must be a mapping of lists' })
      .exactOptional(),
    clientId: text.exactOptional(),
    scopes: z.array(text, list).exactOptional(),
    nonce: text.exactOptional(),
    claims: z.custom<JsonObject>(isJsonObject, { error: 'must be a mapping of claims' }).exactOptional(),
    key: text.exactOptional(),
    alg: oneOf(['HS256', 'HS384', 'HS512', 'RS256', 'none']).exactOptional(),
    garbage: flag.exactOptional(),
    remembered: flag.exactOptional(),
  })
  .refine(({ user, serviceAccount }) => user === undefined || serviceAccount === undefined, oneIdentity);

/** Body of `POST /__fake/spaces`. */
export const spaceMessage: z.ZodType<{ readonly name: string }> = z.strictObject({ name: text });

const queryFlag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((value) => value === 'true');

/** What `ks.journal.entries()` takes. */
export const journalFilter: z.ZodType<JournalFilter> = z.strictObject({
  errors: flag.exactOptional(),
  noted: flag.exactOptional(),
  limit: whole(0).exactOptional(),
});

/** Query of `GET /__fake/journal`. */
export const journalQuery: z.ZodType<JournalFilter> = z.strictObject({
  errors: queryFlag.exactOptional(),
  noted: queryFlag.exactOptional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, { error: 'must be a whole number' })
    .transform(Number)
    .exactOptional(),
});

/** Query of `GET /__fake/world`. */
export const worldQuery: z.ZodType<{ readonly cluster?: string }> = z.strictObject({
  cluster: text.exactOptional(),
});
