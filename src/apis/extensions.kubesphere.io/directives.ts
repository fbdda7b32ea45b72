import { digArray, digString, type Json } from '../../core/json.js';
import { goEncodeQuery, goEscapePath } from '../../core/go-url.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import type { ForwardedRequest } from '../../upstream/forward.js';
import { replacePathPattern, replaceText, rewriteUri, type RequestUri } from './rewrite.js';

type Headers = Record<string, string | readonly string[] | undefined>;

/**
 * A request as the directives of a ReverseProxy have it arrive: method, path, query and headers.
 *
 * @throws ApiError 503 when one of them cannot be followed
 */
export async function directed(
  request: ForwardedRequest,
  { info, query }: RequestContext,
  directives: Json | undefined,
): Promise<ForwardedRequest> {
  if (directives === undefined) return request;
  const start: RequestUri = {
    path: strip(info.localPath, directives),
    query: goEncodeQuery(query),
  };
  let uri = texts(directives, 'replace').reduce(
    replaceText,
    texts(directives, 'rewrite').reduce(rewriteUri, start),
  );
  for (const rule of texts(directives, 'pathRegexp')) uri = await replacePathPattern(uri, rule);
  const path = goEscapePath(uri.path);
  return {
    ...request,
    method: digString(directives, 'method') || request.method,
    target: (path.startsWith('/') ? path : `/${path}`) + (uri.query === '' ? '' : `?${uri.query}`),
    headers: changeHeaders(request.headers, texts(directives, 'headerUp')),
  };
}

/** An answer with the headers its ReverseProxy wants. */
export function headersDown(reply: Reply, directives: Json | undefined): Reply {
  const rules = texts(directives, 'headerDown');
  if (rules.length === 0) return reply;
  const { contentType, headers, ...rest } = reply;
  const all = lowerCased({ ...headers, ...(contentType !== undefined && { 'content-type': contentType }) });
  const { 'content-type': type, ...others } = changeHeaders(all, rules);
  const kept = Object.entries(others).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    ...rest,
    ...(type !== undefined && { contentType: String(type) }),
    headers: Object.fromEntries(kept) as Record<string, string | readonly string[]>,
  };
}

function strip(path: string, directives: Json): string {
  const prefix = digString(directives, 'stripPathPrefix');
  const suffix = digString(directives, 'stripPathSuffix');
  const rest = path.startsWith(prefix) ? path.slice(prefix.length) : path;
  return suffix !== '' && rest.endsWith(suffix) ? rest.slice(0, -suffix.length) : rest;
}

/**
 * Headers changed by rules: `-Name` removes (`-*x` in the real server's reading all that end in what stands before a `*`),
 * `+Name value` adds, `Name value` sets.
 */
function changeHeaders(headers: Readonly<Headers>, rules: readonly string[]): Headers {
  const changed: Headers = { ...headers };
  for (const rule of rules) {
    if (rule.startsWith('-')) removeHeader(changed, rule.slice(1).toLowerCase());
    else if (rule.startsWith('+')) setHeader(changed, rule.slice(1), false);
    else setHeader(changed, rule, true);
  }
  return changed;
}

function removeHeader(headers: Headers, name: string): void {
  const gone = name.endsWith('*')
    ? Object.keys(headers).filter((key) => key.endsWith(name.slice(0, -1)))
    : [name];
  for (const key of gone) Reflect.deleteProperty(headers, key);
}

/** A rule without a value, or with what no header can hold, changes nothing. */
function setHeader(headers: Headers, rule: string, replaces: boolean): void {
  const [, name = '', given] = /^([!#$%&'*+\-.^_`|~\w]+) (.*)$/s.exec(rule) ?? [];
  if (given === undefined || /[^\t\x20-\x7e\x80-\xff]/.test(given)) return;
  const value = given.length > 1 && given.startsWith('"') && given.endsWith('"') ? given.slice(1, -1) : given;
  const key = name.toLowerCase();
  const before = headers[key];
  headers[key] = replaces || before === undefined ? value : [before, value].flat();
}

function lowerCased(headers: Readonly<Headers>): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function texts(directives: Json | undefined, name: string): readonly string[] {
  return digArray(directives, name).filter((rule) => typeof rule === 'string');
}
