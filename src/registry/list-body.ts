import { encodeIndented, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { StoredObject } from '../state/object-store.js';
import { BodyCache, type ListBytes } from './body-cache.js';
import type { ReplyBody } from './contract.js';
import { LongBody } from './long-body.js';

/** How items of a list are shown. */
export interface ItemForm {
  /** Two forms of the same name and basis must show the same; without a name, bytes are not kept. */
  readonly name: string | undefined;
  /** What else the items show depends on, such as the list of pods that nodes tell the sum of; compared by identity. */
  readonly basis?: object;
  readonly show: (object: KubeObject) => JsonObject;
}

interface Based {
  readonly form: string;
  readonly basis: object;
  readonly bytes: Buffer;
}

/** Bytes of a list above which it leaves in pieces, so that nobody else has to wait for all of it. */
const longBytes = 256 * 1024;
/** Bytes of finished lists kept in all. */
const keptBytes = 16 * 1024 * 1024;
const separator = ',\n';
const between = Buffer.from(separator);
const bodies = new BodyCache(keptBytes);
/** The latest bytes of items that depend on more than the item. */
const based = new WeakMap<StoredObject, Based>();

/**
 * The body of a KubeSphere list: one-space indented, items from bytes kept with the objects. The same items in the same
 * form give the same bytes without being joined again.
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
  const body = keptBody(items, form, `${head}\n`, `\n ]${tail}`);
  return Buffer.isBuffer(body) ? body : body.pieces();
}

function keptBody(items: readonly StoredObject[], form: ItemForm, head: string, tail: string): ListBytes {
  if (form.name === undefined || form.basis !== undefined) return makeBody(items, form, head, tail);
  const key = `${form.name} ${head}${tail}`;
  const known = bodies.find(items, key);
  if (known !== undefined) return known;
  const body = makeBody(items, form, head, tail);
  bodies.keep(items, key, body);
  return body;
}

function makeBody(items: readonly StoredObject[], form: ItemForm, head: string, tail: string): ListBytes {
  const pieces: Buffer[] = [Buffer.from(head)];
  let size = 0;
  for (const [at, stored] of items.entries()) {
    if (size > longBytes)
      return new LongBody({
        items,
        head,
        tail,
        separator,
        encode: (one) => itemBytes(one, form),
        share: shareIn(form),
      });
    const bytes = itemBytes(stored, form);
    if (at > 0) pieces.push(between);
    pieces.push(bytes);
    size += bytes.length;
  }
  pieces.push(Buffer.from(tail));
  return Buffer.concat(pieces);
}

/** An item's bytes, indented for its place in the list. */
function itemBytes(stored: StoredObject, form: ItemForm): Buffer {
  const encode = (object: KubeObject): string =>
    `  ${encodeIndented(form.show(object), 1).replaceAll('\n', '\n  ')}`;
  const { name, basis } = form;
  if (name === undefined) return Buffer.from(encode(stored.object));
  if (basis === undefined) return stored.bytes(`item ${name}`, encode);
  const known = based.get(stored);
  if (known?.form === name && known.basis === basis) return known.bytes;
  const bytes = Buffer.from(encode(stored.object));
  based.set(stored, { form: name, basis, bytes });
  return bytes;
}

/** Has items let go of bytes of their own where a piece that is kept holds them. */
function shareIn({ name, basis }: ItemForm): ((stored: StoredObject, bytes: Buffer) => void) | undefined {
  if (name === undefined || basis !== undefined) return undefined;
  return (stored, bytes) => {
    stored.shareBytes(`item ${name}`, bytes);
  };
}
