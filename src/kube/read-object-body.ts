import { ApiError, badRequest, invalid, quote } from '../core/api-error.js';
import { parseGoJson } from '../core/go-json.js';
import { parseGoMediaType } from '../core/go-media-type.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { RequestContext } from '../registry/contract.js';
import { checkGoTypes } from '../registry/check-go-types.js';
import { goJsonType, invalidValue } from '../registry/object-meta.js';
import { fieldsOf } from '../registry/type-table.js';
import { readingProblem, unhandled } from './scheme.js';
import { strictErrors } from './strict-fields.js';

const unreadableKind = "couldn't get version/kind; json parse error: ";
/** Bytes of a body shown in an error. */
const shownBytes = 30;
const typeMeta =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What a body is expected to be. */
export interface ExpectedBody {
  readonly kind: string;
  /** As in the URL, `group/version`; absent: any will do. */
  readonly apiVersion?: string;
  /** Its member of the table of types; absent: of unknown shape. */
  readonly type?: string | undefined;
}

/**
 * Reads the object in a request body: JSON, or YAML when the Content-Type says so.
 *
 * @throws ApiError 415 for other media types, 400 in the words of kube-apiserver's decoder
 * @see kubernetes/apiserver pkg/endpoints/handlers/create.go, rest.go
 */
export async function readObjectBody(context: RequestContext, expected: ExpectedBody): Promise<JsonObject> {
  return (await readCheckedBody(context, expected)).object;
}

/** An object from a body, and what a strict decoder has against it. */
export interface CheckedBody {
  readonly object: JsonObject;
  /** Each complaint as kube-apiserver words it; empty when nothing is wrong. */
  readonly errors: readonly string[];
}

/**
 * Reads the object in a request body like {@link readObjectBody}, and looks for members its type does not have and for
 * those that come twice.
 *
 * @throws ApiError as {@link readObjectBody} does
 */
export async function readCheckedBody(context: RequestContext, expected: ExpectedBody): Promise<CheckedBody> {
  const { value, text, errors: found } = await readValue(context, expected);
  // Go reads nothing from `null`, and has nothing against it.
  const object = checkedObject(value ?? {}, context, expected);
  const errors = text === undefined ? found : [...found, ...strictErrors(text, knownType(expected))];
  return { object, errors };
}

function knownType({ type }: ExpectedBody): string | undefined {
  return type !== undefined && fieldsOf(type) !== undefined ? type : undefined;
}

function checkedObject(value: Json, context: RequestContext, expected: ExpectedBody): JsonObject {
  if (!isJsonObject(value)) throw unrecognized(context.body, expected, wrongRoot(value));
  const { kind, apiVersion } = value;
  for (const member of [apiVersion, kind]) {
    if (member !== undefined && member !== null && typeof member !== 'string') {
      const why = `${unreadableKind}json: cannot unmarshal ${goJsonType(member)} into Go struct field .${member === kind ? 'kind' : 'apiVersion'} of type string`;
      throw unrecognized(context.body, expected, why);
    }
  }
  checkKind(value, context, expected);
  const given = typeof apiVersion === 'string' ? apiVersion : '';
  if (given !== '' && expected.apiVersion !== undefined && given !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${given}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
  checkTypes(value, expected);
  return value;
}

/** Refuses members of another type than the kind's fields; custom resources are checked by their schema instead. */
function checkTypes(value: JsonObject, { kind, apiVersion = 'v1', type }: ExpectedBody): void {
  if (type === undefined || fieldsOf(type) === undefined) return;
  try {
    checkGoTypes(value, type);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    throw badRequest(`${kind} in version ${quote(version)} cannot be handled as a ${kind}: ${error.message}`);
  }
}

/** Refuses what cannot be read as the kind of the URL: custom resources as kube-apiserver checks them, others as it decodes them. */
function checkKind(object: JsonObject, { world }: RequestContext, expected: ExpectedBody): void {
  const wanted = { kind: expected.kind, apiVersion: expected.apiVersion ?? 'v1' };
  const text = (key: string): string => digString(object, key);
  const given = { kind: text('kind') || wanted.kind, apiVersion: text('apiVersion') || wanted.apiVersion };
  if (given.kind === wanted.kind && (given.apiVersion === wanted.apiVersion || !hasVersion(expected))) return;
  if (hasVersion(expected) && expected.type === undefined) {
    if (given.kind === wanted.kind || given.apiVersion !== wanted.apiVersion) return;
    const group = given.apiVersion.slice(0, Math.max(given.apiVersion.indexOf('/'), 0));
    const causes = [invalidValue('kind', given.kind, `must be ${wanted.kind}`)];
    throw invalid({ group, kind: given.kind }, digString(object, 'metadata', 'name'), causes);
  }
  const why = readingProblem(given, wanted, world.settings.kubernetesVersion);
  if (why !== undefined) throw badRequest(unhandled(given, wanted, why));
}

function hasVersion({ apiVersion }: ExpectedBody): boolean {
  return apiVersion !== undefined;
}

/** A body's value, the JSON text a strict decoder looks at, and what was wrong before that. */
interface BodyValue {
  readonly value: Json;
  readonly text?: string;
  readonly errors: readonly string[];
}

async function readValue(context: RequestContext, expected: ExpectedBody): Promise<BodyValue> {
  const text = context.body?.toString('utf8') ?? '';
  const type = typeOfBody(context);
  if (type === 'application/vnd.kubernetes.protobuf')
    return { value: await readProtobuf(context.body, expected), errors: [] };
  if (type === 'application/yaml') return readYaml(context.body, expected);
  if (type !== 'application/json') {
    throw unsupportedMedia('the body of the request was in an unknown format', [
      'application/json',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
    ]);
  }
  try {
    return { value: parseGoJson(text, 'unmarshal'), text, errors: [] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw unrecognized(context.body, expected, unreadableKind + error.message);
  }
}

async function readProtobuf(body: Buffer | undefined, { kind, type }: ExpectedBody): Promise<Json> {
  if (type === undefined || fieldsOf(type) === undefined) {
    throw unsupportedMedia(`protobuf bodies of ${kind} are not understood by fake-ks-apiserver`, [
      'application/json',
      'application/yaml',
    ]);
  }
  const { decodeMessage, openEnvelope } = await import('./protobuf/decode.js');
  const { raw, ...typeMeta } = openEnvelope(body ?? Buffer.alloc(0));
  return { ...decodeMessage(raw, type, fieldsOf), ...typeMeta };
}

async function readYaml(body: Buffer | undefined, expected: ExpectedBody): Promise<BodyValue> {
  const { parseYamlBody } = await import('./yaml/read-yaml.js');
  try {
    const { json, twice } = parseYamlBody(body ?? '');
    const errors =
      twice.length === 0 ? [] : [`yaml: unmarshal errors:\n${twice.map((one) => `  ${one}`).join('\n')}`];
    return { value: parseGoJson(json, 'unmarshal'), text: json, errors };
  } catch (error) {
    throw unrecognized(body, expected, error instanceof Error ? error.message : String(error));
  }
}

/** The media type of a request body, JSON when none is named; `undefined` for a header that cannot be read. */
function typeOfBody({ headers }: Pick<RequestContext, 'headers'>): string | undefined {
  const header = headers['content-type'] ?? '';
  return typeof header === 'string' && header !== '' ? parseGoMediaType(header) : 'application/json';
}

/** 415 that lists what would be taken. */
export function unsupportedMedia(what: string, accepted: readonly string[]): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `${what} - accepted media types include: ${accepted.join(', ')}`,
  );
}

function wrongRoot(value: Json): string {
  return `${unreadableKind}json: cannot unmarshal ${goJsonType(value)} into Go value of type ${typeMeta}`;
}

function unrecognized(body: Buffer | undefined, { kind }: ExpectedBody, why: string): ApiError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`,
  );
}

/** The beginning of a body: as it is when it looks like JSON, else in hexadecimal. */
function summary(body: Buffer | undefined): string {
  if (body === undefined || body.length === 0) return '<empty>';
  const start = body.subarray(0, shownBytes);
  const shown = body[0] === 0x7b ? start.toString('utf8') : start.toString('hex');
  return body.length > shownBytes ? `${shown} ...` : shown;
}
