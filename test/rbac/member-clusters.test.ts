import { expect, test } from 'vitest';
import { kubesphereResources } from '../../src/apis/kubesphere-resources.js';
import { nativeResources } from '../../src/apis/native-resources.js';
import type { KubeObject } from '../../src/core/kube-object.js';
import { evaluate } from '../../src/rbac/evaluate.js';
import type { AccessAttributes } from '../../src/registry/contract.js';
import { Catalog } from '../../src/registry/catalog.js';
import { releases } from '../../src/releases/index.js';
import { SigningKeys } from '../../src/state/signing-keys.js';
import { createWorld, type ClusterState, type World } from '../../src/state/world.js';
import { defaultSettings } from '../../src/worlds/default-settings.js';
import { loadInstall, loadMemberInstall } from '../../src/worlds/install.js';

const user = { name: 'u', uid: '', groups: ['system:authenticated'], extra: {} };
const listPods: AccessAttributes = { user, verb: 'list', apiGroup: '', resource: 'pods', scope: 'Cluster' };

function twoClusters(): { world: World; member: ClusterState } {
  const release = releases['v4.1'];
  const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], 'v4.1');
  const seed = { release, settings: defaultSettings(release), keys: new SigningKeys('x', '') };
  const world = createWorld(seed, ['host', 'member']);
  const member = world.clusters.get('member');
  if (member === undefined) throw new Error('made with a member');
  loadInstall(world, catalog);
  loadMemberInstall(world, catalog, member);
  return { world, member };
}

function binding(
  kind: string,
  roleKind: string,
  role: string,
  labels: Record<string, string> = {},
): KubeObject {
  return {
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind,
    metadata: { name: 'test', labels },
    subjects: [{ kind: 'User', apiGroup: 'iam.kubesphere.io', name: 'u' }],
    roleRef: { apiGroup: 'iam.kubesphere.io', kind: roleKind, name: role },
  };
}

test('a cluster role holds in the cluster its binding is in', () => {
  const { world, member } = twoClusters();
  const bindings = { group: 'iam.kubesphere.io', plural: 'clusterrolebindings' };
  expect(evaluate(listPods, world, member).allowed).toBe(false);
  member.store.create(bindings, binding('ClusterRoleBinding', 'ClusterRole', 'cluster-viewer'));
  expect(evaluate(listPods, world, member).allowed).toBe(true);
  expect(evaluate(listPods, world, world.host).allowed).toBe(false);
});

test('global and workspace roles of the host hold in every cluster, as soon as they are given', () => {
  const { world, member } = twoClusters();
  const bindings = { group: 'iam.kubesphere.io', plural: 'workspacerolebindings' };
  const inDefault: AccessAttributes = { ...listPods, namespace: 'default', scope: 'Namespace' };
  expect(evaluate(inDefault, world, member).allowed).toBe(false);
  const labels = { 'kubesphere.io/workspace': 'system-workspace' };
  const given = binding('WorkspaceRoleBinding', 'WorkspaceRole', 'system-workspace-viewer', labels);
  world.host.store.create(bindings, given);
  expect(evaluate(inDefault, world, member).allowed).toBe(true);
  const admin = { ...listPods, user: { ...user, name: 'admin' } };
  expect(evaluate(admin, world, member).allowed).toBe(true);
});

test('a fork decides for itself, from roles it shares', () => {
  const { world } = twoClusters();
  const fork = world.fork();
  const bindings = { group: 'iam.kubesphere.io', plural: 'globalrolebindings' };
  expect(evaluate(listPods, fork, fork.host).allowed).toBe(false);
  fork.host.store.create(bindings, binding('GlobalRoleBinding', 'GlobalRole', 'platform-admin'));
  expect(evaluate(listPods, fork, fork.host).allowed).toBe(true);
  expect(evaluate(listPods, world, world.host).allowed).toBe(false);
});

test('questions that only look alike are told apart', () => {
  const { world } = twoClusters();
  const admin = { ...user, name: 'admin' };
  const ask = (question: Partial<AccessAttributes>): boolean =>
    evaluate({ ...listPods, ...question }, world, world.host).allowed;
  expect(ask({ user: admin })).toBe(true);
  expect(ask({ user: { ...user, name: 'admin list' } })).toBe(false);
  expect(ask({ user })).toBe(false);
  expect(ask({ user: { ...user, groups: [] }, resource: 'nodes' })).toBe(false);
  expect(ask({ user, resource: 'nodes' })).toBe(true);
  expect(ask({ user, resource: 'nodes', subresource: 'proxy' })).toBe(false);
  expect(ask({ user, resource: 'users', name: 'u', verb: 'delete' })).toBe(true);
  expect(ask({ user: { ...user, name: 'v' }, resource: 'users', name: 'u', verb: 'delete' })).toBe(false);
});
