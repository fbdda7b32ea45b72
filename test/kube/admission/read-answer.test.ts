import { expect, test } from 'vitest';
import { readAnswer } from '../../../src/kube/admission/webhooks/read-answer.js';
import { readReview } from '../../../src/kube/admission/webhooks/review.js';

const apiVersion = 'admission.k8s.io/v1';
const review = { apiVersion, kind: 'AdmissionReview', request: { uid: 'u1' } };
const fits = { uid: 'u1', allowed: true };
const answered = (response: unknown, more: object = {}): string =>
  JSON.stringify({ apiVersion, kind: 'AdmissionReview', response, ...more });
const noObject = (what: string): string =>
  `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
const wrongType = (what: string, field: string, type: string): string =>
  `json: cannot unmarshal ${what} into Go struct field ${field} of type ${type}`;

test.for<readonly [body: string, problem: string]>([
  [answered(fits), ''],
  ['apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nresponse: {uid: u1, allowed: true}\n', ''],
  ['', '0-length response with status code: 200 and content type: application/json'],
  ['nope', noObject('string')],
  ['<html>x</html>', noObject('string')],
  ['[]', noObject('array')],
  ['{', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
  ['{}', 'webhook response was absent'],
  ['null', 'webhook response was absent'],
  [answered(null), 'webhook response was absent'],
  [answered({ uid: 'u2' }), 'expected response.uid="u1", got "u2"'],
  [answered({ allowed: true }), 'expected response.uid="u1", got ""'],
  [
    JSON.stringify({ response: fits }),
    'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=',
  ],
  [
    answered(fits, { apiVersion: 'admission.k8s.io/v1beta1' }),
    'converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion',
  ],
  [
    answered(fits, { apiVersion: 'v1', kind: 'Status' }),
    'converting (v1.Status) to (v1.AdmissionReview): unknown conversion',
  ],
  [
    answered(fits, { kind: 'Foo' }),
    'no kind "Foo" is registered for version "admission.k8s.io/v1" in scheme "pkg/util/webhook/client.go:71"',
  ],
  [answered({ ...fits, allowed: 'yes' }), wrongType('string', 'AdmissionResponse.response.allowed', 'bool')],
  [answered([]), wrongType('array', 'AdmissionReview.response', 'v1.AdmissionResponse')],
  [answered({ ...fits, status: 'x' }), wrongType('string', 'AdmissionResponse.response.status', 'v1.Status')],
  [answered({ ...fits, patch: {} }), wrongType('object', 'AdmissionResponse.response.patch', '[]uint8')],
  [answered({ ...fits, patch: '!!', patchType: 'JSONPatch' }), 'illegal base64 data at input byte 0'],
  [answered({ ...fits, patch: 'e30=' }), 'webhook returned response.patch but not response.patchType'],
])('an answer of %o is taken, or told to be wrong in these words', async ([body, problem]) => {
  const answer = { status: 200, type: 'application/json', body: Buffer.from(body) };
  const read = readAnswer(answer, review).then((value) => readReview(value, review, 'mutating'));
  if (problem === '') expect(await read).toMatchObject({ allowed: true });
  else await expect(read).rejects.toThrow(new Error(problem));
});

test.for<readonly [status: number, type: string, body: string, problem: string]>([
  [204, 'application/json', '', '0-length response with status code: 204 and content type: application/json'],
  [304, '', '', 'the server responded with the status code 304 but did not return more information'],
  [400, 'text/plain', 'why', 'the server rejected our request for an unknown reason'],
  [403, 'text/plain', 'why', 'why'],
  [406, '', '', 'the server was unable to respond with a content type that the client supports'],
  [409, 'text/plain', 'why', 'the server reported a conflict'],
  [429, 'text/plain', '', 'the server has received too many requests and has asked us to try again later'],
  [500, '', 'why "x"\n', 'an error on the server ("why \\"x\\"") has prevented the request from succeeding'],
  [500, 'text/plain', '', 'an error on the server ("") has prevented the request from succeeding'],
  [
    502,
    'application/json',
    '{"a":1}',
    'an error on the server ("unknown") has prevented the request from succeeding',
  ],
  [404, 'application/json', '{"status":"Failure","message":"said so"}', 'said so'],
])('the status %i with %s %o is told in these words', async ([status, type, body, problem]) => {
  const read = readAnswer({ status, type, body: Buffer.from(body) }, review);
  await expect(read).rejects.toThrow(new Error(problem));
});
