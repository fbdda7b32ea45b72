import type { Brand } from '../core/release.js';

const domain = 'kubesphere.io';
const prefix = 'kubesphere-';

/** Turns a request target with a brand's names into the same one with KubeSphere's; other targets stay as they are. */
export type Unbrand = (url: string) => string;

/**
 * The door of a rebranded distribution: API groups and namespaces under its own names are understood, and so are the
 * original ones; answers name everything as KubeSphere does.
 *
 * Names may be percent-encoded, and in a query a space may be `+`.
 */
export function unbrandFor(brand: Brand): Unbrand {
  const group = new RegExp(`${encodable(brand.domain)}(?=$|[/&,;=!)]|%2f|%2c|%3d)`, 'gi');
  const namespace = new RegExp(`(^|[/=,(!]|%2f|%2c|%3d)${encodable(brand.prefix)}`, 'gi');
  const first = brand.name.charAt(0);
  return (url) => {
    if (!url.includes(first)) return url;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const query = mark === -1 ? '' : url.slice(mark);
    return [path, query]
      .map((part) => part.replace(group, domain).replace(namespace, `$1${prefix}`))
      .join('');
  };
}

/** A pattern for a name as it may stand in a URL. */
function encodable(name: string): string {
  return name.replace(/[.*?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '(?: |%20|\\+)');
}
