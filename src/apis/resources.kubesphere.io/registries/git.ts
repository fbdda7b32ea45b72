import { ApiError, internalError, notFound, notImplemented } from '../../../core/api-error.js';
import { digObject, digString } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { gitReferences, type GitLogin } from '../../../upstream/git-references.js';

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
  const { problem } = await gitReferences(remote, login);
  if (problem !== undefined) throw failed(problem);
  return success();
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
