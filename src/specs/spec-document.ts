import type { JsonObject } from '../core/json.js';

/** A JSON schema as Swagger 2.0 writes it; references point into the definitions of its document. */
export type Schema = JsonObject;

/** A parameter of an operation; one in the body has a schema, any other a type. */
export interface SpecParameter extends JsonObject {
  readonly name: string;
  readonly in: 'path' | 'query' | 'body' | 'formData' | 'header';
  readonly required?: boolean;
  readonly type?: string;
  readonly schema?: Schema;
}

/** An operation as a document writes it. */
export interface SpecOperation {
  readonly operationId?: string;
  readonly consumes?: readonly string[];
  readonly produces?: readonly string[];
  readonly parameters?: readonly SpecParameter[];
  /** By status, or `default`. */
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

/** What is read of a Swagger 2.0 document. */
export interface SpecDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, SpecOperation>>>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}
