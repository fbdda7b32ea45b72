import { formatText } from './format-text.js';
import type { CelLibrary } from './library.js';
import { textOf } from './values.js';

/** What functions of texts hang on. */
class TextNames {
  readonly name = 'strings';
}

const escaped: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A text the way rules write one. */
function quoted(text: string): string {
  // Half of a surrogate pair cannot be written in UTF-8.
  const inner = Array.from(text, (one) => escaped[one] ?? (/^[\ud800-\udfff]$/.test(one) ? '\ufffd' : one));
  return `"${inner.join('')}"`;
}

function replaced(text: string, from: string, to: string, count: bigint): string {
  if (count < 0n) return text.split(from).join(to);
  const parts = text.split(from);
  const most = Number(count);
  const [changed, kept] = [parts.slice(0, most + 1), parts.slice(most + 1)];
  return [changed.join(to), ...kept].join(from);
}

/** Texts in rules: what the evaluator lacks of them. @see google/cel-go ext/strings.go */
export const texts: CelLibrary = {
  types: { 'fake.textNames': TextNames },
  constants: { strings: ['fake.textNames', new TextNames()] },
  functions: [
    ['string.format(list): string', formatText],
    ['fake.textNames.quote(string): string', (_: TextNames, text: string) => quoted(text)],
    ['string.replace(string, string, int): string', replaced],
    ['string(google.protobuf.Duration): string', textOf],
    ['string(google.protobuf.Timestamp): string', textOf],
    ['string(type): string', textOf],
  ],
};
