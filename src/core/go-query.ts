import { inRange, type ReleaseName } from './release.js';

const badEscape = /%(?![0-9A-Fa-f]{2})/;

/**
 * The parameters of a raw query, read as Go's `URL.Query` does: a pair whose escapes are broken is left out. Go 1.17 (from
 * 3.3 on) also leaves out pairs with a semicolon; before, that separated pairs like `&`.
 *
 * @see golang/go net/url/url.go parseQuery
 */
export function parseGoQuery(raw: string, release: ReleaseName): URLSearchParams {
  if (!raw.includes('%') && !raw.includes(';')) return new URLSearchParams(raw);
  const dropsSemicolons = inRange(release, { since: 'v3.3' });
  const pairs = raw
    .split(dropsSemicolons ? '&' : /[&;]/)
    .filter((pair) => !badEscape.test(pair) && !pair.includes(';'));
  return new URLSearchParams(pairs.join('&'));
}
