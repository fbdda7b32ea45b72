import { posix } from 'node:path';
import { isParsableUrl } from '../core/go-url.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';
import type { Reply } from '../registry/contract.js';

/**
 * Where a client may be sent: its first URI when none is asked for, else one of its own exactly; `*` takes anything
 * before 4.1.
 *
 * @returns `undefined` when it is not allowed.
 * @see kubesphere/kubesphere pkg/apiserver/authentication/oauth/oauth_client.go ResolveRedirectURL
 */
export function resolveRedirect(
  client: OAuthClient | undefined,
  asked: string,
  release: ReleaseName,
): string | undefined {
  const allowed = client?.redirectURIs ?? [];
  if (allowed.length === 0) return undefined;
  if (asked === '') return allowed[0];
  const anything = inRange(release, { until: 'v3.4' }) && allowed.includes('*');
  if (!anything && !allowed.includes(asked)) return undefined;
  return isParsableUrl(asked) ? asked : undefined;
}

/** Replaces the query of a URL. */
export function withQuery(url: string, values: URLSearchParams): string {
  return `${url.replace(/[?#].*$/s, '')}?${encodeSorted(values)}`;
}

/** Adds to the query of a URL. */
export function addQuery(url: string, values: URLSearchParams): string {
  const bare = url.replace(/#.*$/s, '');
  return `${bare}${bare.includes('?') ? '&' : '?'}${encodeSorted(values)}`;
}

/** Replaces the fragment of a URL. */
export function withFragment(url: string, values: URLSearchParams): string {
  return `${url.replace(/#.*$/s, '')}#${encodeSorted(values)}`;
}

/** Keys in order, escaped as Go's `Values.Encode`. */
function encodeSorted(values: URLSearchParams): string {
  return [...values]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => `${escape(key)}=${escape(value)}`)
    .join('&');
}

function escape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/**
 * 302 the way Go's `http.Redirect` writes it: with a small page for GET, bare for POST.
 *
 * @param from Path of the request, which relative targets are resolved against.
 * @param asText True where the handler has set `text/plain` beforehand, which suppresses the page.
 */
export function found(
  from: { readonly method: string; readonly path: string },
  url: string,
  asText = false,
): Reply {
  const location = headerText(resolveLocation(from.path, url));
  const headers = { Location: location };
  if (asText) return { status: 302, contentType: 'text/plain', headers };
  if (from.method !== 'GET') return { status: 302, headers };
  const shown = location.replace(/[&<>"']/g, (character) => htmlEscapes[character] ?? '');
  return {
    status: 302,
    contentType: 'text/html; charset=utf-8',
    headers,
    body: `<a href="${shown}">Found</a>.\n\n`,
  };
}

/** Relative targets are taken from the folder of the request and cleaned, the query left alone. */
function resolveLocation(from: string, url: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(url)) return url;
  const absolute = url.startsWith('/') ? url : from.slice(0, from.lastIndexOf('/') + 1) + url;
  const mark = absolute.indexOf('?');
  const path = mark === -1 ? absolute : absolute.slice(0, mark);
  const cleaned = posix.normalize(path);
  return cleaned + (mark === -1 ? '' : absolute.slice(mark));
}

/** Header values are ASCII: anything else is percent-encoded. */
function headerText(url: string): string {
  return url.replace(/[^\x21-\x7e]+/g, (text) =>
    encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8')),
  );
}
