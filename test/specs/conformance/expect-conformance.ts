import { describe, expect, test } from 'vitest';
import type { ReleaseName } from '../../../src/core/release.js';
import { startFakeKsApiserver } from '../../../src/index.js';
import { requestProblems } from '../../../src/specs/check-request.js';
import { specsOf } from '../../../src/specs/published-specs.js';
import { requestPath } from '../../../src/specs/request-path.js';
import type { Operation } from '../../../src/specs/spec-index.js';
import { documentProblems } from '../../support/answer-check/answer-problem.js';
import { chartOf, indexOf, serveCharts } from '../../support/chart.js';
import { startImageRegistry } from '../../support/image-registry.js';
import { exceptionFor } from './exceptions.js';
import { RequestBuilder, type BuiltAnswer, type BuiltRequest } from './request-builder.js';

/** Tests that every operation of some releases answers a valid request as its document says. */
export function expectConformance(releases: readonly ReleaseName[]): void {
  describe.each(releases)('every operation %s publishes', (release) => {
    test(
      'answers a valid request with a documented success and a body that passes its schema',
      { timeout: 240_000 },
      async () => {
        await using ks = await startFakeKsApiserver({ release });
        await using charts = await serveCharts({
          'index.yaml': indexOf({ hello: ['1.0.0'] }),
          'hello-1.0.0.tgz': chartOf('hello'),
        });
        await using registry = await startImageRegistry('none');
        const problems: string[] = [];
        for (const operation of specsOf(release).operations) {
          // What one operation takes away, or makes, is nothing to the next one.
          await ks.reset();
          const builder = await RequestBuilder.start(ks, { charts: charts.url, registry: registry.address });
          const problem = await problemWith(operation, release, builder).catch(String);
          if (problem !== '') problems.push(`${operation.key}: ${problem}`);
        }
        expect(problems.join('\n')).toBe('');
      },
    );
  });
}

async function problemWith(
  operation: Operation,
  release: ReleaseName,
  builder: RequestBuilder,
): Promise<string> {
  const request = await builder.build(operation);
  const mistake = mistakeIn(request, release);
  if (mistake !== '') return `not a valid request: ${mistake}`;
  const excepted = exceptionFor(operation, release)?.status;
  if (excepted === 101) {
    const status = await builder.upgrade(request);
    return status === excepted ? '' : `${String(status)} instead of an upgrade (${request.target})`;
  }
  const answer = await builder.send(request);
  const problem = problemOf(operation, answer);
  const isWrong = excepted === undefined ? problem !== '' : answer.status !== excepted;
  return isWrong ? `${problem || 'as documented, though excepted'} (${request.target})` : '';
}

/** What the document of an operation has against a request for it. */
function mistakeIn(request: BuiltRequest, release: ReleaseName): string {
  const { operation, target, body, contentType = '' } = request;
  const index = specsOf(release);
  const match = index.find(operation.method, requestPath(target));
  if (match === undefined && index.passedOn(operation.method, requestPath(target)) === operation) return '';
  if (match?.operation !== operation) return `${target} is another operation`;
  const [problem = ''] = requestProblems(match, {
    query: new URL(target, 'http://localhost').searchParams,
    contentType,
    body: body === undefined ? undefined : Buffer.from(body),
  });
  return problem;
}

/** What is wrong with an answer to a valid request; empty for a documented success that passes its schema. */
function problemOf(operation: Operation, { status, text, contentType, isGenerated }: BuiltAnswer): string {
  // Made up from its schema, a body always passes: where there is state, it has to be shown.
  if (isGenerated && operation.path.startsWith('/apis')) return 'is made up';
  if (status < 200 || status >= 300) return `${String(status)} ${text.slice(0, 200).replace(/\s+/g, ' ')}`;
  // The objects of a watch are those of its list.
  if (operation.path.includes('/watch/')) return '';
  return documentProblems(operation, { status, text, contentType }).slice(0, 3).join('; ');
}
