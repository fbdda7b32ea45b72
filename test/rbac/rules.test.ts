import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/core/kube-object.js';
import { principalOf } from '../../src/rbac/match-subject.js';
import { readRules, ruleAllows } from '../../src/rbac/match-rule.js';
import { assertKnownRego, compileRego } from '../../src/rbac/rego-overrides.js';
import type { AccessAttributes } from '../../src/registry/contract.js';

const user = { name: 'u', uid: 'id', groups: ['team', 'system:authenticated'], extra: {} };

function about(question: Partial<AccessAttributes>): AccessAttributes {
  return { user, verb: 'get', apiGroup: '', resource: 'pods', scope: 'Cluster', ...question };
}

describe('a rule', () => {
  const path = (verb: string, url: string): AccessAttributes => ({ user, verb, scope: '', path: url });

  test.for([
    [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }, about({}), true],
    [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, about({ subresource: 'log' }), true],
    [{ verbs: ['GET'], apiGroups: [''], resources: ['pods'] }, about({}), false],
    [{ verbs: ['get'], apiGroups: ['apps'], resources: ['pods'] }, about({}), false],
    [{ verbs: ['get'], apiGroups: ['*'], resources: ['pods'] }, about({ subresource: 'log' }), false],
    [{ verbs: ['get'], apiGroups: ['*'], resources: ['pods/log'] }, about({ subresource: 'log' }), true],
    [{ verbs: ['get'], apiGroups: ['*'], resources: ['pods/log'] }, about({}), false],
    [{ verbs: ['get'], apiGroups: ['*'], resources: ['*/log'] }, about({ subresource: 'log' }), true],
    [{ verbs: ['get'], apiGroups: ['*'], resources: ['*/log'] }, about({ subresource: 'exec' }), false],
    [{ verbs: ['get'], apiGroups: ['*'], resources: ['pods/*'] }, about({ subresource: 'log' }), false],
    [
      { verbs: ['get'], apiGroups: ['*'], resources: ['pods'], resourceNames: ['a'] },
      about({ name: 'a' }),
      true,
    ],
    [
      { verbs: ['get'], apiGroups: ['*'], resources: ['pods'], resourceNames: ['a'] },
      about({ name: 'b' }),
      false,
    ],
    [
      { verbs: ['list'], apiGroups: ['*'], resources: ['pods'], resourceNames: ['a'] },
      about({ verb: 'list' }),
      false,
    ],
    [
      { verbs: ['list'], apiGroups: ['*'], resources: ['pods'], resourceNames: [] },
      about({ verb: 'list' }),
      true,
    ],
    [{ verbs: ['*'], nonResourceURLs: ['*'] }, about({}), false],
    [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, path('GET', '/apis'), false],
    [{ verbs: ['GET'], nonResourceURLs: ['*'] }, path('GET', '/apis'), true],
    [{ verbs: ['get'], nonResourceURLs: ['*'] }, path('GET', '/apis'), false],
    [{ verbs: ['*'], nonResourceURLs: ['/a/*'] }, path('POST', '/a/b/c'), true],
    [{ verbs: ['*'], nonResourceURLs: ['/a/*'] }, path('GET', '/a'), false],
    [{ verbs: ['*'], nonResourceURLs: ['/a'] }, path('GET', '/a/'), false],
    [{ verbs: null, apiGroups: null, resources: null }, about({}), false],
    [{ verbs: [1, {}], apiGroups: 'x' }, about({}), false],
  ] as const)('%j, asked %j: %s', ([rule, attributes, allowed]) => {
    const [read] = readRules({ rules: [rule] });
    expect(read !== undefined && ruleAllows(read, attributes)).toBe(allowed);
  });
});

describe('a subject', () => {
  const account = { kind: 'ServiceAccount', name: 's' };

  test.for([
    [{ kind: 'User', apiGroup: 'any', name: 'u' }, 'n', 'v4.1', { user: 'u' }],
    [{ kind: 'Group', name: 'g' }, 'n', 'v4.1', { group: 'g' }],
    [
      { ...account, apiGroup: 'kubesphere.io', namespace: 'a' },
      'n',
      'v4.1',
      { user: 'kubesphere:serviceaccount:a:s' },
    ],
    [{ ...account, apiGroup: 'kubesphere.io' }, 'n', 'v4.1', { user: 'kubesphere:serviceaccount:n:s' }],
    [{ ...account, apiGroup: 'kubesphere.io' }, '', 'v4.1', undefined],
    [
      { ...account, apiGroup: 'rbac.authorization.k8s.io' },
      'n',
      'v4.1',
      { user: 'system:serviceaccount:n:s' },
    ],
    [{ ...account, apiGroup: '' }, 'n', 'v4.1', undefined],
    [account, 'n', 'v4.1', undefined],
    [{ ...account, apiGroup: 'iam.kubesphere.io' }, 'n', 'v4.1', undefined],
    [{ ...account, apiGroup: 'kubesphere.io' }, 'n', 'v3.4', { user: 'system:serviceaccount:n:s' }],
    [account, 'n', 'v3.1', { user: 'system:serviceaccount:n:s' }],
    [{ kind: 'user', name: 'u' }, 'n', 'v4.1', undefined],
    [{ kind: 'Robot', name: 'u' }, 'n', 'v4.1', undefined],
  ] as const)('%j of a binding in "%s" in %s is %j', ([subject, namespace, release, principal]) => {
    expect(principalOf(subject, namespace, release)).toEqual(principal);
  });
});

describe('a policy', () => {
  const policy = (body: string): string =>
    `package authz\ndefault allow = false\nallow = true {\n${body}\n}\n`;
  const allows = (text: string, question: Partial<AccessAttributes> = {}): boolean | undefined =>
    compileRego(text)?.(about(question));

  test.for([
    ['input.Resource == "pods"', {}, true],
    ['input.Resource == "pods"\n  input.Verb == "list"', {}, false],
    ['input.Resource == "pods"; input.Verb == "get"', {}, true],
    ['"pods" == input.Resource', {}, true],
    ['input.Resource != "pods"', {}, false],
    ['input.User.Name == input.Name', { name: 'u' }, true],
    ['input.User.Name == input.Name', { name: 'v' }, false],
    ['some := ["a", "pods"]\n  some[_] == input.Resource', {}, true],
    ['some := [\n    "a",\n    "b"\n  ]\n  some[_] == input.Resource', {}, false],
    ['input.User.Groups[_] == "team"', {}, true],
    ['input.User.Groups[_] == "other"', {}, false],
    ['input.KubernetesRequest == false', {}, true],
    ['input.KubernetesRequest == false', { isKubernetesRequest: true }, false],
    ['not_known := input.Name\n  startswith(not_known, "ab") == true', { name: 'abc' }, true],
    ['startswith(input.Name, "ab")', { name: 'abc' }, true],
    ['startswith(input.Name, "b")', { name: 'abc' }, false],
    ['trim_prefix(input.Name, "ab") == "c"', { name: 'abc' }, true],
    ['endswith(input.Name, "c") # with a remark', { name: 'abc' }, true],
    ['contains(input.Name, "}")', { name: 'a}c' }, true],
    ['input.ResourceRequest == true', {}, true],
    ['input.Path == "/x"', { path: '/x' }, true],
    ['input.Resource == "a\\"b"', { resource: 'a"b' }, true],
  ] as const)('with %j, asked %j: %s', ([body, question, allowed]) => {
    expect(allows(policy(body), question)).toBe(allowed);
  });

  test('allows when any of its rules does', () => {
    const text = 'package authz allow { input.Verb == "list" } allow if { input.Verb == "get" }';
    expect(allows(text)).toBe(true);
    expect(allows(text, { verb: 'create' })).toBe(false);
  });

  test.for([
    'package other\nallow { input.Verb == "get" }',
    'allow { input.Verb == "get" }',
    'package authz\ndefault allow = true',
    'package authz\nallow = false { input.Verb == "get" }',
    'package authz\nallow { count(input.User.Groups) > 0 }',
    'package authz\nallow { not input.Verb == "get" }',
    'package authz\nallow { other[_] == input.Verb }',
    'package authz\nallow { input.Unknown == "x" }',
    'package authz\nallow { input.Verb == "get"',
    'package authz\nallow { }',
    'package authz\nallow { a := ["x"]\n a == input.Verb }',
    'package authz\nallow { a := "x"\n a[_] == input.Verb }',
    'package authz\nhelper { input.Verb == "get" }\nallow { helper }',
    'package authz\nimport future.keywords\nallow { input.Verb == "get" }',
    'package authz\nallow { input.Verb == "\\q" }',
  ])('in words this fake does not know is refused by name: %j', (text) => {
    expect(compileRego(text)).toBeUndefined();
    const role: KubeObject = {
      kind: 'GlobalRole',
      apiVersion: 'iam.kubesphere.io/v1beta1',
      metadata: { name: 'odd', annotations: { 'iam.kubesphere.io/rego-override': text } },
    };
    expect(() => {
      assertKnownRego(role);
    }).toThrow('annotation iam.kubesphere.io/rego-override of GlobalRole odd');
  });

  test.for([undefined, '', policy('input.Verb == "get"')])('known or absent is fine: %j', (text) => {
    const annotations = text === undefined ? undefined : { 'iam.kubesphere.io/rego-override': text };
    const role = {
      kind: 'GlobalRole',
      apiVersion: 'v1',
      metadata: { name: 'x', ...(annotations && { annotations }) },
    };
    expect(() => {
      assertKnownRego(role);
    }).not.toThrow();
  });
});
