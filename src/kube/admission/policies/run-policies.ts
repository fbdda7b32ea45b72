import { ApiError, notImplemented, qualified, quote } from '../../../core/api-error.js';
import {
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../core/json.js';
import { admissionProgram, type CelValue } from '../../custom-resources/cel-environment.js';
import { firstLine } from '../../custom-resources/cel-rules.js';
import { admissionRequest } from '../admission-request.js';
import { isGuard, type Attributes } from '../attributes.js';
import { admissionScope, celOf, conditionsHold } from '../match-conditions.js';
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

/** What a policy has against a write, with one of its parameters. */
function denials(spec: JsonObject, params: Json, attributes: Attributes, version: string): Denial[] {
  const fails = digString(spec, 'failurePolicy') !== 'Ignore';
  const request = admissionRequest(attributes, version, '');
  const given: Record<string, CelValue> = {
    params: celOf(params),
    namespaceObject: celOf(namespaceOf(attributes)),
  };
  const conditions = digArray(spec, 'matchConditions').filter(isJsonObject);
  const { holds, problem } = conditionsHold(conditions, request, given);
  if (problem !== undefined) return fails ? [{ message: problem, reason: '' }] : [];
  if (!holds) return [];
  const scope: Record<string, CelValue> = { ...admissionScope(request), ...given };
  scope['variables'] = variablesOf(digArray(spec, 'variables').filter(isJsonObject), scope);
  return digArray(spec, 'validations')
    .filter(isJsonObject)
    .flatMap((validation) => {
      const { result, failure } = evaluate(digString(validation, 'expression'), scope);
      if (failure !== undefined) return fails ? [{ message: failure, reason: '' }] : [];
      if (result === true) return [];
      return [{ message: messageOf(validation, scope), reason: digString(validation, 'reason') }];
    });
}

/** Variables, each evaluated when an expression first asks for it. */
function variablesOf(variables: readonly JsonObject[], scope: Record<string, CelValue>): CelValue {
  const made: Record<string, CelValue> = {};
  const inner = { ...scope, variables: made };
  for (const variable of variables) {
    let value: { readonly of: CelValue } | undefined;
    Object.defineProperty(made, digString(variable, 'name'), {
      enumerable: true,
      get: () => {
        value ??= { of: admissionProgram(digString(variable, 'expression')).run(inner) as CelValue };
        return value.of;
      },
    });
  }
  return made;
}

function evaluate(
  expression: string,
  scope: Record<string, CelValue>,
): { readonly result?: unknown; readonly failure?: string } {
  try {
    return { result: admissionProgram(expression).run(scope) };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    return { failure: `expression '${expression}' resulted in error: ${firstLine(error)}` };
  }
}

function messageOf(validation: JsonObject, scope: Record<string, CelValue>): string {
  const expression = digString(validation, 'messageExpression');
  const { result } = expression === '' ? {} : evaluate(expression, scope);
  const made = typeof result === 'string' ? result.trim() : '';
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
