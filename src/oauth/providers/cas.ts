import { digString, type JsonObject } from '../../core/json.js';
import { AskError, askServer } from '../../upstream/ask-server.js';
import { IdentityError, type Identity } from './identity.js';

const failed = 'cas: failed to validate service ticket : ';

/**
 * Whom a CAS server has given a ticket: it is asked as version 2 of the protocol says, and where it does not know that as
 * version 1 does.
 *
 * @param options The `provider` of its configuration.
 * @throws IdentityError
 * @see kubesphere/kubesphere pkg/apiserver/authentication/identityprovider/cas/cas.go
 */
export async function identifyAtCas(options: JsonObject, ticket: string): Promise<Identity> {
  const insecure = options['insecureSkipVerify'] === true;
  const server = digString(options, 'casServerURL').replace(/\/*$/, '');
  const query = new URLSearchParams({ service: digString(options, 'redirectURL'), ticket });
  const ask = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
    try {
      const { status, body } = await askServer(`${server}/${path}?${query.toString()}`, { insecure });
      return { status, text: body.toString('utf8') };
    } catch (error) {
      throw error instanceof AskError ? new IdentityError(failed + error.message) : error;
    }
  };
  let answer = await ask('serviceValidate');
  const isOld = answer.status === 404;
  if (isOld) answer = await ask('validate');
  const { status, text } = answer;
  if (status !== 200) throw new IdentityError(`${failed}cas: validate ticket: ${text}`);
  const user = isOld ? userInLines(text) : userInXml(text);
  return { uid: user, username: user, email: '' };
}

/** Version 1: `yes` and the name, a line each, or `no`. */
function userInLines(text: string): string {
  const [said, user = ''] = text.split('\n');
  if (said === 'yes') return user.trim();
  throw new IdentityError(`${failed}INVALID_TICKET: ticket not recognized`);
}

/** Of the document only who has logged in, or why nobody has, is read. */
function userInXml(text: string): string {
  const [, code, why] =
    /<(?:\w+:)?authenticationFailure\b[^>]*?\bcode\s*=\s*["']([^"']*)["'][^>]*>([\s\S]*?)<\/(?:\w+:)?authenticationFailure>/.exec(
      text,
    ) ?? [];
  if (code !== undefined) throw new IdentityError(`${failed}${code}: ${plain(why ?? '')}`);
  const [, success = ''] =
    /<(?:\w+:)?authenticationSuccess\b[^>]*>([\s\S]*?)<\/(?:\w+:)?authenticationSuccess>/.exec(text) ?? [];
  const [, user] = /<(?:\w+:)?user\b[^>]*>([^<]*)<\/(?:\w+:)?user>/.exec(success) ?? [];
  if (user === undefined) throw new IdentityError(`${failed}EOF`);
  return plain(user);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text of an element. */
function plain(text: string): string {
  const cdata = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(text)?.[1];
  return (cdata ?? text.replace(/&(#\d+|\w+);/g, (whole, name: string) => entityOf(name) ?? whole)).trim();
}

function entityOf(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name];
  const code = Number(name.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
