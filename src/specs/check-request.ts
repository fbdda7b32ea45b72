import type { ErrorObject } from 'ajv';
import { didYouMean } from '../core/did-you-mean.js';
import { describeInput } from '../core/input-error.js';
import type { Json } from '../core/json.js';
import type { SpecParameter } from './spec-document.js';
import type { OperationMatch } from './spec-index.js';
import { isMissingNull, schemaErrors } from './validators.js';

/** A request as far as documents speak of it. */
export interface SentRequest {
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** `undefined`: none was sent; `unknown`: it is not kept any more. */
  readonly body: Buffer | 'unknown' | undefined;
}

/** Bodies nested deeper are looked at no further. */
const deepest = 1000;
const numbers: Readonly<Record<string, RegExp>> = {
  integer: /^[+-]?\d+$/,
  number: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
};
const booleans = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);
const wanted: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};
const separators: Readonly<Record<string, string>> = { ssv: ' ', tsv: '\t', pipes: '|' };
/** What a schema says that is said of the parameter already. */
const ofParameters = [
  'name',
  'in',
  'required',
  'schema',
  'format',
  'default',
  'collectionFormat',
  'description',
];

/**
 * What does not fit the document of an operation: a line each, saying the operation, the parameter, what was got and what to
 * do.
 */
export function requestProblems({ operation, params }: OperationMatch, sent: SentRequest): readonly string[] {
  const problems = (operation.parameters ?? []).flatMap((parameter): readonly string[] => {
    const { name, in: where } = parameter;
    if (where === 'path') return textProblems(parameter, params[name] ?? '', `path parameter "${name}"`);
    if (where === 'query') return queryProblems(parameter, sent.query);
    if (where === 'formData') return formProblems(parameter, sent);
    return where === 'body' ? bodyProblems(parameter, operation, sent) : [];
  });
  return problems.map((problem) => `${operation.key}: ${problem}`);
}

/** Names in the query that look like a mistyped one of the document. Lists of KubeSphere take any field as a filter. */
export function mistypedNames({ operation }: OperationMatch, query: URLSearchParams): readonly string[] {
  const known = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  return [...new Set(query.keys())].flatMap((name) => {
    if (known.includes(name) || ofLists.has(name)) return [];
    const hint = didYouMean(name, known);
    return hint.startsWith('; did you mean')
      ? [`${operation.key}: query parameter "${name}" is not in the document${hint}`]
      : [];
  });
}

/** Query parameters every list takes, whatever its document says. */
const ofLists = new Set([
  'annotation',
  'ascending',
  'conditions',
  'continue',
  'fieldSelector',
  'keyword',
  'label',
  'labelSelector',
  'limit',
  'name',
  'names',
  'namespace',
  'orderBy',
  'ownerKind',
  'ownerReference',
  'page',
  'paging',
  'reverse',
  'sortBy',
  'status',
  'uid',
]);

function queryProblems(parameter: SpecParameter, query: URLSearchParams): readonly string[] {
  const { name, required } = parameter;
  const what = `query parameter "${name}"`;
  const values = query.getAll(name);
  if (values.length === 0)
    return required === true ? [`${what} is required, but missing; add ${name}=… to the query`] : [];
  return values.flatMap((text) =>
    text === '' && required !== true ? [] : textProblems(parameter, text, what),
  );
}

function formProblems(parameter: SpecParameter, { contentType, body }: SentRequest): readonly string[] {
  const { name, required } = parameter;
  const what = `field "${name}" of the form`;
  if (body === 'unknown') return [];
  const missing = [`${what} is required, but missing; add ${name}=… to the body`];
  if (contentType.startsWith('multipart/form-data')) {
    // What pieces hold is read by those who want them.
    return required !== true || body?.includes(`name="${name}"`) === true ? [] : missing;
  }
  if (!contentType.startsWith('application/x-www-form-urlencoded')) {
    const got = contentType === '' ? 'no Content-Type' : describeInput(contentType);
    return required === true ? [`${what} is required, but the body is no form; send one, not ${got}`] : [];
  }
  const values = new URLSearchParams(body?.toString('utf8')).getAll(name);
  if (values.length === 0) return required === true ? missing : [];
  return values.flatMap((text) => textProblems(parameter, text, what));
}

function textProblems(parameter: SpecParameter, text: string, what: string): readonly string[] {
  const { type = 'string', collectionFormat = 'csv', items } = parameter;
  const got = describeInput(text);
  let value: Json = text;
  if (type === 'integer' || type === 'number') {
    if (numbers[type]?.test(text) !== true) return [`${what} must be ${wanted[type] ?? ''}, not ${got}`];
    value = Number(text);
  } else if (type === 'boolean') {
    const known = booleans.get(text);
    if (known === undefined) return [`${what} must be true or false, not ${got}`];
    value = known;
  } else if (type === 'array') {
    const each = { type: 'string', ...(items as object | undefined) } as SpecParameter;
    const parts =
      collectionFormat === 'multi'
        ? [text]
        : text.split(
            (typeof collectionFormat === 'string' ? separators[collectionFormat] : undefined) ?? ',',
          );
    return parts.flatMap((part) => textProblems(each, part, `each value of ${what}`));
  }
  const rules = Object.entries(parameter).filter(([rule]) => !ofParameters.includes(rule));
  if (rules.every(([rule]) => rule === 'type' || rule === 'uniqueItems')) return [];
  let schema = rulesOf.get(parameter);
  if (schema === undefined) rulesOf.set(parameter, (schema = Object.fromEntries(rules)));
  const errors = schemaErrors(schema, noDocument, value);
  return errors.map((error) => `${what} ${ruleOf(error)}, not ${got}`);
}

const rulesOf = new WeakMap<SpecParameter, Record<string, Json | undefined>>();
const noDocument = { swagger: '2.0', info: { title: '', version: '' }, paths: {}, definitions: {} } as const;

function bodyProblems(
  { name, required, schema }: SpecParameter,
  { method, document }: OperationMatch['operation'],
  { body, contentType }: SentRequest,
): readonly string[] {
  if (body === 'unknown') return [];
  if (body === undefined || body.length === 0)
    // Documents ask for a body of reads as well; no client has a way to send one.
    return required === true && method !== 'GET'
      ? [`body "${name}" is required, but nothing was sent; send JSON`]
      : [];
  if (!/^$|[/+]json\b/.test(contentType) || schema === undefined) return [];
  let value: Json;
  try {
    value = JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    return [`body is no JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
  // What documents show is what is patched, not the list of what to do to it.
  if (contentType.startsWith('application/json-patch+json') && Array.isArray(value)) return [];
  if (isDeeper(value, deepest)) return [`body is nested deeper than ${String(deepest)} levels`];
  const errors = schemaErrors(schema, document, value).filter(
    (error) => document['x-openapi'] !== undefined || !isMissingNull(value, error),
  );
  // A patch says only what changes.
  const meant = method === 'PATCH' ? errors.filter(({ keyword }) => keyword !== 'required') : errors;
  return meant.slice(0, 5).map((error) => {
    const place = `body${error.instancePath.replaceAll('/', '.')}`;
    return ['required', 'additionalProperties', 'unevaluatedProperties'].includes(error.keyword)
      ? `${place} ${ruleOf(error)}`
      : `${place} ${ruleOf(error)}, not ${describeInput(error.data)}`;
  });
}

function ruleOf({ keyword, message = 'is wrong', params }: ErrorObject): string {
  const { allowedValues, missingProperty, additionalProperty, unevaluatedProperty } = params as {
    readonly allowedValues?: readonly unknown[];
    readonly missingProperty?: string;
    readonly additionalProperty?: string;
    readonly unevaluatedProperty?: string;
  };
  const extra = additionalProperty ?? unevaluatedProperty;
  if (keyword === 'required') return `lacks the member "${missingProperty ?? ''}"; add it`;
  if (extra !== undefined)
    return `has the member ${describeInput(extra)}, which is not in the document; take it out`;
  if (keyword === 'enum' && allowedValues !== undefined) return `must be one of ${allowedValues.join(', ')}`;
  return message;
}

function isDeeper(value: Json, levels: number): boolean {
  let layer: Json[] = [value];
  for (let level = 0; layer.length > 0; level += 1) {
    if (level > levels) return true;
    layer = layer.flatMap((part) =>
      typeof part === 'object' && part !== null
        ? (Object.values(part) as Json[]).filter((member) => typeof member === 'object' && member !== null)
        : [],
    );
  }
  return false;
}
