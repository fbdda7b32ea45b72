import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { readFields } from '../../src/kube/protobuf/wire.js';
import { as } from '../support/ask.js';
import { call } from '../support/call.js';
import { definitionsPath, widgetDefinition, widgetVersion } from './custom-resources/widget.js';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly patch?: Patch }>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface Patch {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody: { readonly content: Readonly<Record<string, unknown>> };
}

/** The index as kubectl asks for it. */
async function readIndex(ks: InProcessFake): Promise<string> {
  const headers = { Authorization: `Bearer ${await ks.token()}`, Accept: 'application/json, */*' };
  return (await fetch(`${ks.url}/openapi/v3`, { headers })).text();
}

async function indexOf(ks: InProcessFake): Promise<Record<string, { serverRelativeURL: string }>> {
  const text = await readIndex(ks);
  return (JSON.parse(text) as { paths: Record<string, { serverRelativeURL: string }> }).paths;
}

describe('OpenAPI v3', () => {
  test('has a document per group and version, that says how to patch and leaves no reference open', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const index = await indexOf(ks);
    expect(Object.keys(index)).toEqual(
      expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/iam.kubesphere.io/v1beta1']),
    );
    for (const [place, { serverRelativeURL }] of Object.entries(index)) {
      const { status, text } = await admin.get(serverRelativeURL);
      expect([place, status]).toEqual([place, 200]);
      const { openapi, paths, components } = JSON.parse(text) as Document;
      expect(openapi).toBe('3.0.0');
      for (const { patch } of Object.values(paths))
        if (patch !== undefined)
          expect(patch.parameters.map(({ name }) => name)).toContain('fieldValidation');
      for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
        expect(Object.hasOwn(components.schemas, name ?? ''), `${place}: ${name ?? ''}`).toBe(true);
      expect(text).not.toContain('#/definitions/');
    }
  });

  test.for([
    ['apis/apps/v1', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', true],
    ['apis/iam.kubesphere.io/v1beta1', '/apis/iam.kubesphere.io/v1beta1/users/{name}', false],
  ] as const)('%s: strategic patches are for native kinds', async ([place, path, strategic]) => {
    await using ks = await startFakeKsApiserver();
    const { text } = await (await as(ks, 'admin')).get(`/openapi/v3/${place}`);
    const types = Object.keys((JSON.parse(text) as Document).paths[path]?.patch?.requestBody.content ?? {});
    expect(types).toContain('application/merge-patch+json');
    expect(types.includes('application/strategic-merge-patch+json')).toBe(strategic);
  });

  test('sends those with an old hash to the new one, and lets the rest keep what they got', async () => {
    await using ks = await startFakeKsApiserver();
    const headers = { Authorization: `Bearer ${await ks.token()}` };
    const current = (await indexOf(ks))['apis/apps/v1']?.serverRelativeURL ?? '';
    const old = await call(ks.url, '/openapi/v3/apis/apps/v1?hash=00', { headers });
    expect([old.status, old.headers['location']]).toEqual([301, current]);
    expect((await call(ks.url, current, { headers })).headers['cache-control']).toBe('public, immutable');
  });

  test.for(['/openapi/v3/apis/none/v1', '/openapi/v3/__proto__', '/openapi/v3/api/v2'])(
    '%s is not there',
    async (path) => {
      await using ks = await startFakeKsApiserver();
      expect((await (await as(ks, 'admin')).get(path)).status).toBe(404);
    },
  );
});

/** The document for clients of Kubernetes, in JSON. */
async function kubernetesDocument(ks: InProcessFake): Promise<{ status: number; text: string }> {
  const headers = { Authorization: `Bearer ${await ks.token()}`, Accept: 'application/json' };
  const response = await fetch(`${ks.url}/openapi/v2`, { headers });
  return { status: response.status, text: await response.text() };
}

describe('OpenAPI v2', () => {
  test.for([
    ['v2', 'gzip', 'securityDefinitions'],
    ['v2', 'identity', 'securityDefinitions'],
    ['v3', 'gzip', 'components'],
    ['v3', 'identity', 'components'],
  ] as const)(
    'is that of KubeSphere for everybody else, /openapi/%s as %s',
    async ([form, encoding, member]) => {
      await using ks = await startFakeKsApiserver();
      const response = await fetch(`${ks.url}/openapi/${form}`, { headers: { 'Accept-Encoding': encoding } });
      expect([response.status, response.headers.get('content-type'), response.headers.get('vary')]).toEqual([
        200,
        'text/plain; charset=utf-8',
        'Accept-Encoding',
      ]);
      expect(response.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null);
      const document = JSON.parse(await response.text()) as Readonly<Record<string, JsonObject>>;
      expect(document).toMatchObject({ info: { title: 'KubeSphere API' } });
      const schemes = form === 'v2' ? document[member] : document[member]?.['securitySchemes'];
      expect(schemes).toEqual({ BearerToken: { type: 'apiKey', name: 'Authorization', in: 'header' } });
    },
  );

  test('is converted with every reference: bodies, parameters and answers have schemas', async () => {
    await using ks = await startFakeKsApiserver();
    const text = await (await fetch(`${ks.url}/openapi/v3`)).text();
    const { openapi, paths, components } = JSON.parse(text) as Document;
    expect(openapi).toBe('3.0.0');
    const users = paths['/kapis/iam.kubesphere.io/v1beta1/users'] as Readonly<Record<string, JsonObject>>;
    expect(users['post']).toHaveProperty(['requestBody', 'content', '*/*', 'schema', '$ref']);
    expect(users['get']).toHaveProperty('parameters.0.schema.type');
    expect(text).not.toContain('#/definitions/');
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(Object.hasOwn(components.schemas, name ?? ''), name).toBe(true);
  });

  test('is not there before 4.1 but for clients of Kubernetes', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4' });
    const admin = await as(ks, 'admin');
    for (const path of ['/openapi/v2', '/openapi/v3']) {
      const { status, text } = await admin.get(path);
      expect([status, text], path).toEqual([404, '404 page not found\n']);
    }
    expect((await kubernetesDocument(ks)).status).toBe(200);
    expect(await readIndex(ks)).toContain('api/v1');
  });

  test('has every kind that is served, in JSON', async () => {
    await using ks = await startFakeKsApiserver();
    const { status, text } = await kubernetesDocument(ks);
    const { swagger, definitions, paths } = JSON.parse(text) as {
      swagger: string;
      definitions: Record<string, JsonObject>;
      paths: Record<string, JsonObject>;
    };
    expect([status, swagger]).toEqual([200, '2.0']);
    expect(definitions['io.k8s.api.core.v1.PodSpec']?.['properties']).toHaveProperty('containers');
    const spec = definitions['io.kubesphere.api.cluster.v1alpha1.ClusterSpec'];
    expect(spec?.['properties']).toHaveProperty('connection');
    expect(Object.keys(paths)).toContain('/apis/apps/v1/namespaces/{namespace}/deployments/{name}');
    const missing = [...text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)]
      .map(([, name = '']) => name)
      .filter((name) => !Object.hasOwn(definitions, name));
    expect(missing).toEqual([]);
  });

  test('says the same in protobuf', async () => {
    await using ks = await startFakeKsApiserver();
    const headers = {
      Authorization: `Bearer ${await ks.token()}`,
      Accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    };
    const response = await fetch(`${ks.url}/openapi/v2`, { headers });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    ]);
    const inner = (bytes: Buffer, number: number): Buffer[] =>
      [...readFields(bytes)].flatMap((field) =>
        field.number === number && Buffer.isBuffer(field.value) ? [field.value] : [],
      );
    const document = Buffer.from(await response.arrayBuffer());
    expect(inner(document, 1).map(String)).toEqual(['2.0']);
    const schemas = inner(document, 9).flatMap((definitions) => inner(definitions, 1));
    const spec = schemas.find((entry) => String(inner(entry, 1)[0]) === 'io.k8s.api.core.v1.PodSpec');
    const [schema = Buffer.alloc(0)] = inner(spec ?? Buffer.alloc(0), 2);
    const properties = inner(schema, 25).flatMap((all) => inner(all, 1));
    expect(properties.map((entry) => String(inner(entry, 1)[0]))).toContain('containers');
  });
});

describe('a CustomResourceDefinition', () => {
  const spec = { type: 'object', properties: { size: { type: 'integer', description: 'How large.' } } };
  const schema = { type: 'object', properties: { spec, metadata: { type: 'object' } } };
  const name = 'com.example.shop.v1.Widget';
  const place = 'apis/shop.example.com/v1';

  test('is described in both versions, with every field', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', definitionsPath, widgetDefinition([widgetVersion(schema)]));
    const url = (await indexOf(ks))[place]?.serverRelativeURL ?? '';
    const { components, paths } = JSON.parse((await admin.get(url)).text) as Document;
    expect(components.schemas[name]).toEqual({
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
        spec,
      },
      'x-kubernetes-group-version-kind': [{ group: 'shop.example.com', kind: 'Widget', version: 'v1' }],
    });
    expect(Object.keys(components.schemas)).toContain(`${name}List`);
    expect(Object.keys(paths)).toContain('/apis/shop.example.com/v1/namespaces/{namespace}/widgets/{name}');
    const { text } = await kubernetesDocument(ks);
    const { definitions } = JSON.parse(text) as { definitions: Record<string, JsonObject> };
    expect(definitions[name]?.['properties']).toMatchObject({ spec });
  });

  test('has another hash once its schema changes, and the same when only its labels do', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', definitionsPath, widgetDefinition([widgetVersion(schema)]));
    const hash = async (): Promise<string | undefined> => (await indexOf(ks))[place]?.serverRelativeURL;
    const first = await hash();
    const path = `${definitionsPath}/widgets.shop.example.com`;
    const patch = (body: unknown): Promise<unknown> =>
      admin.send('PATCH', path, body, 'application/merge-patch+json');
    await patch({ metadata: { labels: { a: 'b' } } });
    expect(await hash()).toBe(first);
    await patch({ spec: { versions: [widgetVersion({ ...schema, required: ['spec'] })] } });
    expect(await hash()).not.toBe(first);
  });
});
