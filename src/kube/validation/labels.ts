import { digArray, digObject, digString, isJsonObject, type Json } from '../../core/json.js';
import { annotationProblems as metaAnnotationProblems } from '../../registry/object-meta.js';
import { labelValueProblems, qualifiedNameProblems } from '../../registry/names.js';
import { forbidden, inItems, invalidFor, invalidValue, required, type Cause } from './causes.js';

/** What is wrong with labels that are not those of the object itself: of a template, or what a node must have. */
export function labelProblems(labels: Json | undefined, field: string): Cause[] {
  return Object.entries(digObject(labels)).flatMap(([key, value]) => [
    ...invalidFor(field, key, qualifiedNameProblems(key)),
    ...(typeof value === 'string' ? invalidFor(field, value, labelValueProblems(value)) : []),
  ]);
}

/** What is wrong with annotations that are not those of the object itself. */
export function annotationProblems(annotations: Json | undefined, field: string): Cause[] {
  return metaAnnotationProblems(digObject(annotations) as Readonly<Record<string, string>>, field);
}

/**
 * What is wrong with a label selector; an absent one is none of this rule's business.
 *
 * @see kubernetes/apimachinery pkg/apis/meta/v1/validation ValidateLabelSelector
 */
export function selectorProblems(selector: Json | undefined, field: string): Cause[] {
  if (!isJsonObject(selector)) return [];
  return [
    ...labelProblems(selector['matchLabels'], `${field}.matchLabels`),
    ...inItems(selector, 'matchExpressions', field, expressionProblems),
  ];
}

function expressionProblems(expression: Json, field: string): Cause[] {
  const [key, operator] = [digString(expression, 'key'), digString(expression, 'operator')];
  const values = digArray(expression, 'values');
  return [
    ...operatorProblems(operator, values.length, field),
    ...invalidFor(`${field}.key`, key, qualifiedNameProblems(key)),
    ...inItems(expression, 'values', field, (value, place) =>
      typeof value === 'string' ? invalidFor(place, value, labelValueProblems(value)) : [],
    ),
  ];
}

/** What is wrong with how many values an operator has. */
export function operatorProblems(operator: string, count: number, field: string): Cause[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0
        ? []
        : [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return count === 0
        ? []
        : [
            forbidden(
              `${field}.values`,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          ];
    default:
      return [invalidValue(`${field}.operator`, operator, 'not a valid selector operator')];
  }
}
