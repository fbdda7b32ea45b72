import { quote } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import { parseQuantity } from '../../core/quantity.js';

/** Labels of nodes that are not to be used any more, and what to use. @see kubernetes/kubernetes pkg/api/node/util.go */
const deprecatedLabels: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  [
    'failure-domain.beta.kubernetes.io/region',
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  ],
  [
    'failure-domain.beta.kubernetes.io/zone',
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  ],
  [
    'beta.kubernetes.io/instance-type',
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  ],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  [
    'scheduler.alpha.kubernetes.io/preferAvoidPods',
    'deprecated since v1.22; use Taints and Tolerations instead',
  ],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** Why a label of nodes is not to be used; `undefined` when it may. */
export function deprecatedLabel(key: string): string | undefined {
  return deprecatedLabels.get(key);
}

/** Warnings for the keys of `matchExpressions` of something that selects nodes. */
export function nodeExpressionWarnings(term: Json, path: string): string[] {
  return digArray(term, 'matchExpressions').flatMap((expression, at) => {
    const key = digString(expression, 'key');
    const why = deprecatedLabel(key);
    return why === undefined ? [] : [`${path}.matchExpressions[${String(at)}].key: ${key} is ${why}`];
  });
}

/** Warnings for annotations that do nothing, or not for long. */
export function annotationWarnings(
  object: Json | undefined,
  path: string,
  deprecated: readonly (readonly [key: string, why: string])[],
): string[] {
  const annotations = digObject(object, 'metadata', 'annotations');
  return deprecated
    .filter(([key]) => Object.hasOwn(annotations, key))
    .map(([key, why]) => `${path}metadata.annotations[${key}]: ${why}`);
}

/** A warning for an amount of bytes that is none; empty when all is well. */
export function fractionWarning(amounts: Json | undefined, resource: string, path: string): string[] {
  const text = dig(amounts, resource);
  if (typeof text !== 'string') return [];
  const quantity = parseQuantity(text);
  if (quantity === undefined || quantity.milli % 1000n === 0n) return [];
  return [`${path}[${resource}]: fractional byte value ${quote(text)} is invalid, must be an integer`];
}

/** Warnings for sources of volumes that are on their way out or gone. */
export function sourceWarnings(
  holder: Json,
  path: string,
  deprecated: readonly (readonly [source: string, why: string])[],
): string[] {
  return deprecated
    .filter(([source]) => dig(holder, source) !== undefined)
    .map(([source, why]) => `${path}.${source}: ${why}`);
}

/** Warnings for what a claim asks for. @see kubernetes/kubernetes pkg/api/persistentvolumeclaim/util.go */
export function claimWarnings(spec: Json | undefined, path: string): string[] {
  return (['requests', 'limits'] as const).flatMap((side) =>
    fractionWarning(dig(spec, 'resources', side), 'storage', `${path}.resources.${side}`),
  );
}
