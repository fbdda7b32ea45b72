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
      lines.push(...piecesOf(run, item, now).flatMap(({ lines: written }) => written));
    if (state === 'FINISHED' && allSteps(plan).length > 0) lines.push('[Pipeline] }', '[Pipeline] // node');
    if (state === 'FINISHED') lines.push('[Pipeline] End of Pipeline');
  }
  const end = endOf(run);
  if (result === 'ABORTED' && end !== undefined) lines.push('Aborted');
  if (state === 'FINISHED') lines.push(`Finished: ${result}`);
  return `${lines.join('\n')}\n`;
}

/** What was written at a moment, in milliseconds since 1970. */
interface Piece {
  readonly at: number;
  readonly lines: readonly string[];
}

function piecesOf(run: Run, item: Item, now: number): readonly Piece[] {
  if (item.kind === 'parallel') return sideBySide(run, item.branches, now);
  if (item.kind === 'stage') return stagePieces(run, item, now);
  const span = run.timeline.spans.get(item.id);
  if (span === undefined || span.start > now) return [];
  const written = (at: number): string[] => stepLog(run, item, at).split('\n').slice(0, -1);
  // What comes later is written behind what others have written meanwhile: who reads on misses nothing.
  const early = written(span.start);
  const rest = written(now).slice(early.length);
  return [
    { at: span.start, lines: [`[Pipeline] ${item.name}`, ...early] },
    ...(rest.length > 0 ? [{ at: span.end ?? now, lines: rest }] : []),
  ];
}

/** What runs side by side is written as it happens. */
function sideBySide(run: Run, branches: readonly Stage[], now: number): readonly Piece[] {
  const begun = branches
    .flatMap(({ id }) => run.timeline.spans.get(id) ?? [])
    .filter(({ start }) => start <= now);
  const [first] = begun;
  if (first === undefined) return [];
  const opened = ['[Pipeline] parallel', ...branches.map(({ name }) => `[Pipeline] { (Branch: ${name})`)];
  const inside = branches
    .flatMap((branch) => {
      const pieces = stagePieces(run, branch, now);
      const end = run.timeline.spans.get(branch.id)?.end;
      const isDone = end !== undefined && end <= now;
      return isDone ? [...pieces, { at: end, lines: ['[Pipeline] }'] }] : pieces;
    })
    .sort((a, b) => a.at - b.at);
  const ends = begun.map(({ end = Number.POSITIVE_INFINITY }) => end);
  const last = Math.max(...ends);
  const isOver = begun.length === branches.length && last <= now;
  return [
    { at: first.start, lines: opened },
    ...inside,
    ...(isOver ? [{ at: last, lines: ['[Pipeline] // parallel'] }] : []),
  ];
}

function stagePieces(run: Run, stage: Stage, now: number): readonly Piece[] {
  const span = run.timeline.spans.get(stage.id);
  if (span === undefined || span.start > now) return [];
  const { start, end } = span;
  const why = stage.isWanted ? 'earlier failure(s)' : 'when conditional';
  const inside = span.isSkipped
    ? [{ at: start, lines: [`Stage "${stage.name}" skipped due to ${why}`] }]
    : [...stage.items, ...stage.post.flatMap(([, after]) => after)].flatMap((item) =>
        piecesOf(run, item, now),
      );
  return [
    { at: start, lines: ['[Pipeline] stage', `[Pipeline] { (${stage.name})`] },
    ...inside,
    ...(end !== undefined && end <= now ? [{ at: end, lines: ['[Pipeline] }', '[Pipeline] // stage'] }] : []),
  ];
}
