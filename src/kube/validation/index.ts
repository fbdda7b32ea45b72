import type { ResourceHooks } from '../../registry/contract.js';

/** Refuses what kube-apiserver refuses of a kind, as `plural.group`; `undefined` when nothing is checked. */
export function validationHooks(_kind: string): ResourceHooks | undefined {
  return undefined;
}
