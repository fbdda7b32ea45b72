import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';
import { differences } from './differences.js';
import { hasRecordings, readCases, recordedReleases, worldFile, type RecordedCase } from './recorded-case.js';
import { Replay } from './replay-case.js';

/** Cases that share a server: those of a group, or of a sequence within it. */
function together(cases: readonly RecordedCase[]): Map<string, RecordedCase[]> {
  const groups = new Map<string, RecordedCase[]>();
  for (const recorded of cases) {
    const key =
      recorded.sequence === undefined ? recorded.group : `${recorded.group}, sequence ${recorded.sequence}`;
    groups.set(key, [...(groups.get(key) ?? []), recorded]);
  }
  return groups;
}

if (!hasRecordings) {
  test.skip('answers as the real server did (its recorded answers are not here)', () => undefined);
}

describe.skipIf(!hasRecordings).each(recordedReleases)('%s answers as the real server did', (release) => {
  const groups = hasRecordings ? together(readCases(release)) : new Map<string, RecordedCase[]>();
  test.for([...groups])('%s', async ([name, cases]) => {
    await using ks = await startFakeKsApiserver({ release, world: worldFile(release) });
    // No controller ran when the answers were recorded: none may clear away the login records of 2024.
    ks.world.settings = { ...ks.world.settings, loginHistory: { retention: 2 ** 52, maximumEntries: 100 } };
    const replay = new Replay(ks.url, release);
    const known = differences[release] ?? {};
    const failures: string[] = [];
    for (const recorded of cases) {
      const { got, wanted } = await replay.play(recorded);
      // Where the real server broke off the connection we differ on purpose, by a proper error.
      const isSame = recorded.status === 0 ? (got as { status: number }).status >= 400 : isEqual(got, wanted);
      const isListed = Object.hasOwn(known, recorded.id);
      if (isSame && isListed)
        failures.push(`${recorded.id} is listed as different but does not differ any more`);
      if (!isSame && !isListed) failures.push(describeFailure(recorded, got, wanted));
    }
    if (process.env['GOLDEN_SUMMARY'] !== undefined) {
      process.stderr.write(
        `${release} ${name}: ${String(cases.length - failures.length)}/${String(cases.length)}\n`,
      );
    }
    expect(failures.join('\n\n')).toBe('');
  });
});

function isEqual(got: unknown, wanted: unknown): boolean {
  return JSON.stringify(got) === JSON.stringify(wanted);
}

function describeFailure(recorded: RecordedCase, got: unknown, wanted: unknown): string {
  const { id, as, method, path } = recorded;
  return `${id}: ${method} ${path} as ${as}\n  got    ${shorten(got)}\n  wanted ${shorten(wanted)}`;
}

/** Enough of an answer to see what differs; all of it with GOLDEN_FULL set. */
function shorten(answer: unknown): string {
  const text = JSON.stringify(answer);
  return text.length > 700 && process.env['GOLDEN_FULL'] === undefined ? `${text.slice(0, 700)}…` : text;
}
