import { readFileSync } from 'node:fs';
import { InputError } from '../core/input-error.js';
import { isJsonObject } from '../core/json.js';
import type { Setting } from './setting.js';

/**
 * Reads a configuration file, YAML or JSON; its keys are those of `Options`.
 *
 * @throws InputError when it cannot be read or is not a mapping
 */
export async function readConfigFile(file: string): Promise<readonly Setting[]> {
  const text = readText('--config', file);
  const { isNode, LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map((error) => ({
        source: file,
        line: lineCounter.linePos(error.pos[0]).line,
        message: `${error.message}; correct the YAML`,
      })),
    );
  }
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  if (content === null) return [];
  if (!isJsonObject(content))
    throw new InputError([`${file}: must be a mapping of options such as "release: v4.1"`]);
  const lineOf = (path: readonly (string | number)[]): number | undefined => {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lineCounter.linePos(node.range[0]).line;
    }
    return undefined;
  };
  return Object.entries(content).flatMap(([key, value]): Setting[] =>
    key === 'generate' && isJsonObject(value)
      ? Object.entries(value).map(([name, number]) => ({
          path: [key, name],
          value: number,
          source: file,
          lineOf,
        }))
      : [{ path: [key], value, source: file, lineOf }],
  );
}

/** The content of a file named by a flag. @throws InputError saying which flag and why */
export function readText(source: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder' : code;
    throw new InputError(
      [{ source, message: `cannot read ${file}: ${why}; give the path of a readable file` }],
      {
        cause: error,
      },
    );
  }
}
