import { ApiError } from '../../../core/api-error.js';
import { goQuote } from '../../../core/go-format.js';

/**
 * A refusal of Blue Ocean, which KubeSphere passes on as text.
 *
 * @see jenkinsci/blueocean-plugin blueocean-commons ServiceException.java
 */
export function blueError(code: number, message: string): ApiError {
  const body = `{\n  "message" : ${goQuote(message)},\n  "code" : ${String(code)},\n  "errors" : [ ]\n}`;
  return new ApiError(code, code === 404 ? 'NotFound' : 'BadRequest', body, { dialect: 'router' });
}

/** 404 for a run nobody started. */
export function noRun(id: string, pipeline: string): ApiError {
  return blueError(404, `Run ${id} not found in organization jenkins and pipeline ${pipeline}`);
}
