import { ApiError } from './api-error.js';
import { goQuote } from './go-format.js';
import { goJsonType, maxDepth } from './go-json.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { readRawJson, sameRawJson, toRawJson, type RawJson } from './raw-json.js';

/** One operation of a JSON patch, an object; whether it makes sense is only seen when its turn comes. */
export interface PatchOperation {
  readonly members: JsonObject;
  /** The value as it is written, where it is to be compared. */
  readonly written: RawJson;
}

/** Most operations a patch may have: that of kube-apiserver. */
const operationLimit = 10_000;
/** Most bytes that `copy` may add in one patch: that of kube-apiserver. */
const copyLimit = 3 * 1024 * 1024;

/** Says why an operation cannot be applied, in the words of the library kube-apiserver uses. */
class Failed extends Error {}

const missing = 'missing value';
const invalidIndex = 'invalid index referenced';

/** 422 of a patch that does not apply; the real server does not say why either, but for `cause`. */
function rejected(why: string): ApiError {
  const text = 'the server rejected our request due to an error in our request';
  const error = new ApiError(422, 'Invalid', text, { details: {} });
  error.cause = new Error(why);
  return error;
}

/**
 * Reads the body of a JSON patch.
 *
 * @param text What the body was read from: a `test` compares numbers and strings as they are written there.
 * @throws ApiError 400 when it is not a list of objects, 413 when it is too long
 */
export function readJsonPatch(body: Json, text?: string): PatchOperation[] {
  if (!Array.isArray(body)) {
    const type = body === null ? 'null' : typeof body === 'boolean' ? 'bool' : typeof body;
    throw new ApiError(
      400,
      'BadRequest',
      `json: cannot unmarshal ${type} into Go value of type jsonpatch.Patch`,
    );
  }
  const items = body as readonly Json[];
  if (items.length > operationLimit) {
    const text = `The allowed maximum operations in a JSON patch is ${String(operationLimit)}, got ${String(items.length)}`;
    throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: ${text}`);
  }
  // What is no object at all fails before anything is applied, as the real decoder reads the whole list first.
  for (const item of items) {
    if (item === null || isJsonObject(item)) continue;
    const type = Array.isArray(item) ? 'array' : typeof item === 'boolean' ? 'bool' : typeof item;
    throw new ApiError(
      400,
      'BadRequest',
      `json: cannot unmarshal ${type} into Go value of type jsonpatch.Operation`,
    );
  }
  const isComparing = items.some((item) => isJsonObject(item) && item['op'] === 'test');
  const all = isComparing ? readRawJson(text ?? JSON.stringify(body)) : [];
  return items.map((item, at) => {
    const own = Array.isArray(all) ? (all as readonly RawJson[])[at] : undefined;
    const written = own instanceof Map ? (own as ReadonlyMap<string, RawJson>).get('value') : undefined;
    return { members: isJsonObject(item) ? item : {}, written: written ?? 'null' };
  });
}

/** What stands before the first slash is not looked at; `undefined` when there is none. */
function readPointer(pointer: string): readonly [parts: readonly string[], last: string] | undefined {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop();
  return last === undefined ? undefined : [parts, last];
}

/**
 * Applies a JSON patch to a value; the value itself is left as it is.
 *
 * Only own members count, so that names such as `__proto__` or `constructor` reach nothing but the result.
 *
 * As in the library kube-apiserver uses, and unlike the RFC: indexes below zero count from the end, may have a sign or zeros
 * in front; a member that is not there can be replaced and copied, as null; a value that is not given is null.
 *
 * @throws ApiError 422, whose cause says why
 * @see RFC 6902
 * @see evanphx/json-patch v4 patch.go
 */
export function applyJsonPatch(target: Json, patch: readonly PatchOperation[]): Json {
  const state: State = { doc: target, copied: 0 };
  try {
    for (const operation of patch) apply(state, operation);
  } catch (error) {
    if (error instanceof Failed) throw rejected(error.message);
    throw error;
  }
  return state.doc;
}

/** A document that is being patched. */
interface State {
  doc: Json;
  /** Bytes `copy` has added. */
  copied: number;
}

function apply(state: State, { members, written }: PatchOperation): void {
  const op = typeof members['op'] === 'string' ? members['op'] : 'unknown';
  const value = members['value'] ?? null;
  switch (op) {
    case 'add': {
      const path = pathOf(members, op);
      const why = `add operation does not apply: doc is missing path: "${path}"`;
      state.doc = change(state.doc, path, why, (container, last) =>
        within(`error in add for path: '${path}'`, () => added(container, last, path, value)),
      );
      return;
    }
    case 'remove': {
      const path = pathOf(members, op);
      const why = `remove operation does not apply: doc is missing path: "${path}"`;
      state.doc = change(state.doc, path, why, (container, last) =>
        within(`error in remove for path: '${path}'`, () => removed(container, last)),
      );
      return;
    }
    case 'replace':
      state.doc = replaced(state.doc, textOf(members, 'path', op), value);
      return;
    case 'move':
      state.doc = moved(state.doc, members);
      return;
    case 'copy':
      copy(state, members);
      return;
    case 'test':
      test(state.doc, textOf(members, 'path', op), value, written);
      return;
    default:
      throw new Failed(`Unexpected kind: ${op}`);
  }
}

function replaced(doc: Json, path: string, value: Json): Json {
  checkDepth(path, value);
  // Anything but a container in place of the whole is passed over.
  if (path === '') return typeof value === 'object' && value !== null ? value : doc;
  const why = `replace operation does not apply: doc is missing path: ${path}`;
  return change(doc, path, why, (container, last) => {
    try {
      memberOf(container, last);
    } catch {
      throw new Failed(`replace operation does not apply: doc is missing key: ${path}: ${missing}`);
    }
    if (!Array.isArray(container)) return withMember(container, last, value);
    const array = container as readonly Json[];
    return array.with(indexIn(array.length, last), value);
  });
}

function moved(doc: Json, members: JsonObject): Json {
  const from = textOf(members, 'from', 'move');
  const [container, last] = find(
    doc,
    from,
    `move operation does not apply: doc is missing from path: ${from}`,
  );
  const value = within(`error in move for path: '${last}'`, () => memberOf(container, last));
  const rest = change(doc, from, '', (one, key) =>
    within(`error in move for path: '${key}'`, () => removed(one, key)),
  );
  const path = textOf(members, 'path', 'move');
  const why = `move operation does not apply: doc is missing destination path: ${path}`;
  return change(rest, path, why, (one, key) =>
    within(`error in move for path: '${path}'`, () => added(one, key, path, value)),
  );
}

function copy(state: State, members: JsonObject): void {
  const from = textOf(members, 'from', 'copy');
  const [container, last] = find(
    state.doc,
    from,
    `copy operation does not apply: doc is missing from path: ${from}`,
  );
  const value = within(`error in copy for from: '${from}'`, () => memberOf(container, last));
  const path = pathOf(members, 'copy');
  const why = `copy operation does not apply: doc is missing destination path: ${path}`;
  find(state.doc, path, why);
  state.copied += JSON.stringify(value).length;
  if (state.copied > copyLimit)
    throw new Failed(
      `Unable to complete the copy, the accumulated size increase of copy is ${String(state.copied)}, exceeding the limit ${String(copyLimit)}`,
    );
  state.doc = change(state.doc, path, why, (one, key) =>
    within('error while adding value during copy', () => added(one, key, path, value)),
  );
}

function test(doc: Json, path: string, value: Json, written: RawJson): void {
  const failed = `testing value ${path} failed: test failed`;
  const found =
    path === ''
      ? doc
      : within(`error in test for path: '${path}'`, () =>
          memberOf(...find(doc, path, `test operation does not apply: is missing path: ${path}`)),
        );
  const isSame = found === null ? value === null : sameRawJson(toRawJson(found), written);
  if (!isSame) throw new Failed(failed);
}

/** What fails inside is told with what it belongs to before it. */
function within<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Failed) || error instanceof Missing) throw error;
    throw new Failed(`${what}: ${error.message}`);
  }
}

/** Thrown where there is nothing a path could lead on from. */
class Missing extends Failed {}

/** The path of those operations that do not say why they cannot read it. */
function pathOf(members: JsonObject, op: string): string {
  const { path } = members;
  if (typeof path === 'string') return path;
  throw new Failed(`${op} operation failed to decode path: ${missing}`);
}

function textOf(members: JsonObject, key: 'path' | 'from', op: string): string {
  const value = members[key] ?? null;
  if (typeof value === 'string') return value;
  const start = `${op} operation failed to decode ${key}: `;
  if (value === null)
    throw new Failed(`${start}operation${key === 'from' ? ',' : ''} missing ${key} field: ${missing}`);
  throw new Failed(`${start}json: cannot unmarshal ${goJsonType(value)} into Go value of type string`);
}

/** The container a path ends in, and the name of the member. */
function find(target: Json, path: string, why: string): [container: Json, last: string] {
  const pointer = readPointer(path);
  if (pointer === undefined) throw new Missing(`${why}: ${missing}`);
  const [parts, last] = pointer;
  let container = target;
  for (const part of parts) container = inner(container, part, why);
  return [container, last];
}

/** A container within another. */
function inner(container: Json, part: string, why: string): Json {
  let found: Json = null;
  try {
    found = memberOf(container, part);
  } catch {
    // Told below, as for what is no container.
  }
  if (typeof found !== 'object' || found === null) throw new Missing(`${why}: ${missing}`);
  return found;
}

/** A member; null where an object has none of the name. */
function memberOf(container: Json, part: string): Json {
  if (Array.isArray(container)) {
    const array = container as readonly Json[];
    return array[indexIn(array.length, part)] ?? null;
  }
  if (!isJsonObject(container)) throw new Failed(missing);
  return (Object.hasOwn(container, part) ? container[part] : undefined) ?? null;
}

/** The place of an array of that length a part names; below zero counts from the end. */
function indexIn(length: number, part: string): number {
  const index = readIndex(part);
  if (index >= length || index < -length)
    throw new Failed(`Unable to access invalid index: ${String(index)}: ${invalidIndex}`);
  return index < 0 ? index + length : index;
}

function readIndex(part: string): number {
  if (/^[-+]?\d{1,18}$/.test(part)) return Number(part);
  const why = /^[-+]?\d+$/.test(part) ? 'value out of range' : 'invalid syntax';
  throw new Failed(`strconv.Atoi: parsing ${goQuote(part)}: ${why}`);
}

/** Rebuilds the containers along a path around a change of the last one. @param why Told when the path leads nowhere */
function change(
  target: Json,
  path: string,
  why: string,
  edit: (container: Json, last: string) => Json,
): Json {
  const pointer = readPointer(path);
  if (pointer === undefined) throw new Missing(`${why}: ${missing}`);
  const [parts, last] = pointer;
  const rebuild = (container: Json, depth: number): Json => {
    const part = parts[depth];
    if (part === undefined) return edit(container, last);
    const next = rebuild(inner(container, part, why), depth + 1);
    if (!Array.isArray(container)) return withMember(container, part, next);
    const array = container as readonly Json[];
    return array.with(indexIn(array.length, part), next);
  };
  return rebuild(target, 0);
}

function withMember(target: Json, key: string, value: Json): Json {
  const members = new Map(Object.entries(isJsonObject(target) ? target : {}));
  members.set(key, value);
  return Object.fromEntries(members);
}

/** Refuses to nest deeper than any body may. */
function checkDepth(path: string, value: Json): void {
  let level: readonly Json[] = [value];
  for (let depth = path.split('/').length - 1; level.length > 0; depth += 1) {
    if (depth > maxDepth) throw new Failed('exceeded max depth');
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((member) => member !== undefined)
        : [],
    );
  }
}

function added(container: Json, last: string, path: string, value: Json): Json {
  checkDepth(path, value);
  if (!Array.isArray(container)) return withMember(container, last, value);
  const array = container as readonly Json[];
  if (last === '-') return [...array, value];
  const not = `value was not a proper array index: '${last}'`;
  const index = within(not, () => readIndex(last));
  if (index > array.length || index < -array.length - 1)
    throw new Failed(`Unable to access invalid index: ${String(index)}: ${invalidIndex}`);
  return array.toSpliced(index < 0 ? index + array.length + 1 : index, 0, value);
}

function removed(container: Json, last: string): Json {
  if (Array.isArray(container)) {
    const array = container as readonly Json[];
    return array.toSpliced(indexIn(array.length, last), 1);
  }
  if (!isJsonObject(container) || !Object.hasOwn(container, last))
    throw new Failed(`Unable to remove nonexistent key: ${last}: ${missing}`);
  return Object.fromEntries(Object.entries(container).filter(([key]) => key !== last));
}
