import { createHash } from 'node:crypto';
import { parseGoJson } from '../../core/go-json.js';
import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { linksBelow } from '../../pipelines/blue/links.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { updateObject } from '../../registry/verbs/update.js';
import { blueError } from './jenkins/failures.js';
import { jenkinsNamespace, jobsOf, projectsOf, specOf } from './jenkins/jobs.js';
import { blueListReply, blueReply } from './jenkins/replies.js';
import { organizationShape, repositoriesShape, serverShape } from './jenkins/shapes.js';
import { sourceOf, type Source } from './jenkins/source.js';

const root = '/blue/rest/organizations/jenkins/scm';

/** Types of sources of pipelines, and the class of their servers, by what Blue Ocean calls them. */
const kinds: Readonly<Record<string, readonly [type: string, serverClass: string]>> = {
  git: ['git', ''],
  github: ['github', 'io.jenkins.blueocean.blueocean_github_pipeline.GithubServer'],
  'github-enterprise': ['github', 'io.jenkins.blueocean.blueocean_github_pipeline.GithubServer'],
  gitlab: ['gitlab', 'io.jenkins.blueocean.blueocean_gitlab_pipeline.GitlabServer'],
  'bitbucket-cloud': [
    'bitbucket_server',
    'io.jenkins.blueocean.blueocean_bitbucket_pipeline.server.BitbucketServerEndpoint',
  ],
  'bitbucket-server': [
    'bitbucket_server',
    'io.jenkins.blueocean.blueocean_bitbucket_pipeline.server.BitbucketServerEndpoint',
  ],
  bitbucket_server: [
    'bitbucket_server',
    'io.jenkins.blueocean.blueocean_bitbucket_pipeline.server.BitbucketServerEndpoint',
  ],
};

function kindIn({ params }: RequestContext): readonly [scm: string, type: string, serverClass: string] {
  const { scm = '' } = params;
  const kind = Object.hasOwn(kinds, scm) ? kinds[scm] : undefined;
  if (kind === undefined) throw blueError(404, `No scm ${scm} found`);
  return [scm, ...kind];
}

/** Where servers are kept: a member of a ConfigMap for each kind. */
const place = { namespace: jenkinsNamespace, name: 'jenkins-scm-servers' };
const maps = { group: '', plural: 'configmaps' };
const namespaces = { group: '', plural: 'namespaces' };

/** `GET /scms/{scm}/servers`. */
export function listServers(context: RequestContext): Reply {
  const [scm] = kindIn(context);
  return blueListReply(context, serversOf(context, scm), serverShape);
}

/** `POST /scms/{scm}/servers`: one whose address is known already stays as it is. */
export function addServer(context: RequestContext): Reply {
  const [scm, , serverClass] = kindIn(context);
  const sent = bodyOf(context);
  const [name, apiUrl] = [digString(sent, 'name'), digString(sent, 'apiUrl')];
  const known = serversOf(context, scm);
  const same = known.find((one) => digString(one, 'apiUrl') === apiUrl);
  if (same !== undefined) return blueReply(context, same, serverShape);
  const missing = [['name', name] as const, ['apiUrl', apiUrl] as const].filter(([, value]) => value === '');
  if (missing.length > 0)
    throw blueError(
      400,
      `Failed to create ${scm} server: ${missing.map(([key]) => key).join(', ')} is required`,
    );
  const id = createHash('sha256').update(apiUrl).digest('hex');
  const server = {
    _class: serverClass,
    _links: linksBelow(`${root}/${scm}/servers/${id}/`, ['self']),
    id,
    name,
    apiUrl,
  };
  keep(context, scm, [...known, server]);
  return blueReply(context, server, serverShape);
}

function serversOf({ cluster }: RequestContext, scm: string): readonly JsonObject[] {
  const map = cluster.store.find(maps, place.namespace, place.name)?.object;
  const text = digString(map, 'data', scm);
  const kept = text === '' ? [] : parseGoJson(text);
  return Array.isArray(kept) ? (kept as readonly Json[]).filter(isJsonObject) : [];
}

function keep(context: RequestContext, scm: string, servers: readonly JsonObject[]): void {
  const { cluster, catalog } = context;
  if (cluster.store.find(namespaces, undefined, place.namespace) === undefined)
    createObject(context, catalog.get('', 'namespaces'), { metadata: { name: place.namespace } });
  const kind = catalog.get('', 'configmaps');
  const known = cluster.store.find(maps, place.namespace, place.name)?.object;
  const data = { ...digObject(known, 'data'), [scm]: JSON.stringify(servers) };
  if (known === undefined) createObject(context, kind, { metadata: place, data });
  else updateObject(context, kind, { ...known, data }, { unconditional: true });
}

/**
 * `POST /scms/{scm}/verify`: takes any token or name and password.
 *
 * Differs from KubeSphere: nobody asks the server they are for.
 *
 * @throws ApiError 428 without one
 */
export function verifyToken(context: RequestContext): Reply {
  const [scm] = kindIn(context);
  const sent = bodyOf(context);
  const isGiven = digString(sent, 'accessToken') !== '' || digString(sent, 'userName') !== '';
  if (!isGiven) return { status: 428 };
  return blueReply(context, { credentialId: scm }, { credentialId: 'omit' });
}

/** `GET /scms/{scm}/organizations`: whoever pipelines have their code from. @throws ApiError 400 */
export function listOrganizations(context: RequestContext): Reply {
  const [scm, type] = kindIn(context);
  assertCredential(context);
  const owners = [...new Set(sourcesOf(context, type).map(({ owner }) => owner))].sort();
  const shown = owners.map((name) => ({
    _class: 'io.jenkins.blueocean.blueocean_github_pipeline.GithubOrganization',
    _links: linksBelow(`${root}/${scm}/organizations/${encodeURIComponent(name)}/`, ['repositories', 'self']),
    avatar: null,
    jenkinsOrganizationPipeline: false,
    name,
  }));
  return blueListReply(context, shown, organizationShape);
}

/** `GET /scms/{scm}/organizations/{organization}/repositories`: those pipelines are of. @throws ApiError 400 */
export function listRepositories(context: RequestContext): Reply {
  const [scm, type] = kindIn(context);
  assertCredential(context);
  const { organization = '' } = context.params;
  const number = (key: string, otherwise: number): number => {
    const value = Number(context.query.get(key) ?? '');
    return Number.isInteger(value) && value > 0 ? value : otherwise;
  };
  const [pageNumber, pageSize] = [number('pageNumber', 1), number('pageSize', 100)];
  const own = sourcesOf(context, type).filter(({ owner }) => owner === organization);
  const names = [...new Set(own.map(({ repo }) => repo))].sort();
  const start = (pageNumber - 1) * pageSize;
  const below = `${root}/${scm}/organizations/${encodeURIComponent(organization)}/`;
  const classes = 'io.jenkins.blueocean.blueocean_github_pipeline';
  return blueReply(
    context,
    {
      _class: `${classes}.GithubOrganization`,
      _links: linksBelow(below, ['self']),
      repositories: {
        _class: `${classes}.GithubRepositories`,
        _links: linksBelow(`${below}repositories/`, ['self']),
        items: names.slice(start, start + pageSize).map((name) => ({
          _class: `${classes}.GithubRepository`,
          _links: linksBelow(`${below}repositories/${encodeURIComponent(name)}/`, ['self']),
          defaultBranch: 'master',
          description: '',
          name,
          permissions: { admin: true, push: true, pull: true },
          private: false,
          fullName: `${organization}/${name}`,
        })),
        lastPage: names.length === 0 ? null : Math.ceil(names.length / pageSize),
        nextPage: start + pageSize < names.length ? pageNumber + 1 : null,
        pageSize,
      },
    },
    repositoriesShape,
  );
}

function assertCredential({ query }: RequestContext): void {
  if ((query.get('credentialId') ?? '') === '') throw blueError(400, 'credentialId is required');
}

function sourcesOf(context: RequestContext, type: string): readonly Source[] {
  return projectsOf(context)
    .flatMap((project) => jobsOf(context, project))
    .filter((job) => job.isMultiBranch && digString(specOf(job), 'source_type') === type)
    .map(sourceOf)
    .filter(({ owner }) => owner !== '');
}

function bodyOf({ body }: RequestContext): Json {
  try {
    return parseGoJson(body?.toString('utf8') ?? '');
  } catch {
    throw blueError(400, 'Failed to parse the body as JSON');
  }
}
