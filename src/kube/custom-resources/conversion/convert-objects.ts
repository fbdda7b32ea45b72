import { ApiError } from '../../../core/api-error.js';
import { digString, type Json, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { WebhookConversion } from '../../../registry/contract.js';
import { untyped } from '../../../registry/typed-json.js';
import type { ClusterState, World } from '../../../state/world.js';
import { callWebhook } from '../../admission/webhooks/call-webhook.js';
import { prune } from '../schema-pruning.js';
import { acceptConverted } from './accept-converted.js';
import { conversionReview, convertedObjects } from './conversion-review.js';

/** How long a webhook may take, in seconds. */
const seconds = 30;

/**
 * Objects of a kind as they are at another version, as far as its schema knows them. Those that are at it already are left
 * alone, all others go to the webhook in one review.
 *
 * Differs from Kubernetes: there a list is reviewed object by object.
 *
 * @throws ApiError 500 when the webhook cannot be asked, or says something else than it has to
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go Convert
 */
export async function convertObjects(
  place: { readonly world: World; readonly cluster: ClusterState },
  { clientConfig, reviewVersions, schemas }: WebhookConversion,
  objects: readonly KubeObject[],
  apiVersion: string,
): Promise<readonly KubeObject[]> {
  const asked = objects.filter((object) => object.apiVersion !== apiVersion);
  const [first] = asked;
  if (first === undefined) return objects;
  const kind = shownKind(first);
  let found: readonly Json[];
  try {
    const sent = asked.map((object) => untyped(object));
    const review = conversionReview(sent, apiVersion, place.world.random.aside().uuid(), reviewVersions);
    found = convertedObjects(await callWebhook(place, clientConfig, review, seconds), review);
  } catch (error) {
    throw failed(`conversion webhook for ${kind} failed: ${messageOf(error)}`);
  }
  if (found.length !== asked.length)
    throw failed(
      `conversion webhook for ${kind} returned ${String(found.length)} objects, expected ${String(asked.length)}`,
    );
  const schema = schemas[apiVersion.slice(apiVersion.indexOf('/') + 1)] ?? {};
  const converted = new Map<KubeObject, KubeObject>();
  for (const [at, object] of asked.entries()) {
    try {
      const accepted = acceptConverted(object, found[at] ?? null, apiVersion, shownKind(object));
      converted.set(object, prune(accepted, schema).value as KubeObject);
    } catch (error) {
      throw failed(messageOf(error));
    }
  }
  return objects.map((object) => converted.get(object) ?? object);
}

/** `group/version, Kind=kind`, as Go prints what kind an object is. */
function shownKind(object: JsonObject): string {
  return `${digString(object, 'apiVersion')}, Kind=${digString(object, 'kind')}`;
}

/** An error of a kind nobody has named. */
function failed(message: string): ApiError {
  return new ApiError(500, '', message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
