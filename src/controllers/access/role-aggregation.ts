import { dig, digArray, isJsonObject, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import { breakDown, isCovered } from '../../rbac/cover-rules.js';
import { readRule, readRules } from '../../rbac/match-rule.js';
import { mergeRego } from '../../rbac/merge-rego.js';
import { regoOverride } from '../../rbac/rego-overrides.js';
import type { WriteContext } from '../../registry/contract.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';

const group = 'iam.kubesphere.io';
const roleTemplates = { group, plural: 'roletemplates' };
const scopeLabel = 'iam.kubesphere.io/scope';
const autoAggregate = 'iam.kubesphere.io/auto-aggregate';

/** Kind of role a template of a scope goes into. */
const plurals: Readonly<Record<string, string>> = {
  global: 'globalroles',
  workspace: 'workspaceroles',
  cluster: 'clusterroles',
  namespace: 'roles',
};
const scopes: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(plurals).map(([scope, plural]) => [plural, scope]),
);

/**
 * Keeps roles filled with the rules of the role templates they are made of.
 *
 * @see kubesphere/kubesphere pkg/componenthelper/auth/rbac/helper.go
 */
export const roleAggregation: Controller = {
  name: 'role-aggregation',
  since: 'v4.1',
  watches: Object.values(plurals).map((plural) => `${plural}.${group}`),
  reconcile: (context, change) => {
    const role = currentOf(context, change);
    const scope = scopes[change.resource.plural];
    if (role === undefined || scope === undefined || isDeleting(role)) return;
    // Differs from KubeSphere: no event tells of it.
    const filled = aggregate(role, scope, templatesOf(context));
    if (filled !== role) writeBack(context, context.catalog.get(group, change.resource.plural), filled);
  },
};

/**
 * Adds a new or changed role template to the roles that want every template like it; roles that name it already are
 * left alone.
 *
 * @see kubesphere/kubesphere pkg/controller/roletemplate/roletemplate_controller.go
 */
export const roleTemplateController: Controller = {
  name: 'roletemplate',
  since: 'v4.1',
  watches: [`${roleTemplates.plural}.${group}`],
  reconcile: (context, change) => {
    const template = currentOf(context, change);
    if (template === undefined || isDeleting(template)) return;
    const plural = plurals[label(template, scopeLabel) ?? ''];
    if (plural === undefined) return;
    for (const { object: role } of context.cluster.store.list({ group, plural })) {
      if (annotation(role, autoAggregate) !== 'true' || isDeleting(role)) continue;
      const names = templateNames(role);
      const { name, labels } = template.metadata;
      if (names.includes(name) || !selects(selectorOf(role), labels)) continue;
      writeBack(context, context.catalog.get(group, plural), withNames(role, [...names, name]));
    }
  },
};

/** Templates live where the role does; those of the host stand in for a member that has none. */
function templatesOf({ world, cluster }: WriteContext): readonly KubeObject[] {
  const own = cluster.store.list(roleTemplates);
  return (own.length > 0 ? own : world.host.store.list(roleTemplates)).map(({ object }) => object);
}

/**
 * A role with what its templates add: rules it does not cover yet, one by one, and their policies. Nothing is ever taken
 * away. A selector decides alone which templates count; names count only without one.
 *
 * @returns the same object when nothing is missing.
 */
export function aggregate(role: KubeObject, scope: string, templates: readonly KubeObject[]): KubeObject {
  if (!isJsonObject(role['aggregationRoleTemplates'])) return role;
  const chosen = chooseTemplates(role, scope, templates);
  const rules = missingRules(role, chosen);
  const current = annotation(role, regoOverride) ?? '';
  const policies = chosen
    .map((template) => annotation(template, regoOverride) ?? '')
    .filter((text) => text !== '');
  const policy = mergeRego(current, policies);
  const names = chosen.map(({ metadata }) => metadata.name);
  if (rules.length === 0 && policy === current && sameSet(names, templateNames(role))) return role;
  const { metadata } = withNames(role, names);
  return {
    ...withNames(role, names),
    rules: [...digArray(role, 'rules'), ...rules],
    metadata: {
      ...metadata,
      ...(policy !== current && { annotations: { ...metadata.annotations, [regoOverride]: policy } }),
    },
  };
}

function chooseTemplates(
  role: KubeObject,
  scope: string,
  templates: readonly KubeObject[],
): readonly KubeObject[] {
  const selector = selectorOf(role);
  if (selector !== undefined) {
    return templates.filter(
      (template) => label(template, scopeLabel) === scope && selects(selector, template.metadata.labels),
    );
  }
  const byName = new Map(templates.map((template) => [template.metadata.name, template]));
  return templateNames(role).flatMap((name) => byName.get(name) ?? []);
}

/** Template by template; what one lists twice is added twice. */
function missingRules(role: KubeObject, templates: readonly KubeObject[]): readonly JsonObject[] {
  const owned = readRules(role);
  const missing: JsonObject[] = [];
  for (const template of templates) {
    const parts = digArray(template, 'spec', 'rules').filter(isJsonObject).flatMap(breakDown);
    const uncovered = parts.filter((part) => !isCovered(part, owned));
    missing.push(...uncovered);
    owned.push(...uncovered.map(readRule));
  }
  return missing;
}

function selectorOf(role: KubeObject): JsonObject | undefined {
  const selector = dig(role, 'aggregationRoleTemplates', 'roleSelector');
  return isJsonObject(selector) ? selector : undefined;
}

function templateNames(role: KubeObject): string[] {
  const names = digArray(role, 'aggregationRoleTemplates', 'templateNames');
  return names.filter((name) => typeof name === 'string');
}

function withNames(role: KubeObject, names: readonly string[]): KubeObject {
  const { roleSelector } = role['aggregationRoleTemplates'] as JsonObject;
  return {
    ...role,
    aggregationRoleTemplates: {
      ...(names.length > 0 && { templateNames: names }),
      ...(roleSelector !== undefined && { roleSelector }),
    },
  };
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a);
  return set.size === new Set(b).size && b.every((name) => set.has(name));
}
