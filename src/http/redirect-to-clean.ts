import type { Reply } from '../registry/contract.js';

/** Tells whether a path has empty segments, or dots to resolve. */
export function isUnclean(path: string): boolean {
  return path.includes('//') || (path.includes('/.') && /\/\.\.?(?:\/|$)/.test(path));
}

/**
 * What Go's ServeMux answers to an unclean path: the clean one.
 *
 * @param url Path and query as sent.
 */
export function redirectToClean(path: string, url: string, method: string): Reply {
  const mark = url.indexOf('?');
  const location = escapePath(clean(path)) + (mark === -1 ? '' : url.slice(mark));
  const shown = location.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return {
    status: 301,
    contentType: 'text/html; charset=utf-8',
    headers: { Location: location },
    body: method === 'GET' ? `<a href="${shown}">Moved Permanently</a>.\n\n` : '',
  };
}

/** Resolves dots and drops empty segments; a slash at the end stays. */
function clean(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** Escapes a path the way Go's `url.URL` does. */
function escapePath(path: string): string {
  return encodeURIComponent(path)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent);
}
