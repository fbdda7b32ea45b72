const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/**
 * A duration the way kubectl's AGE column shows it: one or two units, zero parts left out.
 *
 * @param milliseconds Differences down to -1 s count as zero; anything earlier is `<invalid>`.
 * @see kubernetes/apimachinery pkg/util/duration/duration.go
 */
export function humanDuration(milliseconds: number): string {
  if (milliseconds < -2 * second) return '<invalid>';
  if (milliseconds < 0) return '0s';
  if (milliseconds < 2 * minute) return `${whole(milliseconds, second)}s`;
  if (milliseconds < 10 * minute) return two(milliseconds, minute, 'm', second, 's');
  if (milliseconds < 3 * hour) return `${whole(milliseconds, minute)}m`;
  if (milliseconds < 8 * hour) return two(milliseconds, hour, 'h', minute, 'm');
  if (milliseconds < 2 * day) return `${whole(milliseconds, hour)}h`;
  if (milliseconds < 8 * day) return two(milliseconds, day, 'd', hour, 'h');
  if (milliseconds < 2 * year) return `${whole(milliseconds, day)}d`;
  if (milliseconds < 8 * year) return two(milliseconds, year, 'y', day, 'd');
  return `${whole(milliseconds, year)}y`;
}

/** The time since a timestamp as {@link humanDuration}; `<unknown>` without one. */
export function age(timestamp: unknown, now: number): string {
  if (typeof timestamp !== 'string' || timestamp === '') return '<unknown>';
  const at = Date.parse(timestamp);
  return Number.isNaN(at) ? '<invalid>' : humanDuration(now - at);
}

function whole(milliseconds: number, unit: number): string {
  return String(Math.floor(milliseconds / unit));
}

function two(milliseconds: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((milliseconds % big) / small);
  const first = `${whole(milliseconds, big)}${bigName}`;
  return rest === 0 ? first : `${first}${String(rest)}${smallName}`;
}
