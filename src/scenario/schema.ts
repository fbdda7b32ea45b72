import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { didYouMean } from '../core/did-you-mean.js';
import { describeInput } from '../core/input-error.js';
import { isJsonObject, type Json } from '../core/json.js';
import type { Path } from '../core/positioned-yaml.js';

const schemaFile = packageFile('scenarios/scenario.schema.json');

/** Something wrong with a value, and where in it. */
export interface Problem {
  readonly path: Path;
  /** What was got and what to do. */
  readonly text: string;
}

/** Immutable once made: compiling costs tens of milliseconds and is only paid for when a scenario is read. */
let compiled: Promise<ValidateFunction> | undefined;

async function compile(): Promise<ValidateFunction> {
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true });
  return ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
}

/** Everything in a value that the published schema of scenario files does not allow; empty when it fits. */
export async function schemaProblems(value: Json): Promise<Problem[]> {
  compiled ??= compile();
  const validate = await compiled;
  if (validate(value)) return [];
  return (validate.errors ?? []).flatMap((error) => {
    const problem = describe(error);
    return problem === undefined ? [] : [problem];
  });
}

function describe(error: ErrorObject): Problem | undefined {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const parameters = error.params as Record<string, unknown>;
  const schema = isJsonObject(error.parentSchema) ? error.parentSchema : {};
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(parameters['additionalProperty']);
      const known = isJsonObject(schema['properties']) ? Object.keys(schema['properties']) : [];
      return {
        path: [...path, key],
        text: `unknown key${didYouMean(key, known) || `; known are ${known.join(', ')}`}`,
      };
    }
    case 'required':
      return { path: [...path, String(parameters['missingProperty'])], text: 'missing; add it' };
    case 'enum':
      return {
        path,
        text: `got ${describeInput(error.data)}${didYouMean(String(error.data), choices(parameters))}`,
      };
    case 'pattern':
      // The name of a member is reported by propertyNames, at the object that has it.
      if (error.propertyName !== undefined) return undefined;
      break;
    case 'propertyNames': {
      const key = String(parameters['propertyName']);
      return {
        path: [...path, key],
        text: 'got a name that cannot be used, expected letters, digits, dots, dashes and underscores',
      };
    }
    default:
      break;
  }
  const wanted =
    typeof schema['description'] === 'string' ? schema['description'] : (error.message ?? error.keyword);
  return { path, text: `got ${describeInput(error.data)}, expected ${wanted}` };
}

function choices(parameters: Record<string, unknown>): string[] {
  const allowed = parameters['allowedValues'];
  return Array.isArray(allowed) ? allowed.map(String) : [];
}
