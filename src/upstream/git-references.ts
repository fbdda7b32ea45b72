import { AskError, askServer } from './ask-server.js';

/** What a Git repository says it has, by full name (`refs/heads/master`), or why nobody knows, in the words of go-git. */
export type GitReferences =
  | { readonly problem: string }
  | { readonly problem?: never; readonly references: ReadonlyMap<string, string> };

/** Who asks; absent: nobody in particular. */
export interface GitLogin {
  readonly username?: string;
  readonly password?: string;
}

/**
 * Asks a Git repository for its references over HTTP.
 *
 * @see go-git/go-git plumbing/transport/http/common.go
 */
export async function gitReferences(
  remote: string,
  { username = '', password = '' }: GitLogin = {},
): Promise<GitReferences> {
  const url = `${remote.replace(/\/+$/, '')}/info/refs?service=git-upload-pack`;
  const login = `${username}:${password}`;
  const authorization = login === ':' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  try {
    const { status, body } = await askServer(url, {
      headers: {
        'User-Agent': 'git/1.0',
        ...(authorization !== undefined && { Authorization: authorization }),
      },
    });
    if (status === 401) return { problem: 'authentication required' };
    if (status === 403) return { problem: 'authorization failed' };
    if (status === 404) return { problem: 'repository not found' };
    if (status >= 200 && status < 300) return readReferences(body.toString('latin1'));
    return {
      problem: `unexpected client error: unexpected requesting ${JSON.stringify(url)} status code: ${String(status)}`,
    };
  } catch (error) {
    if (error instanceof AskError) return { problem: `unexpected client error: ${error.message}` };
    throw error;
  }
}

/** Reads a list of references in Git's lines with lengths. */
export function readReferences(text: string): GitReferences {
  const lines = pieces(text);
  if (lines === undefined) return { problem: 'invalid pkt-len found' };
  const told = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const isEmpty = told.every((line) => /^0{40}(?:0{24})? capabilities\^\{\}/.test(line));
  if (isEmpty) return { problem: 'remote repository is empty' };
  const references = new Map<string, string>();
  for (const line of told) {
    const match = /^([\da-f]{40}(?:[\da-f]{24})?) ([^\0\n]*)/.exec(line);
    if (match === null) return { problem: 'invalid hash text' };
    references.set(match[2] ?? '', match[1] ?? '');
  }
  return { references };
}

function pieces(text: string): string[] | undefined {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const size = /^[\da-f]{4}$/i.test(text.slice(at, at + 4)) ? parseInt(text.slice(at, at + 4), 16) : -1;
    if (size !== 0 && (size < 4 || at + size > text.length)) return undefined;
    found.push(text.slice(at + 4, at + size));
    at += size === 0 ? 4 : size;
  }
  return found;
}
