import type { ErrorObject } from 'ajv';
import { quote } from '../../core/api-error.js';
import { encodeCompact, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Cause } from '../../registry/object-meta.js';
import { AllOfs } from './all-ofs.js';
import { childPath, schemaType } from './schema-nodes.js';

/**
 * What a schema validator found, as kube-apiserver words it.
 *
 * @param root What was validated: paths are read along it.
 * @param schema What it was validated by.
 * @param within The path of the alternative the errors are of; absent: of none.
 * @see kubernetes/kube-openapi pkg/validation/errors/schema.go, apiextensions-apiserver pkg/apiserver/validation/validation.go
 */
export function schemaCauses(
  errors: readonly ErrorObject[],
  root: Json,
  schema: JsonObject,
  within = '#',
): Cause[] {
  const branches = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const inBranch = (error: ErrorObject): boolean => branches.some((branch) => isWithin(error, branch));
  const told = errors.filter((error) => !inBranch(error));
  const all = new AllOfs(told, schema, within);
  return told.flatMap((error) => [
    ...causesOf(error, errors, root, schema),
    ...all.endingWith(error).map(({ instancePath, total, failed }) => {
      const path = quote(pathOf({ instancePath }, root));
      const none = failed.size === total ? '. None validated' : '';
      return composite(`${path} must validate all the schemas (allOf)${none}`);
    }),
  ]);
}

/** What validators say about a failed keyword: those of JSON schema that structural schemas have. */
interface Params {
  readonly allowedValues?: readonly Json[];
  readonly format?: string;
  readonly limit?: number;
  readonly missingProperty?: string;
  readonly multipleOf?: number;
  readonly passingSchemas?: readonly number[] | null;
  readonly pattern?: string;
  readonly type?: string | readonly string[];
}

/** Whether an error belongs to an alternative of another one. */
function isWithin(error: ErrorObject, branch: ErrorObject): boolean {
  return (
    error !== branch &&
    error.schemaPath.startsWith(`${branch.schemaPath}/`) &&
    error.instancePath.startsWith(branch.instancePath)
  );
}

function causesOf(error: ErrorObject, all: readonly ErrorObject[], root: Json, schema: JsonObject): Cause[] {
  const path = pathOf(error, root);
  const params = error.params as Params;
  const where = `${path} in body`;
  const value = (error.data ?? null) as Json;
  const limit = String(params.limit);
  switch (error.keyword) {
    case 'required':
      return [
        {
          reason: 'FieldValueRequired',
          message: 'Required value',
          field: childPath(path, params.missingProperty ?? ''),
        },
      ];
    case 'type': {
      const wanted = [params.type ?? []].flat();
      const told = wanted.length > 1 ? wanted.filter((type) => type !== 'null') : wanted;
      return [mistyped(path, quote(schemaType(value)), told.join(','), quote(schemaType(value)))];
    }
    case 'format':
      return [mistyped(path, shown(value), params.format ?? '', shown(value))];
    case 'enum': {
      const allowed = (params.allowedValues ?? []).map((one) =>
        quote(typeof one === 'string' ? one : encodeCompact(one)),
      );
      const message = `Unsupported value: ${shown(value)}: supported values: ${allowed.join(', ')}`;
      return [{ reason: 'FieldValueNotSupported', message, field: path }];
    }
    case 'minimum':
      return [wrong(path, value, `${where} should be greater than or equal to ${limit}`)];
    case 'exclusiveMinimum':
      return [wrong(path, value, `${where} should be greater than ${limit}`)];
    case 'maximum':
      return [wrong(path, value, `${where} should be less than or equal to ${limit}`)];
    case 'exclusiveMaximum':
      return [wrong(path, value, `${where} should be less than ${limit}`)];
    case 'multipleOf':
      return [wrong(path, value, `${where} should be a multiple of ${String(params.multipleOf)}`)];
    case 'minLength':
      return [wrong(path, value, `${where} should be at least ${limit} chars long`)];
    case 'maxLength':
      return [
        {
          reason: 'FieldValueTooLong',
          message: `Too long: may not be more than ${limit} bytes`,
          field: path,
        },
      ];
    case 'pattern':
      return [wrong(path, value, `${where} should match '${params.pattern ?? ''}'`)];
    case 'minItems':
      return [wrong(path, sizeOf(value), `${where} should have at least ${limit} items`)];
    case 'minProperties':
      return [wrong(path, sizeOf(value), `${where} should have at least ${limit} properties`)];
    case 'maxItems':
    case 'maxProperties':
      return [
        {
          reason: 'FieldValueTooMany',
          message: `Too many: ${String(sizeOf(value))}: must have at most ${limit} items`,
          field: path,
        },
      ];
    case 'uniqueItems':
      return [wrong(path, value, `${where} shouldn't contain duplicates`)];
    case 'not':
      return [composite(`${quote(path)} must not validate the schema (not)`)];
    case 'anyOf':
      return [
        composite(`${quote(path)} must validate at least one schema (anyOf)`),
        ...bestBranch(error, all, root, schema),
      ];
    case 'oneOf': {
      const passing = params.passingSchemas;
      const found = Array.isArray(passing)
        ? `Found ${String(passing.length)} valid alternatives`
        : 'Found none valid';
      const text = `${quote(path)} must validate one and only one schema (oneOf). ${found}`;
      return [composite(text), ...(Array.isArray(passing) ? [] : bestBranch(error, all, root, schema))];
    }
    default:
      return [wrong(path, value, `${where} ${error.message ?? 'is not valid'}`)];
  }
}

/** What is wrong by the alternative that comes closest: the one with the fewest errors. */
function bestBranch(
  error: ErrorObject,
  all: readonly ErrorObject[],
  root: Json,
  schema: JsonObject,
): Cause[] {
  const found = new Map<string, ErrorObject[]>();
  for (const one of all) {
    if (!isWithin(one, error)) continue;
    const branch = one.schemaPath.slice(error.schemaPath.length + 1).split('/', 1)[0] ?? '';
    found.set(branch, [...(found.get(branch) ?? []), one]);
  }
  const [best = []] = [...found.values()].sort((a, b) => a.length - b.length);
  return schemaCauses(best, root, schema, error.schemaPath);
}

function wrong(field: string, value: Json, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${why}`, field };
}

function mistyped(field: string, value: string, type: string, got: string): Cause {
  const message = `Invalid value: ${value}: ${field} in body must be of type ${type}: ${got}`;
  return { reason: 'FieldValueTypeInvalid', message, field };
}

/** An error of a whole schema has no place of its own. */
function composite(why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: "": ${why}`, field: '<nil>' };
}

/** A value as field errors show it. */
function shown(value: Json): string {
  return typeof value === 'string' ? quote(value) : encodeCompact(value);
}

function sizeOf(value: Json): number {
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : 0;
}

/** A JSON pointer as a field path; steps into lists are in brackets. */
function pathOf({ instancePath }: Pick<ErrorObject, 'instancePath'>, root: Json): string {
  let path = '';
  let value: Json | undefined = root;
  for (const step of instancePath.split('/').slice(1)) {
    const key = step.replace(/~1/g, '/').replace(/~0/g, '~');
    if (Array.isArray(value)) {
      path = childPath(path, Number(key));
      value = (value as readonly Json[])[Number(key)];
    } else {
      path = childPath(path, key);
      value = isJsonObject(value) ? value[key] : undefined;
    }
  }
  return path;
}
