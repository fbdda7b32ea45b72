import { WebSocket } from 'ws';
import { catalogOf } from '../../../src/apis/catalog-of.js';
import { dig, digString, isJsonObject, type Json, type JsonObject } from '../../../src/core/json.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { isNeverServed } from '../../../src/specs/never-served.js';
import { specsOf } from '../../../src/specs/published-specs.js';
import type { SpecParameter } from '../../../src/specs/spec-document.js';
import type { Operation } from '../../../src/specs/spec-index.js';
import { factAbout, factFor } from './facts.js';
import { Raw, type Need } from './need.js';
import { definitionOf, leastBody, merged } from './least-body.js';

/** A request ready to be sent. */
export interface BuiltRequest {
  readonly operation: Operation;
  readonly target: string;
  readonly contentType?: string;
  readonly body?: string;
}

/** What came back. */
export interface BuiltAnswer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  readonly isGenerated: boolean;
}

/** Servers that requests may name. */
type Outside = Pick<Need, 'charts' | 'registry'>;

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
/** Paths that end in a word and hold nothing that is made there. */
const notCollections = /^\/oauth\/|\/watch\//;
const annotation = 'example.com/changed';

/**
 * Builds valid requests for the operations of a release: what they name exists, made before by the operation that makes it
 * or found in the world, and bodies are what their schemas require, completed by facts.
 */
export class RequestBuilder {
  readonly #ks: InProcessFake;
  readonly #token: string;
  readonly #outside: Outside;
  #count = 0;

  private constructor(ks: InProcessFake, token: string, outside: Outside) {
    this.#ks = ks;
    this.#token = token;
    this.#outside = outside;
  }

  /**
   * For the world as it is; good until the next reset.
   */
  static async start(ks: InProcessFake, outside: Outside): Promise<RequestBuilder> {
    return new RequestBuilder(ks, await ks.token(), outside);
  }

  /** A request for an operation. @throws Error when what it is about could not be made */
  async build(operation: Operation): Promise<BuiltRequest> {
    const segments = operation.path.split('/');
    const last = segments.findLastIndex((segment) => segment.startsWith('{'));
    const params: Record<string, string> = {};
    const made: Json[] = [];
    for (const [at, segment] of segments.entries()) {
      if (!segment.startsWith('{')) continue;
      const variable = segment.slice(1, -1);
      const need = this.#need(operation, params, made);
      const isFresh = at === last;
      params[variable] = await this.#value(variable, segments.slice(0, at), need, isFresh);
      // One word of the documents may stand for several.
      segments[at] = params[variable]
        .split(variable === 'path' ? '/' : /$/)
        .map(encodeURIComponent)
        .join('/');
    }
    const path = segments.join('/');
    const isCollection = !operation.path.endsWith('}') && !notCollections.test(path);
    if (isCollection && operation.method !== 'POST') await this.#makeAt(path, made, operation);
    return this.#complete(operation, path, this.#need(operation, params, made));
  }

  /** Asks as the administrator for another protocol; the status that is answered. */
  upgrade({ target }: BuiltRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${this.#token}` };
      const socket = new WebSocket(this.#ks.url.replace('http', 'ws') + target, { headers });
      socket.once('upgrade', ({ statusCode = 0 }) => {
        resolve(statusCode);
      });
      socket.once('open', () => {
        socket.terminate();
      });
      socket.once('unexpected-response', (request, { statusCode = 0 }) => {
        request.destroy();
        resolve(statusCode);
      });
      socket.once('error', reject);
    });
  }

  /** Sends a request as the administrator; of a stream only the head is waited for. */
  async send({ operation, target, contentType, body }: BuiltRequest): Promise<BuiltAnswer> {
    const stop = new AbortController();
    const response = await fetch(this.#ks.url + target, {
      method: operation.method,
      redirect: 'manual',
      signal: stop.signal,
      headers: {
        ...(operation.path !== '/oauth/token' && { Authorization: `Bearer ${this.#token}` }),
        ...(contentType !== undefined && { 'Content-Type': contentType }),
      },
      ...(body !== undefined && { body }),
    });
    const isEndless = operation.path.includes('/watch/');
    const text = isEndless ? '' : await response.text();
    if (isEndless) stop.abort();
    return {
      status: response.status,
      text,
      contentType: response.headers.get('Content-Type') ?? '',
      isGenerated: response.headers.get('X-Fake-Ks-Generated') === 'true',
    };
  }

  async #value(variable: string, before: readonly string[], need: Need, isFresh: boolean): Promise<string> {
    const noun = before.at(-1) ?? '';
    if (isFresh) {
      const made = await this.#make(noun, before, need);
      if (made !== undefined) return made;
    }
    const fact = factAbout('values', need, noun, variable);
    const known = typeof fact === 'function' ? await fact(need) : fact;
    const made =
      known === undefined && factAbout('manifests', need, noun) !== undefined
        ? await this.#make(noun, before, need)
        : known;
    return made ?? this.#nameInWorld(noun, need.params) ?? (await this.#make(noun, before, need)) ?? 'sample';
  }

  /** The name of a new object of a noun; `undefined` where nothing makes one. */
  async #make(noun: string, before: readonly string[], need: Need): Promise<string | undefined> {
    const made = need.made as Json[];
    const body = (await this.#makeAt(before.join('/'), made, need.asked)) ?? (await this.#apply(noun, need));
    if (body === undefined) return undefined;
    return factAbout('names', need, noun)?.(body, need) ?? nameIn(body);
  }

  /** Makes what an operation at a path makes; its answer, or what was sent where that names nothing. */
  async #makeAt(path: string, made: Json[], asked: Operation): Promise<Json | undefined> {
    const match = specsOf(this.#ks.release).find('POST', decodeURIComponent(path));
    if (match === undefined || match.operation.path.endsWith('}')) return undefined;
    const { method, path: template } = match.operation;
    const { release } = this.#ks;
    if (isNeverServed(release, method, template, catalogOf(release))) return undefined;
    const request = await this.#complete(
      match.operation,
      path,
      this.#need(match.operation, match.params, made, asked),
    );
    const answer = await this.send(request);
    if (answer.isGenerated || answer.status === 405) return undefined;
    if (answer.status >= 300)
      throw new Error(`${match.operation.key} before it: ${String(answer.status)} ${answer.text.trim()}`);
    const told = parsed(answer.text);
    const body =
      (isJsonObject(told) && told['versionName'] !== undefined) || nameIn(told) !== undefined
        ? told
        : parsed(request.body ?? '');
    made.push(body);
    return body;
  }

  /** Makes an object of a noun that has no operation of its own for it through the API of Kubernetes. */
  async #apply(noun: string, need: Need): Promise<Json | undefined> {
    const manifest = factAbout('manifests', need, noun)?.(need);
    if (manifest === undefined) return undefined;
    const apiVersion = digString(manifest, 'apiVersion');
    const resource = catalogOf(this.#ks.release).byKind(apiVersion, digString(manifest, 'kind'));
    if (resource === undefined) return undefined;
    const namespace = digString(manifest, 'metadata', 'namespace');
    const place = `${apiVersion.includes('/') ? '/apis/' : '/api/'}${apiVersion}`;
    const scope = namespace === '' ? '' : `/namespaces/${namespace}`;
    const made = await this.#call('POST', `${place}${scope}/${resource.plural}`, manifest);
    (need.made as Json[]).push(made);
    return made;
  }

  async #call(method: string, path: string, body: JsonObject | Raw): Promise<Json> {
    const [type, sent] =
      body instanceof Raw ? [body.type, body.text] : ['application/json', JSON.stringify(body)];
    const headers = { Authorization: `Bearer ${this.#token}`, 'Content-Type': type };
    const answer = await fetch(this.#ks.url + path, { method, headers, body: sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} before it: ${String(answer.status)} ${text.trim()}`);
    return parsed(text);
  }

  #nameInWorld(noun: string, { namespace, workspace }: Need['params']): string | undefined {
    const { store } = this.#ks.world.host;
    const resource = store.resources().find(({ plural }) => plural === noun);
    if (resource === undefined) return undefined;
    const found = store.list(resource).find(({ object }) => {
      const place = object.metadata.namespace;
      if (namespace !== undefined && place !== undefined && place !== namespace) return false;
      const owner = object.metadata.labels?.['kubesphere.io/workspace'];
      return workspace === undefined || owner === undefined || owner === workspace;
    });
    return found?.object.metadata.name;
  }

  #need(
    operation: Operation,
    params: Need['params'],
    made: readonly Json[],
    asked: Operation = operation,
  ): Need {
    this.#count += 1;
    const { release, world } = this.#ks;
    const name = `sample-${String(this.#count)}`;
    return {
      operation,
      asked,
      params,
      made,
      release,
      host: world.host,
      name,
      count: this.#count,
      token: this.#token,
      ...this.#outside,
      call: (method, path, body) => this.#call(method, path, body),
    };
  }

  /** Puts query and body to a path. */
  async #complete(operation: Operation, path: string, need: Need): Promise<BuiltRequest> {
    const target = path + (await queryOf(operation, need));
    const { method } = operation;
    const isPlain = method === 'POST' || method === 'PUT';
    const fact = factFor('bodies', need, isPlain);
    const given = typeof fact === 'function' ? await fact(need) : fact;
    if (given instanceof Raw) return { operation, target, contentType: given.type, body: given.text };
    if (method === 'GET' || (method === 'DELETE' && given === undefined)) return { operation, target };
    const schema = operation.parameters?.find((parameter) => parameter.in === 'body')?.schema;
    if (method === 'PATCH' && given === undefined) return { operation, target, ...patchFor(operation) };
    const before = method === 'PUT' ? await this.#read(path, definitionOf(schema)) : undefined;
    const least = schema === undefined ? undefined : leastBody(schema, operation.document);
    const body = before ?? merged(merged(least, this.#identity(operation, need)), given);
    return { operation, target, contentType: 'application/json', body: JSON.stringify(body) };
  }

  /** What is there now, with something changed; `undefined` when that is of another kind than what is to be written. */
  async #read(path: string, kind: string): Promise<Json | undefined> {
    const answer = await fetch(this.#ks.url + path, { headers: { Authorization: `Bearer ${this.#token}` } });
    const body = parsed(await answer.text());
    const isObject = answer.ok && dig(body, 'metadata', 'resourceVersion') !== undefined;
    if (!isObject || (kind !== '' && !['', kind].includes(digString(body, 'kind')))) return undefined;
    return merged(body, { metadata: { annotations: { [annotation]: 'changed' } } });
  }

  /** Kind and name of an object, where the body of an operation is one. */
  #identity(operation: Operation, { name, params }: Need): JsonObject | undefined {
    const schema = operation.parameters?.find((parameter) => parameter.in === 'body')?.schema;
    const target = definitionName(schema);
    const definition = Object.hasOwn(operation.document.definitions, target)
      ? operation.document.definitions[target]
      : undefined;
    if (dig(definition, 'properties', 'metadata') === undefined) return undefined;
    const isChange = operation.method === 'PUT';
    const own = Object.values(params).at(-1);
    const metadata = { name: isChange && own !== undefined ? own : name };
    const [, prefix, group = '', version = '', plural = ''] = operation.path.split('/');
    const resource = prefix === 'apis' ? catalogOf(this.#ks.release).find(group, version, plural) : undefined;
    if (resource === undefined) return { metadata };
    return { apiVersion: `${group}/${version}`, kind: resource.kind, metadata };
  }
}

async function queryOf(operation: Operation, need: Need): Promise<string> {
  const needed = (operation.parameters ?? []).filter(
    ({ in: where, required }) => where === 'query' && required,
  );
  const asked = new Map(needed.map((parameter) => [parameter.name, anyValue(parameter)]));
  const facts = (await factFor('queries', need)?.(need)) ?? {};
  for (const [name, value] of Object.entries(facts)) asked.set(name, value);
  if (asked.size === 0) return '';
  return `?${[...asked].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

function anyValue({ type }: SpecParameter): string {
  return type === 'integer' || type === 'number' ? '1' : type === 'boolean' ? 'true' : 'sample';
}

function patchFor({ consumes = [] }: Operation): { contentType: string; body: string } {
  const change = { metadata: { annotations: { [annotation]: 'changed' } } };
  if (consumes[0] !== jsonPatch) {
    const contentType = consumes.find((type) => type !== '*/*') ?? mergePatch;
    return { contentType, body: JSON.stringify(change) };
  }
  const add = [{ op: 'add', path: '/metadata/annotations', value: change.metadata.annotations }];
  return { contentType: jsonPatch, body: JSON.stringify(add) };
}

function definitionName(schema: SpecParameter['schema']): string {
  const target = schema?.['$ref'];
  return typeof target === 'string' ? target.replace('#/definitions/', '') : '';
}

/** How what was made is called, by its own answer or by what was sent. */
function nameIn(body: Json): string | undefined {
  if (Array.isArray(body)) return body.length === 0 ? undefined : nameIn(body[0] as Json);
  if (!isJsonObject(body)) return undefined;
  const names = [
    dig(body, 'metadata', 'name'),
    ...[
      'project_id',
      'attachment_id',
      'repo_id',
      'app_id',
      'version_id',
      'category_id',
      'id',
      'image',
      'username',
      'name',
    ].map((member) => body[member]),
  ];
  if (body['outputs'] !== undefined) return nameIn(body['outputs']);
  const found = names.find((name) => typeof name === 'string' && name !== '');
  return typeof found === 'string' ? found : undefined;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
