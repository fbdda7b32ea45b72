import { subscribe } from 'node:diagnostics_channel';
import { afterEach } from 'vitest';
import type { RepliedMessage } from '../../../src/http/replies.js';

/** Answers kept before they are looked at; a test that gets more has them looked at on the way. */
const most = 500;
const answers: RepliedMessage[] = [];
const problems = new Set<string>();
let check: ((answer: RepliedMessage) => string | undefined) | undefined;

/** Every answer of every server of our tests fits the published documents, whatever the test itself is about. */
subscribe('fake-ks-apiserver:replied', (message) => {
  answers.push(message as RepliedMessage);
  if (answers.length >= most && check !== undefined) drain();
});

function drain(): void {
  for (const answer of answers.splice(0)) {
    const problem = check?.(answer);
    if (problem !== undefined) problems.add(problem);
  }
}

afterEach(async () => {
  if (answers.length > 0) {
    check ??= (await import('./answer-problem.js')).answerProblem;
    drain();
  }
  if (problems.size === 0) return;
  const told = [...problems].join('\n');
  problems.clear();
  throw new Error(`answers of stateful routes that do not fit the published documents:\n${told}`);
});
