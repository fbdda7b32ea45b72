import { InputError } from '../core/input-error.js';
import type { KindCatalog } from '../registry/contract.js';
import type { World } from '../state/world.js';
import { readUpstream } from '../upstream/read-upstream.js';
import { isUnreachable } from './kubernetes-client.js';
import { Mirror } from './mirror.js';

/**
 * A {@link Mirror} of the Kubernetes that an option names, its objects in the host cluster of a seed world.
 *
 * @param given URL of a kube-apiserver, or a kubeconfig: its path, or its text.
 * @throws InputError when it cannot be found or read
 */
export async function loadMirror(given: string, seed: World, catalog: KindCatalog): Promise<Mirror> {
  try {
    const isUrl = /^https?:\/\//.test(given);
    const upstream = isUrl ? { url: given.replace(/\/+$/, '') } : await readUpstream(given);
    return await Mirror.load(seed, catalog, upstream);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const why = isUnreachable(error) ? said.replace(/^\w+ "[^"]*": /, '') : said;
    const message = `${why}; give the URL of a kube-apiserver that can be reached, or a kubeconfig for it`;
    throw new InputError([{ source: 'options', field: 'kubeApiserver', message }]);
  }
}
