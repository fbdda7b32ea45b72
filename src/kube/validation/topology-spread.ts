import { dig, digArray, digString, type Json } from '../../core/json.js';
import { duplicate, invalidShown, required, unsupported, type Cause } from './causes.js';
import { spreadKeyProblems } from './label-keys.js';
import { selectorProblems } from './labels.js';

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const policies = ['Honor', 'Ignore'];

/**
 * What is wrong with how pods are to be spread.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateTopologySpreadConstraints
 */
export function spreadProblems(spec: Json, path: string): Cause[] {
  const all = digArray(spec, 'topologySpreadConstraints');
  return all.flatMap((constraint, at) => {
    const field = `${path}.topologySpreadConstraints[${String(at)}]`;
    const causes = positiveProblems(`${field}.maxSkew`, dig(constraint, 'maxSkew') ?? 0);
    if (digString(constraint, 'topologyKey') === '')
      causes.push(required(`${field}.topologyKey`, 'can not be empty'));
    const action = digString(constraint, 'whenUnsatisfiable');
    if (!actions.includes(action)) causes.push(unsupported(`${field}.whenUnsatisfiable`, action, actions));
    if (all.slice(at + 1).some((other) => pairOf(other) === pairOf(constraint)))
      causes.push(duplicate(`${field}.{topologyKey, whenUnsatisfiable}`, pairOf(constraint)));
    return [
      ...causes,
      ...domainProblems(`${field}.minDomains`, dig(constraint, 'minDomains'), action),
      ...['nodeAffinityPolicy', 'nodeTaintsPolicy'].flatMap((key) => {
        const policy = dig(constraint, key);
        return typeof policy !== 'string' || policies.includes(policy)
          ? []
          : [unsupported(`${field}.${key}`, policy, policies)];
      }),
      ...spreadKeyProblems(constraint, field),
      ...selectorProblems(dig(constraint, 'labelSelector'), `${field}.labelSelector`),
    ];
  });
}

function pairOf(constraint: Json): string {
  return `{${digString(constraint, 'topologyKey')}, ${digString(constraint, 'whenUnsatisfiable')}}`;
}

function positiveProblems(field: string, value: Json): Cause[] {
  return typeof value === 'number' && value <= 0
    ? [invalidShown(field, String(value), 'must be greater than zero')]
    : [];
}

function domainProblems(field: string, count: Json | undefined, action: string): Cause[] {
  if (typeof count !== 'number') return [];
  const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
  return [
    ...positiveProblems(field, count),
    ...(action === 'DoNotSchedule' ? [] : [invalidShown(field, String(count), why)]),
  ];
}
