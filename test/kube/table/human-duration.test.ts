import { expect, test } from 'vitest';
import { age, humanDuration } from '../../../src/kube/table/human-duration.js';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test.for([
  [-3 * second, '<invalid>'],
  [-1 * second, '0s'],
  [0, '0s'],
  [119 * second, '119s'],
  [120 * second, '2m'],
  [9 * minute + 5 * second, '9m5s'],
  [10 * minute + 5 * second, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [7 * hour + 59 * minute, '7h59m'],
  [8 * hour + 59 * minute, '8h'],
  [47 * hour, '47h'],
  [2 * day + 3 * hour, '2d3h'],
  [7 * day + 23 * hour, '7d23h'],
  [8 * day + 23 * hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [3 * 365 * day + 10 * day, '3y10d'],
  [9 * 365 * day, '9y'],
] as const)('shows %d ms as %s', ([milliseconds, shown]) => {
  expect(humanDuration(milliseconds)).toBe(shown);
});

test.for([
  [undefined, '<unknown>'],
  [null, '<unknown>'],
  ['', '<unknown>'],
  ['yesterday', '<invalid>'],
  ['2024-01-01T00:00:00Z', '5m'],
] as const)('counts the age of %s as %s', ([timestamp, shown]) => {
  expect(age(timestamp, Date.parse('2024-01-01T00:05:00Z'))).toBe(shown);
});
