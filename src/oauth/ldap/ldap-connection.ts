import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { dialError } from '../../upstream/dial-error.js';
import {
  boolean,
  element,
  integer,
  numberIn,
  octets,
  readElement,
  readElements,
  type BerElement,
} from './ber.js';
import { compileFilter, FilterError } from './filter.js';

/** Where a directory is, and how it is spoken to. */
export interface LdapServer {
  /** `host:port`. */
  readonly host: string;
  readonly tls?: { readonly ca?: string; readonly insecure: boolean };
  /** Milliseconds an answer may take. */
  readonly timeout: number;
}

/** An entry that was found. */
export interface LdapEntry {
  readonly dn: string;
  /** First value of each attribute, by its name in lower case. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** What to look for. */
export interface LdapSearch {
  readonly base: string;
  readonly filter: string;
  readonly attributes: readonly string[];
  /** Most entries to be told. */
  readonly limit: number;
}

/** A directory refused something or could not be asked; the message is go-ldap's. */
export class LdapError extends Error {
  override readonly name = 'LdapError';
  readonly code: number;

  constructor(code: number, detail: string) {
    super(`LDAP Result Code ${String(code)} "${codes[code] ?? ''}": ${detail}`);
    this.code = code;
  }
}

/** @see go-ldap/ldap error.go */
const codes: Readonly<Record<number, string>> = {
  1: 'Operations Error',
  2: 'Protocol Error',
  3: 'Time Limit Exceeded',
  4: 'Size Limit Exceeded',
  8: 'Strong Auth Required',
  11: 'Admin Limit Exceeded',
  13: 'Confidentiality Required',
  16: 'No Such Attribute',
  18: 'Inappropriate Matching',
  32: 'No Such Object',
  34: 'Invalid DN Syntax',
  48: 'Inappropriate Authentication',
  49: 'Invalid Credentials',
  50: 'Insufficient Access Rights',
  51: 'Busy',
  52: 'Unavailable',
  53: 'Unwilling To Perform',
  80: 'Other',
  200: 'Network Error',
  201: 'Filter Compile Error',
};

/** Result code of credentials that do not fit. */
export const invalidCredentials = 49;
const networkError = 200;
const filterError = 201;
/** Bytes an answer may have. */
const sizeLimit = 4 * 1024 * 1024;

/** A connection to a directory, for one request at a time. @see RFC 4511 */
export class LdapConnection {
  readonly #socket: Socket;
  readonly #messages: AsyncIterator<BerElement>;
  readonly #server: LdapServer;
  #id = 0;

  private constructor(socket: Socket, server: LdapServer) {
    this.#socket = socket;
    this.#server = server;
    this.#messages = messagesOf(socket);
  }

  /** Connects. @throws LdapError when nobody is there */
  static async open(server: LdapServer): Promise<LdapConnection> {
    const { tls } = server;
    const url = urlOf(server, tls === undefined ? '389' : '636');
    const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
    const socket =
      tls === undefined
        ? connectPlain(place)
        : connectTls({
            ...place,
            servername: place.host,
            rejectUnauthorized: !tls.insecure,
            ...(tls.ca !== undefined && { ca: tls.ca }),
          });
    socket.setTimeout(server.timeout, () => socket.destroy(new Error('i/o timeout')));
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        resolve();
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        reject(new LdapError(networkError, dialError(error, url)));
      });
    });
    // Told to whoever reads next.
    socket.on('error', () => undefined);
    return new LdapConnection(socket, server);
  }

  /** Says who we are. @throws LdapError when that is refused */
  async bind(dn: string, password: string): Promise<void> {
    const request = element(0x60, [integer(3), octets(dn), octets(password, 0x80)]);
    const [answer] = await this.#ask(request, 0x61);
    if (answer !== undefined) check(answer);
  }

  /** The entries below a base that a filter takes. @throws LdapError */
  async search({ base, filter, attributes, limit }: LdapSearch): Promise<readonly LdapEntry[]> {
    const request = element(0x63, [
      octets(base),
      integer(2, 0x0a), // The whole subtree.
      integer(0, 0x0a), // Aliases as they are.
      integer(limit),
      integer(0),
      boolean(false),
      filterOf(filter),
      element(
        0x30,
        attributes.map((one) => octets(one)),
      ),
    ]);
    const answers = await this.#ask(request, 0x65);
    const done = answers.at(-1);
    if (done !== undefined) check(done);
    return answers.filter(({ tag }) => tag === 0x64).map(entryOf);
  }

  /** Takes leave. */
  close(): void {
    this.#id += 1;
    this.#socket.end(element(0x30, [integer(this.#id), element(0x42, Buffer.alloc(0))]));
  }

  /** Sends a request and reads up to the answer that is the last. @throws LdapError */
  async #ask(request: Buffer, last: number): Promise<readonly BerElement[]> {
    this.#id += 1;
    const id = this.#id;
    this.#socket.write(element(0x30, [integer(id), request]));
    const answers: BerElement[] = [];
    for (;;) {
      const message = await this.#next();
      const [number, operation] = readElements(message.value);
      if (number === undefined || operation === undefined || numberIn(number) !== id) continue;
      answers.push(operation);
      if (operation.tag === last) return answers;
    }
  }

  async #next(): Promise<BerElement> {
    try {
      const next = await this.#messages.next();
      if (next.done !== true) return next.value;
    } catch (error) {
      throw new LdapError(networkError, error instanceof Error ? error.message : String(error));
    }
    throw new LdapError(networkError, `ldap: connection closed by ${this.#server.host}`);
  }
}

function urlOf({ host }: LdapServer, port: string): URL {
  const address = `tcp://${host}`;
  if (!URL.canParse(address)) throw new LdapError(networkError, `dial tcp: address ${host}: invalid address`);
  const url = new URL(address);
  if (url.port === '') url.port = port;
  return url;
}

async function* messagesOf(socket: Socket): AsyncGenerator<BerElement> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    if (rest.length > sizeLimit) throw new Error('the answer is too large');
    for (let next = readElement(rest); next !== undefined; next = readElement(rest)) {
      rest = rest.subarray(next.end);
      yield next;
    }
  }
}

function filterOf(text: string): Buffer {
  try {
    return compileFilter(text);
  } catch (error) {
    throw error instanceof FilterError ? new LdapError(filterError, `ldap: ${error.message}`) : error;
  }
}

function check({ value }: BerElement): void {
  const [code, , detail] = readElements(value);
  const number = code === undefined ? 80 : numberIn(code);
  if (number !== 0) throw new LdapError(number, detail?.value.toString('utf8') ?? '');
}

function entryOf({ value }: BerElement): LdapEntry {
  const [dn, list] = readElements(value);
  const attributes = readElements(list?.value ?? Buffer.alloc(0)).map(
    ({ value: attribute }): [string, string] => {
      const [name, values] = readElements(attribute);
      const [first] = readElements(values?.value ?? Buffer.alloc(0));
      return [name?.value.toString('utf8').toLowerCase() ?? '', first?.value.toString('utf8') ?? ''];
    },
  );
  return { dn: dn?.value.toString('utf8') ?? '', attributes: new Map(attributes) };
}
