/** What the faults of a scenario go by when they have no name of their own: its name, or that of its file without ending. */
export function faultName(scenario: string): string {
  const file = scenario.split(/[/\\]/).at(-1) ?? scenario;
  return file.replace(/\.(ya?ml|json)$/, '').replace(/[^-\w.]+/g, '-');
}
