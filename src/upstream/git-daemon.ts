import { connect } from 'node:net';
import { dialError } from './dial-error.js';
import { readReferences, type GitReferences } from './git-references.js';

const defaultPort = 9418;
const timeout = 30_000;
/** Bytes of references that are read. */
const mostBytes = 4 * 1024 * 1024;
const notFound = /not found|not exported|does not appear to be a git repository|no such repository/i;

/**
 * Asks a Git daemon (`git://`) for the references of a repository.
 *
 * @see go-git/go-git plumbing/transport/git/common.go
 */
export async function daemonReferences(url: URL): Promise<GitReferences> {
  const port = url.port === '' ? defaultPort : Number(url.port);
  const host = port === defaultPort ? url.hostname : `${url.hostname}:${String(port)}`;
  const request = `git-upload-pack ${decodeURIComponent(url.pathname)}\0host=${host}\0`;
  const length = (Buffer.byteLength(request) + 4).toString(16).padStart(4, '0');
  try {
    const text = await converse(url.hostname, port, length + request);
    const refusal = /^[\da-f]{4}ERR ([^\n]*)/.exec(text)?.[1];
    if (refusal !== undefined) return { problem: notFound.test(refusal) ? 'repository not found' : refusal };
    return text === '' ? { problem: 'unexpected EOF' } : readReferences(text);
  } catch (error) {
    const shown = new URL(url.href);
    shown.port = String(port);
    return { problem: dialError(error as NodeJS.ErrnoException, shown) };
  }
}

/** What a server says until its first flush, or until it has nothing more to say. */
function converse(host: string, port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port }, () => socket.write(request));
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setEncoding('latin1');
    socket.setTimeout(timeout, () => socket.destroy(new Error('i/o timeout')));
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (text.length > mostBytes || /(^|[\n\0])0000$/.test(text)) end();
    });
    socket.on('end', end);
    socket.on('error', reject);
  });
}
