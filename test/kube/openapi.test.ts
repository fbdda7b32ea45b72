import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';
import { call } from '../support/call.js';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly patch?: Patch }>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface Patch {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody: { readonly content: Readonly<Record<string, unknown>> };
}

async function indexOf(ks: InProcessFake): Promise<Record<string, { serverRelativeURL: string }>> {
  const { text } = await (await as(ks, 'admin')).get('/openapi/v3');
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

test('OpenAPI v2 is there in protobuf only, without definitions', async () => {
  await using ks = await startFakeKsApiserver();
  const Accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const { status, headers, body } = await call(ks.url, '/openapi/v2', { headers: { Accept } });
  expect([status, headers['content-type'], body]).toEqual([
    200,
    'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    '\n\u00032.0\u0012\u0019\n\nKubernetes\u0012\u000bunversioned',
  ]);
  expect((await call(ks.url, '/openapi/v2')).status).toBe(404);
});
