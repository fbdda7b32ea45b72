import type { Json, JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import type { Resource } from '../../registry/contract.js';
import type { Column, Printer } from './column.js';
import { admissionPrinters } from './admission-printers.js';
import { clusterPrinters } from './cluster-printers.js';
import { corePrinters } from './core-printers.js';
import { definedPrinter } from './defined-printer.js';
import { kubespherePrinter } from './custom-printers.js';
import { plainPrinter, policyPrinters } from './policy-printers.js';
import { workloadPrinters } from './workload-printers.js';

/** What `?includeObject=` asks to have beside the cells of each row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** What a table is made with besides its objects. */
export interface TableOptions {
  readonly includeObject: IncludeObject;
  /** Milliseconds since 1970, for ages. */
  readonly now: number;
  /** `metadata` of the table: resourceVersion, continue, remainingItemCount. */
  readonly metadata: JsonObject;
  /** `v1`, or `v1beta1` for old clients. */
  readonly version: 'v1' | 'v1beta1';
  /** False for the later events of a watch, which repeat no columns. */
  readonly columns?: boolean;
}

/** How a kind is shown: its own printer, the columns its CRD declares, or name and time of creation. */
export function printerOf(
  resource: Pick<Resource, 'group' | 'plural' | 'custom' | 'defined'>,
  release: ReleaseName,
): Printer {
  const { group, plural, custom } = resource;
  const name = group === '' ? plural : `${plural}.${group}`;
  if (resource.defined !== undefined) return definedPrinter(resource.defined);
  if (custom) return kubespherePrinter(name, inRange(release, { since: 'v4.1' }));
  return (
    workloadPrinters[name] ??
    corePrinters[name] ??
    policyPrinters[name] ??
    clusterPrinters[name] ??
    admissionPrinters[name] ??
    plainPrinter
  );
}

/**
 * Objects as a `Table`, the form `kubectl get` asks for.
 *
 * @see kubernetes/apiserver pkg/registry/rest/table.go
 */
export function buildTable(
  printer: Printer,
  objects: readonly KubeObject[],
  options: TableOptions,
): JsonObject {
  const ordered = printer.order === undefined ? objects : [...objects].sort(printer.order);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions: options.columns === false ? null : declared(printer),
    rows: ordered.map((object) => row(printer, object, options)),
  };
}

function declared({ columns }: Printer): JsonObject[] {
  return columns.filter(({ undeclared }) => undeclared !== true).map(definition);
}

function definition({ name, type, wide, priority, format, description }: Column): JsonObject {
  return {
    name,
    type: type ?? 'string',
    format: format ?? '',
    description: description ?? '',
    priority: priority ?? (wide === true ? 1 : 0),
  };
}

function row(printer: Printer, object: KubeObject, options: TableOptions): JsonObject {
  const cells: Json[] = printer.columns.map(({ cell }) => cell(object, options.now));
  const conditions = printer.conditions?.(object);
  return {
    cells,
    ...(conditions && { conditions }),
    object: rowObject(object, options),
  };
}

function rowObject(object: KubeObject, { includeObject, version }: TableOptions): Json {
  if (includeObject === 'None') return null;
  if (includeObject === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}
