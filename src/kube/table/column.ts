import type { Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** A column of a `Table` answer, with the way to its cell. */
export interface Column {
  readonly name: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** Only shown by `-o wide`. */
  readonly wide?: boolean;
  /** How little it matters; absent: 0, or 1 for a wide one. */
  readonly priority?: number;
  readonly format?: string;
  /** True for a cell of each row that no definition tells of, as Kubernetes has one. */
  readonly undeclared?: boolean;
  readonly description?: string;
  readonly cell: (object: KubeObject, now: number) => Json;
}

/** How a kind is shown in a table. */
export interface Printer {
  readonly columns: readonly Column[];
  /** Conditions of the row, such as `Completed` for finished pods. */
  readonly conditions?: (object: KubeObject) => Json[] | undefined;
  /** The order of the rows; absent: that of the objects. */
  readonly order?: (a: KubeObject, b: KubeObject) => number;
}

/** A plain column. */
export function column(name: string, cell: Column['cell']): Column {
  return { name, cell };
}

/** A column only shown by `-o wide`. */
export function wide(name: string, cell: Column['cell']): Column {
  return { name, cell, wide: true };
}

/** A column of whole numbers. */
export function integer(name: string, cell: Column['cell']): Column {
  return { name, cell, type: 'integer' };
}
