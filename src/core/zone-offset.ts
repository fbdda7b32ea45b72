/** Formats by zone: making one costs far more than using it. Names nobody knows are not kept. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that clocks of a time zone are ahead of UTC at a moment; `undefined` for a zone nobody knows. */
export function zoneOffset(zone: string, at: number): number | undefined {
  const format = formats.get(zone) ?? formatOf(zone);
  if (format === undefined) return undefined;
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const numeric = 'numeric';
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch {
    return undefined;
  }
}
