import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';

/** A step of a path: a member, a place in a list (from its end when negative), all of them, or those that fit. */
type Step =
  | { readonly key: string }
  | { readonly at: number }
  | { readonly all: true }
  | { readonly member: readonly string[]; readonly equals: string };

const token =
  /\.([A-Za-z0-9_$-]+(?:\\\.[A-Za-z0-9_$-]+)*)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(-?\d+)\]|(\[\*\]|\.\*)|\[\?\(@((?:\.[A-Za-z0-9_-]+)+)\s*==\s*(?:'([^']*)'|"([^"]*)"|(\w+))\)\]/y;

const read = new Map<string, readonly Step[]>();
const remembered = 2000;

/**
 * Reads a path as definitions write it: `.spec.list[0].name`, `.metadata.labels['a.b']`, `.a[?(@.type=="Ready")].status`.
 *
 * @returns `undefined` for what is no such path
 */
export function readPath(path: string): readonly Step[] | undefined {
  const known = read.get(path);
  if (known !== undefined) return known;
  const steps: Step[] = [];
  token.lastIndex = 0;
  let end = 0;
  while (end < path.length) {
    const match = token.exec(path);
    if (match === null) return undefined;
    end = token.lastIndex;
    const [, plain, single, double, at, all, member, one, two, bare] = match;
    const key = plain?.replace(/\\\./g, '.') ?? single ?? double;
    if (key !== undefined) steps.push({ key: key.replace(/\\(.)/g, '$1') });
    else if (at !== undefined) steps.push({ at: Number(at) });
    else if (all !== undefined) steps.push({ all: true });
    else if (member !== undefined)
      steps.push({ member: member.split('.').slice(1), equals: one ?? two ?? bare ?? '' });
  }
  if (read.size >= remembered) read.clear();
  read.set(path, steps);
  return steps;
}

/** The first value at a path; `undefined` when there is none. */
export function valueAt(object: JsonObject, path: string): Json | undefined {
  let found: readonly Json[] = [object];
  for (const step of readPath(path) ?? [{ at: 0 }]) found = found.flatMap((value) => follow(value, step));
  return found[0];
}

function follow(value: Json, step: Step): readonly Json[] {
  if ('key' in step) {
    const member = isJsonObject(value) && Object.hasOwn(value, step.key) ? value[step.key] : undefined;
    return member === undefined ? [] : [member];
  }
  if (!Array.isArray(value)) return 'all' in step && isJsonObject(value) ? values(value) : [];
  const list = value as readonly Json[];
  if ('all' in step) return list;
  if ('at' in step) return list.slice(step.at, step.at === -1 ? undefined : step.at + 1);
  return list.filter((item) => {
    let inner: Json | undefined = item;
    for (const key of step.member) inner = isJsonObject(inner) ? inner[key] : undefined;
    return (
      inner !== undefined && inner !== null && typeof inner !== 'object' && String(inner) === step.equals
    );
  });
}

function values(object: JsonObject): readonly Json[] {
  return Object.values(object).filter((value): value is Json => value !== undefined);
}

/** Sets the value at a path of plain members, making what is missing on the way. */
export function withValueAt(object: JsonObject, path: string, value: Json | undefined): JsonObject {
  const keys = (readPath(path) ?? []).flatMap((step) => ('key' in step ? [step.key] : []));
  const set = (current: Json | undefined, [key, ...rest]: readonly string[]): Json | undefined => {
    if (key === undefined) return value;
    const members = isJsonObject(current) ? current : {};
    return { ...members, [key]: set(members[key], rest) };
  };
  return set(object, keys) as JsonObject;
}
