import { existsSync, readFileSync } from 'node:fs';

/** A request made to the real server and the answer it gave. */
export interface RecordedCase {
  readonly id: string;
  readonly group: string;
  /** `admin`, `anonymous`, `sa:NAMESPACE/NAME` or `raw:VALUE of the Authorization header`. */
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly requestBody?: string;
  /** Cases of one name build on each other. */
  readonly sequence?: string;
  /** Variable to top-level key of the answer; later written `${variable}`. */
  readonly capture?: Readonly<Record<string, string>>;
  /** 0: the real server broke off the connection. */
  readonly status: number;
  readonly contentType: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly volatile: readonly string[];
}

/** Releases that answers were recorded of. */
export const recordedReleases = ['v3.4', 'v4.1'] as const;

/** Where recordings are looked for; they are not part of this project. */
export const recordings: URL = new URL('../../../shared/golden/', import.meta.url);

/** False where the recordings are absent: their tests are then skipped. */
export const hasRecordings: boolean = existsSync(recordings);

/** The cases of a release, in the order they were recorded. */
export function readCases(release: string): RecordedCase[] {
  const file = new URL(`${release}/cases.json`, recordings);
  return JSON.parse(readFileSync(file, 'utf8')) as RecordedCase[];
}

/** The file of the world they were recorded with. */
export function worldFile(release: string): string {
  return new URL(`${release}/world.json`, recordings).pathname;
}
