import { ApiError, badRequest } from '../../core/api-error.js';
import type { Reply } from '../../registry/contract.js';

/** Runs a handler of this group: whatever is neither missing nor in conflict is a bad request. */
export function refusedAsBad(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 404 || error.reason === 'Conflict') throw error;
    throw badRequest(error.message);
  }
}
