/** Labels of a series, its name among them as `__name__`. */
export type Labels = Readonly<Record<string, string>>;

/** One series at a moment. */
export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
}

/** What an expression comes to: a number, or series. */
export type Value = number | readonly VectorSample[];

/** Tells series from a number. */
export function isVector(value: Value): value is readonly VectorSample[] {
  return typeof value !== 'number';
}

/** The same text for the same labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Labels of these names, or of all but these; never the name of the series unless it is asked for. */
export function pickLabels(labels: Labels, names: readonly string[], without: boolean): Labels {
  const entries = Object.entries(labels).filter(([name]) =>
    without ? name !== '__name__' && !names.includes(name) : names.includes(name),
  );
  return Object.fromEntries(entries);
}
