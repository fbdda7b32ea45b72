import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aggregate } from '../../src/controllers/access/role-aggregation.js';
import { digObject, digString, type JsonObject } from '../../src/core/json.js';
import { label, type KubeObject } from '../../src/core/kube-object.js';

const recordings = new URL('../../../shared/golden/', import.meta.url);
const fixtures = new URL('../../fixtures/install/', import.meta.url);

function objectsOf(folder: string, member: 'objects' | 'items', base: URL): readonly KubeObject[] {
  const file = new URL(folder, base);
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, KubeObject[]>)[member] ?? [];
}

/** Rules with the members of each in one order. */
function rulesOf(object: JsonObject): unknown {
  const rules = (object['rules'] ??
    digObject(object, 'spec')['rules'] ??
    digObject(object, 'role')['rules'] ??
    []) as JsonObject[] | null;
  return (rules ?? []).map((rule) => Object.fromEntries(Object.entries(rule).sort()));
}

function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

const roleKinds = /Role$|RoleBase$|RoleTemplate$/;

describe.skipIf(!existsSync(recordings))('the recorded roles of a real server', () => {
  test.for(['v4.1', 'v3.4'] as const)(
    '%s: built-in roles of a fresh install have the same rules',
    (release) => {
      const recorded = new Map(
        objectsOf(`${release}/world.json`, 'objects', recordings)
          .filter(({ kind }) => roleKinds.test(kind))
          .map((object) => [keyOf(object), object] as const),
      );
      const ours = objectsOf(`${release}.json`, 'items', fixtures).filter(({ kind }) => roleKinds.test(kind));
      const both = ours.filter((object) => recorded.has(keyOf(object)));
      expect(both.length).toBeGreaterThan(90);
      for (const object of both) {
        const real = recorded.get(keyOf(object));
        expect(real === undefined ? undefined : { of: keyOf(object), rules: rulesOf(real) }).toEqual({
          of: keyOf(object),
          rules: rulesOf(object),
        });
      }
    },
  );

  const objects = objectsOf('v4.1/world.json', 'objects', recordings).filter(({ apiVersion }) =>
    apiVersion.startsWith('iam.kubesphere.io'),
  );
  const templates = objects
    .filter(({ kind }) => kind === 'RoleTemplate')
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

  test('gain nothing by aggregating them again', () => {
    const scopes = {
      GlobalRole: 'global',
      WorkspaceRole: 'workspace',
      ClusterRole: 'cluster',
      Role: 'namespace',
    };
    const roles = objects.filter(({ kind }) => kind in scopes);
    expect(roles.length).toBeGreaterThan(30);
    for (const role of roles) {
      expect(aggregate(role, scopes[role.kind as keyof typeof scopes], templates), keyOf(role)).toBe(role);
    }
  });

  test('come out of aggregating the built-in ones rule by rule', () => {
    const builtin = objects.filter(({ kind }) => kind === 'BuiltinRole');
    expect(builtin).toHaveLength(7);
    for (const object of builtin) {
      const role = object['role'] as KubeObject;
      const scope = label(object, 'iam.kubesphere.io/scope') ?? '';
      const [kind, name] = [digString(role, 'kind'), role.metadata.name];
      const real = objects.find(
        (other) =>
          other.kind === kind &&
          other.metadata.name === (scope === 'workspace' ? `system-workspace-${name}` : name),
      );
      const made = aggregate(role, scope, templates);
      expect(real && rulesOf(real), name).toEqual(rulesOf(made));
      expect(real?.['aggregationRoleTemplates']).toEqual(made['aggregationRoleTemplates']);
    }
  });
});
