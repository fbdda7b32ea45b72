import type { ApiGroup } from '../registry/contract.js';

/** Every group-version with endpoints of its own: one line each. */
export const groups: readonly ApiGroup[] = [];
