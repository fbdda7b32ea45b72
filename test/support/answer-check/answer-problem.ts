import { Ajv, type ValidateFunction } from 'ajv';
import { isJsonObject, type Json } from '../../../src/core/json.js';
import type { RepliedMessage } from '../../../src/http/replies.js';
import { specsOf } from '../../../src/specs/published-specs.js';
import { requestPath } from '../../../src/specs/request-path.js';
import type { Operation } from '../../../src/specs/spec-index.js';
import type { Schema } from '../../../src/specs/spec-document.js';
import { ajvOptions, compileSchema, isMissingNull, withoutNulls } from '../../../src/specs/validators.js';
import { exceptions } from './exceptions.js';
import { dialectProblem } from './refusal-dialects.js';

/** What was found fit, per operation: most answers of a test come again. */
const fit = new Map<Operation, Set<string>>();
const mostRemembered = 50;
/** What Kubernetes answers in the place of an object when asked for it. */
const otherKinds = /^(Table|PartialObjectMetadata|PartialObjectMetadataList)$/;
const ajv = new Ajv({ ...ajvOptions, allErrors: true, verbose: false });
const compiled = new WeakMap<Schema, ValidateFunction | false>();

/**
 * What is wrong with an answer by the documents of its release: its status is not among those of success, or its body does
 * not pass the schema; or it is a refusal in a form nobody speaks there. `undefined` for what fits, for what documents say
 * nothing of (redirects, streams) and for what is no answer of a stateful route: generated ones, faults.
 */
export function answerProblem({ world, entry, url, reply }: RepliedMessage): string | undefined {
  const { status, body, contentType = '' } = reply;
  if (reply.headers?.['X-Fake-Ks-Generated'] !== undefined) return undefined;
  if (entry.notes?.some((note) => note.startsWith('fault ')) === true) return undefined;
  if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) return undefined;
  const release = world.release.name;
  const path = requestPath(url);
  const operation = specsOf(release).find(entry.method, path)?.operation;
  if (
    status >= 400 &&
    operation?.responses[String(status)]?.schema === undefined &&
    entry.method !== 'HEAD'
  ) {
    // There is one cluster in 2.1, and no path that names it.
    const place = release === 'v2.1' ? (url.split('?')[0] ?? '') : path;
    const problem = dialectProblem(place, release, { status, contentType, text: body?.toString() ?? '' });
    return problem && `${release} ${entry.method} ${url} answered ${String(status)}: ${problem}`;
  }
  if (operation === undefined) return undefined;
  const response = operation.responses[String(status)];
  if (response === undefined && (status < 200 || status >= 300)) return undefined;
  const text = body === undefined ? '' : body.toString();
  let known = fit.get(operation);
  if (known?.has(text) === true) return undefined;
  const told = documentProblems(operation, { status, contentType, text });
  if (told.length > 0)
    return `${release} ${operation.key} (${entry.method} ${url}) answered ${String(status)}: ${told.slice(0, 5).join('; ')}`;
  if (known === undefined) fit.set(operation, (known = new Set()));
  if (known.size >= mostRemembered) known.clear();
  known.add(text);
  return undefined;
}

/** What of an answer that is no refusal strays from the document of its operation, one line each. */
export function documentProblems(
  operation: Operation,
  {
    status,
    contentType,
    text,
  }: { readonly status: number; readonly contentType: string; readonly text: string },
): readonly string[] {
  const response = operation.responses[String(status)];
  const wrong =
    response === undefined
      ? [`the document knows only ${Object.keys(operation.responses).join(', ')}`]
      : bodyProblems(operation, response.schema, contentType, text);
  return wrong.filter((problem) => !isExcepted(operation.key, problem));
}

function isExcepted(key: string, problem: string): boolean {
  return exceptions.some((exception) => exception.operation.test(key) && exception.problem.test(problem));
}

/** What of a body does not pass a schema of an operation's document, one line each, exceptions included. */
function bodyProblems(
  { document }: Operation,
  schema: Schema | undefined,
  contentType: string,
  text: string,
): readonly string[] {
  if (schema === undefined) return [];
  // Kubernetes has these encodings besides; documents know only the plain one.
  if (contentType.includes('protobuf') || contentType.includes(';as=')) return [];
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return schema['type'] === 'string' ? [] : [text === '' ? 'no body' : `no JSON: "${text.slice(0, 60)}"`];
  }
  if (isJsonObject(value) && typeof value['kind'] === 'string' && otherKinds.test(value['kind'])) return [];
  let validate = compiled.get(schema);
  if (validate === undefined) compiled.set(schema, (validate = compileSchema(schema, document, ajv)));
  if (validate === false || validate(withoutNulls(value))) return [];
  return (validate.errors ?? [])
    .filter((error) => !isMissingNull(value, error))
    .map(({ instancePath, message = 'is wrong' }) => `body${instancePath} ${message}`);
}
