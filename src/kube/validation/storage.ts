import { digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import {
  duplicate,
  forbidden,
  immutableProblems,
  inItems,
  invalidFor,
  invalidValue,
  plainText,
  required,
  unsupported,
  type Cause,
  tooLong,
} from './causes.js';

const bindings = ['Immediate', 'WaitForFirstConsumer'];

const most = { parameters: 512, bytes: 256 * 1024 };

/**
 * What is wrong with a StorageClass; of one that is there only what may not change is looked at.
 *
 * @see kubernetes/kubernetes pkg/apis/storage/validation/validation.go
 */
export function storageClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const mode = digString(object, 'volumeBindingMode');
  if (previous !== undefined)
    return [
      ...['parameters', 'provisioner', 'reclaimPolicy']
        .filter((key) => !sameJson(object[key], previous[key]))
        .map((key) => forbidden(key, `updates to ${key} are forbidden.`)),
      ...immutableProblems('volumeBindingMode', mode, previous['volumeBindingMode'], JSON.stringify(mode)),
      ...topologyProblems(digArray(object, 'allowedTopologies')),
    ];
  const provisioner = digString(object, 'provisioner');
  const causes =
    provisioner === ''
      ? [required('provisioner')]
      : invalidFor('provisioner', provisioner, qualifiedNameProblems(provisioner.toLowerCase()));
  causes.push(...parameterProblems(digObject(object, 'parameters')));
  const policy = digString(object, 'reclaimPolicy');
  if (policy !== '' && !['Delete', 'Retain'].includes(policy))
    causes.push(unsupported('reclaimPolicy', policy, ['Delete', 'Retain']));
  if (!bindings.includes(mode)) causes.push(unsupported('volumeBindingMode', mode, bindings));
  return [...causes, ...topologyProblems(digArray(object, 'allowedTopologies'))];
}

/** What is wrong with what a driver is told. */
export function parameterProblems(parameters: JsonObject): Cause[] {
  const entries = Object.entries(parameters);
  if (entries.length > most.parameters) return [tooLong('parameters', most.parameters)];
  const causes = entries
    .filter(([key]) => key === '')
    .map(([key]) => invalidValue('parameters', key, 'field can not be empty.'));
  const bytes = entries.reduce(
    (sum, [key, value]) =>
      sum + Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : ''),
    0,
  );
  return bytes > most.bytes ? [...causes, tooLong('parameters', most.bytes)] : causes;
}

/** @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateTopologySelectorTerm */
function topologyProblems(terms: readonly Json[]): Cause[] {
  const seen: Json[] = [];
  return terms.flatMap((term, at) => {
    const path = `allowedTopologies[${String(at)}]`;
    const keys = new Set<string>();
    const causes = inItems(term, 'matchLabelExpressions', path, (expression, field) => {
      const key = digString(expression, 'key');
      const values = digArray(expression, 'values').map((one) => plainText(one));
      const own = values.flatMap((value, index) =>
        values.indexOf(value) < index ? [duplicate(`${field}.values[${String(index)}]`, value)] : [],
      );
      if (values.length === 0) own.push(required(`${field}.values`));
      own.push(...invalidFor(`${field}.key`, key, qualifiedNameProblems(key)));
      if (keys.has(key)) own.push(duplicate(`${field}.key`, key));
      keys.add(key);
      return own;
    });
    const asMap = Object.fromEntries(
      digArray(term, 'matchLabelExpressions').map((one): [string, Json] => [
        digString(one, 'key'),
        [...new Set(digArray(one, 'values'))].sort(),
      ]),
    );
    if (seen.some((other) => sameJson(other, asMap)))
      causes.push(duplicate(`${path}.matchLabelExpressions`, ''));
    seen.push(asMap);
    return causes;
  });
}
