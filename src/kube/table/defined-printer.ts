import { dig, digString, encodeCompact, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sortedJson } from '../../core/sorted-json.js';
import type { DefinedVersion } from '../../registry/contract.js';
import { nameColumn } from './cells.js';
import type { Column, Printer } from './column.js';
import { customPrinter } from './custom-printers.js';
import { age } from './human-duration.js';
import { parseJsonPath, type JsonPath } from './json-path.js';
import { jsonPathValues } from './json-path-values.js';

const printers = new WeakMap<DefinedVersion, Printer>();

/** How a kind is shown whose CustomResourceDefinition says so: its name and the columns listed there. */
export function definedPrinter(defined: DefinedVersion): Printer {
  let printer = printers.get(defined);
  if (printer === undefined) {
    const { columns } = defined;
    printer = columns === undefined ? customPrinter : { columns: [nameColumn, ...definedColumns(columns)] };
    printers.set(defined, printer);
  }
  return printer;
}

/**
 * The columns up to one whose path cannot be read, if there is such.
 *
 * @see kubernetes/apiextensions-apiserver pkg/registry/customresource/tableconvertor/tableconvertor.go
 */
function definedColumns(columns: readonly JsonObject[]): Column[] {
  const made: Column[] = [];
  for (const column of columns) {
    const text = digString(column, 'jsonPath');
    let path: JsonPath;
    try {
      path = parseJsonPath(text);
    } catch {
      return made;
    }
    const type = digString(column, 'type');
    const priority = dig(column, 'priority');
    made.push({
      name: digString(column, 'name'),
      type: type as Column['type'] & string,
      format: digString(column, 'format'),
      description:
        digString(column, 'description') || `Custom resource definition column (in JSONPath format): ${text}`,
      ...(typeof priority === 'number' && priority > 0 && { wide: true, priority }),
      cell: (object, now) => cell(object, path, type, now),
    });
  }
  return made;
}

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The first value at the path; one of another type than the column's is a blank cell. */
function cell(object: KubeObject, path: JsonPath, type: string, now: number): Json {
  const value = firstValue(object, path);
  if (value === undefined) return null;
  switch (type) {
    case 'date':
      if (typeof value !== 'string') return null;
      return value === '' || timestamp.test(value) ? age(value, now) : '<invalid>';
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    default:
      return printed(value);
  }
}

function firstValue(object: KubeObject, path: JsonPath): Json | undefined {
  try {
    return jsonPathValues(object, path)[0];
  } catch {
    return undefined;
  }
}

function printed(value: Json): string {
  if (value === null) return '<no value>';
  return typeof value === 'object' ? encodeCompact(sortedJson(value)) : String(value);
}
