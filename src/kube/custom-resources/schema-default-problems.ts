import { goValue } from '../../core/go-value.js';
import { digObject, isJsonObject, type JsonObject } from '../../core/json.js';
import { invalidShown, type Cause } from '../validation/causes.js';
import { brokenRulesAt, hasRules } from './cel-rules.js';
import { childPath } from './schema-nodes.js';
import { prune } from './schema-pruning.js';
import { schemaProblems } from './schema-validation.js';

/**
 * What is wrong with the defaults in a schema: each must fit its own place, and have no members nobody knows.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/defaulting/validation.go
 */
export function defaultProblems(schema: JsonObject, path: string): Cause[] {
  const { items } = schema;
  return [
    ...ownProblems(schema, path),
    ...(isJsonObject(items) ? defaultProblems(items, `${path}.items`) : []),
    ...Object.entries(digObject(schema, 'properties')).flatMap(([key, inner]) =>
      isJsonObject(inner) ? defaultProblems(inner, `${path}.properties[${key}]`) : [],
    ),
  ];
}

function ownProblems(schema: JsonObject, path: string): Cause[] {
  const given = schema['default'];
  if (given === undefined || given === null) return [];
  const place = `${path}.default`;
  const asMember = { type: 'object', properties: { value: schema } };
  const { unknown } = prune({ value: given }, asMember);
  const causes: Cause[] =
    unknown.length > 0 ? [invalidShown(place, goValue(given), 'must not have unknown fields')] : [];
  try {
    causes.push(...schemaProblems({ value: given }, asMember).map((cause) => moved(cause, place)));
    if (causes.length > 0 || !hasRules(schema)) return causes;
    // A default has to be good both where it replaces itself and where there was nothing.
    const of = { schema, isRoot: false };
    const broken = brokenRulesAt(given, given, of, place);
    return broken.length > 0 ? broken : brokenRulesAt(given, undefined, of, place);
  } catch (error) {
    return [
      ...causes,
      invalidShown(place, goValue(given), error instanceof Error ? error.message : String(error)),
    ];
  }
}

/** What was found below `value`, as what it is at its place. */
function moved({ reason, message, field }: Cause, place: string): Cause {
  const inner = field.replace(/^value\.?/, '');
  return {
    reason,
    // As in Kubernetes, the message tells the place within the default only: nothing for the default itself.
    message: message.replace(/\bvalue\.?(\S*) in body/g, '$1 in body'),
    field: field === '<nil>' ? field : inner === '' ? place : childPath(place, inner),
  };
}
