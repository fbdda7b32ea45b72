import { badRequest } from '../core/api-error.js';
import { goJsonType, parseGoJson } from '../core/go-json.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { RequestContext } from '../registry/contract.js';

/** The configuration in a body, which is YAML and may be JSON, and what a strict reader has against it. */
export async function readApplied({ context }: { readonly context: RequestContext }): Promise<{
  readonly applied: JsonObject;
  readonly errors: readonly string[];
}> {
  const { parseYamlBody } = await import('./yaml/read-yaml.js');
  let applied: Json;
  let twice: readonly string[];
  try {
    const read = parseYamlBody(context.body ?? '');
    applied = parseGoJson(read.json, 'unmarshal');
    ({ twice } = read);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${why}`);
  }
  if (!isJsonObject(applied)) {
    const why = `json: cannot unmarshal ${goJsonType(applied)} into Go value of type map[string]interface {}`;
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`);
  }
  const lines = twice.map((one) => `  ${one}`).join('\n');
  const errors =
    twice.length === 0 ? [] : [`error converting YAML to JSON: yaml: unmarshal errors:\n${lines}`];
  return { applied, errors };
}
