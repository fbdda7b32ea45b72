import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { duplicate, inItems, invalidValue, required, tooMany, type Cause } from '../validation/causes.js';
import { fieldOfSchema } from './field-of-schema.js';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const selectableTypes = ['string', 'boolean', 'integer'];
/** Most fields of a version that can be selected by. */
const mostFields = 8;

/** What is wrong with the warning of a version that is no longer to be used. */
export function deprecationProblems(version: JsonObject, path: string): Cause[] {
  const warning = version['deprecationWarning'];
  if (typeof warning !== 'string') return [];
  return warningTexts(warning, version['deprecated'] === true).map((why) =>
    invalidValue(`${path}.deprecationWarning`, warning, why),
  );
}

function warningTexts(warning: string, isDeprecated: boolean): string[] {
  if (!isDeprecated) return ['can only be set for deprecated versions'];
  const texts: string[] = [];
  if (Buffer.byteLength(warning) > 256) texts.push('must be <= 256 characters long');
  if (warning === '') texts.push('must not be an empty string');
  // Of blanks only the plain one counts as printable.
  const at = warning.search(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u);
  if (at >= 0) {
    const index = Buffer.byteLength(warning.slice(0, at));
    texts.push(
      `must only contain printable UTF-8 characters; non-printable character found at index ${String(index)}`,
    );
  }
  return texts;
}

/** What is wrong with the parts of a kind that have endpoints of their own. */
export function partProblems(subresources: Json | undefined, path: string): Cause[] {
  const scale = isJsonObject(subresources) ? subresources['scale'] : undefined;
  if (!isJsonObject(scale)) return [];
  return [
    ...pathProblems(digString(scale, 'specReplicasPath'), `${path}.scale.specReplicasPath`, ['.spec'], true),
    ...pathProblems(
      digString(scale, 'statusReplicasPath'),
      `${path}.scale.statusReplicasPath`,
      ['.status'],
      true,
    ),
    ...pathProblems(
      digString(scale, 'labelSelectorPath'),
      `${path}.scale.labelSelectorPath`,
      ['.spec', '.status'],
      false,
    ),
  ];
}

function pathProblems(given: string, field: string, below: readonly string[], isNeeded: boolean): Cause[] {
  if (given === '') return isNeeded ? [required(field)] : [];
  const plain = plainPathProblems(given, field);
  if (plain.length > 0 || below.some((start) => given.startsWith(`${start}.`))) return plain;
  const where = below.length > 1 ? `either ${below.join(' or ')}` : below.join('');
  return [invalidValue(field, given, `should be a json path under ${where}`)];
}

function plainPathProblems(path: string, field: string): Cause[] {
  return path.startsWith('.')
    ? []
    : [invalidValue(field, path, 'must be a simple json path starting with .')];
}

/** What is wrong with the columns of a kind's tables. */
export function columnProblems(owner: JsonObject, path: string): Cause[] {
  const among = (list: readonly string[]): string => `must be one of ${list.join(',')}`;
  return inItems(owner, 'additionalPrinterColumns', path, (column, place) => {
    const causes: Cause[] = [];
    const [type, format, jsonPath] = ['type', 'format', 'jsonPath'].map((key) => digString(column, key)) as [
      string,
      string,
      string,
    ];
    if (digString(column, 'name') === '') causes.push(required(`${place}.name`));
    if (type === '') causes.push(required(`${place}.type`, among(columnTypes)));
    else if (!columnTypes.includes(type))
      causes.push(invalidValue(`${place}.type`, type, among(columnTypes)));
    if (format !== '' && !columnFormats.includes(format))
      causes.push(invalidValue(`${place}.format`, format, among(columnFormats)));
    if (jsonPath === '') causes.push(required(`${place}.JSONPath`));
    return [...causes, ...(jsonPath === '' ? [] : plainPathProblems(jsonPath, `${place}.JSONPath`))];
  });
}

/** What is wrong with the fields objects can be selected by. */
export function selectableProblems(owner: JsonObject, schema: JsonObject, path: string): Cause[] {
  const seen = new Set<string>();
  const causes = inItems(owner, 'selectableFields', path, (selectable, at) => {
    const field = `${at}.jsonPath`;
    const given = digString(selectable, 'jsonPath');
    if (given === '') return [required(field)];
    const found = fieldOfSchema(given, schema, false);
    if (typeof found === 'string') return [invalidValue(field, given, `is an invalid path: ${found}`)];
    const own: Cause[] = [];
    if (found.names[0] === 'metadata')
      own.push(invalidValue(field, given, 'must not point to fields in metadata'));
    if (!selectableTypes.includes(digString(found.schema, 'type'))) {
      const why =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      own.push(invalidValue(field, given, why));
    }
    const name = found.names.join('.');
    if (seen.has(name)) own.push(duplicate(field, given));
    seen.add(name);
    return own;
  });
  if (seen.size > mostFields) causes.push(tooMany(`${path}.selectableFields`, seen.size, mostFields));
  return causes;
}

/** Whether the status of a kind is written by itself. */
export function hasStatusPart(subresources: Json | undefined): boolean {
  return isJsonObject(subresources) && isJsonObject(subresources['status']);
}

/** Versions of a definition as Go prints them once what they have in common has been taken out of them. */
export function goVersions(versions: readonly JsonObject[]): string {
  const type = 'apiextensions.CustomResourceDefinitionVersion';
  const texts = versions.map((version) => {
    const flag = (key: string): string => String(version[key] === true);
    const of = 'apiextensions.CustomResource';
    return `${type}{Name:${JSON.stringify(digString(version, 'name'))}, Served:${flag('served')}, Storage:${flag('storage')}, Deprecated:${flag('deprecated')}, DeprecationWarning:(*string)(nil), Schema:(*${of}Validation)(nil), Subresources:(*${of}Subresources)(nil), AdditionalPrinterColumns:[]${of}ColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}`;
  });
  return `[]${type}{${texts.join(', ')}}`;
}
