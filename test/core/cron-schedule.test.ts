import { expect, test } from 'vitest';
import { nextRunIn, parseCron } from '../../src/core/cron-schedule.js';

function next(text: string, after: string, zone: string): string {
  const schedule = parseCron(text);
  if (typeof schedule === 'string') throw new Error(schedule);
  return new Date(nextRunIn(schedule, Date.parse(after), zone) ?? 0).toISOString();
}

test.for([
  ['0 3 * * *', '2026-01-01T00:00:00Z', '', '2026-01-01T03:00:00.000Z'],
  ['0 3 * * *', '2026-01-01T00:00:00Z', 'Europe/Berlin', '2026-01-01T02:00:00.000Z'],
  ['0 3 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin', '2026-07-01T01:00:00.000Z'],
  ['0 0 * * *', '2026-01-01T00:00:00Z', 'Asia/Shanghai', '2026-01-01T16:00:00.000Z'],
  // Clocks in Berlin go from 01:59 to 03:00 that night.
  ['30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin', '2026-03-30T00:30:00.000Z'],
  ['0 3 * * *', '2026-01-01T00:00:00Z', 'No/Where', '2026-01-01T03:00:00.000Z'],
] as const)('%s after %s in %j is %s', ([schedule, after, zone, expected]) => {
  expect(next(schedule, after, zone)).toBe(expected);
});
