import { parseGoJson } from '../../core/go-json.js';
import { dig, digString, type Json, type JsonObject } from '../../core/json.js';
import { annotation } from '../../core/kube-object.js';
import { creatorAnnotation } from '../../core/well-known-keys.js';
import { inRange } from '../../core/release.js';
import { blueNode, blueStep, isWaiting, stagesAt, stepsAt } from '../../pipelines/blue/nodes.js';
import type { PlacedStage } from '../../pipelines/items.js';
import { stepLog } from '../../pipelines/log.js';
import type { Step } from '../../pipelines/plan.js';
import { stateOf, type Run } from '../../pipelines/run.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { blueError } from './jenkins/failures.js';
import { jobOf, type Job } from './jenkins/jobs.js';
import { blueListReply, cut, structs, textReply } from './jenkins/replies.js';
import { changeCourse, runIn, runsOf } from './jenkins/runs.js';
import { nodeDetailShape, nodeShape, stepShape } from './jenkins/shapes.js';
import { from } from './jobs-and-runs.js';

/** What a URL below a run is about. */
interface Place {
  readonly job: Job;
  readonly run: Run;
  readonly now: number;
  readonly stages: readonly PlacedStage[];
}

function placeIn(context: RequestContext): Place {
  const job = jobOf(context);
  const run = runIn(context, job);
  const now = context.world.clock.now();
  // What lies ahead is known from a run that came to its end.
  const ahead = runsOf(context, job, run.branch).some(
    (one) => one.id !== run.id && stateOf(one, now) === 'FINISHED' && one.plan.problem === undefined,
  );
  return { job, run, now, stages: stagesAt(run, now, ahead) };
}

/** `GET …/runs/{run}/nodes`: the stages. */
export function listNodes(context: RequestContext): Reply {
  const { job, run, now, stages } = placeIn(context);
  const shown = cut(context, stages).map((stage) => blueNode(job.project, run, stage, now));
  return blueListReply(context, shown, nodeShape);
}

/** `GET …/nodes/{node}/steps`: those that have begun. */
export function listSteps(context: RequestContext): Reply {
  const place = placeIn(context);
  const shown = stepsIn(place, stageIn(context, place));
  return blueListReply(context, cut(context, shown), stepShape);
}

function stepsIn({ job, run, now }: Place, stage: PlacedStage): JsonObject[] {
  return stepsAt(run, stage, now).map((step) => ({
    ...blueStep(job.project, run, stage.stage.id, step, now),
    aprovable: false,
  }));
}

/** `GET …/runs/{run}/nodesdetail`: stages with their steps, and whether the caller may answer where they wait. */
export function listNodeDetails(context: RequestContext): Reply {
  const place = placeIn(context);
  const { job, run, now, stages } = place;
  const shown = stages.map((stage) => ({
    ...blueNode(job.project, run, stage, now),
    steps: stepsAt(run, stage, now).map((step) => ({
      ...blueStep(job.project, run, stage.stage.id, step, now),
      aprovable: isWaiting(run, step, now) && mayAnswer(context, job, step),
    })),
  }));
  return json(structs(context, shown, nodeDetailShape));
}

/** `GET …/steps/{step}/log`, from `start` on. */
export function getStepLog(context: RequestContext): Reply {
  const place = placeIn(context);
  const step = stepIn(context, place, stageIn(context, place));
  const text = stepLog(place.run, step, place.now);
  const { end } = place.run.timeline.spans.get(step.id) ?? {};
  const isGoingOn = end === undefined || end > place.now;
  return textReply(from(context, text), {
    'X-Content-Type-Options': 'nosniff',
    ...(isGoingOn && { 'X-More-Data': 'true' }),
    'X-Text-Size': String(Buffer.byteLength(text)),
  });
}

/**
 * `POST …/steps/{step}`: answers the question a run waits with; since 3.1 whoever may not is told so with 200.
 *
 * @throws ApiError 400, 404
 */
export function answerStep(context: RequestContext): Reply {
  const place = placeIn(context);
  const { job, run, now } = place;
  const step = stepIn(context, place, stageIn(context, place));
  const isWaited = isWaiting(run, step, now);
  if (inRange(context.release.name, { since: 'v3.1' })) {
    const why = !isWaited
      ? `the step '${step.title}' is not approvable`
      : mayAnswer(context, job, step)
        ? undefined
        : 'you have no permission to approve this step';
    if (why !== undefined) return textReply(JSON.stringify({ allow: 'false', message: why }));
  }
  const sent = bodyOf(context);
  const id = digString(sent, 'id');
  if (id === '') throw blueError(400, 'id is required');
  const wrong = 'Error processing Input Submit request.';
  if (step.question === undefined)
    throw blueError(400, `${wrong} This Run instance does not have an InputAction.`);
  if (!isWaited || id !== step.question.id)
    throw blueError(400, `${wrong} This Run instance does not have an Input with an ID of '${id}'.`);
  if (!mayAnswer(context, job, step))
    throw blueError(400, `You need to be ${step.question.submitter} to submit this`);
  const answer = { at: now, isAbort: dig(sent, 'abort') === true, by: context.user.name };
  changeCourse(context, run, { answers: new Map([...run.course.answers, [step.id, answer]]) });
  return textReply('');
}

function bodyOf({ body }: RequestContext): Json {
  try {
    return parseGoJson(body?.toString('utf8') ?? '');
  } catch {
    return {};
  }
}

/** Without names of who may answer anybody may; else those, and who made the pipeline. */
function mayAnswer({ user, release }: RequestContext, job: Job, { question }: Step): boolean {
  const submitters = (question?.submitter ?? '').split(',').map((one) => one.trim());
  if (submitters[0] === '' || submitters.includes(user.name)) return true;
  const isCreator = annotation(job.object, creatorAnnotation) === user.name;
  // Administrators of Jenkins may answer anything, and before 3.1 nobody else looks.
  return isCreator || (inRange(release.name, { until: 'v3.0' }) && user.name === 'admin');
}

function stageIn({ params }: RequestContext, { stages }: Place): PlacedStage {
  const { node = '' } = params;
  const found = stages.find(({ stage }) => stage.id === node);
  if (found === undefined) throw blueError(404, `Node ${node} not found`);
  return found;
}

function stepIn({ params }: RequestContext, { run, now }: Place, stage: PlacedStage): Step {
  const { step = '' } = params;
  const found = stepsAt(run, stage, now).find(({ id }) => id === step);
  if (found === undefined) throw blueError(404, `Step ${step} not found`);
  return found;
}
