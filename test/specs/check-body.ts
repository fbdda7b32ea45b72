import { Ajv, type ValidateFunction } from 'ajv';
import type { Json } from '../../src/core/json.js';
import { documentedSuccess } from '../../src/specs/answer-schema.js';
import type { Operation } from '../../src/specs/spec-index.js';

const validators = new Map<object, ValidateFunction>();
const ajv = new Ajv({ strict: false, validateFormats: false });

/** What is wrong with the body of an answer to an operation; empty when nothing is. */
export function bodyProblems(operation: Operation, text: string): string {
  const { schema } = documentedSuccess(operation);
  if (schema === undefined) return '';
  let validate = validators.get(schema);
  if (validate === undefined) {
    // Compiled with the definitions it reaches only: those of a whole document take half a second.
    validate = ajv.compile({ ...schema, definitions: reached(schema, operation.document.definitions) });
    validators.set(schema, validate);
  }
  let body: Json;
  try {
    body = JSON.parse(text) as Json;
  } catch {
    return schema['type'] === 'string' ? '' : `no JSON: ${text.slice(0, 60)}`;
  }
  if (validate(withoutNulls(body))) return '';
  const [first] = validate.errors ?? [];
  return `${first?.instancePath ?? ''} ${first?.message ?? ''}`;
}

/** Swagger 2.0 has no word for null, which is how Go prints an empty list or map. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutNulls(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member as Json)]));
}

function reached(schema: object, definitions: Readonly<Record<string, object>>): Record<string, object> {
  const found: Record<string, object> = {};
  const visit = (part: object): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/definitions\/([^"]+)"/g)) {
      const definition = definitions[name];
      if (definition === undefined || Object.hasOwn(found, name)) continue;
      found[name] = definition;
      visit(definition);
    }
  };
  visit(schema);
  return found;
}
