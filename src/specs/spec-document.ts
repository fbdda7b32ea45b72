import type { Json, JsonObject } from '../core/json.js';

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

/** What an operation answers with one status. */
export interface SpecResponse extends JsonObject {
  readonly description: string;
  readonly schema?: Schema;
  /** Whole bodies, as the document shows them. */
  readonly 'x-examples'?: readonly Json[];
}

/** An operation as a document writes it. */
export interface SpecOperation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly consumes?: readonly string[];
  readonly produces?: readonly string[];
  readonly parameters?: readonly SpecParameter[];
  /** By status, or `default`. */
  readonly responses: Readonly<Record<string, SpecResponse>>;
  /** True when the last variable of the path takes all that follows: `{path:*}` of go-restful. */
  readonly 'x-rest-of-path'?: true;
}

/** What is read of a Swagger 2.0 document. */
export interface SpecDocument {
  readonly swagger: '2.0';
  /** Version of OpenAPI 3 it was written in; then null is null, not absent. */
  readonly 'x-openapi'?: string;
  /** True for what somebody gave: what is made up by it is checked, as nobody has done that before. */
  readonly 'x-given'?: true;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, SpecOperation>>>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** A document somebody gave, in the form of the packaged ones. */
export interface GivenSpec {
  /** The packaged document of the same name is replaced. */
  readonly name: string;
  /** Where it was read, as the user named it. */
  readonly source: string;
  readonly document: SpecDocument;
  /** What had to be changed to make sense of it, one line each. */
  readonly repairs: readonly string[];
}
