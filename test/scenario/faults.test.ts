import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { ScenarioFault } from '../../src/scenario/scenario.js';

async function answerTo(fault: ScenarioFault): Promise<{ status: number; headers: Headers; body: string }> {
  await using ks = await startFakeKsApiserver();
  await ks.scenario({ description: 'x', faults: [fault] });
  const answer = await fetch(`${ks.url}/version`);
  const entries = await ks.journal.entries();
  expect(entries.at(-1)?.notes).toEqual([`fault ${fault.name ?? 'scenario'} struck`]);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

test.for([
  [401, 'Unauthorized', 'the server has asked for the client to provide credentials'],
  [429, 'TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  [500, 'InternalError', 'an error on the server has prevented the request from succeeding'],
  [503, 'ServiceUnavailable', 'the server is currently unable to handle the request'],
] as const)(
  'a fault of status %d answers a Status in the words of Kubernetes',
  async ([status, reason, message]) => {
    const answer = await answerTo({ status });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toBe('application/json');
    expect(JSON.parse(answer.body)).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      message,
      reason,
      code: status,
    });
  },
);

test.for([
  ['{"a":1}', undefined, 'application/json'],
  ['out to lunch', undefined, 'text/plain; charset=utf-8'],
  ['<h1>503</h1>', { 'content-type': 'text/html' }, 'text/html'],
] as const)('a fault answers the body it is given: %s', async ([body, headers, type]) => {
  const answer = await answerTo({ name: 'proxy', status: 503, body, ...(headers && { headers }) });
  expect([answer.status, answer.body]).toEqual([503, body]);
  expect(answer.headers.get('Content-Type')).toBe(type);
});
