import { isDeepStrictEqual } from 'node:util';
import { dig, digArray, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import { immutableProblems, inItems, invalidFor, type Cause } from './causes.js';
import { labelProblems } from './labels.js';
import { requirementProblems } from './requirements.js';
import { tolerationProblems } from './scheduling.js';

/** What is wrong with a RuntimeClass. @see kubernetes/kubernetes pkg/apis/node/validation/validation.go */
export function runtimeClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const handler = digString(object, 'handler');
  const { overhead, scheduling } = object;
  const causes: Cause[] =
    previous === undefined
      ? []
      : immutableProblems('handler', handler, previous['handler'], JSON.stringify(handler));
  causes.push(...invalidFor('handler', handler, nameProblems(handler, 'label')));
  if (overhead !== undefined)
    causes.push(...requirementProblems({ limits: dig(overhead, 'podFixed') ?? {} }, 'overhead'));
  causes.push(...labelProblems(dig(scheduling, 'nodeSelector'), 'scheduling.nodeSelector'));
  const tolerations = digArray(scheduling, 'tolerations');
  causes.push(...inItems(scheduling, 'tolerations', 'scheduling.tolerations', tolerationProblems));
  for (const [at, one] of tolerations.entries())
    if (tolerations.slice(0, at).some((other) => isDeepStrictEqual(other, one))) {
      const field = `scheduling.tolerations[${String(at)}]`;
      causes.push({ reason: 'FieldValueDuplicate', message: `Duplicate value: ${goToleration(one)}`, field });
    }
  return causes;
}

/** A toleration the way Go prints it. */
function goToleration(toleration: Json): string {
  const text = (key: string): string => JSON.stringify(digString(toleration, key));
  const seconds = dig(toleration, 'tolerationSeconds');
  const shown = typeof seconds === 'number' ? `(${String(seconds)})` : '(nil)';
  return `core.Toleration{Key:${text('key')}, Operator:${text('operator')}, Value:${text('value')}, Effect:${text('effect')}, TolerationSeconds:(*int64)${shown}}`;
}
