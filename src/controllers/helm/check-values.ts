import { isJsonObject, type Json } from '../../core/json.js';

/** What is wrong with values that have been looked at; empty: nothing. */
const known = new Map<string, string>();
const mostKnown = 200;

/**
 * What Helm would find wrong with the values of a release; empty: nothing.
 *
 * @param values As in `spec.values`: base64 of YAML.
 * @see helm/helm pkg/chartutil/values.go ReadValues
 */
export async function checkValues(values: string): Promise<string> {
  const found = await problemOf(Buffer.from(values, 'base64').toString('utf8'));
  if (known.size >= mostKnown) known.clear();
  known.set(values, found);
  return found;
}

/** The same for values that are empty or have been looked at; else `undefined`. */
export function knownProblem(values: string): string | undefined {
  return values === '' ? '' : known.get(values);
}

async function problemOf(text: string): Promise<string> {
  const { parseYamlBody } = await import('../../kube/yaml/read-yaml.js');
  let value: Json;
  try {
    value = JSON.parse(parseYamlBody(text).json) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `failed to parse values: error converting YAML to JSON: ${why}`;
  }
  if (value === null || isJsonObject(value)) return '';
  const what = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `failed to parse values: error unmarshaling JSON: json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
}
