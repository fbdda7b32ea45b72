import { isDeepStrictEqual } from 'node:util';
import { ApiError } from './api-error.js';
import { maxDepth } from './go-json.js';
import { isJsonObject, type Json } from './json.js';

/** One operation of a JSON patch, checked. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: readonly string[];
  readonly from: readonly string[];
  readonly value: Json;
}

/** Most operations a patch may have: that of kube-apiserver. */
const operationLimit = 10_000;
/** Most bytes that `copy` may add in one patch: that of kube-apiserver. */
const copyLimit = 3 * 1024 * 1024;
const operations = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/** 422 of a patch that does not apply; the real server does not say why either. */
function rejected(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    details: {},
  });
}

/**
 * Reads the body of a JSON patch.
 *
 * @throws ApiError 400 when it is not a list of objects, 413 when it is too long, 422 when an operation is malformed
 */
export function readJsonPatch(body: Json): PatchOperation[] {
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
  return items.map(readOperation);
}

function readOperation(item: Json): PatchOperation {
  if (!isJsonObject(item)) {
    const type = Array.isArray(item) ? 'array' : typeof item === 'boolean' ? 'bool' : typeof item;
    throw new ApiError(
      400,
      'BadRequest',
      `json: cannot unmarshal ${type} into Go value of type jsonpatch.Operation`,
    );
  }
  const { op, path, from } = item;
  if (typeof op !== 'string' || !operations.has(op) || typeof path !== 'string') throw rejected();
  const needsFrom = op === 'move' || op === 'copy';
  if (needsFrom && typeof from !== 'string') throw rejected();
  const needsValue = op === 'add' || op === 'replace' || op === 'test';
  if (needsValue && !Object.hasOwn(item, 'value') && op !== 'test') throw rejected();
  return {
    op: op as PatchOperation['op'],
    path: readPointer(path),
    from: needsFrom ? readPointer(from as string) : [],
    value: item['value'] ?? null,
  };
}

function readPointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw rejected();
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Applies a JSON patch to a value; the value itself is left as it is.
 *
 * Only own members count, so that names such as `__proto__` or `constructor` reach nothing but the result.
 *
 * @throws ApiError 422
 * @see RFC 6902
 */
export function applyJsonPatch(target: Json, patch: readonly PatchOperation[]): Json {
  let result = target;
  let copied = 0;
  for (const { op, path, from, value } of patch) {
    switch (op) {
      case 'add':
        result = add(result, path, value);
        break;
      case 'remove':
        result = remove(result, path);
        break;
      case 'replace':
        result = replace(result, path, value);
        break;
      case 'move': {
        if (from.length < path.length && from.every((part, at) => part === path[at])) throw rejected();
        const moved = read(result, from);
        result = add(remove(result, from), path, moved);
        break;
      }
      case 'copy': {
        const source = read(result, from);
        copied += JSON.stringify(source).length;
        if (copied > copyLimit) throw rejected();
        result = add(result, path, source);
        break;
      }
      case 'test':
        if (!isDeepStrictEqual(find(result, path) ?? null, value)) throw rejected();
        break;
    }
  }
  return result;
}

function find(target: Json, path: readonly string[]): Json | undefined {
  let current: Json | undefined = target;
  for (const part of path) {
    if (Array.isArray(current))
      current = (current as readonly Json[])[indexIn(current as readonly Json[], part)];
    else if (isJsonObject(current) && Object.hasOwn(current, part)) current = current[part];
    else return undefined;
  }
  return current;
}

function read(target: Json, path: readonly string[]): Json {
  const found = find(target, path);
  if (found === undefined) throw rejected();
  return found;
}

/** A whole number that may be an array index; never above the length, so that no patch can make a huge array. */
function indexIn(array: readonly Json[], part: string): number {
  if (!/^(0|[1-9]\d{0,8})$/.test(part)) throw rejected();
  const index = Number(part);
  if (index > array.length) throw rejected();
  return index;
}

/** Rebuilds the containers along a path around a change of the last one. */
function change(target: Json, path: readonly string[], edit: (container: Json, last: string) => Json): Json {
  const [first, ...rest] = path;
  if (first === undefined) throw rejected();
  if (rest.length === 0) return edit(target, first);
  if (Array.isArray(target)) {
    const array = target as readonly Json[];
    const index = indexIn(array, first);
    const item = array[index];
    if (item === undefined) throw rejected();
    return array.with(index, change(item, rest, edit));
  }
  if (!isJsonObject(target) || !Object.hasOwn(target, first)) throw rejected();
  const inner = target[first];
  if (inner === undefined) throw rejected();
  return withMember(target, first, change(inner, rest, edit));
}

function withMember(target: Json, key: string, value: Json): Json {
  if (!isJsonObject(target)) throw rejected();
  const members = new Map(Object.entries(target));
  members.set(key, value);
  return Object.fromEntries(members);
}

/** Refuses to nest deeper than any body may. */
function checkDepth(path: readonly string[], value: Json): void {
  let level: readonly Json[] = [value];
  for (let depth = path.length; level.length > 0; depth += 1) {
    if (depth > maxDepth) throw rejected();
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((member) => member !== undefined)
        : [],
    );
  }
}

function add(target: Json, path: readonly string[], value: Json): Json {
  checkDepth(path, value);
  if (path.length === 0) return value;
  return change(target, path, (container, last) => {
    if (!Array.isArray(container)) return withMember(container, last, value);
    const array = container as readonly Json[];
    return array.toSpliced(last === '-' ? array.length : indexIn(array, last), 0, value);
  });
}

function remove(target: Json, path: readonly string[]): Json {
  return change(target, path, (container, last) => {
    if (Array.isArray(container)) {
      const array = container as readonly Json[];
      const index = indexIn(array, last);
      if (index === array.length) throw rejected();
      return array.toSpliced(index, 1);
    }
    if (!isJsonObject(container) || !Object.hasOwn(container, last)) throw rejected();
    return Object.fromEntries(Object.entries(container).filter(([key]) => key !== last));
  });
}

function replace(target: Json, path: readonly string[], value: Json): Json {
  checkDepth(path, value);
  if (path.length === 0) return value;
  return change(target, path, (container, last) => {
    if (Array.isArray(container)) {
      const array = container as readonly Json[];
      const index = indexIn(array, last);
      if (index === array.length) throw rejected();
      return array.with(index, value);
    }
    if (!isJsonObject(container) || !Object.hasOwn(container, last)) throw rejected();
    return withMember(container, last, value);
  });
}
