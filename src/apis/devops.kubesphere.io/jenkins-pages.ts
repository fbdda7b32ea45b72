import { createHash } from 'node:crypto';
import { ApiError } from '../../core/api-error.js';
import type { JsonObject } from '../../core/json.js';
import { runLog } from '../../pipelines/log.js';
import type { Run } from '../../pipelines/run.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { jsonType } from '../../registry/reply.js';
import { artifactsOf } from './jenkins/artifacts.js';
import { findJob, type Job } from './jenkins/jobs.js';
import { blueReply, textReply } from './jenkins/replies.js';
import { runsOf } from './jenkins/runs.js';

/** `GET /crumbissuer`: what a form of Jenkins has to bring along. */
export function issueCrumb(context: RequestContext): Reply {
  return blueReply(context, crumbFor(context), { _class: 'omit', crumb: 'omit', crumbRequestField: 'omit' });
}

function crumbFor({ world, user }: RequestContext): JsonObject {
  return {
    _class: 'hudson.security.csrf.DefaultCrumbIssuer',
    crumb: createHash('sha256').update(`${world.random.seed} ${user.name}`).digest('hex'),
    crumbRequestField: 'Jenkins-Crumb',
  };
}

/** Below the page of a run: `job/PROJECT/job/PIPELINE/job/BRANCH/1/artifact/FILE`. */
const pages = /^job\/([^/]+)\/job\/([^/]+)(?:\/job\/([^/]+))?\/(\d+)\/(artifact\/(.+)|consoleText)$/;

/**
 * `GET /jenkins/…`, `GET /devops/{devops}/jenkins/…`: of Jenkins' own pages the crumb issuer, and logs and files of runs.
 *
 * @throws ApiError 404 for what is not there, 501 for all other pages
 */
export function jenkinsPage(context: RequestContext): Reply {
  const { path = '' } = context.params;
  if (/^crumbIssuer\/api\/json\/?$/.test(path))
    return { status: 200, contentType: jsonType, body: JSON.stringify(crumbFor(context)) };
  const [, project = '', name = '', branch = '', id, page = '', file = ''] = pages.exec(path) ?? [];
  if (id === undefined)
    throw new ApiError(501, 'NotImplemented', `the page ${path} of Jenkins is not imitated`);
  const job = findJob(context, project, name);
  const run = job && runsOf(context, job, branch.replace(/%2F/gi, '/')).find((one) => one.id === id);
  if (job === undefined || run === undefined) throw missing();
  if (page === 'consoleText') return textReply(runLog(project, run, context.world.clock.now()));
  return fileReply(context, job, run, file);
}

function fileReply(context: RequestContext, job: Job, run: Run, path: string): Reply {
  const found = artifactsOf(context, job, run).find((one) => one.path === path);
  if (found === undefined) throw missing();
  const line = `${path} of ${job.project}/${job.name} #${run.id}\n`;
  const body = Buffer.alloc(found.size, line);
  return { status: 200, contentType: 'application/octet-stream', body };
}

function missing(): ApiError {
  return new ApiError(404, 'NotFound', 'Not Found', { dialect: 'router' });
}
