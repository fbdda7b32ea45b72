import { parseGoJson } from '../../core/go-json.js';
import type { Json } from '../../core/json.js';
import { queuedRun } from '../../pipelines/blue/run.js';
import { runLog } from '../../pipelines/log.js';
import { stateOf } from '../../pipelines/run.js';
import { runPlace } from '../../pipelines/blue/nodes.js';
import { linksBelow } from '../../pipelines/blue/links.js';
import { startRun } from '../../controllers/devops/start-run.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { artifactsOf, pageOf } from './jenkins/artifacts.js';
import { checkParameters } from './jenkins/check-parameters.js';
import { blueError } from './jenkins/failures.js';
import { branchesOf, jobOf, jobsOf, projectsOf, type Branch, type Job } from './jenkins/jobs.js';
import { blueCountReply, blueListReply, blueReply, cut, textReply } from './jenkins/replies.js';
import { branchIn, changeCourse, hasBranch, parametersIn, runIn, runsOf } from './jenkins/runs.js';
import {
  artifactShape,
  branchShape,
  listedBranchShape,
  pipelineShape,
  queuedShape,
  runShape,
  stoppedShape,
} from './jenkins/shapes.js';
import { showBranch, showJob, showRun } from './jenkins/show-job.js';

/** What is looked at of a pattern, in characters. */
const longestPattern = 300;

/** `GET …/pipelines/{pipeline}`. @throws ApiError 404 */
export function getJob(context: RequestContext): Reply {
  return blueReply(context, showJob(context, jobOf(context)), pipelineShape);
}

/** `GET /search`: pipelines whose project and name fit the pattern of `q`. */
export function searchJobs(context: RequestContext): Reply {
  const conditions = new Map(
    (context.query.get('q') ?? '').split(';').map((one): [string, string] => {
      const colon = one.indexOf(':');
      return [one.slice(0, colon), one.slice(colon + 1)];
    }),
  );
  const pattern = (conditions.get('pipeline') ?? '').slice(0, longestPattern).replace(/\*+/g, '*');
  const fits = new RegExp(`^${pattern.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')}$`, 'i');
  const found = projectsOf(context)
    .flatMap((project) => jobsOf(context, project))
    .filter(({ project, name }) => pattern === '' || fits.test(`${project}/${name}`) || fits.test(name));
  const shown = cut(context, found).map((job) => showJob(context, job));
  return blueCountReply(context, shown, pipelineShape, found.length, 'total_count');
}

/** `GET …/runs`, of one branch with `branch`. */
export function listRuns(context: RequestContext): Reply {
  const job = jobOf(context);
  const branch = context.query.get('branch') ?? '';
  const runs = runsOf(context, job, branch === '' ? undefined : branch);
  const shown = cut(context, runs).map((run) => showRun(context, job, run));
  return blueCountReply(context, shown, runShape, runs.length, 'totalItems');
}

/** `GET …/runs/{run}`. */
export function getRun(context: RequestContext): Reply {
  const job = jobOf(context);
  return blueReply(context, showRun(context, job, runIn(context, job)), runShape);
}

/** `POST …/runs`: the run waits a moment before it begins. @throws ApiError 404, 501 for a pipeline with branches */
export function runJob(context: RequestContext): Reply {
  const job = jobOf(context);
  const branch = branchIn(context);
  if (job.isMultiBranch && branch === '') throw blueError(501, 'This action is not supported');
  if (branch !== '') assertBranch(job, branch);
  const sent = bodyOf(context);
  checkParameters(job, sent);
  const run = startRun(context, job, {
    branch,
    parameters: parametersIn(sent),
    cause: `Started by user ${context.user.name}`,
    creator: context.user.name,
  });
  return blueReply(context, queuedRun(job.project, run), queuedShape);
}

/** What was sent, passed on to Jenkins unread: nothing is fine. */
function bodyOf({ body }: RequestContext): Json {
  const text = body?.toString('utf8') ?? '';
  if (text.trim() === '') return {};
  try {
    return parseGoJson(text);
  } catch {
    throw blueError(400, "A JSONObject text must begin with '{' at character 1 of " + text.slice(0, 100));
  }
}

/** `POST …/runs/{run}/stop`: a run that has ended stays as it is. */
export function stopRun(context: RequestContext): Reply {
  const job = jobOf(context);
  const run = runIn(context, job);
  const now = context.world.clock.now();
  const stopped = stateOf(run, now) === 'FINISHED' ? run : changeCourse(context, run, { stoppedAt: now });
  return blueReply(context, showRun(context, job, stopped), stoppedShape);
}

/** `POST …/runs/{run}/replay`: the same script with the same parameters once more. */
export function replayRun(context: RequestContext): Reply {
  const job = jobOf(context);
  const run = runIn(context, job);
  const { object, branch, id } = run;
  const again = startRun(context, job, {
    branch,
    parameters: parametersIn(object['spec'] ?? {}),
    cause: `Replayed #${id}`,
    creator: context.user.name,
    like: run,
  });
  return blueReply(context, queuedRun(job.project, again), queuedShape);
}

/** `GET …/runs/{run}/artifacts`: what steps have kept so far. */
export function listArtifacts(context: RequestContext): Reply {
  const job = jobOf(context);
  const run = runIn(context, job);
  const shown = artifactsOf(context, job, run).map(({ path, size }) => ({
    _class: 'io.jenkins.blueocean.service.embedded.rest.ArtifactImpl',
    _links: linksBelow(`${runPlace(job.project, run)}artifacts/${encodeURIComponent(path)}/`, ['self']),
    downloadable: true,
    id: `io.jenkins.blueocean.service.embedded.rest.ArtifactImpl:${encodeURIComponent(path)}`,
    name: path.split('/').at(-1) ?? path,
    path,
    size,
    url: `${pageOf(job, run)}artifact/${path}`,
  }));
  return blueListReply(context, cut(context, shown), artifactShape);
}

/** `GET …/runs/{run}/log`, from `start` on. */
export function getRunLog(context: RequestContext): Reply {
  const job = jobOf(context);
  const run = runIn(context, job);
  return textReply(from(context, runLog(job.project, run, context.world.clock.now())));
}

/** The part of a log from `start` on, which counts bytes. */
export function from({ query }: RequestContext, text: string): string {
  const start = Number(query.get('start') ?? 0);
  return start > 0 ? Buffer.from(text).subarray(start).toString('utf8') : text;
}

/** `GET …/branches`. */
export function listBranches(context: RequestContext): Reply {
  const job = jobOf(context);
  // Of pull requests there are none.
  const branches = context.query.get('filter') === 'pull-requests' ? [] : branchesOf(job);
  const shown = cut(context, branches).map((branch) => showBranch(context, job, branch));
  return blueListReply(context, shown, listedBranchShape);
}

/** `GET …/branches/{branch}`. @throws ApiError 404 */
export function getBranch(context: RequestContext): Reply {
  const job = jobOf(context);
  return blueReply(context, showBranch(context, job, assertBranch(job, branchIn(context))), branchShape);
}

function assertBranch(job: Job, name: string): Branch {
  const found = branchesOf(job).find((one) => one.name === name);
  if (found === undefined || !hasBranch(job, name)) throw blueError(404, `Branch ${name} not found`);
  return found;
}
