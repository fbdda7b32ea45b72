import type { ReleaseName } from '../core/release.js';
import type { JournalEntry, JournalObserver } from '../state/journal.js';
import { generatedNote } from './generated-answers.js';
import type { ServedBy } from './served-by.js';
import type { PublishedSpecs } from './published-specs.js';
import type { Operation } from './spec-index.js';

/** What became of one published operation. */
export interface OperationCoverage {
  /** Method and path template. */
  readonly operation: string;
  readonly served: ServedBy;
  /** How often it answered each status; empty when nobody asked. */
  readonly statuses: Readonly<Record<string, number>>;
  /** True once it has answered below 400. */
  readonly covered: boolean;
}

/** How many operations of an API group, at one version, were asked for. */
export interface GroupCoverage {
  /** `iam.kubesphere.io/v1beta1`; the first part of the path for what belongs to no group, as `oauth`. */
  readonly group: string;
  readonly operations: number;
  readonly covered: number;
  /** With one decimal. */
  readonly percent: number;
  readonly stateful: number;
}

/** Which published operations a server has been asked for since it started, in all its worlds. */
export interface CoverageReport {
  readonly release: ReleaseName;
  readonly operations: number;
  readonly covered: number;
  /** Of all operations, with one decimal. */
  readonly percent: number;
  readonly stateful: number;
  readonly generated: number;
  /** Published, but refused by the release itself: they are in no other sum but `operations`. */
  readonly absent: number;
  /** In the order of their names. */
  readonly groups: readonly GroupCoverage[];
  readonly details: readonly OperationCoverage[];
}

/** Answers kept as they came before they are counted. */
const batch = 4096;
/** Different request lines kept before they are sorted by operation. */
const mostLines = 20_000;

/**
 * Counts what is asked of a server. Answers are only noted down as they come; the documents are read, and operations found,
 * when somebody wants to know.
 */
export class Coverage {
  readonly #specs: PublishedSpecs;
  readonly #servedBy: (operation: Operation) => ServedBy;
  readonly #pathOf: (url: string) => string;
  #answered: JournalEntry[] = [];
  /** How often a method, path and status were seen. */
  readonly #lines = new Map<string, number>();
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #generated = new Set<string>();

  /** @param pathOf The path of a request as documents write it: without query, cluster and names of a brand */
  constructor(
    specs: PublishedSpecs,
    served: (operation: Operation) => ServedBy,
    pathOf: (url: string) => string,
  ) {
    this.#specs = specs;
    this.#servedBy = served;
    this.#pathOf = pathOf;
  }

  /** An observer that tells another one too. */
  observing(other: JournalObserver | undefined): JournalObserver {
    return {
      noted: (entry, text) => other?.noted?.(entry, text),
      failed: (entry) => other?.failed?.(entry),
      answered: (entry) => {
        if (this.#answered.push(entry) >= batch) this.#fold();
        other?.answered?.(entry);
      },
    };
  }

  /** What has been asked so far. */
  report(): CoverageReport {
    this.#fold();
    this.#sort();
    const details = this.#specs.index.operations.map((operation) => this.#detail(operation));
    const covered = details.filter((detail) => detail.covered).length;
    const countOf = (by: ServedBy): number => details.filter(({ served }) => served === by).length;
    return {
      release: this.#specs.release,
      operations: details.length,
      covered,
      percent: percentOf(covered, details.length),
      stateful: countOf('stateful'),
      generated: countOf('generated'),
      absent: countOf('absent'),
      groups: groupsOf(details),
      details,
    };
  }

  #detail(operation: Operation): OperationCoverage {
    const counts = this.#counts.get(operation.key) ?? new Map<string, number>();
    return {
      operation: operation.key,
      served: this.#generated.has(operation.key) ? 'generated' : this.#servedBy(operation),
      statuses: Object.fromEntries(counts),
      covered: [...counts.keys()].some((status) => Number(status) > 0 && Number(status) < 400),
    };
  }

  #fold(): void {
    for (const { method, url, status, notes } of this.#answered) {
      const mark = url.indexOf('?');
      const how = notes?.includes(generatedNote) === true ? 'generated' : 'stateful';
      const line = `${method} ${String(status)} ${how} ${mark === -1 ? url : url.slice(0, mark)}`;
      this.#lines.set(line, (this.#lines.get(line) ?? 0) + 1);
    }
    this.#answered = [];
    if (this.#lines.size > mostLines) this.#sort();
  }

  #sort(): void {
    const specs = this.#specs.index;
    for (const [line, count] of this.#lines) {
      const [method = '', status = '', how = '', ...path] = line.split(' ');
      const asked = this.#pathOf(path.join(' '));
      const operation = specs.find(method, asked)?.operation ?? specs.passedOn(method, asked);
      if (operation === undefined) continue;
      if (how === 'generated') this.#generated.add(operation.key);
      let counts = this.#counts.get(operation.key);
      if (counts === undefined) this.#counts.set(operation.key, (counts = new Map<string, number>()));
      counts.set(status, (counts.get(status) ?? 0) + count);
    }
    this.#lines.clear();
  }
}

/** The group and version of an operation, by its method and path. */
export function groupOf(operation: string): string {
  const [, prefix = '', group, version] = operation.slice(operation.indexOf(' ') + 1).split('/');
  if ((prefix === 'kapis' || prefix === 'apis') && version !== undefined) return `${group ?? ''}/${version}`;
  return prefix;
}

function groupsOf(details: readonly OperationCoverage[]): GroupCoverage[] {
  const groups = new Map<string, OperationCoverage[]>();
  for (const detail of details) {
    const group = groupOf(detail.operation);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [detail]);
    else known.push(detail);
  }
  const summed = [...groups].map(([group, all]) => {
    const covered = all.filter((detail) => detail.covered).length;
    const stateful = all.filter(({ served }) => served === 'stateful').length;
    return { group, operations: all.length, covered, percent: percentOf(covered, all.length), stateful };
  });
  return summed.sort((a, b) => (a.group < b.group ? -1 : 1));
}

function percentOf(covered: number, all: number): number {
  return Math.round((covered / Math.max(1, all)) * 1000) / 10;
}
