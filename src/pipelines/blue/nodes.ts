import type { Json, JsonObject } from '../../core/json.js';
import { graphOf, ownSteps, type PlacedStage } from '../items.js';
import type { Question, Step } from '../plan.js';
import { endOf, type Run } from '../run.js';
import type { Span } from '../timeline.js';
import { branchPlace, link, linksBelow, moment } from './links.js';

const nodeClass = 'io.jenkins.blueocean.rest.impl.pipeline.PipelineNodeImpl';
const edgeClass = `${nodeClass}$EdgeImpl`;

/** Where a run is in Blue Ocean. */
export function runPlace(project: string, { pipeline, branch, id }: Run): string {
  return `${branchPlace(project, pipeline, branch)}runs/${id}/`;
}

/** The stages of a run that are reached at a moment; with `ahead` also those that are not, as an earlier run tells of them. */
export function stagesAt(run: Run, now: number, ahead: boolean): readonly PlacedStage[] {
  return graphOf(run.plan).filter(({ stage }) => ahead || isReached(run, stage.id, now));
}

/** The steps of a stage that are reached at a moment. */
export function stepsAt(run: Run, stage: PlacedStage, now: number): readonly Step[] {
  return ownSteps(stage.stage).filter(({ id }) => isReached(run, id, now));
}

function isReached({ timeline, startsAt }: Run, id: string, now: number): boolean {
  const span = timeline.spans.get(id);
  return span !== undefined && now >= startsAt && span.start <= now;
}

/** A stage as Blue Ocean shows it. */
export function blueNode(
  project: string,
  run: Run,
  { stage, parent, edges }: PlacedStage,
  now: number,
): JsonObject {
  const place = `${runPlace(project, run)}nodes/${stage.id}/`;
  const type = stage.isParallel ? 'PARALLEL' : 'STAGE';
  const question = stage.items.find(
    (item): item is Step => item.kind === 'step' && isWaiting(run, item, now),
  );
  const whole = endOf(run);
  const types = new Map(graphOf(run.plan).map((one) => [one.stage.id, one.stage.isParallel]));
  return {
    _class: nodeClass,
    _links: linksBelow(place, ['self', 'actions', 'steps']),
    actions: [],
    displayDescription: null,
    displayName: stage.name,
    ...progress(run, stage.id, now, (span) => ({
      id: stage.id,
      input: question === undefined ? null : inputOf(`${place}steps/${question.id}/`, question.question),
      ...span,
    })),
    type,
    causeOfBlockage: null,
    edges: edges.map((id) => ({
      _class: edgeClass,
      id,
      type: types.get(id) === true ? 'PARALLEL' : 'STAGE',
    })),
    firstParent: parent ?? null,
    restartable: !stage.isParallel && whole !== undefined && now >= whole,
  };
}

/** A step as Blue Ocean shows it. */
export function blueStep(project: string, run: Run, node: string, step: Step, now: number): JsonObject {
  const place = `${runPlace(project, run)}nodes/${node}/steps/${step.id}/`;
  const hasLog = step.log !== '';
  return {
    _class: 'io.jenkins.blueocean.rest.impl.pipeline.PipelineStepImpl',
    _links: linksBelow(place, ['self', 'actions']),
    actions: hasLog
      ? [
          {
            _class: 'org.jenkinsci.plugins.workflow.support.actions.LogStorageAction',
            _links: { self: link(`${place}log/`) },
            urlName: 'log',
          },
        ]
      : [],
    displayDescription: step.description === '' ? null : step.description,
    displayName: step.title,
    ...progress(run, step.id, now, (span) => ({
      id: step.id,
      input: isWaiting(run, step, now) ? inputOf(place, step.question) : null,
      ...span,
    })),
    type: 'STEP',
  };
}

/** Whether a step waits for an answer at a moment. */
export function isWaiting(run: Run, step: Step, now: number): boolean {
  if (step.question === undefined || !isReached(run, step.id, now)) return false;
  const { end } = run.timeline.spans.get(step.id) ?? {};
  return end === undefined || end > now;
}

/** `durationInMillis`, then what `rest` makes of result, start and state. */
function progress(run: Run, id: string, now: number, rest: (shown: JsonObject) => JsonObject): JsonObject {
  const span = run.timeline.spans.get(id);
  if (span === undefined || !isReached(run, id, now))
    return { durationInMillis: null, ...rest({ result: null, startTime: null, state: null }) };
  const isDone = span.end !== undefined && span.end <= now;
  const [result, state] = outcome(run, span, isDone, now);
  return {
    durationInMillis: (isDone ? span.end : now) - span.start,
    ...rest({ result, startTime: moment(span.start), state }),
  };
}

function outcome(run: Run, span: Span, isDone: boolean, now: number): [result: string, state: string] {
  if (span.isSkipped) return ['NOT_BUILT', 'SKIPPED'];
  if (isDone) return [span.result, 'FINISHED'];
  const waits = [...run.timeline.spans.values()].some(
    (one) => one.end === undefined && one.start <= now && one.start >= span.start,
  );
  return ['UNKNOWN', span.end === undefined && waits ? 'PAUSED' : 'RUNNING'];
}

function inputOf(place: string, question: Question | undefined): Json {
  if (question === undefined) return null;
  const { id, message, ok, submitter, parameters } = question;
  return {
    _class: 'io.jenkins.blueocean.rest.impl.pipeline.InputStepImpl',
    _links: { self: link(`${place}input/`) },
    id,
    message,
    ok,
    parameters: parameters.map(({ type, name, description, value }) => ({
      _class: classOf(type),
      defaultParameterValue: { _class: 'hudson.model.StringParameterValue', name, value },
      description,
      name,
      type: classOf(type).split('.').at(-1) ?? '',
    })),
    submitter: submitter === '' ? null : submitter,
  };
}

/** Java's name of a kind of parameters. */
export function classOf(type: string): string {
  return parameterClasses[type] ?? 'hudson.model.StringParameterDefinition';
}

const parameterClasses: Readonly<Record<string, string>> = {
  string: 'hudson.model.StringParameterDefinition',
  text: 'hudson.model.TextParameterDefinition',
  boolean: 'hudson.model.BooleanParameterDefinition',
  booleanParam: 'hudson.model.BooleanParameterDefinition',
  choice: 'hudson.model.ChoiceParameterDefinition',
  password: 'hudson.model.PasswordParameterDefinition',
  file: 'hudson.model.FileParameterDefinition',
};
