import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { definitionsPath, widgetDefinition, widgetsPath } from '../custom-resources/widget.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/default/configmaps';
const constraints = {
  resourceRules: [
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      resources: ['configmaps'],
    },
  ],
};

interface Told {
  readonly status: number;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly warnings: string | null;
  readonly causes: unknown;
}

async function send(ks: InProcessFake, method: string, path: string, body?: unknown): Promise<Told> {
  const response = await fetch(ks.url + path, {
    method,
    headers: {
      authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as {
    reason?: string;
    message?: string;
    details?: { causes?: unknown };
  };
  return {
    status: response.status,
    reason: json.reason,
    message: json.message,
    warnings: response.headers.get('warning'),
    causes: json.details?.causes,
  };
}

async function withPolicy(spec: object, binding: object = {}, options: object = {}): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ world: 'empty', ...options });
  const policy = { metadata: { name: 'p' }, spec: { matchConstraints: constraints, ...spec } };
  const made = await send(ks, 'POST', `${group}/validatingadmissionpolicies`, policy);
  expect(made.status, made.message).toBe(201);
  const bound = await send(ks, 'POST', `${group}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
  });
  expect(bound.status, bound.message).toBe(201);
  return ks;
}

function map(data: object = { a: '1' }, labels: object = {}): object {
  return { metadata: { name: 'one', labels }, data };
}

const refusal =
  "configmaps \"one\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ";

describe('a policy that is bound', () => {
  test.for<[string, object, object, string | undefined]>([
    [
      'an expression that fails',
      { expression: "object.data.a == '2'" },
      {},
      "failed expression: object.data.a == '2'",
    ],
    ['one that holds', { expression: "object.data.a == '1'" }, {}, undefined],
    ['a message', { expression: 'false', message: 'no maps' }, {}, 'no maps'],
    [
      'a message of an expression',
      { expression: 'false', message: 'x', messageExpression: "'got ' + object.data.a" },
      {},
      'got 1',
    ],
    [
      'an error',
      { expression: "object.data.b == '1'" },
      {},
      "expression 'object.data.b == '1'' resulted in error: no such key: b",
    ],
    [
      'an error that is passed over',
      { expression: "object.data.b == '1'" },
      { failurePolicy: 'Ignore' },
      undefined,
    ],
    [
      'variables',
      { expression: "variables.twice == '12'", messageExpression: 'string(variables.twice)' },
      {
        variables: [
          { name: 'once', expression: 'object.data.a' },
          { name: 'twice', expression: 'variables.once + variables.once' },
          { name: 'broken', expression: 'object.nothing' },
        ],
      },
      '11',
    ],
    [
      'a condition that does not hold',
      { expression: 'false' },
      { matchConditions: [{ name: 'x', expression: "request.name == 'two'" }] },
      undefined,
    ],
    [
      'the request',
      { expression: "request.operation != 'CREATE' || request.userInfo.username == 'x'" },
      {},
      "failed expression: request.operation != 'CREATE' || request.userInfo.username == 'x'",
    ],
    [
      'the namespace',
      { expression: "namespaceObject.metadata.name == 'default' && oldObject == null" },
      {},
      undefined,
    ],
  ])('judges by %s', async ([, validation, spec, why]) => {
    await using ks = await withPolicy({ validations: [validation], ...spec });
    const told = await send(ks, 'POST', maps, map());
    if (why === undefined) expect(told.status, told.message).toBe(201);
    else {
      expect(told).toMatchObject({ status: 422, reason: 'Invalid', message: refusal + why });
      expect(told.causes).toEqual([
        { message: told.message?.replace('configmaps "one" is forbidden: ', '') },
      ]);
    }
  });

  test('looks at updates and deletions, with a reason of its own', async () => {
    const expression = 'object != null && (oldObject == null || object.data.a >= oldObject.data.a)';
    await using ks = await withPolicy({
      validations: [{ expression, message: 'shrinks', reason: 'Forbidden' }],
    });
    expect((await send(ks, 'POST', maps, map({ a: '5' }))).status).toBe(201);
    const patched = await send(ks, 'PATCH', `${maps}/one`, { data: { a: '4' } });
    expect(patched).toMatchObject({ status: 403, reason: 'Forbidden', message: `${refusal}shrinks` });
    expect((await send(ks, 'PATCH', `${maps}/one`, { data: { a: '6' } })).status).toBe(200);
    expect(await send(ks, 'DELETE', `${maps}/one`)).toMatchObject({ status: 403 });
    expect((await send(ks, 'GET', `${maps}/one`)).status).toBe(200);
  });

  test('only warns where its binding says so, and looks at what its binding selects', async () => {
    await using ks = await withPolicy(
      { validations: [{ expression: 'false', message: 'no' }] },
      {
        validationActions: ['Warn', 'Audit'],
        matchResources: { objectSelector: { matchLabels: { app: 'a' } } },
      },
    );
    expect(await send(ks, 'POST', maps, map({}, { app: 'a' }))).toMatchObject({
      status: 201,
      warnings: `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"`,
    });
    expect(await send(ks, 'PUT', `${maps}/one`, map({ b: '1' }, { app: 'a' }))).not.toMatchObject({
      warnings: null,
    });
    expect(await send(ks, 'POST', maps, { ...map(), metadata: { name: 'two' } })).toMatchObject({
      status: 201,
      warnings: null,
    });
  });

  test('counts by parameters, which have to be there when that is asked for', async () => {
    await using ks = await withPolicy(
      {
        paramKind: { apiVersion: 'v1', kind: 'Secret' },
        validations: [
          { expression: 'size(object.data) <= params.metadata.annotations.size()', message: 'too many' },
        ],
      },
      { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } },
    );
    const missing = await send(ks, 'POST', maps, map());
    expect(missing.message).toBe(
      `${refusal}failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
    await send(ks, 'POST', '/api/v1/namespaces/default/secrets', {
      metadata: { name: 'limits', annotations: { a: 'x' } },
    });
    expect((await send(ks, 'POST', maps, map({ a: '1', b: '2' }))).message).toBe(`${refusal}too many`);
    expect((await send(ks, 'POST', maps, map())).status).toBe(201);
  });

  test('looks at custom resources, whose numbers are whole', async () => {
    const rule = {
      apiGroups: ['*'],
      apiVersions: ['*'],
      operations: ['*'],
      resources: ['widgets', 'configmaps'],
    };
    await using ks = await withPolicy({
      matchConstraints: { resourceRules: [rule], excludeResourceRules: constraints.resourceRules },
      validations: [{ expression: 'object.spec.size <= 3', message: 'too big' }],
    });
    await send(ks, 'POST', definitionsPath, widgetDefinition());
    const sized = (size: number): object => ({
      apiVersion: 'shop.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size },
    });
    expect((await send(ks, 'POST', widgetsPath, sized(4))).message).toBe(
      "widgets.shop.example.com \"w\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: too big",
    );
    expect((await send(ks, 'POST', widgetsPath, sized(3))).status).toBe(201);
    expect((await send(ks, 'POST', maps, map())).status).toBe(201);
  });
});

test('a policy whose expressions nobody can read is not stored', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const write = (expression: string): Promise<Told> =>
    send(ks, 'POST', `${group}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: constraints, validations: [{ expression }] },
    });
  const broken = await write('object.data.');
  expect(broken.status).toBe(422);
  expect(broken.message).toContain(
    'spec.validations[0].expression: Invalid value: "object.data.": compilation failed: ',
  );
  expect(await write("authorizer.group('').resource('pods').check('get').allowed()")).toMatchObject({
    status: 501,
    message: expect.stringContaining('the CEL variable authorizer') as string,
  });
});

test('policies can be switched off', async () => {
  const validations = [{ expression: 'false' }];
  await using ks = await withPolicy({ validations }, {}, { controllers: ['-validatingadmissionpolicy'] });
  expect((await send(ks, 'POST', maps, map())).status).toBe(201);
});

test('a write that a policy would change is refused by name', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const mutations = [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }];
  const spec = { matchConstraints: constraints, mutations, reinvocationPolicy: 'Never' };
  await send(ks, 'POST', `${group}/mutatingadmissionpolicies`, { metadata: { name: 'm' }, spec });
  expect((await send(ks, 'POST', maps, map())).status).toBe(201);
  await send(ks, 'POST', `${group}/mutatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'm' },
  });
  expect(await send(ks, 'PUT', `${maps}/one`, map({ a: '2' }))).toMatchObject({
    status: 501,
    message: expect.stringContaining('MutatingAdmissionPolicies ("m"') as string,
  });
});
