import type { SpecDocument, SpecOperation } from './spec-document.js';

/** An operation of a published document, and where it stands. */
export interface Operation extends SpecOperation {
  /** `GET /kapis/…/{name}`: unique, unlike operation ids. */
  readonly key: string;
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  readonly document: SpecDocument;
}

/** An operation that takes a request, with the variables of its path. */
export interface OperationMatch {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

/** A path of the documents and what can be done there. */
interface Place {
  readonly segments: readonly string[];
  readonly literals: number;
  readonly operations: Map<string, Operation>;
}

/** A document and how many of its operations are served. */
export interface IndexedDocument {
  readonly name: string;
  readonly operations: number;
}

/** The operations of the documents of a release, by method and path. */
export class SpecIndex {
  readonly operations: readonly Operation[];
  readonly sources: readonly IndexedDocument[];
  readonly #byLength = new Map<number, Place[]>();
  /** Those whose last variable takes the rest of a path. */
  readonly #open: Place[] = [];
  /** The same, further by second segment: the API group, as a rule. Made as they are asked for. */
  readonly #near = new Map<string, readonly Place[]>();
  /** Second segments that paths name. */
  readonly #groups = new Set<string>();

  /** @param documents By name; where several describe the same operation, the first one counts */
  constructor(documents: readonly (readonly [name: string, document: SpecDocument])[]) {
    const operations: Operation[] = [];
    const sources: IndexedDocument[] = [];
    const earlier = new Set<string>();
    for (const [name, document] of documents) {
      const own: Operation[] = [];
      for (const [written, methods] of Object.entries(document.paths))
        own.push(...this.#add(written.trim(), methods, document, earlier));
      if (documents.length > 2) for (const operation of own) earlier.add(shapeOf(operation));
      operations.push(...own);
      sources.push({ name, operations: own.length });
    }
    for (const places of [...this.#byLength.values(), this.#open])
      places.sort((a, b) => b.literals - a.literals);
    this.operations = operations;
    this.sources = sources;
  }

  /** The operation a request is for. @param path Without query and name of a cluster */
  find(method: string, path: string): OperationMatch | undefined {
    const segments = split(path);
    for (const place of this.#placesNear(segments)) {
      const operation = place.operations.get(method);
      if (operation === undefined) continue;
      const params = variablesOf(place, segments);
      if (params !== undefined) return { operation, params };
    }
    for (const place of this.#open) {
      const operation = place.operations.get(method);
      const params = operation && variablesOf(place, restJoined(segments, place));
      if (operation !== undefined && params !== undefined) return { operation, params };
    }
    return undefined;
  }

  /**
   * The operation a request is for whose path ends in `{path}`, which stands for all that may follow: a group passed on as a
   * whole.
   *
   * @param path Without query and name of a cluster
   * @see go-restful's `{path:*}`
   */
  passedOn(method: string, path: string): Operation | undefined {
    const segments = split(path);
    for (let length = segments.length; length > 1; length -= 1) {
      const place = this.#byLength
        .get(length)
        ?.find(
          (one) =>
            one.segments.at(-1) === '{path}' &&
            variablesOf(one, segments.slice(0, length)) !== undefined &&
            one.operations.has(method),
        );
      if (place !== undefined) return place.operations.get(method);
    }
    return undefined;
  }

  /** What can be done at a path, in the order of the document; empty when no document knows it. */
  methodsAt(path: string): readonly string[] {
    const segments = split(path);
    const fitting = [
      ...this.#placesNear(segments).filter((place) => variablesOf(place, segments) !== undefined),
      ...this.#open.filter((place) => variablesOf(place, restJoined(segments, place)) !== undefined),
    ];
    return [...new Set(fitting.flatMap(({ operations }) => [...operations.keys()]))];
  }

  /** The places a path can be, the most literal ones first. */
  #placesNear(segments: readonly string[]): readonly Place[] {
    const [, second = ''] = segments;
    const group = this.#groups.has(second) ? second : '';
    const key = `${String(segments.length)} ${group}`;
    let near = this.#near.get(key);
    if (near === undefined) {
      near = (this.#byLength.get(segments.length) ?? []).filter(
        ({ segments: [, own = ''] }) => isVariable(own) || own === group,
      );
      this.#near.set(key, near);
    }
    return near;
  }

  #add(
    path: string,
    methods: SpecDocument['paths'][string],
    document: SpecDocument,
    earlier: ReadonlySet<string>,
  ): Operation[] {
    const segments = split(path);
    const literals = segments.filter((segment) => !isVariable(segment)).length;
    const place: Place = { segments, literals, operations: new Map() };
    for (const [name, written] of Object.entries(methods)) {
      const method = name.toUpperCase();
      const operation = { ...written, key: `${method} ${path}`, method, path, document };
      if (earlier.size === 0 || !earlier.has(shapeOf(operation))) place.operations.set(method, operation);
    }
    if (place.operations.size === 0) return [];
    const [, group = ''] = segments;
    if (!isVariable(group)) this.#groups.add(group);
    if ([...place.operations.values()].some((operation) => operation['x-rest-of-path'] === true))
      this.#open.push(place);
    const known = this.#byLength.get(segments.length);
    if (known === undefined) this.#byLength.set(segments.length, [place]);
    else known.push(place);
    return [...place.operations.values()];
  }
}

/** What an operation has in common with the same one in another document, whatever that calls its variables. */
function shapeOf({ key }: Operation): string {
  return key.replace(/\{[^}]*\}/g, '{}');
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Segments of a path with all from the last one of a place on as one. */
function restJoined(segments: readonly string[], place: Place): readonly string[] {
  const last = place.segments.length - 1;
  return segments.length <= last ? segments : [...segments.slice(0, last), segments.slice(last).join('/')];
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}

function variablesOf(place: Place, segments: readonly string[]): Record<string, string> | undefined {
  const fits =
    segments.length === place.segments.length &&
    place.segments.every((expected, at) => expected === segments[at] || isVariable(expected));
  if (!fits) return undefined;
  const params: Record<string, string> = {};
  for (const [at, expected] of place.segments.entries())
    if (isVariable(expected)) params[expected.slice(1, -1)] = segments[at] ?? '';
  return params;
}
