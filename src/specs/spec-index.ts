import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import type { ReleaseName } from '../core/release.js';
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

/** One of the documents a release publishes. */
export interface SpecSource {
  readonly name: string;
  readonly operations: number;
}

/** The operations of the documents of a release, by method and path. */
export class SpecIndex {
  readonly operations: readonly Operation[];
  readonly sources: readonly SpecSource[];
  readonly #byLength = new Map<number, Place[]>();

  constructor(documents: Readonly<Record<string, SpecDocument>>) {
    const operations: Operation[] = [];
    const sources: SpecSource[] = [];
    for (const [name, document] of Object.entries(documents)) {
      const before = operations.length;
      for (const [written, methods] of Object.entries(document.paths))
        operations.push(...this.#add(written.trim(), methods, document));
      sources.push({ name, operations: operations.length - before });
    }
    for (const places of this.#byLength.values()) places.sort((a, b) => b.literals - a.literals);
    this.operations = operations;
    this.sources = sources;
  }

  /** The operation a request is for. @param path Without query and name of a cluster */
  find(method: string, path: string): OperationMatch | undefined {
    const segments = split(path);
    for (const place of this.#byLength.get(segments.length) ?? []) {
      const operation = place.operations.get(method);
      if (operation === undefined) continue;
      const params = variablesOf(place, segments);
      if (params !== undefined) return { operation, params };
    }
    return undefined;
  }

  /** What can be done at a path, in the order of the document; empty when no document knows it. */
  methodsAt(path: string): readonly string[] {
    const segments = split(path);
    const places = this.#byLength.get(segments.length) ?? [];
    const fitting = places.filter((place) => variablesOf(place, segments) !== undefined);
    return [...new Set(fitting.flatMap(({ operations }) => [...operations.keys()]))];
  }

  #add(path: string, methods: SpecDocument['paths'][string], document: SpecDocument): Operation[] {
    const segments = split(path);
    const literals = segments.filter((segment) => !isVariable(segment)).length;
    const place: Place = { segments, literals, operations: new Map() };
    for (const [name, written] of Object.entries(methods)) {
      const method = name.toUpperCase();
      place.operations.set(method, { ...written, key: `${method} ${path}`, method, path, document });
    }
    const known = this.#byLength.get(segments.length);
    if (known === undefined) this.#byLength.set(segments.length, [place]);
    else known.push(place);
    return [...place.operations.values()];
  }
}

const indexes = new Map<ReleaseName, SpecIndex>();

/** The operations a release publishes. Its documents are read by the first call, never at start. */
export function specsOf(release: ReleaseName): SpecIndex {
  let index = indexes.get(release);
  if (index === undefined) {
    index = new SpecIndex({
      kubesphere: readDocument(`kubesphere-${release}`),
      'kubesphere-crd': readDocument(`kubesphere-crd-${release}`),
    });
    indexes.set(release, index);
  }
  return index;
}

function readDocument(name: string): SpecDocument {
  return JSON.parse(readFileSync(packageFile(`fixtures/specs/${name}.json`), 'utf8')) as SpecDocument;
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}

function variablesOf(place: Place, segments: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [at, expected] of place.segments.entries()) {
    const segment = segments[at] ?? '';
    if (isVariable(expected)) params[expected.slice(1, -1)] = segment;
    else if (expected !== segment) return undefined;
  }
  return params;
}
