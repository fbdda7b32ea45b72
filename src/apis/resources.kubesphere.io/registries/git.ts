import { ApiError, internalError, notFound } from '../../../core/api-error.js';
import { goQuote } from '../../../core/go-format.js';
import { digObject, digString } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { daemonReferences } from '../../../upstream/git-daemon.js';
import { gitReferences, type GitLogin, type GitReferences } from '../../../upstream/git-references.js';

/**
 * `POST /git/verify`: lists the references of a Git repository, with the name and password of a Secret.
 *
 * @throws ApiError 500 with what go-git says
 * @see kubesphere/kubesphere pkg/models/git/git.go; go-git/go-git plumbing/transport
 */
export async function verifyGit(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'git.AuthInfo');
  const remote = digString(sent, 'remoteUrl');
  const login = loginOf(
    context,
    digString(sent, 'secretRef', 'namespace'),
    digString(sent, 'secretRef', 'name'),
  );
  const { problem } = await askRemote(remote, login);
  if (problem !== undefined) throw failed(problem);
  return success();
}

/** Asks a remote as its address says. */
async function askRemote(remote: string, login: GitLogin): Promise<GitReferences> {
  if (/^https?:\/\//.test(remote)) return gitReferences(remote, login);
  const scheme = /^([^:]+):\/\//.exec(remote)?.[1];
  // `[USER@]HOST:PATH` goes over SSH, which takes no name and password, and is always given them.
  if (scheme === 'ssh' || (scheme === undefined && /^(?:[^@]+@)?[^:\s]+:[^\\]/.test(remote)))
    return { problem: 'invalid auth method' };
  // A directory of the server's own, none of which is a repository.
  if (scheme === undefined || scheme === 'file') return { problem: 'repository not found' };
  if (scheme === 'git' && URL.canParse(remote)) return daemonReferences(new URL(remote));
  return { problem: `unsupported scheme ${goQuote(scheme)}` };
}

function failed(why: string): ApiError {
  return new ApiError(500, 'InternalError', why, { dialect: 'message' });
}

function loginOf({ cluster, release }: RequestContext, namespace: string, name: string): GitLogin {
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
