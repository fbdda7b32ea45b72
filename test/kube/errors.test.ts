import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as } from '../support/ask.js';
import { call, type Answer } from '../support/call.js';

const core = '/api/v1/namespaces/default';
const maps = `${core}/configmaps`;
const map = `${maps}/kube-root-ca.crt`;
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const users = '/apis/iam.kubesphere.io/v1beta1/users';
const json = { 'Content-Type': 'application/json' };
const text = { 'Content-Type': 'text/plain' };
const label =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** A request, and the members of the `Status` it is refused with; what is not listed must not be there. */
type Row = readonly [
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  code: number,
  reason: string | undefined,
  message: string,
  details?: object,
];

const rows: readonly Row[] = [
  [
    'GET',
    `${maps}?labelSelector=a%20b`,
    undefined,
    {},
    400,
    'BadRequest',
    "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
  ],
  [
    'PUT',
    map,
    { metadata: { name: 'other' } },
    json,
    400,
    'BadRequest',
    'the name of the object (other) does not match the name on the URL (kube-root-ca.crt)',
  ],
  [
    'POST',
    maps,
    { metadata: { name: 'a', namespace: 'kube-system' } },
    json,
    400,
    'BadRequest',
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'POST',
    maps,
    { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'a' } },
    json,
    400,
    'BadRequest',
    'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    'POST',
    maps,
    { kind: 'Foo', apiVersion: 'v1', metadata: { name: 'a' } },
    json,
    400,
    'BadRequest',
    'Foo in version "v1" cannot be handled as a ConfigMap: no kind "Foo" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    'POST',
    '/apis/apps/v1/namespaces/default/deployments',
    { kind: 'Deployment', apiVersion: 'apps/v1beta1', metadata: { name: 'a' } },
    json,
    400,
    'BadRequest',
    'the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)',
  ],
  [
    'POST',
    '/apis/apps/v1/namespaces/default/deployments',
    { kind: 'DeleteOptions', apiVersion: 'v1' },
    json,
    400,
    'BadRequest',
    'DeleteOptions in version "v1" cannot be handled as a Deployment: converting (v1.DeleteOptions) to (apps.Deployment): unknown conversion',
  ],
  [
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } },
    json,
    400,
    'BadRequest',
    'Pod in version "v1" cannot be handled as a CustomResourceDefinition: no kind "Pod" is registered for version "v1" in scheme "pkg/apiserver/apiserver.go:53"',
  ],
  [
    'GET',
    `${maps}?continue=x`,
    undefined,
    {},
    400,
    'BadRequest',
    'continue key is not valid: unexpected end of JSON input',
  ],
  [
    'DELETE',
    '/api/v1/namespaces/kube-system',
    undefined,
    {},
    403,
    'Forbidden',
    'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    { name: 'kube-system', kind: 'namespaces' },
  ],
  [
    'GET',
    `${maps}/none`,
    undefined,
    {},
    404,
    'NotFound',
    'configmaps "none" not found',
    { name: 'none', kind: 'configmaps' },
  ],
  [
    'GET',
    `${deployments}/none`,
    undefined,
    {},
    404,
    'NotFound',
    'deployments.apps "none" not found',
    { name: 'none', group: 'apps', kind: 'deployments' },
  ],
  [
    'POST',
    '/api/v1/namespaces/none/configmaps',
    { metadata: { name: 'a' } },
    json,
    404,
    'NotFound',
    'namespaces "none" not found',
    { name: 'none', kind: 'namespaces' },
  ],
  [
    'PUT',
    maps,
    {},
    json,
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  ],
  [
    'GET',
    map,
    undefined,
    { Accept: 'text/html' },
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  [
    'POST',
    maps,
    { metadata: { name: 'kube-root-ca.crt' } },
    json,
    409,
    'AlreadyExists',
    'configmaps "kube-root-ca.crt" already exists',
    { name: 'kube-root-ca.crt', kind: 'configmaps' },
  ],
  [
    'PUT',
    map,
    { metadata: { name: 'kube-root-ca.crt', resourceVersion: '1' } },
    json,
    409,
    'Conflict',
    'Operation cannot be fulfilled on configmaps "kube-root-ca.crt": the object has been modified; please apply your changes to the latest version and try again',
    { name: 'kube-root-ca.crt', kind: 'configmaps' },
  ],
  [
    'GET',
    `${maps}?resourceVersion=5&resourceVersionMatch=Exact`,
    undefined,
    {},
    410,
    'Expired',
    'The resourceVersion for the provided list is too old.',
  ],
  [
    'POST',
    maps,
    'x'.repeat(3 * 1024 * 1024 + 1),
    json,
    413,
    'RequestEntityTooLarge',
    'Request entity too large: limit is 3145728',
  ],
  [
    'POST',
    maps,
    'a',
    text,
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  ['PATCH', map, 'a', text, 415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}],
  [
    'PATCH',
    map,
    {},
    { 'Content-Type': 'text/plain, application/merge-patch+json' },
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
  ],
  ...[';;', 'application/json;;', 'application/json; charset', 'application/json; a=b; A=c'].map(
    (type): Row => [
      'POST',
      maps,
      { metadata: { name: 'a' } },
      { 'Content-Type': type },
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
  ),
  ...['/api/v1/pods', '/apis/apps/v1/deployments', '/apis/rbac.authorization.k8s.io/v1/roles'].map(
    (path): Row => [
      'DELETE',
      path,
      undefined,
      {},
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
      {},
    ],
  ),
  ...['limit', 'timeoutSeconds', 'gracePeriodSeconds'].flatMap((name) =>
    [
      ['abc', 'invalid syntax'],
      ['', 'invalid syntax'],
      ['9223372036854775808', 'value out of range'],
    ].map(([value = '', why = '']): Row => [
      name === 'gracePeriodSeconds' ? 'DELETE' : 'GET',
      `${name === 'gracePeriodSeconds' ? `${maps}/none` : maps}?${name}=${value}`,
      undefined,
      {},
      400,
      'BadRequest',
      `strconv.ParseInt: parsing "${value}": ${why}`,
    ]),
  ),
  ...[maps, map, `${maps}?watch=1`].map((path): Row => [
    'GET',
    `${path}${path.includes('?') ? '&' : '?'}includeObject=Foo`,
    undefined,
    { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    400,
    'BadRequest',
    `Unable to convert to Table as requested: includeObject: Invalid value: "Foo": must be 'Metadata', 'Object', 'None', or empty`,
  ]),
  ...[
    ['Foo', '"Foo"'],
    ['', '""'],
  ].map(([policy = '', shown = '']): Row => [
    'DELETE',
    `${maps}/none?propagationPolicy=${policy}&orphanDependents=maybe&dryRun=`,
    undefined,
    {},
    422,
    'Invalid',
    `DeleteOptions.meta.k8s.io "" is invalid: [propagationPolicy: Invalid value: ${shown}: orphanDependents and deletionPropagation cannot be both set, propagationPolicy: Unsupported value: ${shown}: supported values: "Foreground", "Background", "Orphan", "nil", dryRun: Unsupported value: []string{""}: supported values: "All"]`,
    expect.anything(),
  ]),
  [
    'POST',
    `${maps}?fieldManager=${'a'.repeat(127)}%C3%A9%07x%0A&fieldValidation=strict`,
    { metadata: { name: 'a' } },
    json,
    422,
    'Invalid',
    `CreateOptions.meta.k8s.io "" is invalid: [fieldManager: Too long: may not be more than 128 bytes, fieldManager: Invalid value: "${'a'.repeat(127)}é\\ax\\n": invalid character U+0007 (at position 129), fieldManager: Invalid value: "${'a'.repeat(127)}é\\ax\\n": invalid character U+000A (at position 131), fieldValidation: Unsupported value: "strict": supported values: "", "Ignore", "Strict", "Warn"]`,
    expect.anything(),
  ],
  [
    'GET',
    `${maps}?resourceVersionMatch=Newest&continue=a&sendInitialEvents=1`,
    undefined,
    {},
    422,
    'Invalid',
    'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided, resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", "", sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list]',
    expect.anything(),
  ],
  [
    'GET',
    '/api/v1/pods?limit=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6Inh4In0',
    undefined,
    {},
    400,
    'BadRequest',
    expect.stringMatching(/^continue key is not valid: /),
  ],
  [
    'POST',
    maps,
    { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } },
    json,
    400,
    'BadRequest',
    'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
  ],
  [
    'POST',
    `${core}/secrets`,
    { metadata: { name: 'a' }, data: { a: '!' } },
    json,
    400,
    'BadRequest',
    'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
  ],
  [
    'GET',
    '/apis/apps/v1/nothing',
    undefined,
    {},
    404,
    'NotFound',
    'the server could not find the requested resource',
    {},
  ],
  [
    'OPTIONS',
    users,
    undefined,
    {},
    405,
    'MethodNotAllowed',
    ' is not supported on resources of kind "users.iam.kubesphere.io"',
    { group: 'iam.kubesphere.io', kind: 'users' },
  ],
  [
    'GET',
    maps,
    undefined,
    { Accept: 'application/json;as=Odd;v=v1;g=meta.k8s.io' },
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  [
    'PATCH',
    `${users}/admin`,
    {},
    { 'Content-Type': 'application/strategic-merge-patch+json' },
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  ],
  [
    'PATCH',
    map,
    [{ op: 'test', path: '/x', value: 1 }],
    { 'Content-Type': 'application/json-patch+json' },
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {},
  ],
  [
    'PATCH',
    map,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt' } },
    { 'Content-Type': 'application/apply-patch+yaml' },
    422,
    'Invalid',
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    {
      group: 'meta.k8s.io',
      kind: 'PatchOptions',
      causes: [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: is required for apply patch',
          field: 'fieldManager',
        },
      ],
    },
  ],
  [
    'PUT',
    `${users}/admin`,
    { metadata: { name: 'admin' }, spec: { email: 'a@example.com' } },
    json,
    422,
    'Invalid',
    'users.iam.kubesphere.io "admin" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    {
      name: 'admin',
      group: 'iam.kubesphere.io',
      kind: 'users',
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 0x0: must be specified for an update',
          field: 'metadata.resourceVersion',
        },
      ],
    },
  ],
  [
    'POST',
    `${maps}?dryRun=Odd`,
    { metadata: { name: 'a' } },
    json,
    422,
    'Invalid',
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Odd"}: supported values: "All"',
    {
      group: 'meta.k8s.io',
      kind: 'CreateOptions',
      causes: [
        {
          reason: 'FieldValueNotSupported',
          message: 'Unsupported value: []string{"Odd"}: supported values: "All"',
          field: 'dryRun',
        },
      ],
    },
  ],
  [
    'POST',
    maps,
    { metadata: { name: 'a', resourceVersion: '1' } },
    json,
    500,
    undefined,
    'resourceVersion should not be set on objects to be created',
  ],
  [
    'POST',
    maps,
    { metadata: { name: 'A_b' } },
    json,
    422,
    'Invalid',
    `ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b": ${label}`,
    {
      name: 'A_b',
      kind: 'ConfigMap',
      causes: [
        { reason: 'FieldValueInvalid', message: `Invalid value: "A_b": ${label}`, field: 'metadata.name' },
      ],
    },
  ],
  [
    'POST',
    `${core}/services`,
    { metadata: { name: 's' }, spec: { type: 'Odd', ports: [{ port: 0 }] } },
    json,
    422,
    'Invalid',
    'Service "s" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive, spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]',
    expect.objectContaining({ name: 's', kind: 'Service' }) as object,
  ],
];

async function ask(
  ks: InProcessFake,
  [method, path, body, headers]: readonly [string, string, unknown?, Readonly<Record<string, string>>?],
): Promise<Answer> {
  return call(ks.url, path, {
    method,
    headers: { Authorization: `Bearer ${await ks.token()}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

function statusOf(code: number, reason: string | undefined, message: string, details?: object): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== undefined && { reason }),
    ...(details && { details }),
    code,
  };
}

describe('a refusal is the exact Status', () => {
  test.for(rows)('%s %s', async ([method, path, body, headers, code, reason, message, details]) => {
    await using ks = await startFakeKsApiserver();
    const answer = await ask(ks, [method, path, body, headers]);
    expect([answer.status, answer.headers['content-type']]).toEqual([code, 'application/json']);
    expect(JSON.parse(answer.body)).toEqual(statusOf(code, reason, message, details));
  });

  test('of a version that is not reached yet, with the time to wait', async () => {
    await using ks = await startFakeKsApiserver();
    const current = String(ks.world.host.store.version);
    const answer = await ask(ks, ['GET', `${maps}?resourceVersion=999999999`]);
    expect([answer.status, answer.headers['retry-after']]).toEqual([504, '1']);
    expect(JSON.parse(answer.body)).toEqual(
      statusOf(504, 'Timeout', `Timeout: Too large resource version: 999999999, current: ${current}`, {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      }),
    );
  });

  test('of an eviction that a budget does not allow', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const matchLabels = { app: 'e' };
    await admin.send('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels } },
    });
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    await admin.send('POST', `${core}/pods`, { metadata: { name: 'e', labels: matchLabels }, spec });
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'e' } };
    const answer = await admin.send('POST', `${core}/pods/e/eviction`, eviction);
    expect(answer.json).toEqual(
      statusOf(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget b needs 1 healthy pods and has 1 currently',
          },
        ],
      }),
    );
  });

  test.for([
    [
      'secrets',
      'secrets is forbidden: User "sample" cannot list resource "secrets" in API group "" at the cluster scope',
      { kind: 'secrets' },
    ],
    [
      'namespaces/default/secrets/s',
      'secrets "s" is forbidden: User "sample" cannot get resource "secrets" in API group "" in the namespace "default"',
      { name: 's', kind: 'secrets' },
    ],
    [
      'namespaces/default/pods/p/log',
      'pods "p" is forbidden: User "sample" cannot get resource "pods/log" in API group "" in the namespace "default"',
      { name: 'p', kind: 'pods' },
    ],
  ] as const)('of who has no right to %s', async ([path, message, details]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const spec = { email: 'sample@example.com', password: 'P@88w0rd' };
    await admin.send('POST', '/apis/iam.kubesphere.io/v1beta1/users', { metadata: { name: 'sample' }, spec });
    const sample = await as(ks, 'sample');
    expect((await sample.get(`/api/v1/${path}`)).json).toEqual(statusOf(403, 'Forbidden', message, details));
  });

  // Who stands in front of Kubernetes says what is wrong with the credentials; Kubernetes itself only says `Unauthorized`.
  test.for(['/api', '/apis', '/api/v1/nodes', '/version/none'])(
    'of credentials nobody knows on %s',
    async (path) => {
      await using ks = await startFakeKsApiserver();
      const rows = [
        ['Bearer a.b', 'token contains an invalid number of segments'],
        ['Bearer', 'The request cannot be authenticated.'],
        ['Basic YTpi', 'incorrect password'],
      ] as const;
      for (const [Authorization, message] of rows) {
        const answer = await call(ks.url, path, { headers: { Authorization } });
        expect([answer.status, JSON.parse(answer.body)]).toEqual([
          401,
          statusOf(401, 'Unauthorized', message),
        ]);
      }
    },
  );

  test.for([
    ['/api', 'forbidden: User "system:anonymous" cannot GET path "/api"', {}],
    [
      '/api/v1/nodes/n',
      'nodes "n" is forbidden: User "system:anonymous" cannot get resource "nodes" in API group "" at the cluster scope',
      { name: 'n', kind: 'nodes' },
    ],
  ] as const)('of nobody who asks for %s', async ([path, message, details]) => {
    await using ks = await startFakeKsApiserver();
    const answer = await (await as(ks, undefined)).get(path);
    expect(answer.json).toEqual(statusOf(403, 'Forbidden', message, details));
  });

  test('of an update or a deletion of an object that is another one by now', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const uid = String((await admin.get(map)).json.metadata['uid']);
    const metadata = { name: 'kube-root-ca.crt', uid: 'x' };
    const updated = await admin.send('PUT', map, { metadata });
    const why = `Precondition failed: UID in precondition: x, UID in object meta: ${uid}`;
    expect(updated.json).toEqual(
      statusOf(409, 'Conflict', `Operation cannot be fulfilled on configmaps "kube-root-ca.crt": ${why}`, {
        name: 'kube-root-ca.crt',
        kind: 'configmaps',
      }),
    );
    const deleted = await admin.send('DELETE', map, { preconditions: { uid: 'x' } });
    expect([deleted.status, deleted.json['reason']]).toEqual([409, 'Conflict']);
    expect(await admin.get(map)).toMatchObject({ status: 200 });
  });

  test('of an apply that takes away from others', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const apply = (manager: string, data: object): ReturnType<typeof admin.send> =>
      admin.send(
        'PATCH',
        `${maps}/m?fieldManager=${manager}`,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data },
        'application/apply-patch+yaml',
      );
    await apply('one', { a: '1', b: '1' });
    const causes = ['.data.a', '.data.b'].map((field) => ({
      reason: 'FieldManagerConflict',
      message: 'conflict with "one"',
      field,
    }));
    expect((await apply('two', { a: '2' })).json).toEqual(
      statusOf(409, 'Conflict', 'Apply failed with 1 conflict: conflict with "one": .data.a', {
        causes: causes.slice(0, 1),
      }),
    );
    expect((await apply('two', { a: '2', b: '2' })).json).toEqual(
      statusOf(
        409,
        'Conflict',
        'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b',
        { causes },
      ),
    );
  });

  test('of a namespace on its way out', async () => {
    await using ks = await startFakeKsApiserver({ settle: 60_000 });
    const admin = await as(ks, 'admin');
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'old' } });
    await admin.send('DELETE', '/api/v1/namespaces/old');
    const made = await admin.send('POST', '/api/v1/namespaces/old/configmaps', { metadata: { name: 'a' } });
    const why = 'unable to create new content in namespace old because it is being terminated';
    expect(made.json).toEqual(
      statusOf(403, 'Forbidden', `configmaps "a" is forbidden: ${why}`, {
        name: 'a',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace old is being terminated',
            field: 'metadata.namespace',
          },
        ],
      }),
    );
  });

  test('of a watch that begins too far back, as an event', async () => {
    await using ks = await startFakeKsApiserver();
    const current = String(ks.world.host.store.version);
    const answer = await ask(ks, ['GET', `${maps}?watch=1&resourceVersion=5`]);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { type: 'ERROR', object: statusOf(410, 'Expired', `too old resource version: 5 (${current})`) },
    ]);
  });

  test('of a kind that cannot say how many it has', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
    await admin.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'things', kind: 'Thing' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { scale },
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    const things = '/apis/example.com/v1/things';
    await admin.send('POST', things, {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 't' },
    });
    const why = 'the spec replicas field ".spec.size" does not exist';
    expect((await admin.get(`${things}/t/scale`)).json).toEqual(
      statusOf(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] }),
    );
  });

  test.for([
    [
      429,
      'TooManyRequests',
      'the server has received too many requests and has asked us to try again later',
      '3',
    ],
    [500, 'InternalError', 'an error on the server has prevented the request from succeeding', undefined],
    [503, 'ServiceUnavailable', 'the server is currently unable to handle the request', '1'],
    [
      504,
      'Timeout',
      'the server was unable to return a response in the time allotted, but may still be processing the request',
      undefined,
    ],
  ] as const)('of a server in trouble: %d', async ([status, reason, message, wait]) => {
    await using ks = await startFakeKsApiserver();
    const headers = wait === undefined ? undefined : { 'Retry-After': wait };
    await ks.fault({ path: maps, status, times: 1, ...(headers && { headers }) });
    const answer = await ask(ks, ['GET', maps]);
    expect([answer.status, answer.headers['retry-after']]).toEqual([status, wait]);
    const details = wait === undefined ? undefined : { retryAfterSeconds: Number(wait) };
    expect(JSON.parse(answer.body)).toEqual(statusOf(status, reason, message, details));
    expect(await ask(ks, ['GET', maps])).toMatchObject({ status: 200 });
  });
});
