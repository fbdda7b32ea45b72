/**
 * Why a text is no JSON of a Go type, in the words of Go's decoder as far as they are known; `undefined` when it is.
 *
 * @param type The Go type that is wanted, such as `map[string]interface {}`.
 * @param kind What it is in JSON.
 */
export function unreadableProblem(text: string, type: string, kind: 'array' | 'object'): string | undefined {
  if (text.trim() === '') return 'unexpected end of JSON input';
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return undefined;
    const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return found === kind ? undefined : `json: cannot unmarshal ${found} into Go value of type ${type}`;
  } catch {
    const first = text.trimStart().slice(0, 1);
    return /[[{"\d\-tfn]/.test(first)
      ? 'unexpected end of JSON input'
      : `invalid character '${first}' looking for beginning of value`;
  }
}
