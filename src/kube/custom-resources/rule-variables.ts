import type { Json, JsonObject } from '../../core/json.js';
import type { Given } from '../cel/run/evaluate.js';
import { valueOfSchema } from '../cel/values/schema-values.js';
import { CelError, CelOptional, type CelValue } from '../cel/values/value.js';

/** What rules of a node are given, when the value there was before may be missing, and when it may not. */
export interface Variables {
  readonly plain: Given;
  readonly optional: Given;
}

/** The variables of a node. @param old Absent: nothing was there before, or it cannot be told. */
export function variablesOf(value: Json, old: Json | undefined, schema: JsonObject): Variables {
  const self = once(() => valueOfSchema(value, schema));
  const before = once(() => (old === undefined ? undefined : valueOfSchema(old, schema)));
  return {
    plain: (name) => (name === 'self' ? self() : name === 'oldSelf' ? before() : undefined),
    optional: (name) =>
      name === 'self' ? self() : name === 'oldSelf' ? new CelOptional(before()) : undefined,
  };
}

/** A value that is made when it is first asked for. @throws CelError whenever it is asked for, if it is not sound */
function once(make: () => CelValue | undefined): () => CelValue | undefined {
  let made: { readonly value?: CelValue | undefined; readonly failure?: CelError } | undefined;
  return () => {
    if (made === undefined)
      try {
        made = { value: make() };
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        made = { failure: error };
      }
    if (made.failure !== undefined) throw made.failure;
    return made.value;
  };
}
