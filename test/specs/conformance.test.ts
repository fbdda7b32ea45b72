import { afterAll, describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';
import { isAllowedPath } from '../../src/rbac/allowed-paths.js';
import { releaseNames } from '../../src/core/release.js';
import { documentedSuccess } from '../../src/specs/answer-schema.js';
import { specsOf } from '../../src/specs/published-specs.js';
import type { Operation } from '../../src/specs/spec-index.js';
import { requestTarget } from './arguments.js';
import { bodyProblems } from './check-body.js';
import { deviations } from './deviations.js';
import { inParallel } from './in-parallel.js';

const isWatch = ({ path }: Operation): boolean => path.includes('/watch/');
const endsSession = ({ path }: Operation): boolean => path.endsWith('/logout');

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly isGenerated: boolean;
}

/** The whole answer to a request; only its head for a watch, which does not end. */
async function ask(url: string, operation: Operation, token: string): Promise<Answer> {
  const verb = operation.method;
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(verb);
  const stop = new AbortController();
  const response = await fetch(url, {
    method: verb,
    redirect: 'manual',
    signal: stop.signal,
    headers: {
      ...(token !== '' && { Authorization: `Bearer ${token}` }),
      ...(hasBody && { 'Content-Type': 'application/json' }),
    },
    ...(hasBody && { body: '{}' }),
  });
  const text = isWatch(operation) ? '' : await response.text();
  if (isWatch(operation)) stop.abort();
  const isGenerated = response.headers.get('X-Fake-Ks-Generated') === 'true';
  return { status: response.status, text, isGenerated };
}

/** Open by a role of everybody, or the door itself. */
const openAnyway = new RegExp(
  [
    '^/(oauth|version|kapis/version|\\.well-known|static)',
    '/(login|authenticate|configs/\\w+)$',
    '^/kapis/devops.kubesphere.io/v1alpha2/webhook/',
    '^/kapis/openpitrix.io/\\w+/(workspaces/{workspace}/)?(apps|attachments|categories)',
  ].join('|'),
);
const met = new Set<string>();

/** Tells whether an operation is known to stray, and notes that it did. */
function isListed({ key }: Operation): boolean {
  met.add(key);
  return deviations.has(key);
}

afterAll(() => {
  const stale = [...deviations.keys()].filter((key) => !met.has(key));
  expect(stale, 'listed, but straying no more').toEqual([]);
});

test('are all operations of the documents of KubeSphere and of its kinds', () => {
  const sources = releaseNames.flatMap((release) => specsOf(release).sources);
  const count = (wanted: string): number =>
    sources.reduce((sum, { name, operations }) => (name === wanted ? sum + operations : sum), 0);
  expect({ kubesphere: count('kubesphere'), kinds: count('kubesphere-crd') }).toEqual({
    kubesphere: 1578,
    kinds: 616,
  });
});

describe.each(releaseNames)('what %s publishes', (release) => {
  const { operations } = specsOf(release);

  test(
    'is read with a documented status and a body that passes its schema',
    { timeout: 60_000 },
    async () => {
      await using ks = await startFakeKsApiserver({ release });
      const token = await ks.token();
      const problems: string[] = [];
      const reads = operations.filter(({ method }) => method === 'GET');
      await inParallel(reads, async (operation) => {
        if (endsSession(operation)) return;
        const answer = await ask(ks.url + requestTarget(operation, ks.world.host), operation, token);
        const isGood = answer.status === documentedSuccess(operation).status;
        const problem = isGood
          ? isWatch(operation)
            ? ''
            : bodyProblems(operation, answer.text)
          : `${String(answer.status)} ${answer.text.slice(0, 100).replace(/\s+/g, ' ')}`;
        if (problem !== '' && (answer.isGenerated || !isListed(operation)))
          problems.push(`${operation.key}: ${problem}`);
      });
      expect(problems.join('\n')).toBe('');
    },
  );

  test('is written by a route of its own, or answered as documented', { timeout: 60_000 }, async () => {
    await using ks = await startFakeKsApiserver({ release });
    const problems: string[] = [];
    let token = await ks.token();
    for (const operation of operations) {
      if (operation.method === 'GET' || endsSession(operation)) continue;
      const target = ks.url + requestTarget(operation, ks.world.host);
      const answer = await ask(target, operation, token);
      if (answer.status < 300 && !answer.isGenerated) {
        // A write that succeeds must not take away what the next one is about.
        await ks.reset();
        token = await ks.token();
      }
      const problem = answer.isGenerated
        ? bodyProblems(operation, answer.text)
        : [405, 501].includes(answer.status) || /page not found|bug in fake/i.test(answer.text)
          ? String(answer.status)
          : '';
      if (problem !== '' && !isListed(operation)) problems.push(`${operation.key}: ${problem}`);
    }
    expect(problems.join('\n')).toBe('');
  });

  test('is refused without a token', { timeout: 60_000 }, async () => {
    await using ks = await startFakeKsApiserver({ release });
    const open: string[] = [];
    await inParallel(operations, async (operation) => {
      const answer = await ask(ks.url + requestTarget(operation, ks.world.host), operation, '');
      const isOpen =
        isAllowedPath(operation.path, ks.world.release.allowedPaths) || openAnyway.test(operation.path);
      if (answer.status !== 401 && answer.status !== 403 && !isOpen)
        open.push(`${operation.key}: ${String(answer.status)}`);
    });
    expect(open.join('\n')).toBe('');
  });
});
