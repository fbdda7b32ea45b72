import { isDeepStrictEqual } from 'node:util';
import { goQuote } from '../../../core/go-format.js';
import { dig, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import type { WebhookKind } from './find-webhooks.js';

/** What a webhook said, once that makes sense. */
export interface Verdict {
  readonly allowed: boolean;
  /** Its `status`, a `Status`; absent: none. */
  readonly result: JsonObject | undefined;
  readonly warnings: readonly string[];
  /** Text of a JSON patch; empty: none. */
  readonly patch: string;
  readonly patchType: string;
}

const group = 'admission.k8s.io';

/** A review as it is sent, in the first version the webhook reads of those there are. @throws Error when it reads none */
export function reviewOf(request: JsonObject, versions: readonly Json[]): JsonObject {
  const version = versions.find((one) => one === 'v1' || one === 'v1beta1');
  if (typeof version !== 'string')
    throw new Error(
      'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
    );
  return { kind: 'AdmissionReview', apiVersion: `${group}/${version}`, request };
}

/**
 * What an answered review says.
 *
 * @throws Error when it is none, or does not fit what was asked
 * @see kubernetes/apiserver pkg/admission/plugin/webhook/request/admissionreview.go VerifyAdmissionResponse
 */
export function readReview(answer: Json, review: JsonObject, kind: WebhookKind): Verdict {
  const sent = digString(review, 'apiVersion');
  const response = dig(answer, 'response');
  if (!isJsonObject(response)) throw new Error('webhook response was absent');
  const isFirst = sent === `${group}/v1`;
  const uid = digString(review, 'request', 'uid');
  const said = digString(response, 'uid');
  if (isFirst) {
    if (said !== uid) throw new Error(`expected response.uid=${goQuote(uid)}, got ${goQuote(said)}`);
    const given = { apiVersion: digString(answer, 'apiVersion'), kind: digString(answer, 'kind') };
    if (!isDeepStrictEqual(given, { apiVersion: sent, kind: 'AdmissionReview' }))
      throw new Error(
        `expected webhook response of ${sent}, Kind=AdmissionReview, got ${given.apiVersion || '/'}, Kind=${given.kind}`,
      );
  }
  const patch = Buffer.from(digString(response, 'patch'), 'base64').toString('utf8');
  const patchType = typeof response['patchType'] === 'string' ? response['patchType'] : undefined;
  if (isFirst) checkPatch(patch, patchType, kind);
  const { status, warnings, allowed } = response;
  return {
    allowed: allowed === true,
    result: isJsonObject(status) ? status : undefined,
    warnings: Array.isArray(warnings) ? (warnings as readonly Json[]).map(String) : [],
    patch: kind === 'mutating' ? patch : '',
    patchType: isFirst ? (patchType ?? '') : 'JSONPatch',
  };
}

function checkPatch(patch: string, patchType: string | undefined, kind: WebhookKind): void {
  if (kind === 'validating') {
    if (patch !== '') throw new Error('validating webhook may not return response.patch');
    if (patchType !== undefined) throw new Error('validating webhook may not return response.patchType');
    return;
  }
  if (patch !== '' && patchType === undefined)
    throw new Error('webhook returned response.patch but not response.patchType');
  if (patch === '' && patchType !== undefined)
    throw new Error('webhook returned response.patchType but not response.patch');
  if (patchType === '') throw new Error('webhook returned invalid response.patchType of ""');
}

/** The message of a refusal. @see kubernetes/apiserver pkg/admission/plugin/webhook/errors/statuserror.go */
export function refusalText(name: string, result: JsonObject | undefined): string {
  const start = `admission webhook ${goQuote(name)} denied the request`;
  const why = digString(result, 'message') || digString(result, 'reason');
  return why === '' ? `${start} without explanation` : `${start}: ${why}`;
}

/** The code of a refusal: that of the webhook, when it is one. */
export function refusalCode(result: JsonObject | undefined): number {
  const code = digObject(result)['code'];
  return typeof code === 'number' && Number.isInteger(code) && code >= 400 && code <= 599 ? code : 400;
}
