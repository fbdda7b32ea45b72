import { describeInput, InputError } from '../core/input-error.js';
import { isJsonObject, type JsonObject } from '../core/json.js';
import type { SpecOption } from '../core/options.js';
import { fromOpenApi3 } from './from-openapi-3.js';
import { readSpec } from './read-spec.js';
import { repairDocument } from './repair-document.js';
import type { GivenSpec } from './spec-document.js';

/**
 * Reads the documents that options name, all at once.
 *
 * @throws InputError with a line for each that cannot be used
 */
export async function loadSpecs(options: readonly SpecOption[]): Promise<readonly GivenSpec[]> {
  const results = await Promise.allSettled(options.map(load));
  const problems: string[] = [];
  const found: GivenSpec[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') {
      const twice = found.find(({ name }) => name === result.value.name);
      if (twice === undefined) found.push(result.value);
      else
        problems.push(
          `${result.value.source}: the name "${twice.name}" is taken by ${twice.source}; give another as NAME=FILE`,
        );
    } else if (result.reason instanceof InputError) problems.push(...result.reason.problems);
    else throw result.reason;
  }
  if (problems.length > 0) throw new InputError(problems);
  return found;
}

async function load(option: SpecOption): Promise<GivenSpec> {
  if (typeof option !== 'string') {
    const { name, document } = option;
    return { name, source: name, ...readDocument(document, name) };
  }
  const [, named, place = option] = /^([A-Za-z][\w.-]*)=(.+)$/s.exec(option) ?? [];
  const { document: raw, repairs } = await readSpec(place);
  const read = readDocument(raw, place);
  return {
    ...read,
    name: named ?? baseName(place),
    source: place,
    repairs: [...repairs, ...read.repairs],
  };
}

function readDocument(raw: JsonObject, source: string): Pick<GivenSpec, 'document' | 'repairs'> {
  const { swagger, openapi, paths } = raw;
  const isOld = swagger === '2.0' || swagger === 2;
  const isNew = typeof openapi === 'string' && /^3\.[01](\.|$)/.test(openapi);
  if (!isOld && !isNew) {
    const found = swagger ?? openapi;
    const got =
      found === undefined ? 'neither "swagger" nor "openapi" is there' : `got ${describeInput(found)}`;
    throw new InputError([{ source, message: `must be Swagger 2.0 or OpenAPI 3.0 or 3.1; ${got}` }]);
  }
  if (!isJsonObject(paths) || Object.keys(paths).length === 0)
    throw new InputError([{ source, field: 'paths', message: 'names no operations; give a whole document' }]);
  return isNew ? repairDocument(fromOpenApi3(raw), openapi) : repairDocument(raw);
}

/** The last part of a path or URL, without its ending. */
function baseName(place: string): string {
  const path = place.replace(/[?#].*$/s, '').replace(/[/\\]+$/, '');
  return (
    path
      .slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
      .replace(/\.gz$/i, '')
      .replace(/\.(json|ya?ml)$/i, '')
      .replace(/[^\w.-]+/g, '-') || 'spec'
  );
}
