import { digString, dig, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { DefinedVersion } from '../../registry/contract.js';
import { valueAt } from '../custom-resources/field-path.js';
import { nameColumn } from './cells.js';
import type { Column, Printer } from './column.js';
import { customPrinter } from './custom-printers.js';
import { age } from './human-duration.js';

const printers = new WeakMap<DefinedVersion, Printer>();

/** How a kind is shown whose CustomResourceDefinition says so: its name and the columns listed there. */
export function definedPrinter(defined: DefinedVersion): Printer {
  let printer = printers.get(defined);
  if (printer === undefined) {
    const { columns } = defined;
    printer =
      columns === undefined ? customPrinter : { columns: [nameColumn, ...columns.map(definedColumn)] };
    printers.set(defined, printer);
  }
  return printer;
}

/** @see kubernetes/apiextensions-apiserver pkg/registry/customresource/tableconvertor/tableconvertor.go */
function definedColumn(column: JsonObject): Column {
  const type = digString(column, 'type');
  const path = digString(column, 'jsonPath');
  const priority = dig(column, 'priority');
  return {
    name: digString(column, 'name'),
    type: type as Column['type'] & string,
    format: digString(column, 'format'),
    description:
      digString(column, 'description') || `Custom resource definition column (in JSONPath format): ${path}`,
    ...(typeof priority === 'number' && priority > 0 && { wide: true, priority }),
    cell: (object, now) => cell(object, path, type, now),
  };
}

/** The first value at the path; one of another type than the column's is a blank cell. */
function cell(object: KubeObject, path: string, type: string, now: number): Json {
  const value = valueAt(object, path);
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'date':
      return age(value, now);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
