import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { upstreamOfKubeconfig } from './kubeconfig.js';
import type { Upstream } from './upstream.js';

/**
 * The API server behind a kubeconfig.
 *
 * @param given Its path, or its text.
 * @throws Error saying what is wrong with it
 */
export async function readUpstream(given: string): Promise<Upstream> {
  if (given.includes('\n') || given.trimStart().startsWith('{')) return upstreamOfKubeconfig(given);
  let text: string;
  try {
    text = readFileSync(given, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${given} (${(error as NodeJS.ErrnoException).code ?? String(error)})`, {
      cause: error,
    });
  }
  try {
    return await upstreamOfKubeconfig(text, (path) => readFileSync(resolve(dirname(given), path), 'utf8'));
  } catch (error) {
    throw new Error(`${given} ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
