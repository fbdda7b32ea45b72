import { ApiError } from '../../core/api-error.js';
import type { DefinedVersion, ResourceHooks } from '../../registry/contract.js';

/**
 * What is special about writing a custom resource.
 *
 * @param ending True while the definition is being deleted: nothing new is taken then.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/customresource_handler.go
 */
export function customHooks(
  group: string,
  plural: string,
  _defined: DefinedVersion,
  ending: boolean,
): ResourceHooks {
  return {
    prepare: (object, previous) => {
      if (ending && previous === undefined) throw endingKind(group, plural);
      return object;
    },
  };
}

function endingKind(group: string, plural: string): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'create not allowed while custom resource definition is terminating',
    { details: { group, kind: plural } },
  );
}
