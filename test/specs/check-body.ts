import type { Json } from '../../src/core/json.js';
import { documentedSuccess } from '../../src/specs/answer-schema.js';
import type { Operation } from '../../src/specs/spec-index.js';
import { schemaErrors } from '../../src/specs/validators.js';

/** What is wrong with the body of an answer to an operation; empty when nothing is. */
export function bodyProblems(operation: Operation, text: string): string {
  const { schema } = documentedSuccess(operation);
  if (schema === undefined) return '';
  let body: Json;
  try {
    body = JSON.parse(text) as Json;
  } catch {
    return schema['type'] === 'string' ? '' : `no JSON: ${text.slice(0, 60)}`;
  }
  const [first] = schemaErrors(schema, operation.document, body);
  return first === undefined ? '' : `${first.instancePath} ${first.message ?? ''}`;
}
