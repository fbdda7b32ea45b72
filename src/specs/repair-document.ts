import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { cutLoops } from './cut-loops.js';
import { mappingsOf, SchemaRepairer } from './repair-schema.js';
import type { Schema, SpecDocument, SpecOperation, SpecParameter, SpecResponse } from './spec-document.js';

const methods = new Set(['delete', 'get', 'head', 'options', 'patch', 'post', 'put']);
const places = new Set(['body', 'formData', 'header', 'path', 'query']);
const plainTypes = new Set(['array', 'boolean', 'file', 'integer', 'number', 'string']);

/** What go-restful writes where the last variable takes the rest of the path. */
const takesRest = /\{[^}:]*:\s*\*\}\s*$/;

/** A document in the form of the packaged ones, and what had to be changed for it. */
export interface RepairedDocument {
  readonly document: SpecDocument;
  /** One line each: place, what was wrong, what it is taken for. */
  readonly repairs: readonly string[];
}

/**
 * Makes sense of a Swagger 2.0 document as it was published: dangling references, operation ids given twice, two bodies,
 * variables of the path that no parameter describes, and the like.
 *
 * @param openapi Version of OpenAPI 3 it was written in; absent: Swagger 2.0
 */
export function repairDocument(raw: JsonObject, openapi?: string): RepairedDocument {
  return new DocumentRepairer(raw, openapi).run();
}

class DocumentRepairer {
  readonly #raw: JsonObject;
  readonly #openapi: string | undefined;
  readonly #repairs = new Set<string>();
  readonly #schemas: SchemaRepairer;
  readonly #ids = new Set<string>();
  /** Method and path of every operation so far, whatever its variables are called. */
  readonly #taken = new Map<string, string>();

  constructor(raw: JsonObject, openapi: string | undefined) {
    this.#raw = raw;
    this.#openapi = openapi;
    const names = new Set(mappingsOf(raw['definitions']).map(([name]) => name));
    this.#schemas = new SchemaRepairer(names, this.#report, openapi?.startsWith('3.1') === true);
  }

  readonly #report = (place: string, problem: string, taken: string): void => {
    this.#repairs.add(`${place}: ${problem}; ${taken}`);
  };

  run(): RepairedDocument {
    const { info, definitions } = this.#raw;
    const { title, version } = isJsonObject(info) ? info : {};
    if (isJsonObject(definitions))
      for (const [name, schema] of Object.entries(definitions))
        if (!isJsonObject(schema)) this.#report(name, 'a definition that is no mapping', 'left out');
    const document: SpecDocument = {
      swagger: '2.0',
      'x-given': true,
      ...(this.#openapi !== undefined && { 'x-openapi': this.#openapi }),
      info: {
        title: typeof title === 'string' ? title : 'API',
        version: typeof version === 'string' ? version : '',
      },
      paths: this.#paths(),
      definitions: cutLoops(
        Object.fromEntries(
          mappingsOf(definitions).map(([name, schema]) => [name, this.#schemas.repair(schema, name)]),
        ),
        this.#report,
      ),
    };
    return { document, repairs: [...this.#repairs] };
  }

  #paths(): SpecDocument['paths'] {
    const paths = new Map<string, Record<string, SpecOperation>>();
    const base = basePath(this.#raw['basePath']);
    for (const [written, item] of mappingsOf(this.#raw['paths'])) {
      const path = this.#path(written, base);
      const operations = paths.get(path) ?? {};
      for (const [method, operation] of mappingsOf(item)) {
        if (!methods.has(method.toLowerCase())) continue;
        const place = `${method.toUpperCase()} ${path}`;
        const shape = place.replace(/\{[^}]*\}/g, '{}');
        const earlier = this.#taken.get(shape);
        if (earlier !== undefined) {
          this.#report(place, `the same as ${earlier}`, 'left out');
          continue;
        }
        this.#taken.set(shape, place);
        const repaired = this.#operation(operation, item['parameters'], path, place);
        operations[method.toLowerCase()] = takesRest.test(written)
          ? { ...repaired, 'x-rest-of-path': true }
          : repaired;
      }
      if (Object.keys(operations).length > 0) paths.set(path, operations);
    }
    return Object.fromEntries(paths);
  }

  /**
   * A path as requests can match it: `{name:.*}` of go-restful loses its pattern, spaces and doubled slashes go. With
   * `{name:*}` at its end it stands for all that may follow.
   */
  #path(written: string, base: string): string {
    const joined = `${base}/${written.trim()}`.replace(/\/{2,}/g, '/');
    const path = joined.replace(/\{([^}:]*):[^}]*\}/g, '{$1}');
    if (path !== `${base}${written}`) {
      const reach = takesRest.test(written) ? ' and all that follows' : '';
      this.#report(written, 'not a plain path', `read as ${path}${reach}`);
    }
    return path;
  }

  #operation(raw: JsonObject, shared: Json | undefined, path: string, place: string): SpecOperation {
    const parameters = this.#parameters(raw['parameters'], shared, path, place);
    const operationId = this.#id(raw['operationId'], place);
    const consumes = textsOf(raw['consumes'] ?? this.#raw['consumes']);
    const produces = textsOf(raw['produces'] ?? this.#raw['produces']);
    const tags = textsOf(raw['tags']);
    const { summary, description } = raw;
    return {
      ...(typeof summary === 'string' && { summary }),
      ...(typeof description === 'string' && { description }),
      ...(operationId !== undefined && { operationId }),
      ...(tags !== undefined && { tags }),
      ...(consumes !== undefined && { consumes }),
      ...(produces !== undefined && { produces }),
      parameters,
      responses: this.#responses(raw['responses'], place),
    };
  }

  #id(given: Json | undefined, place: string): string | undefined {
    if (typeof given !== 'string' || given === '') return undefined;
    let id = given;
    for (let count = 2; this.#ids.has(id); count += 1) id = `${given}_${String(count)}`;
    if (id !== given) this.#report(place, `operationId ${given} is given twice`, `renamed to ${id}`);
    this.#ids.add(id);
    return id;
  }

  #parameters(
    own: Json | undefined,
    shared: Json | undefined,
    path: string,
    place: string,
  ): readonly SpecParameter[] {
    const variables = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
    const found = new Map<string, SpecParameter>();
    for (const raw of [...listOf(own), ...listOf(shared)]) {
      const parameter = this.#parameter(raw, place);
      if (parameter === undefined) continue;
      const { name, in: where } = parameter;
      // What an operation says wins over what its path says for all of them.
      const isShared = !listOf(own).includes(raw);
      const key = where === 'body' ? 'body' : `${where} ${name}`;
      const problem =
        where === 'path' && !variables.includes(name)
          ? `parameter "${name}" is not in the path`
          : found.has(key) && where === 'body'
            ? 'two parameters are the body'
            : found.has(key)
              ? `parameter "${name}" is given twice`
              : undefined;
      if (problem === undefined) found.set(key, parameter);
      else if (!isShared) this.#report(place, problem, where === 'path' ? 'left out' : 'the first is kept');
    }
    for (const name of variables)
      if (!found.has(`path ${name}`)) {
        this.#report(place, `no parameter describes "${name}" of the path`, 'a text is expected');
        found.set(`path ${name}`, { name, in: 'path', required: true, type: 'string' });
      }
    const all = [...found.values()];
    if (!found.has('body') || all.every((parameter) => parameter.in !== 'formData')) return all;
    this.#report(place, 'both a body and a form', 'the form is left out');
    return all.filter((parameter) => parameter.in !== 'formData');
  }

  #parameter(raw: Json, place: string): SpecParameter | undefined {
    const resolved = this.#resolve(raw, 'parameters', place);
    if (resolved === undefined) return undefined;
    const { name, in: where, schema, type, required, description } = resolved;
    if (typeof name !== 'string' || typeof where !== 'string' || !places.has(where)) {
      this.#report(place, 'a parameter without a name or a place to stand', 'left out');
      return undefined;
    }
    const told = {
      name,
      in: where as SpecParameter['in'],
      ...(typeof description === 'string' && { description }),
      ...((required === true || where === 'path') && { required: true }),
    };
    if (where === 'body') return { ...told, schema: this.#schemas.repair(schema ?? {}, `${place} body`) };
    if (where === 'path' && required !== true)
      this.#report(place, `parameter "${name}" of the path is not required`, 'required it is');
    const { required: _, schema: __, ...own } = resolved;
    const rest = this.#schemas.repair(own, `${place} parameter "${name}"`);
    if (typeof type === 'string' && isPlain(rest['type'])) return { ...rest, ...told, type: rest['type'] };
    this.#report(place, `parameter "${name}" has no type a parameter can have`, 'taken for text');
    return { ...told, type: 'string' };
  }

  #responses(raw: Json | undefined, place: string): SpecOperation['responses'] {
    const found = Object.entries(isJsonObject(raw) ? raw : {}).flatMap(
      ([status, given]): [string, SpecResponse][] => {
        const isRange = this.#openapi !== undefined && /^[1-5]XX$/.test(status);
        if (!isRange && !/^(?:[1-5]\d\d|default)$/.test(status)) {
          if (!status.startsWith('x-')) this.#report(place, `"${status}" is no status`, 'left out');
          return [];
        }
        const response = this.#resolve(given, 'responses', place) ?? {};
        const { description, schema, examples } = response;
        const shown = bodiesOf(examples);
        const text = typeof description === 'string' ? description : '';
        const body: Schema | undefined =
          schema === undefined ? undefined : this.#schemas.repair(schema, `${place} ${status}`);
        return [
          [
            status,
            {
              description: text,
              ...(body !== undefined && { schema: body }),
              ...(shown.length > 0 && { 'x-examples': shown }),
            },
          ],
        ];
      },
    );
    if (found.length > 0) return Object.fromEntries(found);
    this.#report(place, 'no answer is described', '200 without a schema');
    return { 200: { description: '' } };
  }

  /** What a reference to a shared part leads to. */
  #resolve(raw: Json | undefined, part: string, place: string): JsonObject | undefined {
    if (!isJsonObject(raw)) {
      this.#report(place, `one of its ${part} is no mapping`, 'left out');
      return undefined;
    }
    const target = raw['$ref'];
    if (target === undefined) return raw;
    const prefix = `#/${part}/`;
    const shared = this.#raw[part];
    if (typeof target === 'string' && target.startsWith(prefix) && isJsonObject(shared)) {
      const name = target.slice(prefix.length);
      const found = Object.hasOwn(shared, name) ? shared[name] : undefined;
      if (isJsonObject(found) && found['$ref'] === undefined) return found;
    }
    this.#report(place, `dangling reference ${JSON.stringify(target)}`, 'left out');
    return undefined;
  }
}

/** Bodies of JSON among examples by media type, or all of a list. */
function bodiesOf(examples: Json | undefined): readonly Json[] {
  if (Array.isArray(examples)) return examples as readonly Json[];
  return Object.entries(isJsonObject(examples) ? examples : {}).flatMap(([type, example]) =>
    example !== undefined && /[/+]json\b/.test(type) ? [example] : [],
  );
}

function isPlain(type: Json | undefined): type is string {
  return typeof type === 'string' && plainTypes.has(type);
}

function basePath(given: Json | undefined): string {
  return typeof given === 'string' && /^\/[^{}?#]*[^/{}?#]$/.test(given) ? given : '';
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function textsOf(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}
