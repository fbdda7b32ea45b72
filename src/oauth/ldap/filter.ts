import { element, octets } from './ber.js';

const joints: Readonly<Record<string, number>> = { '&': 0xa0, '|': 0xa1, '!': 0xa2 };
const comparisons: Readonly<Record<string, number>> = { '=': 0xa3, '>=': 0xa5, '<=': 0xa6, '~=': 0xa8 };
const nested = 50;

/** A filter could not be read. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

/** A search filter such as `(&(uid=jo)(objectClass=person))` as it is sent. @throws FilterError @see RFC 4515 */
export function compileFilter(text: string): Buffer {
  const { filter, end } = readFilter(text, 0, 0);
  if (end !== text.length)
    throw new FilterError(`finished compiling filter with extra at end: ${text.slice(end)}`);
  return filter;
}

/** A value as it stands in a filter. */
export function escapeFilter(value: string): string {
  return value.replace(
    // eslint-disable-next-line no-control-regex -- the byte 0 is what has to go
    /[\u0000()*\\]/g,
    (mark) => `\\${mark.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

interface ReadFilter {
  readonly filter: Buffer;
  readonly end: number;
}

function readFilter(text: string, at: number, depth: number): ReadFilter {
  if (text[at] !== '(') throw new FilterError("filter does not start with an '('");
  if (depth > nested) throw new FilterError('filter is nested too deep');
  const joint = joints[text[at + 1] ?? ''];
  if (joint === undefined) return readItem(text, at + 1);
  const parts: Buffer[] = [];
  let place = at + 2;
  while (text[place] === '(') {
    const { filter, end } = readFilter(text, place, depth + 1);
    parts.push(filter);
    place = end;
  }
  if (text[place] !== ')') throw new FilterError('unexpected end of filter');
  return { filter: element(joint, parts), end: place + 1 };
}

function readItem(text: string, at: number): ReadFilter {
  const close = text.indexOf(')', at);
  if (close === -1) throw new FilterError('unexpected end of filter');
  const [, name = '', sign = '', value = ''] =
    /^([\w.;-]+)(=|>=|<=|~=)(.*)$/s.exec(text.slice(at, close)) ?? [];
  const tag = comparisons[sign];
  if (tag === undefined) throw new FilterError('error parsing filter');
  return { filter: item(tag, name, value), end: close + 1 };
}

function item(tag: number, name: string, value: string): Buffer {
  if (tag === comparisons['='] && value === '*') return octets(name, 0x87);
  if (tag !== comparisons['='] || !value.includes('*'))
    return element(tag, [octets(name), element(0x04, unescaped(value))]);
  const pieces = value.split('*');
  const parts = pieces.flatMap((piece, index) => {
    if (piece === '') return [];
    const kind = index === 0 ? 0x80 : index === pieces.length - 1 ? 0x82 : 0x81;
    return [element(kind, unescaped(piece))];
  });
  return element(0xa4, [octets(name), element(0x30, parts)]);
}

function unescaped(value: string): Buffer {
  const pieces = value.split(/(\\[0-9a-fA-F]{2})/);
  return Buffer.concat(
    pieces.map((piece, index) => (index % 2 === 1 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece))),
  );
}
