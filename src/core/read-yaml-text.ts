import { createRequire } from 'node:module';
import type { parse } from 'yaml';
import type { Json } from './json.js';

const require = createRequire(import.meta.url);

/**
 * Reads a YAML text without aliases; the library is loaded with the first one.
 *
 * @param repeats True where a key may be there twice: the last one holds.
 * @throws Error when it is none
 */
export function readYamlText(text: string, repeats = false): Json {
  const { parse: read } = require('yaml') as { readonly parse: typeof parse };
  return read(text, { maxAliasCount: 0, uniqueKeys: !repeats }) as Json;
}
