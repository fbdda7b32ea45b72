import { allSteps } from './items.js';
import type { Item, Stage, Step } from './plan.js';
import { resultOf } from './blue/run.js';
import { endOf, stateOf, type Run } from './run.js';

/** What a step has written up to a moment. */
export function stepLog(run: Run, step: Step, now: number): string {
  const span = run.timeline.spans.get(step.id);
  if (span === undefined || span.start > now || now < run.startsAt) return '';
  const answer = run.course.answers.get(step.id);
  const said =
    step.question === undefined
      ? step.log
      : `${step.question.message}\n${step.question.ok} or Abort\n${
          answer === undefined || answer.at > now
            ? ''
            : `${answer.isAbort ? 'Rejected' : 'Approved'} by ${answer.by}\n`
        }`;
  const isDone = span.end !== undefined && span.end <= now;
  return isDone || step.question !== undefined ? said : said.slice(0, said.indexOf('\n') + 1);
}

/** What a run has written up to a moment. */
export function runLog(project: string, run: Run, now: number): string {
  const state = stateOf(run, now);
  if (state === 'QUEUED') return '';
  const { plan, pipeline, branch } = run;
  const lines = [run.course.cause, 'Running in Durability level: MAX_SURVIVABILITY'];
  const result = resultOf(run, now);
  if (plan.problem !== undefined) {
    lines.push(
      'org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:',
      plan.problem,
      '',
      '1 error',
      '',
    );
  } else {
    const folder = [project, branch === '' ? pipeline : `${pipeline}_${branch.replaceAll('/', '_')}`].join(
      '_',
    );
    lines.push('[Pipeline] Start of Pipeline');
    if (allSteps(plan).length > 0)
      lines.push(
        '[Pipeline] node',
        `Running on Jenkins in /var/jenkins_home/workspace/${folder}`,
        '[Pipeline] {',
      );
    for (const item of [...plan.items, ...plan.post.flatMap(([, after]) => after)])
      lines.push(...linesOf(run, item, now));
    if (state === 'FINISHED' && allSteps(plan).length > 0) lines.push('[Pipeline] }', '[Pipeline] // node');
    if (state === 'FINISHED') lines.push('[Pipeline] End of Pipeline');
  }
  const end = endOf(run);
  if (result === 'ABORTED' && end !== undefined) lines.push('Aborted');
  if (state === 'FINISHED') lines.push(`Finished: ${result}`);
  return `${lines.join('\n')}\n`;
}

function linesOf(run: Run, item: Item, now: number): readonly string[] {
  if (item.kind === 'parallel')
    return [
      '[Pipeline] parallel',
      ...item.branches.flatMap((one) => stageLines(run, one, now)),
      '[Pipeline] // parallel',
    ];
  if (item.kind === 'stage') return stageLines(run, item, now);
  const span = run.timeline.spans.get(item.id);
  if (span === undefined || span.start > now) return [];
  const text = stepLog(run, item, now);
  return [`[Pipeline] ${item.name}`, ...text.split('\n').slice(0, -1)];
}

function stageLines(run: Run, stage: Stage, now: number): readonly string[] {
  const span = run.timeline.spans.get(stage.id);
  if (span === undefined || span.start > now) return [];
  const isDone = span.end !== undefined && span.end <= now;
  const inside = span.isSkipped
    ? [`Stage "${stage.name}" skipped due to ${stage.isWanted ? 'earlier failure(s)' : 'when conditional'}`]
    : [...stage.items, ...stage.post.flatMap(([, after]) => after)].flatMap((item) =>
        linesOf(run, item, now),
      );
  return [
    '[Pipeline] stage',
    `[Pipeline] { (${stage.name})`,
    ...inside,
    ...(isDone ? ['[Pipeline] }', '[Pipeline] // stage'] : []),
  ];
}
