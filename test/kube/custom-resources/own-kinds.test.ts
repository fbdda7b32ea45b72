import { describe, expect, test } from 'vitest';
import { catalogOf } from '../../../src/apis/catalog-of.js';
import { exportWorld } from '../../../src/control/export-world.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import type { ReleaseName } from '../../../src/core/release.js';
import { as, type Asker, type Body } from '../../support/ask.js';
import { definitionsPath } from './widget.js';

const iam = '/apis/iam.kubesphere.io/v1beta1';
const usersDefinition = `${definitionsPath}/users.iam.kubesphere.io`;

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: unknown } } };
  readonly additionalPrinterColumns?: readonly unknown[];
}

function namesOf({ items }: Body): string[] {
  return items.map(({ metadata }) => metadata.name);
}

async function send(
  ks: { readonly url: string; token(of: { user: string }): Promise<string> },
  path: string,
  body?: unknown,
): Promise<{ status: number; warnings: string | null; json: Body }> {
  const response = await fetch(ks.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
      'content-type': 'application/json',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Body;
  return { status: response.status, warnings: response.headers.get('warning'), json };
}

describe("the definitions of KubeSphere's own kinds", () => {
  test.for<readonly [ReleaseName, number, readonly string[]]>([
    ['v2.1', 8, ['workspaces.tenant.kubesphere.io']],
    [
      'v3.0',
      49,
      ['users.iam.kubesphere.io', 'rolebases.iam.kubesphere.io', 'pipelines.devops.kubesphere.io'],
    ],
    ['v3.1', 62, ['users.iam.kubesphere.io', 'receivers.notification.kubesphere.io']],
    ['v3.3', 70, ['users.iam.kubesphere.io', 'silences.notification.kubesphere.io']],
    ['v3.4', 73, ['clusters.cluster.kubesphere.io', 'globalrulegroups.alerting.kubesphere.io']],
    [
      'v4.1',
      37,
      ['labels.cluster.kubesphere.io', 'installplans.kubesphere.io', 'jsbundles.extensions.kubesphere.io'],
    ],
  ])('are there after a fresh install of %s', async ([release, count, some]) => {
    await using ks = await startFakeKsApiserver({ release, world: 'empty' });
    const { json } = await (await as(ks, 'admin')).get(definitionsPath);
    expect(namesOf(json)).toEqual(expect.arrayContaining([...some]));
    expect(json.items).toHaveLength(count);
  });

  test('say names, versions, columns and the schema', async () => {
    await using ks = await startFakeKsApiserver();
    const { json } = await (await as(ks, 'admin')).get(usersDefinition);
    expect(json.spec).toMatchObject({
      group: 'iam.kubesphere.io',
      scope: 'Cluster',
      names: { plural: 'users', singular: 'user', kind: 'User', listKind: 'UserList', categories: ['iam'] },
    });
    const versions = json.spec['versions'] as readonly Version[];
    expect(
      versions.map(({ name, served, storage, deprecated }) => [name, served, storage, deprecated]),
    ).toEqual([
      ['v1alpha2', true, false, true],
      ['v1beta1', true, true, undefined],
    ]);
    expect(versions[1]?.additionalPrinterColumns).toEqual([
      { jsonPath: '.spec.email', name: 'Email', type: 'string' },
      { jsonPath: '.status.state', name: 'Status', type: 'string' },
    ]);
    expect(versions[1]?.schema.openAPIV3Schema.properties.spec).toMatchObject({
      required: ['email'],
      properties: {
        password: { minLength: 8, maxLength: 64 },
        groups: { type: 'array', items: { type: 'string' } },
      },
    });
    expect(json['status']).toMatchObject({ storedVersions: ['v1beta1'], acceptedNames: { kind: 'User' } });
  });

  test.for<readonly [ReleaseName, object]>([
    ['v3.1', { type: 'string' }],
    ['v3.3', { type: 'string', minLength: 6 }],
  ])('ask passwords of %s for what that release did', async ([release, password]) => {
    await using ks = await startFakeKsApiserver({ release });
    const { json } = await (await as(ks, 'admin')).get(usersDefinition);
    const [version] = json.spec['versions'] as readonly Version[];
    const { properties } = version?.schema.openAPIV3Schema.properties.spec as { properties: object };
    expect(properties).toMatchObject({ password });
    expect(Object.keys((properties as { password: object }).password)).toEqual(Object.keys(password).sort());
  });

  test('are accepted as they are when somebody applies them again', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const { items } = (await admin.get(definitionsPath)).json;
    for (const definition of items) {
      const path = `${definitionsPath}/${definition.metadata.name}`;
      const answer = await admin.send('PUT', path, definition);
      expect([definition.metadata.name, answer.status, answer.status === 200 || answer.text]).toEqual([
        definition.metadata.name,
        200,
        true,
      ]);
    }
  });

  test('are not part of an exported world, which has them anyway', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    expect((await admin.get(definitionsPath)).json.items.length).toBeGreaterThan(0);
    const kinds = exportWorld(ks.world, catalogOf('v4.1')).items.map(({ kind }) => kind);
    expect(kinds).toContain('User');
    expect(kinds).not.toContain('CustomResourceDefinition');
  });

  test('change nothing by being labelled', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const before = await admin.get(`${iam}/users/admin`);
    const patched = await admin.send(
      'PATCH',
      usersDefinition,
      { metadata: { labels: { a: 'b' } } },
      'application/merge-patch+json',
    );
    expect([patched.status, patched.json.metadata.labels]).toEqual([200, { a: 'b' }]);
    expect((await admin.get(`${iam}/users/admin`)).text).toBe(before.text);
  });

  test('take their kind and its objects along, until they are made anew', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const path = `${definitionsPath}/labels.cluster.kubesphere.io`;
    const labels = '/apis/cluster.kubesphere.io/v1alpha1/labels';
    const label = { metadata: { name: 'a' }, spec: { key: 'k', value: 'v' } };
    expect((await admin.send('POST', labels, label)).status).toBe(201);
    const definition = (await admin.get(path)).json;
    expect((await admin.send('DELETE', path)).status).toBe(200);
    expect([(await admin.get(labels)).status, (await admin.get(path)).status]).toEqual([404, 404]);
    const { json } = await admin.get('/apis/cluster.kubesphere.io/v1alpha1');
    expect((json['resources'] as Body['metadata'][]).map(({ name }) => name)).toEqual(['clusters']);

    const anew = { ...definition, metadata: { name: definition.metadata.name } };
    expect((await admin.send('POST', definitionsPath, anew)).status).toBe(201);
    expect((await admin.get(labels)).json.items).toEqual([]);
    await ks.reset();
    expect((await (await as(ks, 'admin')).get(path)).status).toBe(200);
  });

  test('explain their fields', async () => {
    await using ks = await startFakeKsApiserver();
    const { json } = await (await as(ks, 'admin')).get('/openapi/v3/apis/iam.kubesphere.io/v1beta1');
    const { schemas } = json['components'] as {
      schemas: Record<string, { properties: Record<string, unknown> }>;
    };
    expect(schemas['io.kubesphere.iam.v1beta1.User']?.properties['spec']).toMatchObject({
      required: ['email'],
      properties: { email: { type: 'string' } },
    });
  });
});

describe("an object of one of KubeSphere's own kinds", () => {
  test('loses what its schema does not know, of which a warning tells', async () => {
    await using ks = await startFakeKsApiserver();
    const user = { metadata: { name: 'una' }, spec: { email: 'una@example.com', shoes: 42 }, extra: true };
    const { status, warnings, json } = await send(ks, `${iam}/users?fieldValidation=Warn`, user);
    expect(status).toBe(201);
    expect(json.spec).toEqual({ email: 'una@example.com' });
    expect(json['extra']).toBeUndefined();
    expect(warnings).toBe('299 - "unknown field \\"extra\\"", 299 - "unknown field \\"spec.shoes\\""');
  });

  test('is refused when it is to be read strictly', async () => {
    await using ks = await startFakeKsApiserver();
    const user = { metadata: { name: 'una' }, spec: { email: 'una@example.com', shoes: 42 } };
    const { status, json } = await send(ks, `${iam}/users?fieldValidation=Strict`, user);
    expect([status, json['message']]).toEqual([
      400,
      'User in version "v1beta1" cannot be handled as a User: strict decoding error: unknown field "spec.shoes"',
    ]);
  });

  test('warns of a version that is not the stored one', async () => {
    await using ks = await startFakeKsApiserver();
    expect((await send(ks, '/apis/iam.kubesphere.io/v1alpha2/users')).warnings).toBe(
      '299 - "iam.kubesphere.io/v1alpha2 User is deprecated"',
    );
    expect((await send(ks, `${iam}/users`)).warnings).toBeNull();
  });

  test.for<readonly [string, object, object]>([
    [
      '/apis/kubesphere.io/v1alpha1/installplans',
      { extension: { name: 'e', version: '1.0.0' }, enabled: true },
      { upgradeStrategy: 'Manual' },
    ],
    [
      '/apis/kubesphere.io/v1alpha1/extensionversions',
      { version: '1.0.0' },
      { installationMode: 'HostOnly' },
    ],
  ])('has the defaults of its schema: %s', async ([path, spec, defaults]) => {
    await using ks = await startFakeKsApiserver();
    const { status, json } = await send(ks, path, { metadata: { name: 'e' }, spec });
    expect([status, json.spec]).toEqual([201, { ...spec, ...defaults }]);
  });

  test.for<readonly [path: string, body: object, message: string]>([
    [`${iam}/users`, {}, 'User.iam.kubesphere.io "a" is invalid: spec: Required value'],
    [`${iam}/users`, { spec: {} }, 'User.iam.kubesphere.io "a" is invalid: spec.email: Required value'],
    [`${iam}/globalroles`, {}, 'GlobalRole.iam.kubesphere.io "a" is invalid: rules: Required value'],
    [`${iam}/builtinroles`, {}, 'BuiltinRole.iam.kubesphere.io "a" is invalid: role: Required value'],
    [
      `${iam}/globalrolebindings`,
      { subjects: [] },
      'GlobalRoleBinding.iam.kubesphere.io "a" is invalid: roleRef: Required value',
    ],
    [
      '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates',
      { spec: { template: {} } },
      'WorkspaceTemplate.tenant.kubesphere.io "a" is invalid: spec.placement: Required value',
    ],
    [
      '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates',
      { spec: { template: {}, placement: { clusters: [{ name: 'host' }, { name: 'host' }] } } },
      'WorkspaceTemplate.tenant.kubesphere.io "a" is invalid: spec.placement.clusters[1]: Duplicate value: map[string]interface {}{"name":"host"}',
    ],
    [
      '/apis/kubesphere.io/v1alpha1/installplans',
      { spec: { extension: { name: 'e', version: '1' } } },
      'InstallPlan.kubesphere.io "a" is invalid: spec.enabled: Required value',
    ],
    [
      '/apis/kubesphere.io/v1alpha1/extensionversions',
      { spec: { installationMode: 'Everywhere' } },
      'ExtensionVersion.kubesphere.io "a" is invalid: spec.installationMode: Unsupported value: "Everywhere": supported values: "HostOnly", "Multicluster"',
    ],
    [
      '/apis/cluster.kubesphere.io/v1alpha1/labels',
      { spec: { key: 'k' } },
      'Label.cluster.kubesphere.io "a" is invalid: spec.value: Required value',
    ],
  ])('has to fit its schema: %s %o', async ([path, body, message]) => {
    await using ks = await startFakeKsApiserver();
    const { status, json } = await send(ks, path, { metadata: { name: 'a' }, ...body });
    expect([status, json['message']]).toEqual([422, message]);
  });

  test('answers to its category', async () => {
    await using ks = await startFakeKsApiserver();
    const admin: Asker = await as(ks, 'admin');
    const { json } = await admin.get('/apis/kubesphere.io/v1alpha1');
    const categories = (json['resources'] as { name: string; categories?: readonly string[] }[]).map(
      ({ name, categories: [category] = [] }) => [name, category],
    );
    expect(Object.fromEntries(categories)).toMatchObject({
      extensions: 'extensions',
      serviceaccounts: undefined,
    });
  });
});
