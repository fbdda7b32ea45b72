import { goJsonType, parseGoJson } from '../../../core/go-json.js';
import { goQuote } from '../../../core/go-format.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { typeMismatches } from '../../../registry/check-go-types.js';

/** What a server of webhooks sent back. */
export interface WebhookAnswer {
  readonly status: number;
  /** Content-Type; empty when there is none. */
  readonly type: string;
  readonly body: Buffer;
}

/** Bytes of an answer shown in an error. */
const shownBytes = 2048;
/** Where Kubernetes keeps the kinds of reviews, as its errors name it. */
const scheme = 'pkg/util/webhook/client.go:71';
const typeMeta =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/**
 * The review in an answer.
 *
 * @param review As it was sent: what comes back has to be of its kind and version.
 * @throws Error in the words of client-go: another status than 200 to 206, nothing, no JSON or YAML, another kind, members
 * of other types than a review has
 * @see kubernetes/client-go rest/request.go Into, transformResponse
 */
export async function readAnswer(answer: WebhookAnswer, review: JsonObject): Promise<JsonObject> {
  const { status, type, body } = answer;
  if (status < 200 || status > 206) throw new Error(await refusalText(answer));
  if (body.length === 0)
    throw new Error(
      `0-length response with status code: ${String(status)} and content type: ${type || 'application/json'}`,
    );
  const value = await decoded(body.toString('utf8'));
  checkKind(value, review);
  const [wrong] = typeMismatches(value, `body/v1.${digString(review, 'kind')}`, 1);
  if (wrong !== undefined) throw new Error(wrong.message);
  return value;
}

/** An object in JSON, or in YAML where it does not begin as one in JSON does. @throws Error */
async function decoded(text: string): Promise<JsonObject> {
  let json = text;
  if (!/^\s*\{/.test(text)) {
    const { parseYamlBody } = await import('../../yaml/read-yaml.js');
    ({ json } = parseYamlBody(text));
  }
  const start = `couldn't get version/kind; json parse error: `;
  let value: Json;
  try {
    value = parseGoJson(json, 'unmarshal');
  } catch (error) {
    throw new Error(start + (error instanceof Error ? error.message : String(error)), { cause: error });
  }
  if (value !== null && !isJsonObject(value))
    throw new Error(`${start}json: cannot unmarshal ${goJsonType(value)} into Go value of type ${typeMeta}`);
  return value ?? {};
}

/** Refuses what is of another kind or version than was asked for; what names none is taken for it. */
function checkKind(value: JsonObject, review: JsonObject): void {
  const [wantedVersion, wantedKind] = typeOf(review);
  const [apiVersion, kind] = typeOf(value, review);
  if (apiVersion === wantedVersion && kind === wantedKind) return;
  const [group = ''] = wantedVersion.split('/');
  const isReview = kind === wantedKind && ['v1', 'v1beta1'].includes(apiVersion.slice(group.length + 1));
  if ((isReview && apiVersion.startsWith(`${group}/`)) || (apiVersion === 'v1' && kind === 'Status')) {
    const name = (version: string, what: string): string => `(${version.split('/').at(-1) ?? ''}.${what})`;
    throw new Error(
      `converting ${name(apiVersion, kind)} to ${name(wantedVersion, wantedKind)}: unknown conversion`,
    );
  }
  throw new Error(
    `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme ${goQuote(scheme)}`,
  );
}

function typeOf(value: JsonObject, otherwise: JsonObject = {}): readonly [apiVersion: string, kind: string] {
  const of = (key: string): string => digString(value, key) || digString(otherwise, key);
  return [of('apiVersion'), of('kind')];
}

/** What a status says is wrong; a `Status` in the answer says it itself. */
async function refusalText({ status, type, body }: WebhookAnswer): Promise<string> {
  const told = await toldStatus(body);
  if (told !== undefined) return told;
  const isText = type === '' || type.toLowerCase().startsWith('text/');
  return statusText(status, isText ? body.subarray(0, shownBytes).toString('utf8').trim() : 'unknown');
}

async function toldStatus(body: Buffer): Promise<string | undefined> {
  if (body.length === 0) return undefined;
  try {
    const value = await decoded(body.toString('utf8'));
    const [apiVersion, kind] = typeOf(value, { apiVersion: 'v1', kind: 'Status' });
    const isFailure = apiVersion === 'v1' && kind === 'Status' && value['status'] === 'Failure';
    return isFailure ? digString(value, 'message') : undefined;
  } catch {
    return undefined;
  }
}

const fixedTexts: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** @see kubernetes/apimachinery pkg/api/errors/errors.go NewGenericServerResponse */
function statusText(status: number, said: string): string {
  const fixed = fixedTexts[status];
  if (fixed !== undefined) return fixed;
  if (status === 403 || status === 415) return said;
  if (status === 406)
    return said || 'the server was unable to respond with a content type that the client supports';
  if (status >= 500)
    return `an error on the server (${goQuote(said)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${String(status)} but did not return more information`;
}
