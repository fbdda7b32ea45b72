import { workspaceLabel } from '../../core/well-known-keys.js';

const key = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const value = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * A label selector narrowed to a workspace. One that is more than `a=b,c=d` is used as it is, and the workspace is
 * forgotten: so does the real server.
 */
export function withinWorkspace(selector: string, workspace: string): string {
  const labels = new Map<string, string>();
  for (const part of selector === '' ? [] : selector.split(',')) {
    const [name = '', text = '', ...rest] = part.split('=').map((piece) => piece.trim());
    const isPlain = rest.length === 0 && part.includes('=') && key.test(name) && value.test(text);
    if (!isPlain) return selector;
    labels.set(name, text);
  }
  labels.set(workspaceLabel, workspace);
  return [...labels].map(([name, text]) => `${name}=${text}`).join(',');
}
