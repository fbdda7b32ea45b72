import { ApiError, badRequest } from '../../core/api-error.js';
import { parseGoBool } from '../../core/go-bool.js';
import { parseGoJson } from '../../core/go-json.js';
import { digArray, encodeIndented, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { pipelineLabel, runStatusKey, stagesStatusKey } from '../../pipelines/keys.js';
import { endOf, startOf, stateOf, type Run } from '../../pipelines/run.js';
import { resultOf } from '../../pipelines/blue/run.js';
import { moment } from '../../pipelines/blue/links.js';
import { startRun } from '../../controllers/devops/start-run.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { listReply, objectReply, page } from '../../registry/entity-reply.js';
import { readBodyObject } from '../../registry/read-json-body.js';
import { json, jsonType } from '../../registry/reply.js';
import { branchesOf, findJob, type Branch, type Job } from './jenkins/jobs.js';
import { cut } from './jenkins/replies.js';
import { parametersIn, runsOf } from './jenkins/runs.js';

function kindOf({ catalog }: RequestContext): Resource {
  return catalog.get('devops.kubesphere.io', 'pipelineruns');
}

/** What the cache of a controller's client says, which names kinds. */
function missing(kind: string, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${kind}.devops.kubesphere.io "${name}" not found`);
}

/** The pipeline a URL names, whose namespace is that of its project. @throws ApiError 404 */
function jobIn(context: RequestContext): Job {
  const { namespace = '', pipeline = '' } = context.params;
  const found = findJob(context, namespace, pipeline);
  if (found === undefined) throw missing('Pipeline', pipeline);
  return found;
}

/**
 * `GET /namespaces/{namespace}/pipelines/{pipeline}/pipelineruns`: as Jenkins shows them, or with `backward=false` as objects.
 *
 * @see kubesphere/ks-devops pkg/kapis/devops/v1alpha3/pipelinerun/handler.go
 */
export function listPipelineRuns(context: RequestContext): Reply {
  const { query, cluster } = context;
  const job = jobIn(context);
  const branch = query.get('branch') ?? '';
  const own = cluster.store
    .list(kindOf(context), job.namespace)
    .filter(
      ({ object }) =>
        label(object, pipelineLabel) === job.name && (branch === '' || branchOf(object) === branch),
    );
  const consumed = ['branch', 'backward'];
  if (parseGoBool(query.get('backward') ?? '') === false)
    return listReply(context, kindOf(context), own, undefined, { consumed });
  const told = own.filter(({ object }) => annotation(object, runStatusKey) !== undefined);
  const { items, total } = page(context, kindOf(context), told, { consumed });
  return json({ items: items.map(({ object }) => statusOf(object)), totalItems: total });
}

function branchOf(object: KubeObject): string {
  const scm = isJsonObject(object['spec']) ? object['spec']['scm'] : undefined;
  const name = isJsonObject(scm) ? scm['refName'] : undefined;
  return typeof name === 'string' ? name : '';
}

function statusOf(object: KubeObject): Json {
  try {
    return parseGoJson(annotation(object, runStatusKey) ?? '');
  } catch {
    return {};
  }
}

/** `POST …/pipelineruns`. @throws ApiError 400 without the branch that a pipeline with branches needs, 404 */
export function createPipelineRun(context: RequestContext): Reply {
  const sent = context.body === undefined ? {} : readBodyObject(context, 'devops.RunPayload');
  const job = jobIn(context);
  const branch = context.query.get('branch') ?? '';
  if (job.isMultiBranch && branch === '')
    throw badRequest('missing branch name for running a multi-branch Pipeline');
  const { object } = startRun(context, job, {
    branch: job.isMultiBranch ? branch : '',
    parameters: parametersIn(sent),
    cause: `Started by user ${context.user.name}`,
    creator: context.user.name,
  });
  return objectReply(context, kindOf(context), object, 'created');
}

/** `GET /namespaces/{namespace}/pipelineruns/{pipelinerun}`. @throws ApiError 404 */
export function getPipelineRun(context: RequestContext): Reply {
  return objectReply(context, kindOf(context), existing(context));
}

/** `GET …/pipelineruns/{pipelinerun}/nodedetails`: its stages as Jenkins told of them last. @throws ApiError 404 */
export function listNodeDetails(context: RequestContext): Reply {
  const kept = parseGoJson(annotation(existing(context), stagesStatusKey) ?? '[]');
  const stages = (Array.isArray(kept) ? (kept as readonly Json[]) : []).filter(isJsonObject);
  const shown = stages.map((stage) => ({
    ...stage,
    steps: digArray(stage, 'steps')
      .filter(isJsonObject)
      .map((step) => ({ ...step, approvable: true })),
  }));
  return { status: 200, contentType: jsonType, body: encodeIndented(shown, 1) };
}

function existing(context: RequestContext): KubeObject {
  const { namespace = '', pipelinerun = '' } = context.params;
  const found = context.cluster.store.find(kindOf(context), namespace, pipelinerun)?.object;
  if (found === undefined) throw missing('PipelineRun', pipelinerun);
  return found;
}

/** `GET …/pipelines/{pipeline}/branches`. @throws ApiError 400 for a pipeline without, 404 */
export function listPipelineBranches(context: RequestContext): Reply {
  const job = branchedJob(context);
  const branches = branchesOf(job);
  const limit = Number(context.query.get('limit') ?? 10);
  const number = Number(context.query.get('page') ?? 1);
  const start = limit > 0 && number > 0 ? (number - 1) * limit : 0;
  const shown = limit > 0 ? branches.slice(start, start + limit) : cut(context, branches);
  return json({
    items: shown.map((branch) => showBranch(context, job, branch)),
    totalItems: branches.length,
  });
}

/** `GET …/pipelines/{pipeline}/branches/{branch}`. @throws ApiError 400, 404 */
export function getPipelineBranch(context: RequestContext): Reply {
  const job = branchedJob(context);
  const name = (context.params['branch'] ?? '').replace(/%2F/gi, '/');
  const found = branchesOf(job).find((branch) => branch.name === name);
  if (found === undefined) throw new ApiError(404, 'NotFound', `Branch ${name} was not found`);
  return json(showBranch(context, job, found));
}

function branchedJob(context: RequestContext): Job {
  const job = jobIn(context);
  if (!job.isMultiBranch) throw badRequest('invalid multi-branch Pipeline provided');
  return job;
}

function showBranch(context: RequestContext, job: Job, { name }: Branch): JsonObject {
  const now = context.world.clock.now();
  const runs = runsOf(context, job, name);
  const [latest] = runs;
  const ended = runs.filter((run) => stateOf(run, now) === 'FINISHED').slice(0, 5);
  const failed = ended.filter((run) => resultOf(run, now) === 'FAILURE').length;
  return {
    name: encodeURIComponent(name),
    rawName: name,
    weatherScore: ended.length === 0 ? 100 : Math.floor((100 * (ended.length - failed)) / ended.length),
    ...(latest !== undefined && { latestRun: latestRun(latest, now) }),
  };
}

function latestRun(run: Run, now: number): JsonObject {
  const state = stateOf(run, now);
  const end = state === 'FINISHED' ? endOf(run) : undefined;
  return {
    causes: [{ shortDescription: run.course.cause }],
    ...(end !== undefined && { endTime: moment(end) }),
    ...(state !== 'QUEUED' && {
      durationInMillis: (end ?? now) - startOf(run),
      startTime: moment(startOf(run)),
    }),
    id: run.id,
    name: run.object.metadata.name,
    pipeline: encodeURIComponent(run.branch),
    result: resultOf(run, now),
    state,
  };
}
