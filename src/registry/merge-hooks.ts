import type { ResourceHooks } from './contract.js';

/** Hooks that run one after the other: Kubernetes' own, then those of an admission webhook, say. */
export function mergeHooks(...all: readonly (ResourceHooks | undefined)[]): ResourceHooks | undefined {
  const hooks = all.filter((one) => one !== undefined);
  if (hooks.length < 2) return hooks[0];
  return {
    prepare: (object, previous, context) =>
      hooks.reduce((current, { prepare }) => prepare?.(current, previous, context) ?? current, object),
    validate: (object, previous, context) => {
      for (const { validate } of hooks) validate?.(object, previous, context);
    },
    validateDelete: (object, context) => {
      for (const { validateDelete } of hooks) validateDelete?.(object, context);
    },
    beginDelete: (object, context) =>
      hooks.reduce((current, { beginDelete }) => beginDelete?.(current, context) ?? current, object),
  };
}
