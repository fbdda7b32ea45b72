import { createRequire } from 'node:module';
import type { parse } from 'yaml';
import type { Json } from './json.js';

const require = createRequire(import.meta.url);

/** Reads a YAML text without aliases; the library is loaded with the first one. @throws Error when it is none */
export function readYamlText(text: string): Json {
  const { parse: read } = require('yaml') as { readonly parse: typeof parse };
  return read(text, { maxAliasCount: 0 }) as Json;
}
