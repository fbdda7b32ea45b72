/** A whole number when the text is one; else the text, for the schema to refuse with everything else. */
export function readNumber(text: string): number | string {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** A number that may have a fraction, such as a percentage; anything else is left for others to refuse. */
export function readDecimal(text: string): number | string {
  return /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
}

/** A duration: plain digits are seconds, everything else is left for the schema to check. */
export function readDuration(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** `true` or `false`; anything else is left for the schema to refuse. */
export function readSwitch(text: string): boolean | string {
  if (text === 'true' || text === '1' || text === '') return true;
  return text === 'false' || text === '0' ? false : text;
}

/**
 * `NAME:PASSWORD[:GLOBALROLE][,state=Disabled][,groups=a+b][,email=x@y]`.
 *
 * A password with a colon in it needs the role behind it, or a configuration file, as one with a comma does.
 */
export function readUser(text: string): object {
  const { head, pairs } = splitPairs(text, ['state', 'groups', 'email']);
  const name = cut(head, 'NAME:PASSWORD[:GLOBALROLE]');
  const last = name.rest.lastIndexOf(':');
  const password = last === -1 ? name.rest : name.rest.slice(0, last);
  const user: Record<string, unknown> = { name: name.first, password };
  if (last !== -1) user['globalRole'] = name.rest.slice(last + 1);
  for (const [key, value] of pairs) user[key] = key === 'groups' ? value.split('+') : value;
  return user;
}

/** `NAME=URL` or `NAME=FILE`, the latter a kubeconfig. */
export function readCluster(text: string): object {
  const { first, rest } = cut(text, 'NAME=URL or NAME=KUBECONFIG-FILE', '=');
  return { name: first, [/^\w+:\/\//.test(rest) ? 'url' : 'kubeconfig']: rest };
}

const clientKeys = [
  'grantMethod',
  'redirectURI',
  'trusted',
  'scope',
  'accessTokenMaxAge',
  'inactivityTimeout',
];

/** `ID:SECRET[,grantMethod=auto][,trusted=false][,redirectURI=URL]…[,scope=S]…[,accessTokenMaxAge=SECONDS][,inactivityTimeout=SECONDS]`. */
export function readClient(text: string): object {
  const { head, pairs } = splitPairs(text, clientKeys);
  const { first, rest } = cut(head, 'ID:SECRET');
  const all = (key: string): string[] => pairs.filter(([name]) => name === key).map(([, value]) => value);
  const client: Record<string, unknown> = { name: first, secret: rest };
  for (const [key, value] of pairs) {
    if (key === 'grantMethod') client['grantMethod'] = value;
    if (key === 'trusted') client['trusted'] = readSwitch(value);
    if (key === 'accessTokenMaxAge') client['accessTokenMaxAgeSeconds'] = readNumber(value);
    if (key === 'inactivityTimeout') client['accessTokenInactivityTimeoutSeconds'] = readNumber(value);
  }
  if (all('redirectURI').length > 0) client['redirectURIs'] = all('redirectURI');
  if (all('scope').length > 0) client['scopeRestrictions'] = all('scope');
  return client;
}

/** `TRIES/DURATION`, such as `10/10m`: failed logins of one user before a refusal. */
export function readRateLimit(text: string): object {
  const slash = text.indexOf('/');
  if (slash === -1) throw new Error('must look like TRIES/DURATION, such as 10/10m');
  return { maxTries: readNumber(text.slice(0, slash)), duration: readDuration(text.slice(slash + 1)) };
}

function cut(text: string, shape: string, mark = ':'): { readonly first: string; readonly rest: string } {
  const colon = text.indexOf(mark);
  if (colon < 1 || colon === text.length - 1) throw new Error(`must look like ${shape}`);
  return { first: text.slice(0, colon), rest: text.slice(colon + 1) };
}

/** Takes `,key=value` pairs off the end. @throws Error for a key that is not known: nobody notices a mistyped one */
function splitPairs(
  text: string,
  keys: readonly string[],
): { readonly head: string; readonly pairs: readonly (readonly [string, string])[] } {
  const [head = '', ...rest] = text.split(',');
  const pairs = rest.map((pair) => {
    const equals = pair.indexOf('=');
    const key = equals === -1 ? pair : pair.slice(0, equals);
    if (equals !== -1 && keys.includes(key)) return [key, pair.slice(equals + 1)] as const;
    const known = keys.map((each) => `${each}=`).join(', ');
    throw new Error(
      `unknown key "${key}" behind a comma; known are ${known}; a text with a comma in it needs --config FILE`,
    );
  });
  return { head, pairs };
}
