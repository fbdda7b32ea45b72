import { existsSync } from 'node:fs';

/** The folder of this package: the nearest one upwards with a package.json, from sources as from the built package. */
function findRoot(): URL {
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('../', folder);
    if (parent.href === folder.href) throw new Error('fake-ks-apiserver: no package.json above its own code');
    folder = parent;
  }
  return folder;
}

const root = findRoot();

/**
 * A file or folder that ships with this package.
 *
 * @param path From the root of the package, such as `fixtures/keys/test-rs256.pem`; folders end in `/`.
 */
export function packageFile(path: string): URL {
  return new URL(path, root);
}
