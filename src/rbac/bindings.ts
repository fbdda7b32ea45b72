import { quote } from '../core/api-error.js';
import { digArray, digString, isJsonObject, type JsonObject } from '../core/json.js';
import { label, type KubeObject, type User } from '../core/kube-object.js';
import type { ReleaseName } from '../core/release.js';
import type { StoredObject } from '../state/object-store.js';
import { workspaceLabel } from '../core/well-known-keys.js';
import { principalOf } from './match-subject.js';

/** A binding that gives a role to someone. */
export interface Grant {
  readonly binding: KubeObject;
  readonly subject: JsonObject;
  readonly roleKind: string;
  readonly roleName: string;
  /** Place in the list of bindings; the first one that allows decides. */
  readonly at: number;
}

/** Bindings of one place, found by who they give something to. */
export class BindingIndex {
  readonly #byUser = new Map<string, Grant[]>();
  readonly #byGroup = new Map<string, Grant[]>();

  constructor(bindings: readonly StoredObject[], release: ReleaseName) {
    for (const [at, { object }] of bindings.entries()) this.#add(object, at, release);
  }

  /** What a user is given, in the order of the bindings, each binding once. */
  grantsOf(user: User): readonly Grant[] {
    const found = [this.#byUser.get(user.name), ...user.groups.map((group) => this.#byGroup.get(group))];
    const lists = found.filter((grants) => grants !== undefined);
    if (lists.length < 2) return lists[0] ?? [];
    const byPlace = new Map<number, Grant>();
    for (const grant of lists.flat()) if (!byPlace.has(grant.at)) byPlace.set(grant.at, grant);
    return [...byPlace.values()].sort((a, b) => a.at - b.at);
  }

  #add(binding: KubeObject, at: number, release: ReleaseName): void {
    const seen = new Set<string>();
    for (const subject of digArray(binding, 'subjects').filter(isJsonObject)) {
      const principal = principalOf(subject, binding.metadata.namespace ?? '', release);
      if (principal === undefined) continue;
      const [index, name] =
        'user' in principal ? [this.#byUser, principal.user] : [this.#byGroup, principal.group];
      const key = `${index === this.#byUser ? 'user' : 'group'} ${name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const grant: Grant = {
        binding,
        subject,
        roleKind: digString(binding, 'roleRef', 'kind'),
        roleName: digString(binding, 'roleRef', 'name'),
        at,
      };
      const known = index.get(name);
      if (known === undefined) index.set(name, [grant]);
      else known.push(grant);
    }
  }
}

/** A list of bindings, split by namespace or workspace and indexed where somebody asks. */
export class PartitionedBindings {
  readonly #parts = new Map<string, StoredObject[]>();
  readonly #indexes = new Map<string, BindingIndex>();
  readonly #release: ReleaseName;
  readonly #all: readonly StoredObject[];
  #whole: BindingIndex | undefined;

  constructor(bindings: readonly StoredObject[], release: ReleaseName) {
    this.#release = release;
    this.#all = bindings;
    for (const stored of bindings) {
      const key = stored.object.metadata.namespace ?? label(stored.object, workspaceLabel) ?? '';
      const known = this.#parts.get(key);
      if (known === undefined) this.#parts.set(key, [stored]);
      else known.push(stored);
    }
  }

  /** The bindings of every place. */
  all(): BindingIndex {
    return (this.#whole ??= new BindingIndex(this.#all, this.#release));
  }

  /** The bindings of one namespace or workspace; `undefined` when there are none. */
  of(place: string): BindingIndex | undefined {
    const known = this.#indexes.get(place);
    if (known !== undefined) return known;
    const part = this.#parts.get(place);
    if (part === undefined) return undefined;
    const index = new BindingIndex(part, this.#release);
    this.#indexes.set(place, index);
    return index;
  }
}

/** Says in words why something is allowed, as a SubjectAccessReview repeats it. */
export function describeGrant({ binding, subject, roleKind, roleName }: Grant): string {
  const { name, namespace } = binding.metadata;
  // The real server also calls WorkspaceRoleBindings by this name.
  const kind = binding.kind === 'WorkspaceRoleBinding' ? 'GlobalRoleBinding' : binding.kind;
  const bound = namespace === undefined ? name : `${name}/${namespace}`;
  const who = digString(subject, 'name');
  const whoKind = digString(subject, 'kind');
  const whom =
    whoKind === 'ServiceAccount' ? `${who}/${digString(subject, 'namespace') || (namespace ?? '')}` : who;
  return `${kind} ${quote(bound)} of ${roleKind} ${quote(roleName)} to ${whoKind} ${quote(whom)}`;
}
