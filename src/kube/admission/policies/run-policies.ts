import { ApiError, notImplemented, qualified, quote } from '../../../core/api-error.js';
import {
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../core/json.js';
import { LazyMap, valueOfJson } from '../../cel/values/collections.js';
import { CelError, type CelMap, type CelValue } from '../../cel/values/value.js';
import { admissionRequest } from '../admission-request.js';
import { isGuard, type Attributes } from '../attributes.js';
import {
  admissionScope,
  askAdmission,
  conditionsHold,
  type AdmissionScope,
  type Budget,
} from '../match-conditions.js';
import { matchedVersion, selectorsMatch } from '../match-rules.js';
import { ConfigurationError, findParams } from './find-params.js';
import { findPolicies } from './find-policies.js';

/** Bytes of a message an expression makes up; longer ones are dropped. */
const longestMessage = 5 * 1024;

/** What a policy has against a write. */
interface Denial {
  readonly message: string;
  readonly reason: string;
}

/**
 * Has every policy that something binds look at a write.
 *
 * @param warn Told what bindings with the action `Warn` have against it.
 * @throws ApiError when one denies it; 501 for an expression that cannot be evaluated here
 * @see kubernetes/apiserver pkg/admission/plugin/policy/validating/dispatcher.go
 */
export function judgeByPolicies(attributes: Attributes, warn: (text: string) => void): void {
  if (isGuard(attributes.resource, 'policies')) return;
  const denied: string[] = [];
  let reason = '';
  const deny = (policy: string, binding: string | undefined, denial: Denial): void => {
    if (denied.length === 0) ({ reason } = denial);
    const by = binding === undefined ? '' : ` with binding '${binding}'`;
    denied.push(`ValidatingAdmissionPolicy '${policy}'${by} denied request: ${denial.message}`);
  };
  for (const { policy, bindings } of findPolicies(attributes.context.cluster.store, 'validating')) {
    const spec = digObject(policy, 'spec');
    const version = matches(digObject(spec, 'matchConstraints'), attributes);
    if (version === undefined) continue;
    const { name } = policy.metadata;
    for (const binding of bindings) {
      const bound = digObject(binding, 'spec');
      if (
        isJsonObject(bound['matchResources']) &&
        matches(bound['matchResources'], attributes, true) === undefined
      )
        continue;
      try {
        const actions = digArray(bound, 'validationActions');
        for (const params of findParams(spec, bound, attributes))
          for (const denial of denials(spec, params, attributes, version)) {
            if (actions.includes('Deny')) deny(name, binding.metadata.name, denial);
            if (actions.includes('Warn'))
              warn(
                `Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${binding.metadata.name}': ${denial.message}`,
              );
          }
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        if (digString(spec, 'failurePolicy') === 'Ignore') continue;
        const what = error.ofPolicy ? 'policy' : 'binding';
        const message = `failed to configure ${what}: ${error.message}`;
        deny(name, error.ofPolicy ? undefined : binding.metadata.name, { message, reason: '' });
      }
    }
  }
  const [first] = denied;
  if (first !== undefined) throw refusal(attributes, first, reason === '' ? 'Invalid' : reason);
}

/**
 * Refuses what a MutatingAdmissionPolicy would change.
 *
 * @throws ApiError 501
 */
export function refuseMutation(attributes: Attributes): void {
  if (isGuard(attributes.resource, 'policies')) return;
  const found = findPolicies(attributes.context.cluster.store, 'mutating').find(
    ({ policy }) => matches(digObject(policy, 'spec', 'matchConstraints'), attributes) !== undefined,
  );
  // Differs from Kubernetes: expressions that make objects are not evaluated, and a write is not done as though there were none.
  if (found !== undefined)
    throw notImplemented(
      `MutatingAdmissionPolicies (${quote(found.policy.metadata.name)} asks for this write)`,
    );
}

/** The version at which a policy or binding asks for a write. @param all Whether no rules stand for any */
function matches(constraints: JsonObject, attributes: Attributes, all = false): string | undefined {
  const equivalent = digString(constraints, 'matchPolicy') !== 'Exact';
  if (!selectorsMatch(constraints, attributes)) return undefined;
  if (matchedVersion(digArray(constraints, 'excludeResourceRules'), attributes, equivalent) !== undefined)
    return undefined;
  const rules = digArray(constraints, 'resourceRules');
  if (all && rules.length === 0) return attributes.version;
  return matchedVersion(rules, attributes, equivalent);
}

/** What the expressions of a policy may cost for one write. */
const policyBudget = 10_000_000;

/** What a policy has against a write, with one of its parameters. */
function denials(spec: JsonObject, params: Json, attributes: Attributes, version: string): Denial[] {
  const fails = digString(spec, 'failurePolicy') !== 'Ignore';
  const request = admissionRequest(attributes, version, '');
  const given: AdmissionScope = {
    params: valueOfJson(params),
    namespaceObject: valueOfJson(namespaceOf(attributes)),
  };
  const conditions = digArray(spec, 'matchConditions').filter(isJsonObject);
  const { holds, problem } = conditionsHold(conditions, request, given);
  if (problem !== undefined) return fails ? [{ message: problem, reason: '' }] : [];
  if (!holds) return [];
  const budget: Budget = { left: policyBudget };
  const base: AdmissionScope = { ...admissionScope(request), ...given };
  const variables = variablesOf(digArray(spec, 'variables').filter(isJsonObject), base, budget);
  const scope: AdmissionScope = { ...base, variables };
  const found: Denial[] = [];
  for (const validation of digArray(spec, 'validations').filter(isJsonObject)) {
    const outcome = askAdmission(digString(validation, 'expression'), scope, budget);
    if ('failure' in outcome) {
      if (fails) found.push({ message: outcome.failure, reason: '' });
      if (budget.left < 0) return found;
    } else if (outcome.value !== true)
      found.push({ message: messageOf(validation, scope, budget), reason: digString(validation, 'reason') });
  }
  return found;
}

/** Variables, each evaluated when an expression first asks for it. */
function variablesOf(variables: readonly JsonObject[], base: AdmissionScope, budget: Budget): CelMap {
  const known = new Map<string, CelValue>();
  const texts = new Map(variables.map((one) => [digString(one, 'name'), digString(one, 'expression')]));
  const all: CelMap = new LazyMap([...texts.keys()], (name) => {
    let value = known.get(name);
    if (value !== undefined) return value;
    const outcome = askAdmission(texts.get(name) ?? '', { ...base, variables: all }, budget);
    if ('failure' in outcome)
      throw new CelError(`composited variable ${quote(name)} fails to evaluate: ${bare(outcome.failure)}`);
    value = outcome.value;
    known.set(name, value);
    return value;
  });
  return all;
}

/** What went wrong, without the expression it went wrong in. */
function bare(failure: string): string {
  return failure.replace(/^expression '.*' resulted in error: /s, '');
}

function messageOf(validation: JsonObject, scope: AdmissionScope, budget: Budget): string {
  const expression = digString(validation, 'messageExpression');
  const outcome = expression === '' ? undefined : askAdmission(expression, scope, budget);
  const value = outcome !== undefined && 'value' in outcome ? outcome.value : '';
  const made = typeof value === 'string' ? value.trim() : '';
  if (made !== '' && !made.includes('\n') && Buffer.byteLength(made) <= longestMessage) return made;
  const text = digString(validation, 'message').trim();
  return text === '' ? `failed expression: ${digString(validation, 'expression').trim()}` : text;
}

function namespaceOf({ context, namespace, resource }: Attributes): Json {
  if (namespace === '' || (resource.group === '' && resource.plural === 'namespaces')) return null;
  const found = context.cluster.store.find({ group: '', plural: 'namespaces' }, undefined, namespace);
  return found === undefined ? null : { ...found.object, apiVersion: 'v1', kind: 'Namespace' };
}

const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  Invalid: 422,
  RequestEntityTooLarge: 413,
};

function refusal({ resource, name }: Attributes, message: string, reason: string): ApiError {
  const text = `${qualified(resource)} ${quote(name)} is forbidden: ${message}`;
  return new ApiError(codes[reason] ?? 422, reason, text, {
    details: {
      ...(name !== '' && { name }),
      ...(resource.group !== '' && { group: resource.group }),
      kind: resource.plural,
      causes: [{ message }],
    },
  });
}
