import { goQuote } from '../../../core/go-format.js';
import { dig, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';

const group = 'apiextensions.k8s.io';

/**
 * A review as it is sent, in the first version the webhook reads of those there are.
 *
 * @throws Error when it reads none
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go createConversionReviewObjects
 */
export function conversionReview(
  objects: readonly JsonObject[],
  desiredAPIVersion: string,
  uid: string,
  versions: readonly string[],
): JsonObject {
  const version = versions.find((one) => one === 'v1' || one === 'v1beta1');
  if (version === undefined) throw new Error('no supported conversion review versions');
  return {
    kind: 'ConversionReview',
    apiVersion: `${group}/${version}`,
    request: { uid, desiredAPIVersion, objects: [...objects] },
  };
}

/**
 * The objects an answered review brings.
 *
 * @throws Error when it brings none
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go getConvertedObjectsFromResponse
 */
export function convertedObjects(answer: Json, review: JsonObject): readonly Json[] {
  const sent = digString(review, 'apiVersion');
  const isFirst = sent === `${group}/v1`;
  const given = { apiVersion: digString(answer, 'apiVersion'), kind: digString(answer, 'kind') };
  if (isFirst && (given.apiVersion !== sent || given.kind !== 'ConversionReview'))
    throw new Error(
      `expected webhook response of ${sent}, Kind=ConversionReview, got ${given.apiVersion || '/'}, Kind=${given.kind}`,
    );
  const response = dig(answer, 'response');
  if (!isJsonObject(response)) throw new Error('no response provided');
  const [uid, said] = [digString(review, 'request', 'uid'), digString(response, 'uid')];
  if (isFirst && said !== uid) throw new Error(`expected response.uid=${goQuote(uid)}, got ${goQuote(said)}`);
  const status = digString(response, 'result', 'status');
  if (status !== 'Success') {
    const message = digString(response, 'result', 'message');
    throw new Error(message || `response.result.status was '${status}', not 'Success'`);
  }
  const { convertedObjects: found } = response;
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}
