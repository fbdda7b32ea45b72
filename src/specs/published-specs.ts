import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import type { ReleaseName } from '../core/release.js';
import type { GivenSpec, SpecDocument } from './spec-document.js';
import { SpecIndex } from './spec-index.js';

/** Names of the packaged documents, in the order of their lists; the last one only has a page. */
export const packagedNames = ['kubesphere', 'kubesphere-crd', 'kubernetes'] as const;

/** One of the documents behind the answers of a server. */
export interface SpecSource {
  readonly name: string;
  readonly operations: number;
  /** File or URL it was given as; absent for a packaged one. */
  readonly source?: string;
  /** True when it took the place of the packaged one of its name. */
  readonly replaced?: boolean;
  /** What had to be changed to make sense of it, one line each. */
  readonly repairs?: readonly string[];
}

/** Said of a document for Kubernetes. */
const onlyShown =
  'only its page shows it: /api and /apis are answered as Kubernetes does, whatever a document says of them';
const indexes = new Map<ReleaseName, SpecIndex>();
const packaged = new Map<string, SpecDocument>();

/** The operations a release publishes. Its documents are read by the first call, never at start. */
export function specsOf(release: ReleaseName): SpecIndex {
  let index = indexes.get(release);
  if (index === undefined) indexes.set(release, (index = new SpecIndex(packagedOf(release, new Set()))));
  return index;
}

/** The documents of a server: those of its release, and those it was given. */
export class PublishedSpecs {
  readonly release: ReleaseName;
  readonly given: readonly GivenSpec[];
  #index: SpecIndex | undefined;

  constructor(release: ReleaseName, given: readonly GivenSpec[] = []) {
    this.release = release;
    this.given = given;
  }

  /** Their operations; read when first asked for. */
  get index(): SpecIndex {
    return (this.#index ??= this.#read());
  }

  /** What there is, the documents given first. */
  get sources(): readonly SpecSource[] {
    const { sources } = this.index;
    return [
      ...this.given.map(({ name, source, repairs, document }) => ({
        name,
        // Those of Kubernetes are answered by Kubernetes, so that they are in no index.
        operations: sources.find((known) => known.name === name)?.operations ?? operationsIn(document),
        source,
        replaced: isPackaged(name),
        repairs: name === 'kubernetes' ? [...repairs, onlyShown] : repairs,
      })),
      ...sources.filter(({ name }) => !this.given.some((each) => each.name === name)),
    ];
  }

  /** A document by its name; `undefined` when there is none. */
  document(name: string): SpecDocument | undefined {
    const given = this.given.find((each) => each.name === name);
    if (given !== undefined) return given.document;
    return isPackaged(name) ? readDocument(fileOf(name, this.release)) : undefined;
  }

  /** Names of all documents, the KubeSphere API first. */
  get names(): readonly string[] {
    return [...packagedNames, ...this.given.map(({ name }) => name).filter((name) => !isPackaged(name))];
  }

  #read(): SpecIndex {
    const given = this.given.filter(({ name }) => name !== 'kubernetes');
    if (given.length === 0) return specsOf(this.release);
    const replaced = new Set(given.map(({ name }) => name));
    return new SpecIndex([
      ...given.map(({ name, document }) => [name, document] as const),
      ...packagedOf(this.release, replaced),
    ]);
  }
}

function packagedOf(release: ReleaseName, without: ReadonlySet<string>): (readonly [string, SpecDocument])[] {
  return packagedNames
    .filter((name) => name !== 'kubernetes' && !without.has(name))
    .map((name) => [name, readDocument(fileOf(name, release))] as const);
}

function isPackaged(name: string): boolean {
  return (packagedNames as readonly string[]).includes(name);
}

function fileOf(name: string, release: ReleaseName): string {
  return name === 'kubernetes' ? name : `${name}-${release}`;
}

function readDocument(name: string): SpecDocument {
  const known = packaged.get(name);
  if (known !== undefined) return known;
  const document = JSON.parse(
    readFileSync(packageFile(`fixtures/specs/${name}.json`), 'utf8'),
  ) as SpecDocument;
  // That of Kubernetes is large, and only a page shows it.
  if (name !== 'kubernetes') packaged.set(name, document);
  return document;
}

function operationsIn({ paths }: SpecDocument): number {
  return Object.values(paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
}
