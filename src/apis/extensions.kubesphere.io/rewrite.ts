import { posix } from 'node:path';
import { goEscapePath } from '../../core/go-url.js';
import { unavailable } from './endpoint.js';

/** The part of a request's target that directives change. */
export interface RequestUri {
  /** Not escaped. */
  readonly path: string;
  /** Escaped, without the `?`. */
  readonly query: string;
}

/** Longest path a glob is tried on. */
const longestMatched = 8192;

/**
 * Applies a rule `PATTERN URI`: where the pattern fits the path, the target becomes the URI, or the parts of it that the
 * URI has.
 *
 * @throws ApiError 503 for placeholders: the real server crashes on all but that of the path, and refuses
 * @see kubesphere/kubesphere pkg/utils/directives/rewrite.go
 */
export function rewriteUri(uri: RequestUri, rule: string): RequestUri {
  const [pattern = '', wanted] = rule.split(' ');
  if (wanted === undefined || !fits(uri.path, pattern)) return uri;
  const [whole = ''] = wanted.split('#');
  const mark = whole.indexOf('?');
  const path = (mark === -1 ? whole : whole.slice(0, mark)).replaceAll(
    '{http.request.uri.path}',
    goEscapePath(uri.path),
  );
  const query = mark === -1 ? undefined : whole.slice(mark + 1);
  if (path.includes('{') || query?.includes('{') === true)
    throw unavailable('failed to create handler directives Directives.Rewrite');
  return { path: path === '' ? uri.path : unescape(path), query: query ?? uri.query };
}

/** Applies a rule `TEXT OTHER`: every such text in path and query is replaced. */
export function replaceText(uri: RequestUri, rule: string): RequestUri {
  const [text = '', other] = rule.split(' ');
  if (text === '' || other === undefined) return uri;
  if (text.includes('{') || other.includes('{'))
    throw unavailable('failed to create handler directives Directives.Replace');
  const path = cleanPath(goEscapePath(uri.path), !text.includes('//'));
  return {
    path: unescape(path.replaceAll(text, () => other)),
    query: uri.query.replaceAll(text, () => other),
  };
}

/** Applies a rule `EXPRESSION OTHER` to the path; an expression that is none changes nothing. */
export async function replacePathPattern(uri: RequestUri, rule: string): Promise<RequestUri> {
  const [text = '', other] = rule.split(' ');
  if (text === '' || other === undefined) return uri;
  if (other.replace(/\$\{\w+\}/g, '').includes('{'))
    throw unavailable('failed to create handler directives Directives.PathRegexp');
  const { compileGoRegExp, RegExpError } = await import('../../core/go-regexp.js');
  try {
    return { ...uri, path: unescape(compileGoRegExp(text).replaceAll(goEscapePath(uri.path), other)) };
  } catch (error) {
    if (error instanceof RegExpError) return uri;
    throw error;
  }
}

/** Tells whether a pattern fits a path, in any case: whole, with one `*` at an end, or as a glob. */
function fits(given: string, pattern: string): boolean {
  if (pattern === '*') return true;
  if (pattern.includes('{')) throw unavailable('failed to create handler directives Directives.Rewrite');
  const raw = pattern.includes('%') ? goEscapePath(given) : given.toLowerCase();
  const path = cleanPath(raw, !pattern.includes('//'));
  const stars = pattern.split('*').length - 1;
  const [opens, closes] = [pattern.startsWith('*'), pattern.endsWith('*')];
  if (stars === 2 && opens && closes) return path.includes(pattern.slice(1, -1));
  if (stars === 1 && opens) return path.endsWith(pattern.slice(1));
  if (stars === 1 && closes) return path.startsWith(pattern.slice(0, -1));
  return globFits(path, pattern);
}

/** Go's `path.Match`: `*` and `?` stop at slashes. */
function globFits(path: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]');
  try {
    return path.length <= longestMatched && new RegExp(`^${source}$`).test(path);
  } catch {
    return false;
  }
}

function cleanPath(path: string, mergesSlashes: boolean): string {
  if (mergesSlashes) return posix.normalize(path);
  // Doubled slashes stay: an impossible character keeps their empty segments.
  return posix.normalize(path.replace(/(?<=\/)\//g, '\0/')).replaceAll('\0', '');
}

function unescape(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
