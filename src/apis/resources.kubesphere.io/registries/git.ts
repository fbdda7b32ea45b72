import { ApiError, internalError, notFound, notImplemented } from '../../../core/api-error.js';
import { digObject, digString } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { AskError, askServer } from '../../../upstream/ask-server.js';
import { basic, type RegistryLogin } from './registry-session.js';

/**
 * `POST /git/verify`: lists the references of a Git repository over HTTP, with the name and password of a Secret.
 *
 * @throws ApiError 500 with what go-git says; 501 for other protocols
 * @see kubesphere/kubesphere pkg/models/git/git.go; go-git/go-git plumbing/transport/http/common.go
 */
export async function verifyGit(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'git.AuthInfo');
  const remote = digString(sent, 'remoteUrl');
  const login = loginOf(
    context,
    digString(sent, 'secretRef', 'namespace'),
    digString(sent, 'secretRef', 'name'),
  );
  if (remote === '') throw failed('repository not found');
  if (!/^https?:\/\//.test(remote))
    throw notImplemented(`asking git repositories other than by HTTP (${remote.slice(0, 100)})`);
  const problem = await askForReferences(remote.replace(/\/+$/, ''), login);
  if (problem !== undefined) throw failed(problem);
  return success();
}

function failed(why: string): ApiError {
  return new ApiError(500, 'InternalError', why, { dialect: 'message' });
}

function loginOf({ cluster, release }: RequestContext, namespace: string, name: string): RegistryLogin {
  if (name === '') return {};
  const secret = cluster.store.find({ group: '', plural: 'secrets' }, namespace, name)?.object;
  const kind = inRange(release.name, { since: 'v4.1' }) ? 'Secret' : 'secret';
  if (secret === undefined)
    throw failed(internalError(notFound({ group: '', plural: kind }, name).message).message);
  const [username, password] = ['username', 'password'].map((key) => {
    const value = digObject(secret, 'data')[key];
    if (typeof value !== 'string') throw failed(`could not get ${key} in secret ${name}`);
    return Buffer.from(value, 'base64').toString('utf8');
  });
  return { username: username ?? '', password: password ?? '' };
}

async function askForReferences(remote: string, login: RegistryLogin): Promise<string | undefined> {
  const url = `${remote}/info/refs?service=git-upload-pack`;
  const authorization = basic(login);
  try {
    const { status, body } = await askServer(url, {
      headers: {
        'User-Agent': 'git/1.0',
        ...(authorization !== undefined && { Authorization: authorization }),
      },
    });
    if (status === 401) return 'authentication required';
    if (status === 403) return 'authorization failed';
    if (status === 404) return 'repository not found';
    if (status >= 200 && status < 300) return problemWith(body.toString('latin1'));
    return `unexpected client error: unexpected requesting ${JSON.stringify(url)} status code: ${String(status)}`;
  } catch (error) {
    if (error instanceof AskError) return `unexpected client error: ${error.message}`;
    throw error;
  }
}

/** What is wrong with a list of references in Git's lines with lengths; `undefined` for nothing. */
function problemWith(text: string): string | undefined {
  const lines = pieces(text);
  if (lines === undefined) return 'invalid pkt-len found';
  const told = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const isEmpty = told.every((line) => /^0{40}(?:0{24})? capabilities\^\{\}/.test(line));
  if (isEmpty) return 'remote repository is empty';
  return told.every((line) => /^[\da-f]{40}(?:[\da-f]{24})? /.test(line)) ? undefined : 'invalid hash text';
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
