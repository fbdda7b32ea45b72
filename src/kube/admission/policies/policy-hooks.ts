import { invalid, quote } from '../../../core/api-error.js';
import { digArray, digString } from '../../../core/json.js';
import type { ResourceHooks } from '../../../registry/contract.js';
import type { Cause } from '../../../registry/object-meta.js';
import { admissionProblem } from '../../custom-resources/cel-rules.js';

/** Lists of a policy with expressions in them. */
const expressions = [
  ['matchConditions', 'expression'],
  ['variables', 'expression'],
  ['validations', 'expression'],
  ['validations', 'messageExpression'],
  ['auditAnnotations', 'valueExpression'],
] as const;

/**
 * Refuses policies whose expressions cannot be read.
 *
 * @see kubernetes/kubernetes pkg/apis/admissionregistration/validation/validation.go
 */
export const policyHooks: ResourceHooks = {
  validate: (policy) => {
    const causes = expressions.flatMap(([list, key]) =>
      digArray(policy, 'spec', list).flatMap((one, at): Cause[] => {
        const text = digString(one, key);
        const why = text === '' ? undefined : admissionProblem(text);
        if (why === undefined) return [];
        const field = `spec.${list}[${String(at)}].${key}`;
        const message = `Invalid value: ${quote(text)}: compilation failed: ${why}`;
        return [{ reason: 'FieldValueInvalid', message, field }];
      }),
    );
    if (causes.length === 0) return;
    const kind = { group: 'admissionregistration.k8s.io', kind: 'ValidatingAdmissionPolicy' };
    throw invalid(kind, policy.metadata.name, causes);
  },
};
