/**
 * The end of a message about an unknown word: `; did you mean "release"?`, or the whole choice when nothing is near.
 *
 * @param choices What would have been right; a choice of more than ten words is not listed.
 */
export function didYouMean(given: string, choices: readonly string[]): string {
  const nearest = nearestOf(given, choices);
  if (nearest !== undefined) return `; did you mean "${nearest}"?`;
  return choices.length > 0 && choices.length <= 10 ? `; choose from ${choices.join(', ')}` : '';
}

/** The choice that takes the fewest edits to reach; `undefined` when all are too far away to be meant. */
function nearestOf(given: string, choices: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(given.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const choice of choices) {
    if (Math.abs(choice.length - given.length) > limit) continue;
    const distance = edits(given.toLowerCase(), choice.toLowerCase());
    if (distance < bestDistance) {
      best = choice;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
