import { digString, type JsonObject } from '../../core/json.js';
import { BerError } from '../ldap/ber.js';
import { escapeFilter } from '../ldap/filter.js';
import { invalidCredentials, LdapConnection, LdapError } from '../ldap/ldap-connection.js';
import { IdentityError, WrongPassword, type Identity } from './identity.js';

/** Milliseconds an answer may take unless its configuration says otherwise. */
const defaultTimeout = 15_000;

/**
 * Who somebody is in a directory: found with the manager's account, then bound to with their own password.
 *
 * @param options The `provider` of its configuration.
 * @throws WrongPassword for a name that is not there once and a password that does not fit; IdentityError
 * @see kubesphere/kubesphere pkg/apiserver/authentication/identityprovider/ldap/ldap.go
 */
export async function identifyInDirectory(
  options: JsonObject,
  username: string,
  password: string,
): Promise<Identity> {
  try {
    return await identify(options, username, password);
  } catch (error) {
    const isTheirs = error instanceof LdapError || error instanceof BerError;
    throw isTheirs ? new IdentityError(error.message) : error;
  }
}

async function identify(options: JsonObject, username: string, password: string): Promise<Identity> {
  const text = (key: string): string => digString(options, key);
  const [login, mail] = [text('loginAttribute'), text('mailAttribute')];
  const { readTimeout } = options;
  const isSecret = options['startTLS'] === true;
  const ca = await rootsOf(options);
  const connection = await LdapConnection.open({
    host: text('host'),
    timeout: typeof readTimeout === 'number' && readTimeout > 0 ? readTimeout : defaultTimeout,
    ...(isSecret && {
      tls: { insecure: options['insecureSkipVerify'] === true, ...(ca !== undefined && { ca }) },
    }),
  });
  try {
    await connection.bind(text('managerDN'), text('managerPassword'));
    const own = `(${login}=${escapeFilter(username)})`;
    const narrower = text('userSearchFilter');
    const found = await connection.search({
      base: text('userSearchBase'),
      filter: narrower === '' ? own : `(&${own}${narrower})`,
      attributes: [login, mail],
      limit: 1,
    });
    const [entry] = found;
    if (entry === undefined || found.length > 1) throw new WrongPassword();
    try {
      await connection.bind(entry.dn, password);
    } catch (error) {
      throw error instanceof LdapError && error.code === invalidCredentials ? new WrongPassword() : error;
    }
    const value = (name: string): string => entry.attributes.get(name.toLowerCase()) ?? '';
    return { uid: value(login), username: value(login), email: value(mail) };
  } finally {
    connection.close();
  }
}

async function rootsOf(options: JsonObject): Promise<string | undefined> {
  const data = digString(options, 'rootCAData');
  if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
  const file = digString(options, 'rootCA');
  if (file === '') return undefined;
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new IdentityError(`open ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
