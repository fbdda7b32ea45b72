import { timeParts, type TimeParts } from '../values/timestamps.js';
import {
  CelDuration,
  CelTimestamp,
  noOverload,
  noOverloadOf,
  typeNameOf,
  type CelValue,
} from '../values/value.js';
import type { CelLibrary } from './library.js';

const parts: readonly (readonly [name: string, id: string, of: (parts: TimeParts) => number])[] = [
  ['getFullYear', 'year', ({ year }) => year],
  ['getMonth', 'month', ({ month }) => month],
  ['getDayOfYear', 'day_of_year', ({ yearday }) => yearday],
  ['getDayOfMonth', 'day_of_month', ({ day }) => day - 1],
  ['getDate', 'day_of_month_1_based', ({ day }) => day],
  ['getDayOfWeek', 'day_of_week', ({ weekday }) => weekday],
  ['getHours', 'hours', ({ hours }) => hours],
  ['getMinutes', 'minutes', ({ minutes }) => minutes],
  ['getSeconds', 'seconds', ({ seconds }) => seconds],
  ['getMilliseconds', 'milliseconds', ({ millis }) => millis],
];

/** Nanoseconds of what a duration is counted in. */
const spans: Readonly<Partial<Record<string, bigint>>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
};

/** Parts of times and durations. @see google/cel-go common/types/timestamp.go, duration.go */
export const times: CelLibrary = {
  dynamic: parts.map(([name, id, of]) => {
    const span = spans[name];
    return {
      signatures: [
        `timestamp_to_${id} .${name}(timestamp): int`,
        `timestamp_to_${id}_with_tz .${name}(timestamp, string): int`,
        ...(span === undefined ? [] : [`duration_to_${id} .${name}(duration): int`]),
      ],
      run: (value: CelValue = null, zone: CelValue = ''): CelValue => {
        if (value instanceof CelDuration && span !== undefined) return value.nanos / span;
        if (!(value instanceof CelTimestamp)) throw noOverloadOf(value, `${name}(${typeNameOf(value)})`);
        if (typeof zone !== 'string') throw noOverload();
        return BigInt(of(timeParts(value, zone)));
      },
    };
  }),
};
