import { goQuote } from '../../../core/go-format.js';
import { ValueList, ValueMap } from '../values/collections.js';
import { CelError, CelOpaque, type CelMap } from '../values/value.js';
import type { CelLibrary } from './library.js';

/** A URL, taken apart. */
class CelUrl extends CelOpaque {
  readonly typeName = 'kubernetes.URL';
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(parts: { scheme: string; host: string; path: string; query: string }) {
    super();
    ({ scheme: this.scheme, host: this.host, path: this.path, query: this.query } = parts);
  }

  equals(other: CelOpaque): boolean {
    return (
      other instanceof CelUrl &&
      other.scheme === this.scheme &&
      other.host === this.host &&
      other.path === this.path &&
      other.query === this.query
    );
  }
}

const hostPattern = /^(\[[0-9a-fA-F:.%]+\]|[^\s[\]:"<>\\^`{}|]*)(:\d*)?$/;

/** Reads an absolute URL or an absolute path; `undefined` when it is none. @see golang/go net/url ParseRequestURI */
function parseUrl(text: string): CelUrl | undefined {
  const characters = Array.from(text, (one) => one.charCodeAt(0));
  if (characters.some((code) => code < 0x20 || code === 0x7f)) return undefined;
  const [, scheme = '', rest = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(.*)$/.exec(text) ?? [];
  const [before = '', ...after] = rest.split('?');
  const query = after.join('?');
  const lowered = scheme.toLowerCase();
  if (!before.startsWith('/'))
    return scheme === '' || before === ''
      ? undefined
      : new CelUrl({ scheme: lowered, host: '', path: '', query });
  const hasHost = before.startsWith('//') && (scheme !== '' || !before.startsWith('///'));
  const [, authority = '', path = ''] = hasHost ? (/^\/\/([^/]*)(.*)$/.exec(before) ?? []) : ['', '', before];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (!hostPattern.test(host) || /%(?![0-9a-fA-F]{2})/.test(path)) return undefined;
  return new CelUrl({ scheme: lowered, host, path, query });
}

function hostname({ host }: CelUrl): string {
  const [, bracketed, plain = ''] = /^(?:\[(.*)\]|([^:]*))/.exec(host) ?? [];
  return bracketed ?? plain;
}

/** Characters of a path that are written as they are. */
function escapePath(path: string): string {
  return path.replace(/%[0-9a-fA-F]{2}|[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]]/gu, (part) =>
    part.startsWith('%') && part.length === 3 ? part : encodeURIComponent(part),
  );
}

function queryOf({ query }: CelUrl): CelMap {
  const all = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) all.set(key, [...(all.get(key) ?? []), value]);
  return new ValueMap(Array.from(all, ([key, values]) => [key, new ValueList(values)]));
}

function urlOf(text: string): CelUrl {
  const url = parseUrl(text);
  if (url !== undefined) return url;
  const why = text === '' ? 'empty url' : 'invalid URI for request';
  throw new CelError(`URL parse error during conversion from string: parse ${goQuote(text)}: ${why}`);
}

/** URLs in rules. @see kubernetes/apiserver pkg/cel/library/urls.go */
export const urls: CelLibrary = {
  types: ['kubernetes.URL'],
  functions: [
    ['string_to_url url(string): kubernetes.URL', urlOf],
    ['is_url_string isURL(string): bool', (text: string) => parseUrl(text) !== undefined],
    ['url_get_scheme .getScheme(kubernetes.URL): string', ({ scheme }: CelUrl) => scheme],
    ['url_get_host .getHost(kubernetes.URL): string', ({ host }: CelUrl) => host],
    ['url_get_hostname .getHostname(kubernetes.URL): string', hostname],
    [
      'url_get_port .getPort(kubernetes.URL): string',
      ({ host }: CelUrl) => /:(\d*)$/.exec(host.replace(/^.*\]/, ''))?.[1] ?? '',
    ],
    ['url_get_escaped_path .getEscapedPath(kubernetes.URL): string', ({ path }: CelUrl) => escapePath(path)],
    ['url_get_query .getQuery(kubernetes.URL): map(string, list(string))', queryOf],
  ],
};
