import { digArray, digString, type JsonObject } from '../../core/json.js';

/** States that are remembered. */
const keptStates = 10;

/** A condition that a state brings with it. */
export interface InstallationCondition {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * An installation in its next state.
 *
 * @param now RFC 3339.
 * @param facts What else becomes known with it.
 */
export function inState(
  installation: JsonObject,
  state: string,
  now: string,
  facts: JsonObject = {},
  condition?: InstallationCondition,
): JsonObject {
  const moved = { lastTransitionTime: now, state };
  const stateHistory = [...digArray(installation, 'stateHistory'), moved].slice(-keptStates);
  const next = { ...installation, ...facts, state, stateHistory };
  return condition === undefined ? next : withCondition(next, now, condition);
}

/** An installation with a condition, in place of the one of that type; the newest is the first. */
export function withCondition(
  installation: JsonObject,
  now: string,
  { type, reason, message }: InstallationCondition,
): JsonObject {
  const others = digArray(installation, 'conditions').filter((one) => digString(one, 'type') !== type);
  const condition = { type, status: 'True', lastTransitionTime: now, reason, message };
  return { ...installation, conditions: [condition, ...others] };
}
