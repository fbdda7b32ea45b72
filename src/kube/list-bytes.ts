import type { KubeObject } from '../core/kube-object.js';
import { BodyCache, type ListBytes } from '../registry/body-cache.js';
import type { ReplyBody } from '../registry/contract.js';
import { LongBody } from '../registry/long-body.js';
import type { ListPage } from '../registry/verbs/list.js';
import type { StoredObject } from '../state/object-store.js';

/** How the items of a list are written. */
export interface ListedForm {
  /** Two forms of the same name write the same: bytes are kept by it. */
  readonly name: string;
  readonly encode: (object: KubeObject) => string;
}

/** Bytes of a list below which it is sent in one piece. */
const pieceBytes = 256 * 1024;
/** Bytes of joined items kept in all. */
const keptBytes = 16 * 1024 * 1024;
const kept = new BodyCache(keptBytes);
const separator = ',';
const comma = Buffer.from(separator);

/**
 * The body of a compact list. All items of a resource are joined once and kept until the resource changes: what stands
 * around them changes with every write to anything.
 */
export function listBytes(page: ListPage, before: string, after: string, form: ListedForm): ReplyBody {
  const { items, isWhole = false } = page;
  if (!isWhole) return joined([Buffer.from(before)], items, form, after);
  const body = kept.find(items, form.name) ?? keep(items, form);
  if (body instanceof LongBody) return around(before, body, after);
  return Buffer.concat([Buffer.from(before), body, Buffer.from(after)]);
}

function keep(items: readonly StoredObject[], form: ListedForm): ListBytes {
  const all = joined([], items, form, '');
  const body = Buffer.isBuffer(all) ? all : longBody(items, form);
  kept.keep(items, form.name, body);
  return body;
}

function longBody(items: readonly StoredObject[], form: ListedForm): LongBody {
  return new LongBody({
    items,
    head: '',
    tail: '',
    separator,
    encode: (stored) => stored.bytes(form.name, form.encode),
    share: (stored, bytes) => {
      stored.shareBytes(form.name, bytes);
    },
  });
}

async function* around(before: string, body: LongBody, after: string): AsyncGenerator<Buffer> {
  yield Buffer.from(before);
  yield* body.pieces();
  yield Buffer.from(after);
}

/** Items behind what there is already: at once when they are few, else as pieces made while the client reads. */
function joined(
  first: readonly Buffer[],
  items: readonly StoredObject[],
  form: ListedForm,
  after: string,
): Buffer | AsyncGenerator<Buffer> {
  const pieces = [...first];
  let size = 0;
  for (const [at, stored] of items.entries()) {
    if (size > pieceBytes) return rest(pieces, items.slice(at), form, after);
    const bytes = stored.bytes(form.name, form.encode);
    if (at > 0) pieces.push(comma);
    pieces.push(bytes);
    size += bytes.length;
  }
  pieces.push(Buffer.from(after));
  return Buffer.concat(pieces);
}

async function* rest(
  first: readonly Buffer[],
  items: readonly StoredObject[],
  form: ListedForm,
  after: string,
): AsyncGenerator<Buffer> {
  let pieces = [...first];
  let size = 0;
  for (const stored of items) {
    const bytes = stored.bytes(form.name, form.encode);
    pieces.push(comma, bytes);
    size += bytes.length;
    if (size <= pieceBytes) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
    await turn();
  }
  yield Buffer.concat([...pieces, Buffer.from(after)]);
}

/** Lets other requests have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
