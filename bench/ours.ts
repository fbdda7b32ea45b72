import { once, type RawRequest } from './load.js';
import { startChild, type Child } from './child.js';

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** The body of a password login as admin with the stock client. */
export const loginBody: string = new URLSearchParams({
  grant_type: 'password',
  username: 'admin',
  password: 'P@88w0rd',
  client_id: 'kubesphere',
  client_secret: 'kubesphere',
}).toString();

/** A login request. */
export const login: RawRequest = { method: 'POST', path: '/oauth/token', headers: form, body: loginBody };

/** Our server in a process of its own. */
export function startOurs(cli: string, ...args: readonly string[]): Promise<Child> {
  return startChild('node', [cli, 'serve', '--port', '0', '--json', ...args]);
}

/** The body of an answer, chunked or not. */
export function bodyOf(answer: Buffer): Buffer {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.subarray(0, end).toString('latin1');
  const rest = answer.subarray(end + 4);
  if (!/transfer-encoding: chunked/i.test(head)) return rest;
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    const size = Number.parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(pieces);
    pieces.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** Logs in as admin and gives the header that says so. */
export async function adminHeader(port: number): Promise<{ Authorization: string }> {
  const body = bodyOf(await once(port, login)).toString();
  const { access_token: token } = JSON.parse(body) as { access_token: string };
  return { Authorization: `Bearer ${token}` };
}
