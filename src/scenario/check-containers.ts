import { parseGoDuration } from '../core/go-duration.js';
import type { Duration } from '../core/options.js';
import type { Scenario, ScenarioCommand } from './scenario.js';
import type { Problem } from './schema.js';

/** What is wrong with what a scenario says of containers: contradictions, patterns that are none. */
export function containerProblems({
  exec = [],
  logs = [],
  ports = [],
  containers = [],
}: Scenario): Problem[] {
  return [
    ...containers.flatMap(({ missing, exitCode }, at) =>
      (missing === undefined) === (exitCode === undefined)
        ? [{ path: ['containers', at], text: 'says nothing or two things; give either missing or exitCode' }]
        : [],
    ),
    ...containers.flatMap(({ after, exitCode }, at) => {
      if (after === undefined) return [];
      const path = ['containers', at, 'after'];
      if (exitCode === undefined) return [{ path, text: 'goes with an exitCode only; give one' }];
      return length(after) < 0 ? [{ path, text: 'is negative; nothing ends before it starts' }] : [];
    }),
    ...exec.flatMap((command, at) => commandProblems(command, at)),
    ...logs.flatMap(({ every }, at) =>
      every !== undefined && !(length(every) > 0)
        ? [{ path: ['logs', at, 'every'], text: 'must be longer than nothing; give 1s, say' }]
        : [],
    ),
    ...ports.flatMap(({ to, bytes, status, body, headers }, at) => {
      const given = [to, bytes, status ?? body ?? headers].filter((each) => each !== undefined).length;
      if (given === 1) return [];
      const what = given === 0 ? 'says nothing' : 'says two things';
      return [
        { path: ['ports', at], text: `${what}; give one of to, bytes, and status with headers and body` },
      ];
    }),
  ];
}

function length(duration: Duration): number {
  return typeof duration === 'number' ? duration : (parseGoDuration(duration) ?? 0);
}

function commandProblems({ command, prefix, pattern, delay }: ScenarioCommand, at: number): Problem[] {
  const given = [command, prefix, pattern].filter((each) => each !== undefined).length;
  const problems: Problem[] = [];
  if (given !== 1) {
    const what = given === 0 ? 'names no command' : 'names a command twice';
    problems.push({ path: ['exec', at], text: `${what}; give one of command, prefix and pattern` });
  }
  if (delay !== undefined && length(delay) < 0)
    problems.push({ path: ['exec', at, 'delay'], text: 'is negative; nothing answers before it is asked' });
  try {
    if (pattern !== undefined) new RegExp(pattern, 's');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push({ path: ['exec', at, 'pattern'], text: `is no regular expression (${why}); correct it` });
  }
  return problems;
}
