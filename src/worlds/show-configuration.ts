import { formatGoDuration, parseGoDuration } from '../core/go-duration.js';
import { digObject, digString } from '../core/json.js';
import { inRange } from '../core/release.js';
import type { OAuthClient, Settings } from '../core/settings.js';
import type { World } from '../state/world.js';

const configMaps = { group: '', plural: 'configmaps' };
const key = 'kubesphere.yaml';

/** Has the ConfigMap of a fresh install say how the server is configured, as the real one is read from it. */
export function showConfiguration({ host, release, settings, keys }: World): void {
  const found = host.store.find(configMaps, 'kubesphere-system', 'kubesphere-config')?.object;
  if (found === undefined) return;
  const since41 = inRange(release.name, { since: 'v4.1' });
  const lines = digString(found, 'data', key).split('\n');
  const text = [...withSecret(lines, keys.jwtSecret, since41)]
    .map((line) => shown(line, settings))
    .join('\n');
  const data = { ...digObject(found, 'data'), [key]: since41 ? text : withClients(text, settings.clients) };
  host.store.load(configMaps, { ...found, data });
}

/** The secret stands behind the last line of what it belongs to that has no members. */
function* withSecret(lines: readonly string[], secret: string, since41: boolean): Generator<string> {
  const before = since41 ? /^ {4}url:/ : /^ {2}multipleLogin:/;
  for (const line of lines) {
    yield line;
    if (before.test(line)) yield `${since41 ? '    ' : '  '}jwtSecret: ${JSON.stringify(secret)}`;
  }
}

/** A line with what is so, where it says something else. */
function shown(line: string, settings: Settings): string {
  const [, start = '', name = '', value = ''] = /^(\s+([A-Za-z]+): )(\S.*)$/.exec(line) ?? [];
  const actual = values(settings).get(name);
  if (actual === undefined || name === '') return line;
  if (typeof actual !== 'number') return start + actual;
  return parseGoDuration(value) === actual ? line : start + formatGoDuration(BigInt(actual) * 1_000_000n);
}

/** What lines say, by name; durations as milliseconds. */
function values({
  rateLimit,
  maximumClockSkew,
  multipleLogin,
  issuer,
  accessTokenMaxAge,
  accessTokenInactivityTimeout,
}: Settings): ReadonlyMap<string, string | number> {
  return new Map<string, string | number>([
    ['authenticateRateLimiterMaxTries', String(rateLimit.maxTries)],
    ['authenticateRateLimiterDuration', rateLimit.duration],
    ['maximumClockSkew', maximumClockSkew],
    ['multipleLogin', String(multipleLogin)],
    ['url', issuer],
    ['issuer', issuer],
    ['accessTokenMaxAge', accessTokenMaxAge],
    ['accessTokenInactivityTimeout', accessTokenInactivityTimeout],
  ]);
}

/** The clients that are configured in the place of the one that always is. */
function withClients(text: string, clients: readonly OAuthClient[]): string {
  const block = clients.map(({ name, secret, redirectURIs = [] }) =>
    [
      `    - name: ${JSON.stringify(name)}`,
      `      secret: ${JSON.stringify(secret)}`,
      ...(redirectURIs.length > 0 ? ['      redirectURIs:'] : []),
      ...redirectURIs.map((one) => `      - ${JSON.stringify(one)}`),
    ].join('\n'),
  );
  const isDefault = clients.length === 1 && clients[0]?.name === 'kubesphere';
  return isDefault ? text : text.replace(/(^ {4}clients:\n)(?: {4}[- ].*\n)+/m, `$1${block.join('\n')}\n`);
}
