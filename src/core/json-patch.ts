import { sameJson } from './same-json.js';
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
  return items.map(readOperation);
}

function readOperation(item: Json): PatchOperation {
  if (!isJsonObject(item)) throw rejected();
  const { op, path, from } = item;
  if (typeof op !== 'string' || !operations.has(op) || typeof path !== 'string') throw rejected();
  const needsFrom = op === 'move' || op === 'copy';
  if (needsFrom && typeof from !== 'string') throw rejected();
  return {
    op: op as PatchOperation['op'],
    path: readPointer(path),
    from: needsFrom ? readPointer(from as string) : [],
    value: item['value'] ?? null,
  };
}

/** What stands before the first slash is not looked at. */
function readPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Applies a JSON patch to a value; the value itself is left as it is.
 *
 * Only own members count, so that names such as `__proto__` or `constructor` reach nothing but the result.
 *
 * As in the library kube-apiserver uses, and unlike the RFC: indexes below zero count from the end, may have a sign or zeros
 * in front; a member that is not there can be replaced and copied, as null; a value that is not given is null.
 *
 * @throws ApiError 422
 * @see RFC 6902
 * @see evanphx/json-patch v4 patch.go
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
        const moved = find(result, from);
        result = add(remove(result, from), path, moved);
        break;
      }
      case 'copy': {
        const source = find(result, from);
        copied += JSON.stringify(source).length;
        if (copied > copyLimit) throw rejected();
        result = add(result, path, source);
        break;
      }
      case 'test':
        if (!sameJson(path.length === 0 ? result : find(result, path), value)) throw rejected();
        break;
    }
  }
  return result;
}

/** What is at a path, or null when only its last member is missing. */
function find(target: Json, path: readonly string[]): Json {
  const last = path.at(-1);
  if (last === undefined) throw rejected();
  let container = target;
  for (const part of path.slice(0, -1)) container = memberOf(container, part);
  return memberOf(container, last);
}

function memberOf(container: Json, part: string): Json {
  if (Array.isArray(container)) {
    const array = container as readonly Json[];
    return array[indexIn(array.length, part)] ?? null;
  }
  if (!isJsonObject(container)) throw rejected();
  return (Object.hasOwn(container, part) ? container[part] : undefined) ?? null;
}

/** The place of an array of that length a part names; below zero counts from the end. */
function indexIn(length: number, part: string): number {
  if (!/^[-+]?\d{1,18}$/.test(part)) throw rejected();
  const index = Number(part);
  if (index >= length || index < -length) throw rejected();
  return index < 0 ? index + length : index;
}

/** Rebuilds the containers along a path around a change of the last one. */
function change(target: Json, path: readonly string[], edit: (container: Json, last: string) => Json): Json {
  const [first, ...rest] = path;
  if (first === undefined) throw rejected();
  if (rest.length === 0) return edit(target, first);
  if (Array.isArray(target)) {
    const array = target as readonly Json[];
    const index = indexIn(array.length, first);
    return array.with(index, change(array[index] ?? null, rest, edit));
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
  return change(target, path, (container, last) => {
    if (!Array.isArray(container)) return withMember(container, last, value);
    const array = container as readonly Json[];
    return array.toSpliced(last === '-' ? array.length : indexIn(array.length + 1, last), 0, value);
  });
}

function remove(target: Json, path: readonly string[]): Json {
  return change(target, path, (container, last) => {
    if (Array.isArray(container)) {
      const array = container as readonly Json[];
      return array.toSpliced(indexIn(array.length, last), 1);
    }
    if (!isJsonObject(container) || !Object.hasOwn(container, last)) throw rejected();
    return Object.fromEntries(Object.entries(container).filter(([key]) => key !== last));
  });
}

function replace(target: Json, path: readonly string[], value: Json): Json {
  checkDepth(path, value);
  // Anything but a container in place of the whole is passed over.
  if (path.length === 0) return typeof value === 'object' && value !== null ? value : target;
  return change(target, path, (container, last) => {
    if (Array.isArray(container)) {
      const array = container as readonly Json[];
      return array.with(indexIn(array.length, last), value);
    }
    return withMember(container, last, value);
  });
}
