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
  const { readPositionedYaml } = await import('../core/positioned-yaml.js');
  const { value: content, lineOf } = await readPositionedYaml(text, file);
  if (content === null) return [];
  if (!isJsonObject(content))
    throw new InputError([{ source: file, message: 'must be a mapping of options such as "release: v4.1"' }]);
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
