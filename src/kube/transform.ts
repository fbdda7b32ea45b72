import { badRequest, quote } from '../core/api-error.js';
import type { IncludeObject } from './table/table.js';

/** What objects are turned into before they are written, when the Accept header asks for it. */
export interface Transform {
  readonly as: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly version: 'v1' | 'v1beta1';
}

const kinds: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/**
 * The transformation the parameters of an accepted media type ask for; `undefined` when they ask for none, or for one
 * nobody knows.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/rest.go AllowsMediaTypeTransform
 */
export function transformOf(parameters: ReadonlyMap<string, string>): Transform | undefined {
  const as = parameters.get('as') ?? '';
  const version = parameters.get('v') ?? 'v1';
  if (!kinds.has(as) || (parameters.get('g') ?? 'meta.k8s.io') !== 'meta.k8s.io') return undefined;
  if (version !== 'v1' && version !== 'v1beta1') return undefined;
  return { as: as as Transform['as'], version };
}

/**
 * What a table is to carry beside its cells, from the `includeObject` parameter; `Metadata` when nothing is said.
 *
 * @throws ApiError 400
 * @see kubernetes/apiserver pkg/endpoints/handlers/response.go optionsForTransform
 */
export function readIncludeObject(given: string | null): IncludeObject {
  if (given === null || given === '') return 'Metadata';
  if (given === 'None' || given === 'Object' || given === 'Metadata') return given;
  const why = "must be 'Metadata', 'Object', 'None', or empty";
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${quote(given)}: ${why}`,
  );
}
