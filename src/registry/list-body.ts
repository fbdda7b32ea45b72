import { encodeIndented, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { StoredObject } from '../state/object-store.js';
import type { ReplyBody } from './contract.js';

/** How items of a list are shown. */
export interface ItemForm {
  /** Two forms of the same name must show the same; without one, bytes are not kept. */
  readonly name: string | undefined;
  readonly show: (object: KubeObject) => JsonObject;
}

/** Bytes of a list above which it leaves in pieces, so that nobody else has to wait for all of it. */
const pieceBytes = 256 * 1024;
const separator = Buffer.from(',\n');

/** An item's bytes, indented for its place in the list. */
function itemBytes(stored: StoredObject, form: ItemForm): Buffer {
  const encode = (object: KubeObject): string =>
    `  ${encodeIndented(form.show(object), 1).replaceAll('\n', '\n  ')}`;
  return form.name === undefined
    ? Buffer.from(encode(stored.object))
    : stored.bytes(`item ${form.name}`, encode);
}

/**
 * The body of a KubeSphere list: one-space indented, items from bytes kept with the objects.
 *
 * @param before Members in front of `items`, encoded with their indentation, or empty.
 * @param after Members behind `items`, likewise, or empty.
 */
export function listBody(
  items: readonly StoredObject[],
  form: ItemForm,
  before: string,
  after: string,
): ReplyBody {
  const head = `{\n${before}${before === '' ? '' : ',\n'} "items": [`;
  const tail = `${after === '' ? '' : `,\n${after}`}\n}`;
  if (items.length === 0) return `${head}]${tail}`;
  const pieces: Buffer[] = [Buffer.from(`${head}\n`)];
  let size = 0;
  for (const [at, stored] of items.entries()) {
    if (size > pieceBytes) return rest(pieces, items, at, form, `\n ]${tail}`);
    const bytes = itemBytes(stored, form);
    if (at > 0) pieces.push(separator);
    pieces.push(bytes);
    size += bytes.length;
  }
  pieces.push(Buffer.from(`\n ]${tail}`));
  return Buffer.concat(pieces);
}

/** The rest of a long list, made while the client reads. */
async function* rest(
  first: readonly Buffer[],
  items: readonly StoredObject[],
  start: number,
  form: ItemForm,
  tail: string,
): AsyncGenerator<Buffer> {
  let pieces = [...first];
  let size = 0;
  for (let at = start; at < items.length; at += 1) {
    const stored = items[at];
    if (stored === undefined) break;
    const bytes = itemBytes(stored, form);
    pieces.push(separator, bytes);
    size += bytes.length;
    if (size <= pieceBytes) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield Buffer.concat([...pieces, Buffer.from(tail)]);
}
