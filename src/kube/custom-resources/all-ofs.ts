import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';

/** Where an error was found: in the value, and in the schema. */
interface Found {
  readonly instancePath: string;
  readonly schemaPath: string;
}

/** An `allOf` some of whose schemas a value failed. */
interface AllOf {
  /** Where the value is. */
  readonly instancePath: string;
  /** How many schemas there are. */
  readonly total: number;
  /** Places of those it failed. */
  readonly failed: Set<string>;
  last: Found;
}

/** The `allOf`s that errors of a schema validator are of, which it does not tell. */
export class AllOfs {
  readonly #found = new Map<string, AllOf>();

  /** @param within Only those below this path in the schema count. */
  constructor(errors: readonly Found[], schema: JsonObject, within: string) {
    for (const error of errors) this.#add(error, schema, within.split('/').length);
  }

  /** Those whose last error this is, the innermost first. */
  endingWith(error: Found): readonly AllOf[] {
    return [...this.#found.values()].filter(({ last }) => last === error).reverse();
  }

  #add(error: Found, schema: JsonObject, start: number): void {
    const steps = error.schemaPath.split('/');
    const places = error.instancePath.split('/');
    let described: Json | undefined = schema;
    let depth = 0;
    for (let at = 1; at < steps.length && isJsonObject(described);) {
      const keyword = steps[at] ?? '';
      const next = steps[at + 1];
      const inner: Json | undefined = described[keyword];
      if (keyword === 'allOf' && at >= start && next !== undefined && Array.isArray(inner)) {
        const instancePath = places.slice(0, depth + 1).join('/');
        const key = `${steps.slice(0, at).join('/')} ${instancePath}`;
        const known = this.#found.get(key) ?? {
          instancePath,
          total: inner.length,
          failed: new Set(),
          last: error,
        };
        known.failed.add(next);
        known.last = error;
        this.#found.set(key, known);
      }
      if (keyword === 'properties' || keyword === 'items' || keyword === 'additionalProperties') depth += 1;
      if (keyword === 'properties' && isJsonObject(inner)) {
        described = inner[named(next ?? '')];
        at += 2;
      } else if (Array.isArray(inner)) {
        described = (inner as readonly Json[])[Number(next)];
        at += 2;
      } else {
        described = inner;
        at += 1;
      }
    }
  }
}

/** A step of a path in a schema as the name it stands for. */
function named(step: string): string {
  return decodeURIComponent(step).replace(/~1/g, '/').replace(/~0/g, '~');
}
