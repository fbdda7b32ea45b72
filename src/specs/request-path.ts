import { ownServerPath } from '../core/own-server-path.js';

/**
 * The path of a request as documents write it: decoded, and without its query, the way through a kube-apiserver, and the name
 * of a cluster, which can stand in two places.
 */
export function requestPath(url: string): string {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const whole = decoded(path);
  return (ownServerPath(whole)?.rest ?? whole)
    .replace(/^\/clusters\/[^/]+(?=\/k?apis\/)/, '')
    .replace(/^\/(k?apis)\/clusters\/[^/]+(?=\/)/, '/$1');
}

function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
