/** Tells whether a branch fits a pattern with `*` (within a part) and `**` (over several). */
export function isBranchLike(pattern: string, branch: string): boolean {
  if (pattern === '' || branch === '') return false;
  const parts = pattern.split('**').map((part) => part.split('*').map(escaped).join('[^/]*'));
  return new RegExp(`^${parts.join('.*')}$`).test(branch);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
