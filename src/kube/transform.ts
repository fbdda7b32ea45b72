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
