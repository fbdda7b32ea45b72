import { didYouMean } from '../core/did-you-mean.js';
import { describeInput, type InputProblem } from '../core/input-error.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { WorldDocument } from '../core/options.js';
import type { Release } from '../core/release.js';
import type { Catalog } from '../registry/catalog.js';
import { checkConfig } from './check-config.js';
import { nameProblem } from './check-fields.js';
import { checkObject } from './check-object.js';
import { installedNamespaces } from './install.js';
import type { Path, Report, Target } from './report.js';

/** A document of a world and where it was written. */
export interface WorldPart {
  readonly value: Json;
  /** File as the user named it, or `options.world`. */
  readonly source: string;
  readonly lineOf?: (path: Path) => number;
}

/** A world whose every object is known to fit; ready to be loaded. */
export interface CheckedWorld {
  /** True when it stands for itself; otherwise it is laid over a fresh install. */
  readonly exact: boolean;
  readonly document: WorldDocument;
  readonly objects: readonly { readonly resource: Target; readonly object: KubeObject }[];
}

const keys = ['config', 'users', 'objects', 'meta'];

/** A problem that remembers its place, so that the line can be found when it is needed. */
export interface PlacedProblem extends InputProblem {
  readonly path: Path;
}

/** A problem many objects have, told once. */
interface CountedProblem {
  readonly problem: PlacedProblem;
  count: number;
}

/** Reads documents as one world. Everything wrong with any of them is in `problems`; then the result is not to be used. */
export class WorldChecker {
  readonly problems: PlacedProblem[] = [];
  readonly #release: Release;
  readonly #catalog: Catalog;
  readonly #objects: { resource: Target; object: KubeObject }[] = [];
  readonly #places = new Map<string, string>();
  readonly #logins = new Map<string, string>();
  readonly #unknown = new Map<string, CountedProblem>();
  readonly #namespaces = new Map<string, CountedProblem>();
  readonly #custom = new Map<string, Target>();
  readonly #parts: Partial<Record<'config' | 'meta', JsonObject>> = {};
  #isDocument = false;

  constructor(release: Release, catalog: Catalog) {
    this.#release = release;
    this.#catalog = catalog;
  }

  /** Adds documents; a CustomResourceDefinition among them makes its kind known to all of them. */
  add(parts: readonly WorldPart[]): void {
    for (const { value } of parts) this.#learnKinds(value);
    for (const part of parts) this.#addPart(part);
  }

  /** The world all documents describe together. */
  finish(): CheckedWorld {
    for (const unknown of this.#unknown.values()) this.problems.push(counted(unknown));
    const users = [...this.#logins].map(([name, password]) => ({ name, password }));
    const objects = this.#objects.map(({ object }) => object);
    const hasUsers = this.#objects.some(
      ({ resource }) => resource.group === 'iam.kubesphere.io' && resource.plural === 'users',
    );
    const exact = this.#isDocument || hasUsers;
    this.#reportMissingNamespaces(exact);
    return {
      exact,
      document: { ...this.#parts, users, objects },
      objects: this.#objects,
    };
  }

  #addPart(part: WorldPart): void {
    const { value } = part;
    const report = this.#reportOf(part);
    if (value === null) return;
    if (!isJsonObject(value)) {
      report([], `must be a Kubernetes object, a List or a world document, got ${describeInput(value)}`);
    } else if (Object.hasOwn(value, 'kind') || Object.hasOwn(value, 'apiVersion')) {
      this.#addObject(value, [], part, report);
    } else if (keys.some((key) => Object.hasOwn(value, key))) {
      this.#addDocument(value, part, report);
    } else {
      const help = `is missing; give "kind" and "apiVersion", or a world document with ${keys.join(', ')}`;
      report(['kind'], help);
    }
  }

  #reportOf({ source, lineOf }: WorldPart): Report {
    return (path, message) => {
      const field = fieldOf(path);
      const line = lineOf?.(path);
      this.problems.push({
        source,
        path,
        ...(line !== undefined && { line }),
        ...(field !== '' && { field }),
        message,
      });
    };
  }

  #addDocument(value: JsonObject, part: WorldPart, report: Report): void {
    this.#isDocument = true;
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) report([key], `unknown key${didYouMean(key, keys)}`);
    }
    for (const key of ['config', 'meta'] as const) {
      const given = value[key];
      if (given === undefined) continue;
      if (!isJsonObject(given)) report([key], `must be a mapping, got ${describeInput(given)}`);
      else if (this.#parts[key] !== undefined) report([key], 'given twice; keep one of them');
      else this.#parts[key] = given;
    }
    checkConfig(value, this.#release, report);
    this.#addUsers(value['users'], report);
    this.#addItems(value['objects'], ['objects'], part, report);
  }

  #addUsers(users: Json | undefined, report: Report): void {
    if (users === undefined) return;
    if (!Array.isArray(users)) {
      report(['users'], `must be a list of {name, password}, got ${describeInput(users)}`);
      return;
    }
    for (const [at, login] of (users as readonly Json[]).entries()) {
      if (!isJsonObject(login)) {
        report(['users', at], `must be {name, password}, got ${describeInput(login)}`);
        continue;
      }
      const { name, password, ...others } = login;
      for (const key of Object.keys(others)) {
        report(['users', at, key], `unknown key${didYouMean(key, ['name', 'password'])}`);
      }
      const bad = [
        name === undefined || typeof name !== 'string' || name === '' ? 'name' : '',
        typeof password === 'string' ? '' : 'password',
      ];
      for (const key of bad.filter((each) => each !== '')) {
        report(['users', at, key], `must be a text, got ${describeInput(login[key])}`);
      }
      if (typeof name !== 'string' || typeof password !== 'string') continue;
      if (this.#logins.has(name))
        report(['users', at, 'name'], `${describeInput(name)} is there twice; keep one of them`);
      this.#logins.set(name, password);
    }
  }

  #addItems(items: Json | undefined, path: Path, part: WorldPart, report: Report, list?: JsonObject): void {
    if (items === undefined || items === null) return;
    if (!Array.isArray(items)) {
      report(path, `must be a list of Kubernetes objects, got ${describeInput(items)}`);
      return;
    }
    for (const [at, item] of (items as readonly Json[]).entries()) {
      if (isJsonObject(item))
        this.#addObject(list === undefined ? item : named(item, list), [...path, at], part, report);
      else report([...path, at], `must be a Kubernetes object, got ${describeInput(item)}`);
    }
  }

  #addObject(value: JsonObject, path: Path, part: WorldPart, report: Report): void {
    const { kind, items } = value;
    if (kind === 'List' || (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))) {
      this.#addItems(items, [...path, 'items'], part, report, value);
      return;
    }
    const object = checkObject(value, path, report, this.#typeOf);
    if (object === undefined) {
      this.#checkNameOf(value, path, report);
      return;
    }
    const target = this.#targetOf(object);
    if (target === undefined) {
      this.#noteUnknown(object, path, report);
      return;
    }
    this.#keep(target, object, path, part, report);
  }

  /** The name of an object that is refused anyhow, so that everything wrong with it is told at once. */
  #checkNameOf({ apiVersion, kind, metadata }: Partial<KubeObject>, path: Path, report: Report): void {
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') return;
    const target = this.#targetOf({ apiVersion, kind });
    const name = digString(metadata, 'name');
    const problem = target === undefined || name === '' ? undefined : nameProblem(name, target);
    if (problem !== undefined) report([...path, 'metadata', 'name'], problem);
  }

  readonly #typeOf = (apiVersion: string, kind: string): string | undefined =>
    this.#catalog.byKind(apiVersion, kind)?.types?.[apiVersion.slice(apiVersion.indexOf('/') + 1)];

  #targetOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): Target | undefined {
    return this.#catalog.byKind(apiVersion, kind) ?? this.#custom.get(`${groupOf(apiVersion)}/${kind}`);
  }

  #noteUnknown({ apiVersion, kind }: KubeObject, path: Path, report: Report): void {
    const key = `${groupOf(apiVersion)}/${kind}`;
    const known = this.#unknown.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const kinds = [...new Set(this.#catalog.resources.map((resource) => resource.kind))];
    const guess = kinds.includes(kind) ? '' : didYouMean(kind, kinds);
    const help = guess || '; take it out, or add its CustomResourceDefinition';
    const before = this.problems.length;
    report(
      [...path, 'kind'],
      `${describeInput(kind)} of ${apiVersion} is not a kind of ${this.#release.name}${help}`,
    );
    const [problem] = this.problems.splice(before);
    if (problem !== undefined) this.#unknown.set(key, { problem, count: 1 });
  }

  #keep(target: Target, object: KubeObject, path: Path, part: WorldPart, report: Report): void {
    const { name, namespace } = object.metadata;
    if (!target.namespaced && namespace !== undefined) {
      const help = `${target.plural} are not in a namespace, got ${describeInput(namespace)}; take it out`;
      report([...path, 'metadata', 'namespace'], help);
      return;
    }
    const placed: KubeObject =
      target.namespaced && namespace === undefined
        ? { ...object, metadata: { ...object.metadata, namespace: 'default' } }
        : object;
    const key = `${target.plural}.${target.group}/${placed.metadata.namespace ?? ''}/${name}`;
    const first = this.#places.get(key);
    if (first !== undefined) {
      const what = `${object.kind} ${describeInput(name)} is there twice, first in ${first}; keep one of them`;
      report([...path, 'metadata', 'name'], what);
      return;
    }
    this.#places.set(key, placeOf(part, path));
    const badName = nameProblem(name, target);
    if (badName !== undefined) {
      report([...path, 'metadata', 'name'], badName);
      return;
    }
    if (target.namespaced) this.#noteNamespace(placed.metadata.namespace ?? '', path, report);
    this.#objects.push({
      resource: { group: target.group, plural: target.plural, namespaced: target.namespaced },
      object: placed,
    });
  }

  /** Takes down that a namespace is used, with the problem it will be if nothing defines it. */
  #noteNamespace(namespace: string, path: Path, report: Report): void {
    const known = this.#namespaces.get(namespace);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const before = this.problems.length;
    const what = `there is no Namespace ${describeInput(namespace)}; add it to the objects`;
    report([...path, 'metadata', 'namespace'], what);
    const [problem] = this.problems.splice(before);
    if (problem !== undefined) this.#namespaces.set(namespace, { problem, count: 1 });
  }

  #reportMissingNamespaces(exact: boolean): void {
    const installed = exact ? [] : installedNamespaces(this.#release.name);
    const present = new Set(installed);
    for (const { resource, object } of this.#objects)
      if (resource.group === '' && resource.plural === 'namespaces') present.add(object.metadata.name);
    for (const [namespace, used] of this.#namespaces)
      if (!present.has(namespace)) this.problems.push(counted(used));
  }

  #learnKinds(value: Json): void {
    for (const object of objectsIn(value)) {
      if (object['kind'] !== 'CustomResourceDefinition' || !isJsonObject(object['spec'])) continue;
      const { group, names, scope } = object['spec'];
      if (typeof group !== 'string' || !isJsonObject(names)) continue;
      const { kind, plural } = names;
      if (typeof kind !== 'string' || typeof plural !== 'string') continue;
      this.#custom.set(`${group}/${kind}`, { group, plural, namespaced: scope === 'Namespaced' });
    }
  }
}

function counted({ problem, count }: CountedProblem): PlacedProblem {
  const times = count === 1 ? '1 object' : `${String(count)} objects`;
  return { ...problem, message: `${problem.message} (${times})` };
}

function objectsIn(value: Json): JsonObject[] {
  if (!isJsonObject(value)) return [];
  const items = value['items'] ?? value['objects'];
  return Array.isArray(items) ? (items as readonly Json[]).filter(isJsonObject) : [value];
}

/** Items of a typed list leave out what the list says: a NodeList holds Nodes. */
function named(item: JsonObject, list: JsonObject): JsonObject {
  const { kind, apiVersion } = list;
  const ofItem = typeof kind === 'string' && kind !== 'List' ? kind.slice(0, -'List'.length) : undefined;
  return {
    ...(ofItem !== undefined && { kind: ofItem, ...(apiVersion !== undefined && { apiVersion }) }),
    ...item,
  };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

function placeOf({ source, lineOf }: WorldPart, path: Path): string {
  if (lineOf !== undefined) return `${source}:${String(lineOf(path))}`;
  return path.length === 0 ? source : `${source} at ${fieldOf(path)}`;
}

function fieldOf(path: Path): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${String(step)}]` : at === 0 ? step : `.${step}`))
    .join('');
}
