import { badRequest } from '../core/api-error.js';
import { parseGoJson } from '../core/go-json.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { RequestContext } from '../registry/contract.js';

/** The configuration in a body, which is YAML and may be JSON, and what a strict reader has against it. */
export async function readApplied({ context }: { readonly context: RequestContext }): Promise<{
  readonly applied: JsonObject;
  readonly errors: readonly string[];
}> {
  const { parseYamlBody } = await import('./read-yaml.js');
  const text = context.body?.toString('utf8') ?? '';
  let applied: Json;
  let twice: readonly string[];
  try {
    const read = parseYamlBody(text);
    applied = parseGoJson(read.json, 'unmarshal');
    ({ twice } = read);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    throw badRequest(`error decoding YAML: yaml: ${why}`);
  }
  if (!isJsonObject(applied)) {
    const why =
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}';
    throw badRequest(`error decoding YAML: ${why}`);
  }
  const lines = twice.map((one) => `  ${one}`).join('\n');
  const errors =
    twice.length === 0 ? [] : [`error converting YAML to JSON: yaml: unmarshal errors:\n${lines}`];
  return { applied, errors };
}
