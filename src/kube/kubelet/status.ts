import type { JsonObject } from '../../core/json.js';

/** How a process ended, as the error channel tells it: nothing to say of exit code 0. */
export function exitStatus(code: number, command: readonly string[]): JsonObject {
  if (code === 0) return { metadata: {}, status: 'Success' };
  const cause = `error executing command [${command.join(' ')}], exit code ${String(code)}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${cause}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** A process that could not be started. */
export function startFailure(why: string): JsonObject {
  const message = `error executing command in container: ${why}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
