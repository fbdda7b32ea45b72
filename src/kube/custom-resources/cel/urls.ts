import type { CelLibrary } from './library.js';

/** A URL, taken apart. */
class CelUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(parts: { scheme: string; host: string; path: string; query: string }) {
    ({ scheme: this.scheme, host: this.host, path: this.path, query: this.query } = parts);
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

function queryOf({ query }: CelUrl): Record<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) all.set(key, [...(all.get(key) ?? []), value]);
  return Object.fromEntries(all);
}

/** URLs in rules. @see kubernetes/apiserver pkg/cel/library/urls.go */
export const urls: CelLibrary = {
  types: { 'kubernetes.URL': CelUrl },
  functions: [
    [
      'url(string): kubernetes.URL',
      (text: string) => {
        const url = parseUrl(text);
        if (url === undefined) throw new Error(`URL parse error during conversion from string: ${text}`);
        return url;
      },
    ],
    ['isURL(string): bool', (text: string) => parseUrl(text) !== undefined],
    ['kubernetes.URL.getScheme(): string', ({ scheme }: CelUrl) => scheme],
    ['kubernetes.URL.getHost(): string', ({ host }: CelUrl) => host],
    ['kubernetes.URL.getHostname(): string', hostname],
    [
      'kubernetes.URL.getPort(): string',
      ({ host }: CelUrl) => /:(\d*)$/.exec(host.replace(/^.*\]/, ''))?.[1] ?? '',
    ],
    ['kubernetes.URL.getEscapedPath(): string', ({ path }: CelUrl) => escapePath(path)],
    ['kubernetes.URL.getQuery(): map<string, list<string>>', queryOf],
  ],
};
