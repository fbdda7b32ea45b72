import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import {
  element,
  integer,
  numberIn,
  octets,
  readElement,
  readElements,
  type BerElement,
} from '../../src/oauth/ldap/ber.js';

/** Somebody in a directory. */
export interface DirectoryEntry {
  readonly dn: string;
  readonly password: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A directory of a test's own. */
export interface LdapServer extends AsyncDisposable {
  /** `host:port`. */
  readonly host: string;
  /** Who has bound, in order. */
  readonly binds: string[];
}

/** Starts one on a free port. It knows binds and searches by equality, presence, beginnings, `&`, `|` and `!`. */
export async function startLdapServer(entries: readonly DirectoryEntry[]): Promise<LdapServer> {
  const binds: string[] = [];
  const sockets = new Set<Socket>();
  const result = (tag: number, code: number): Buffer =>
    element(tag, [integer(code, 0x0a), octets(''), octets('')]);
  const answer = ({ tag, value }: BerElement): readonly Buffer[] => {
    const parts = readElements(value);
    if (tag === 0x60) {
      const [dn, password] = [textOf(parts[1]), textOf(parts[2])];
      const known = entries.find((one) => one.dn === dn);
      if (known?.password !== password) return [result(0x61, 49)];
      binds.push(dn);
      return [result(0x61, 0)];
    }
    if (tag !== 0x63) return [];
    const [base, filter, limit] = [textOf(parts[0]), parts[6], parts[3]];
    if (base !== 'dc=example') return [result(0x65, 32)];
    const found = entries.filter((one) => filter !== undefined && matches(one, filter));
    const most = limit === undefined ? 0 : numberIn(limit);
    const told = found.slice(0, most === 0 ? found.length : most);
    return [...told.map(entryMessage), result(0x65, told.length < found.length ? 4 : 0)];
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let next = readElement(rest); next !== undefined; next = readElement(rest)) {
        rest = rest.subarray(next.end);
        const [id, operation] = readElements(next.value);
        if (id === undefined || operation === undefined) continue;
        for (const one of answer(operation)) socket.write(element(0x30, [integer(numberIn(id)), one]));
        if (operation.tag === 0x42) socket.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    binds,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function textOf(part: BerElement | undefined): string {
  return part?.value.toString('utf8') ?? '';
}

function entryMessage({ dn, attributes }: DirectoryEntry): Buffer {
  const list = Object.entries(attributes).map(([name, value]) =>
    element(0x30, [octets(name), element(0x31, [octets(value)])]),
  );
  return element(0x64, [octets(dn), element(0x30, list)]);
}

function matches(entry: DirectoryEntry, { tag, value }: BerElement): boolean {
  if (tag === 0x87) return value.toString('utf8') in entry.attributes;
  const parts = readElements(value);
  if (tag === 0xa0) return parts.every((one) => matches(entry, one));
  if (tag === 0xa1) return parts.some((one) => matches(entry, one));
  if (tag === 0xa2) return !parts.some((one) => matches(entry, one));
  const own = entry.attributes[textOf(parts[0])] ?? '';
  if (tag === 0xa3) return own === textOf(parts[1]);
  const pieces = readElements(parts[1]?.value ?? Buffer.alloc(0));
  return pieces.every((piece) =>
    piece.tag === 0x80 ? own.startsWith(textOf(piece)) : own.includes(textOf(piece)),
  );
}
