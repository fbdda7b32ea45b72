import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';
import { answerProblem } from '../support/answer-check/answer-problem.js';

const user = '/kapis/iam.kubesphere.io/v1beta1/users/admin';
const nodes = '/kapis/resources.kubesphere.io/v1alpha3/nodes';
const contentType = 'application/json';

test.for([
  [
    'a member of another type',
    user,
    { status: 200, contentType, body: '{"kind":7}' },
    'body/kind must be string',
  ],
  ['a list without its items', nodes, { status: 200, contentType, body: '{}' }, "required property 'items'"],
  ['no body', user, { status: 200 }, 'no body'],
  ['a text', user, { status: 200, contentType, body: 'ok' }, 'no JSON: "ok"'],
  [
    'a refusal without words',
    user,
    { status: 404, contentType: 'text/plain; charset=utf-8' },
    'without a word',
  ],
  ['a refusal in a form of its own', user, { status: 404, contentType, body: '{"oops":1}' }, 'no known form'],
  [
    'a refusal in the form of another place',
    '/apis/iam.kubesphere.io/v1beta1/users/x',
    { status: 409, contentType: 'text/plain', body: 'conflict\n' },
    'the form "text", where only status, errStatus',
  ],
  [
    'a Status of another code',
    user,
    { status: 404, contentType, body: '{"kind":"Status","status":"Failure","message":"","code":403}' },
    'a Status of 403 in an answer of 404',
  ],
  [
    'a status of success nobody named',
    user,
    { status: 201, contentType, body: '{}' },
    'the document knows only 200',
  ],
] as const)('finds %s', async ([, url, reply, problem]) => {
  await using ks = await startFakeKsApiserver();
  const { world } = ks;
  const entry = world.journal.open('GET', url, 0);
  expect(answerProblem({ world, entry, url, reply })).toContain(problem);
});

test.for([
  ['a refusal', user, { status: 404, contentType: 'text/plain; charset=utf-8', body: 'not found\n' }],
  ['a list that is null', nodes, { status: 200, contentType, body: '{"items":null,"totalItems":0}' }],
  ['what was generated', user, { status: 200, headers: { 'X-Fake-Ks-Generated': 'true' } }],
  ['a path that no document names', '/healthz/x', { status: 200, contentType, body: '{}' }],
] as const)('lets %s pass', async ([, url, reply]) => {
  await using ks = await startFakeKsApiserver();
  const { world } = ks;
  const entry = world.journal.open('GET', url, 0);
  expect(answerProblem({ world, entry, url, reply })).toBeUndefined();
});
