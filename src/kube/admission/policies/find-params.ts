import { goQuote } from '../../../core/go-format.js';
import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { selects } from '../../../core/object-selector.js';
import type { Attributes } from '../attributes.js';

/** A policy or binding that cannot be applied as it is. */
export class ConfigurationError extends Error {
  /** Whether it is the policy that is wrong, whatever binds it. */
  readonly ofPolicy: boolean;

  constructor(message: string, ofPolicy = false) {
    super(message);
    this.ofPolicy = ofPolicy;
  }
}

/**
 * The parameters a binding gives its policy, each of which is tried; one that is `null` where there are to be none.
 *
 * @throws ConfigurationError
 * @see kubernetes/apiserver pkg/admission/plugin/policy/generic/policy_dispatcher.go CollectParams
 */
export function findParams(
  policy: JsonObject,
  binding: JsonObject,
  { context, namespace }: Attributes,
): Json[] {
  const kind = policy['paramKind'];
  if (!isJsonObject(kind)) return [null];
  const [apiVersion, name] = [digString(kind, 'apiVersion'), digString(kind, 'kind')];
  const resource = context.catalog.byKind(apiVersion, name);
  if (resource === undefined) {
    const why = `failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`;
    throw new ConfigurationError(why, true);
  }
  const ref = binding['paramRef'];
  if (!isJsonObject(ref)) return [null];
  const within = digString(ref, 'namespace');
  if (!resource.namespaced && within !== '')
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const place = resource.namespaced ? within || namespace : '';
  if (resource.namespaced && place === '')
    throw new ConfigurationError(
      'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    );
  const { store } = context.cluster;
  const wanted = digString(ref, 'name');
  const found =
    wanted === ''
      ? store
          .list(resource, place)
          .map(({ object }) => object)
          .filter(({ metadata }) => selects(digObject(ref, 'selector'), metadata.labels))
      : [store.find(resource, place, wanted)?.object].filter((one) => one !== undefined);
  if (found.length === 0 && digString(ref, 'parameterNotFoundAction') === 'Deny')
    throw new ConfigurationError(
      `no params found for policy binding with ${goQuote('Deny').replaceAll('"', '`')} parameterNotFoundAction`,
    );
  return found.map((object) => ({ ...object, apiVersion, kind: name }));
}
