import type { Json, JsonObject } from '../../../core/json.js';

/** A moment as go-openapi prints it; one that is not set is that of Go. @see go-openapi/strfmt time.go */
export function dateTime(timestamp: string | null | undefined): string {
  const moment = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(moment) ? '0001-01-01T00:00:00.000Z' : new Date(moment).toISOString();
}

/** Members as Go prints those marked `omitempty`: none that are empty. */
export function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== '' && value !== false),
  );
}
