import { digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import { duplicate, invalidFor, required, unsupported, type Cause } from './causes.js';

const path = 'status.conditions';
const states = ['False', 'True', 'Unknown'];

/** What is wrong with conditions of the form all newer kinds have. @see kubernetes/apimachinery pkg/apis/meta/v1/validation */
export function conditionProblems(object: KubeObject): Cause[] {
  return judged(object, (condition, field) => {
    const [type, status] = [digString(condition, 'type'), digString(condition, 'status')];
    const causes = invalidFor(`${field}.type`, type, qualifiedNameProblems(type));
    if (!states.includes(status)) causes.push(unsupported(`${field}.status`, status, states));
    if (digString(condition, 'lastTransitionTime') === '')
      causes.push(required(`${field}.lastTransitionTime`, 'must be set'));
    if (digString(condition, 'reason') === '') causes.push(required(`${field}.reason`, 'must be set'));
    return causes;
  });
}

/** What is wrong with conditions of flow schemas and priority levels. */
export function flowConditionProblems(object: KubeObject): Cause[] {
  return judged(object, (condition, field) =>
    digString(condition, 'type') === '' ? [required(`${field}.type`, 'must not be empty')] : [],
  );
}

/** What is wrong with conditions of a pod. @see kubernetes/kubernetes pkg/apis/core/validation validatePodConditions */
export function podConditionProblems(object: KubeObject): Cause[] {
  return digArray(digObject(object, 'status'), 'conditions').flatMap((condition, at) => {
    const type = digString(condition, 'type');
    return invalidFor(`metadata.conditions[${String(at)}].Type`, type, qualifiedNameProblems(type));
  });
}

function judged(object: KubeObject, problems: (condition: Json, field: string) => Cause[]): Cause[] {
  const seen = new Set<string>();
  return digArray(digObject(object, 'status'), 'conditions').flatMap((condition, at) => {
    const field = `${path}[${String(at)}]`;
    const type = digString(condition, 'type');
    const causes = seen.has(type) ? [duplicate(`${field}.type`, type)] : [];
    seen.add(type);
    return [...causes, ...problems(condition, field)];
  });
}
