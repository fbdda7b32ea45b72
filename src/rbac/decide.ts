import { quote } from '../core/api-error.js';
import { label } from '../core/kube-object.js';
import { inRange, type ReleaseName } from '../core/release.js';
import { workspaceLabel } from '../core/well-known-keys.js';
import type { AccessAttributes, Decision } from '../registry/contract.js';
import type { ObjectStore, StoredObject } from '../state/object-store.js';
import { describeGrant, PartitionedBindings, type BindingIndex, type Grant } from './bindings.js';
import { ruleAllows } from './match-rule.js';
import { findRole, rbacKinds, type CompiledRole, type RbacKinds } from './roles.js';

/** The stores of a decision: Global and Workspace kinds are the host's, the rest the answering cluster's. */
export interface RbacStores {
  readonly release: ReleaseName;
  readonly host: ObjectStore;
  readonly own: ObjectStore;
}

const namespaces = { group: '', plural: 'namespaces' };
const devopsProjects = { group: 'devops.kubesphere.io', plural: 'devopsprojects' };
const indexes = new WeakMap<readonly StoredObject[], PartitionedBindings>();

/** The workspace a request is about: that of its namespace, else that of its URL; empty for none. */
export function workspaceOf(attributes: AccessAttributes, { release, own }: RbacStores): string {
  const { scope, workspace = '', namespace = '', devops = '' } = attributes;
  const of4 = inRange(release, { since: 'v4.1' });
  if (scope === 'Namespace') {
    const found = own.find(namespaces, undefined, namespace)?.object;
    const labelled = found === undefined ? '' : (label(found, workspaceLabel) ?? '');
    return of4 || labelled !== '' ? labelled : workspace;
  }
  if (scope === 'DevOps') {
    const found =
      own.find(devopsProjects, undefined, devops)?.object ?? own.find(namespaces, undefined, devops)?.object;
    const labelled = found === undefined ? '' : (label(found, workspaceLabel) ?? '');
    return labelled === '' ? workspace : labelled;
  }
  return scope === 'Workspace' ? workspace : '';
}

/**
 * Asks the bindings that can matter, in order, until one allows.
 *
 * @see kubesphere/kubesphere pkg/apiserver/authorization/rbac/rbac.go VisitRulesFor
 */
export function decide(attributes: AccessAttributes, workspace: string, stores: RbacStores): Decision {
  const visit = new Visit(attributes, stores);
  return visit.run(workspace) ?? { allowed: false, reason: visit.problems() };
}

class Visit {
  readonly #attributes: AccessAttributes;
  readonly #stores: RbacStores;
  readonly #kinds: RbacKinds;
  readonly #errors: string[] = [];
  /** Since 4.1 an error in any binding but a global one ends the search. */
  readonly #stopsAtErrors: boolean;
  /** The gateway of 2.1 has rules of its own. */
  readonly #isGateway: boolean;
  #stopped = false;

  constructor(attributes: AccessAttributes, stores: RbacStores) {
    this.#attributes = attributes;
    this.#stores = stores;
    this.#kinds = rbacKinds(stores.release);
    this.#stopsAtErrors = inRange(stores.release, { since: 'v4.1' });
    this.#isGateway = inRange(stores.release, { until: 'v2.1' });
  }

  run(workspace: string): Decision | undefined {
    const { scope, namespace = '', devops = '' } = this.#attributes;
    const { host, own } = this.#stores;
    const kinds = this.#kinds;
    if (this.#isGateway && this.#isOwnAccount()) return { allowed: true, reason: '' };
    if (!this.#isGateway) {
      const allowed = this.#ask(this.#bindings(host, kinds.globalRoleBindings).all(), '', false);
      if (allowed !== undefined || scope === 'Global') return allowed;
      if (scope === 'Workspace' || scope === 'Namespace' || scope === 'DevOps') {
        const bindings = this.#bindings(host, kinds.workspaceRoleBindings);
        const found = this.#ask(
          workspace === '' ? this.#withoutWorkspace(bindings) : bindings.of(workspace),
          '',
        );
        if (found !== undefined) return found;
      }
    }
    const place = scope === 'Namespace' ? namespace : scope === 'DevOps' ? devops : '';
    if (place !== '') {
      const found = this.#ask(this.#bindings(own, kinds.roleBindings).of(place), place);
      if (found !== undefined) return found;
    }
    return this.#ask(this.#bindings(own, kinds.clusterRoleBindings).all(), '');
  }

  /** Everybody may do anything with the account of their own name. */
  #isOwnAccount(): boolean {
    const { resource, name, user } = this.#attributes;
    return resource === 'users' && name === user.name;
  }

  /** Errors met on the way, as the refusal repeats them; empty for none. */
  problems(): string {
    const [first] = this.#errors;
    if (first === undefined) return '';
    const distinct = [...new Set(this.#errors)];
    return `RBAC: ${distinct.length === 1 ? first : `[${distinct.join(', ')}]`}`;
  }

  /** Before 4.1 "no workspace" selects the bindings of every workspace, since then of none. */
  #withoutWorkspace(bindings: PartitionedBindings): BindingIndex | undefined {
    return inRange(this.#stores.release, { since: 'v4.1' }) ? undefined : bindings.all();
  }

  #bindings(store: ObjectStore, resource: RbacKinds['roles']): PartitionedBindings {
    const list = store.list(resource);
    const known = indexes.get(list);
    if (known !== undefined) return known;
    const made = new PartitionedBindings(list, this.#stores.release);
    indexes.set(list, made);
    return made;
  }

  #ask(
    bindings: BindingIndex | undefined,
    namespace: string,
    stops = this.#stopsAtErrors,
  ): Decision | undefined {
    if (bindings === undefined || this.#stopped) return undefined;
    for (const grant of bindings.grantsOf(this.#attributes.user)) {
      const role = this.#roleOf(grant, namespace);
      if (role === 'unsupported') {
        this.#errors.push(`unsupported role reference kind: ${quote(grant.roleKind)}`);
        this.#stopped = stops;
        if (stops) return undefined;
      } else if (role !== undefined && this.#allows(role)) {
        return { allowed: true, reason: `RBAC: allowed by ${describeGrant(grant)}` };
      }
    }
    return undefined;
  }

  #roleOf({ roleKind, roleName }: Grant, namespace: string): CompiledRole | undefined | 'unsupported' {
    const { host, own } = this.#stores;
    switch (roleKind) {
      case 'GlobalRole':
        return findRole(host, this.#kinds.globalRoles, undefined, roleName);
      case 'WorkspaceRole':
        return findRole(host, this.#kinds.workspaceRoles, undefined, roleName);
      case 'ClusterRole':
        return findRole(own, this.#kinds.clusterRoles, undefined, roleName);
      case 'Role':
        return findRole(own, this.#kinds.roles, namespace, roleName);
      default:
        return 'unsupported';
    }
  }

  #allows({ policy, rules }: CompiledRole): boolean {
    const attributes = this.#attributes;
    return (
      policy?.(attributes) === true || rules.some((rule) => ruleAllows(rule, attributes, this.#isGateway))
    );
  }
}
