import type { JsonObject } from '../../src/core/json.js';
import type { ReleaseRange } from '../../src/core/release.js';

/**
 * A write: method, path and body; `NAME` in them stands for the object's name, `BEFORE` for that of what was made last before
 * it.
 */
export type Write = readonly [
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  contentType?: string,
];

/** The life of an object: made, seen wherever it belongs, changed, deleted, gone everywhere. `NAME` stands for its name. */
export interface Journey extends ReleaseRange {
  readonly noun: string;
  /** Absent: `journey`, or what the answer calls it. */
  readonly name?: string;
  /** What has to be there first. */
  readonly before?: readonly Write[];
  readonly create: Write;
  /** Lists it is in while it is there. */
  readonly shows: readonly string[];
  /** Lists it is never in: of other places, for other filters. */
  readonly hides?: readonly string[];
  /** Reads it; none finds it once it is deleted. */
  readonly reads: readonly string[];
  /** What each read then answers; absent: 404. */
  readonly gone?: readonly number[];
  /** A change; with PUT the body is laid over what the first of {@link reads} answers. */
  readonly change?: Write;
  /** What reads say after the change. */
  readonly changed?: JsonObject;
  /** Lists it is in after the change only, or before it only. */
  readonly showsAfter?: readonly string[];
  readonly showsBefore?: readonly string[];
  /** Metrics that are one more while it is there. */
  readonly counts?: readonly (readonly [path: string, metric: string])[];
  /** Lists that somebody else sees it in, or something else because of it, and would not without it. */
  readonly seenBy?: readonly (readonly [user: string, list: string, name?: string])[];
  /** The list whose watch tells of it. */
  readonly watch?: string;
  readonly remove: Write;
}
