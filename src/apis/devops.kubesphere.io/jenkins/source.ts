import { digString, type JsonObject } from '../../../core/json.js';
import type { GitLogin } from '../../../upstream/git-references.js';
import type { RequestContext } from '../../../registry/contract.js';
import { specOf, type Job } from './jobs.js';

/** Where the code of a pipeline is. */
export interface Source {
  /** Address of the repository; empty where it is none of Git. */
  readonly url: string;
  readonly owner: string;
  readonly repo: string;
  readonly credential: string;
  /** What branches have to match; empty: anything. */
  readonly pattern: string;
}

/** Members of a pipeline by type of its source, and the address of repositories there. */
const kinds: Readonly<Record<string, readonly [member: string, urlOf: (source: JsonObject) => string]>> = {
  git: ['git_source', (source) => digString(source, 'url')],
  github: ['github_source', (source) => repoUrl(source, 'https://github.com')],
  gitlab: ['gitlab_source', (source) => repoUrl(source, 'https://gitlab.com')],
  bitbucket_server: ['bitbucket_server_source', (source) => repoUrl(source, 'https://bitbucket.org')],
};

function repoUrl(source: JsonObject, usual: string): string {
  const given = digString(source, 'api_uri');
  const server =
    given === '' || given === 'https://api.github.com' ? usual : given.replace(/\/api\/v\d.*$|\/+$/, '');
  const repo = digString(source, 'repo');
  return `${server}/${repo.includes('/') ? repo : `${digString(source, 'owner')}/${repo}`}.git`;
}

/** Where the code of a pipeline with branches is. */
export function sourceOf(job: Job): Source {
  const spec = specOf(job);
  const [member = '', urlOf] = kinds[digString(spec, 'source_type')] ?? [];
  const source = spec[member] as JsonObject | undefined;
  const text = (key: string): string => digString(source, key);
  return {
    url: urlOf === undefined || source === undefined ? '' : urlOf(source),
    owner: text('owner') || (text('url').split('/').at(-2) ?? ''),
    repo: (text('repo') || (text('url').split('/').at(-1) ?? '')).replace(/\.git$/, ''),
    credential: text('credential_id'),
    pattern: text('regex_filter'),
  };
}

/** Name and password of a credential of a project. */
export function loginOf({ cluster }: RequestContext, job: Job, credential: string): GitLogin {
  const secret = cluster.store.find({ group: '', plural: 'secrets' }, job.namespace, credential)?.object;
  const text = (key: string): string =>
    Buffer.from(digString(secret, 'data', key), 'base64').toString('utf8');
  return { username: text('username'), password: text('password') };
}
