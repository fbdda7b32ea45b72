/** Parameters of a urlencoded body; the first value of a name counts. */
export type Form = ReadonlyMap<string, string>;

/** A form, with the first thing Go's parser finds wrong in body or query. */
export interface ParsedForm {
  readonly values: Form;
  readonly error: string | undefined;
}

/**
 * Reads a urlencoded body as Go's `Request.ParseForm` does. The values are those of the body only, while a mistake in
 * the query string is an error too.
 *
 * @see golang/go src/net/url/url.go parseQuery
 */
export function parseForm(body: Buffer | undefined, url: string): ParsedForm {
  const values = new Map<string, string>();
  const inBody = parsePairs(body?.toString('latin1') ?? '', values);
  const mark = url.indexOf('?');
  const inQuery = mark === -1 ? undefined : parsePairs(url.slice(mark + 1), new Map());
  return { values, error: inBody ?? inQuery };
}

/** Adds what can be read; answers the first error. */
function parsePairs(text: string, values: Map<string, string>): string | undefined {
  let error: string | undefined;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    if (pair.includes(';')) {
      error ??= 'invalid semicolon separator in query';
      continue;
    }
    const equals = pair.indexOf('=');
    const name = unescape(equals === -1 ? pair : pair.slice(0, equals));
    const value = unescape(equals === -1 ? '' : pair.slice(equals + 1));
    if ('error' in name) error ??= name.error;
    else if ('error' in value) error ??= value.error;
    else if (!values.has(name.text)) values.set(name.text, value.text);
  }
  return error;
}

const badEscape = /%(?![0-9A-Fa-f]{2}).{0,2}/s;

function unescape(text: string): { readonly text: string } | { readonly error: string } {
  if (!text.includes('%') && !text.includes('+')) return { text: fromBytes(text) };
  const bad = badEscape.exec(text);
  if (bad !== null) return { error: `invalid URL escape ${JSON.stringify(bad[0])}` };
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { text: fromBytes(bytes) };
}

/** Text whose characters are bytes, read as UTF-8. */
function fromBytes(bytes: string): string {
  return !/[\x80-\xff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}
