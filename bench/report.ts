import { cpus } from 'node:os';

/** One line of the table: a figure of ours beside a floor or a peer measured in the same run. */
export interface Row {
  readonly name: string;
  readonly ours: string;
  readonly floor: string;
  readonly ratio: number | undefined;
  readonly goal: string;
  /** True for a goal that nobody asked for but us. */
  readonly own?: boolean;
  readonly met: boolean;
}

/** The middle value; of an even count the upper one of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = ['| what | ours | beside | ratio | goal | |', '|---|---|---|---|---|---|'];
  for (const { name, ours, floor, ratio, goal, own = false, met } of rows) {
    const shown = ratio === undefined ? '' : ratio.toFixed(2);
    const wanted = own ? `${goal} (own)` : goal;
    lines.push(`| ${name} | ${ours} | ${floor} | ${shown} | ${wanted} | ${met ? 'met' : '**missed**'} |`);
  }
  return lines.join('\n');
}

/** The machine the figures come from. */
export function machine(): string {
  const all = cpus();
  return `Node ${process.version}, ${String(all.length)} × ${all[0]?.model.trim() ?? 'unknown CPU'}, ${process.platform}/${process.arch}`;
}
