import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { startWebhook, type Review, type Said, type WebhookServer } from '../../support/webhook-server.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from './widget.js';

const definitionPath = `${definitionsPath}/widgets.shop.example.com`;
const newer = widgetsPath.replace('/v1/', '/v2/');
const merge = 'application/merge-patch+json';

type Thing = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec?: { readonly size?: string; readonly width?: number; readonly height?: number };
};

/** v1 has a size such as `2x3`, v2 has a width and a height. */
const versions = [
  widgetVersion(
    {
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { size: { type: 'string' } } },
        status: { type: 'object', properties: { size: { type: 'string' } } },
      },
    },
    { subresources: { status: {} } },
  ),
  widgetVersion(
    {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['width'],
          properties: {
            width: { type: 'integer', minimum: 1 },
            height: { type: 'integer' },
            color: { type: 'string', default: 'red' },
          },
        },
        status: { type: 'object', properties: { width: { type: 'integer' } } },
      },
    },
    {
      name: 'v2',
      storage: false,
      subresources: {
        status: {},
        scale: { specReplicasPath: '.spec.height', statusReplicasPath: '.status.width' },
      },
      additionalPrinterColumns: [{ name: 'Width', type: 'integer', jsonPath: '.spec.width' }],
      selectableFields: [{ jsonPath: '.spec.height' }],
    },
  ),
];

function convert(object: Thing, apiVersion: string): Thing {
  const { spec, ...rest } = object;
  const converted = { ...rest, apiVersion };
  if (spec === undefined) return converted;
  if (apiVersion.endsWith('/v1'))
    return { ...converted, spec: { size: `${String(spec.width)}x${String(spec.height)}` } };
  const [width, height] = (spec.size ?? '1x1').split('x').map(Number);
  return { ...converted, spec: { width, height } as NonNullable<Thing['spec']> };
}

function asked({ request }: Review): { objects: readonly Thing[]; desiredAPIVersion: string } {
  return request as unknown as { objects: readonly Thing[]; desiredAPIVersion: string };
}

function converted(review: Review): Said {
  const { objects, desiredAPIVersion } = asked(review);
  const convertedObjects = objects.map((object) => convert(object, desiredAPIVersion));
  return { result: { status: 'Success' }, convertedObjects };
}

function conversion(
  hook: Pick<WebhookServer, 'url' | 'caBundle'>,
  reviewVersions = ['v1', 'v1beta1'],
): JsonObject {
  const clientConfig = { url: `${hook.url}/convert`, caBundle: hook.caBundle };
  return { strategy: 'Webhook', webhook: { conversionReviewVersions: reviewVersions, clientConfig } };
}

/** A fake with the definition, and a webhook that answers as told. */
async function started(
  say: (review: Review) => Said = converted,
  reviewVersions?: string[],
): Promise<{ ks: InProcessFake; admin: Asker; hook: WebhookServer } & AsyncDisposable> {
  const hook = await startWebhook(say);
  const ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const definition = widgetDefinition(versions, { conversion: conversion(hook, reviewVersions) });
  const made = await admin.send('POST', definitionsPath, definition);
  expect(made.status, made.text).toBe(201);
  const dispose = async (): Promise<void> => {
    await ks[Symbol.asyncDispose]();
    await hook[Symbol.asyncDispose]();
  };
  return { ks, admin, hook, [Symbol.asyncDispose]: dispose };
}

function widget(version: 'v1' | 'v2', spec: object, name = 'one', metadata: object = {}): object {
  return {
    apiVersion: `shop.example.com/${version}`,
    kind: 'Widget',
    metadata: { name, ...metadata },
    spec,
  };
}

describe('a kind whose versions a webhook converts', () => {
  test('is read at every version, as the webhook and the schema of the version make it', async () => {
    await using place = await started();
    const { admin, hook } = place;
    await admin.send('POST', `${widgetsPath}?fieldManager=me`, widget('v1', { size: '2x3' }));
    expect(hook.reviews).toEqual([]);
    const read = await admin.get(`${newer}/one`);
    expect(read.json).toMatchObject({
      apiVersion: 'shop.example.com/v2',
      spec: { width: 2, height: 3, color: 'red' },
    });
    expect((await admin.get(`${widgetsPath}/one`)).json).toMatchObject({
      apiVersion: 'shop.example.com/v1',
      spec: { size: '2x3' },
    });
    expect(hook.reviews).toHaveLength(1);
    expect(hook.reviews[0]).toMatchObject({
      path: '/convert?timeout=30s',
      kind: 'ConversionReview',
      apiVersion: 'apiextensions.k8s.io/v1',
      request: {
        desiredAPIVersion: 'shop.example.com/v2',
        objects: [
          {
            apiVersion: 'shop.example.com/v1',
            kind: 'Widget',
            metadata: { name: 'one', managedFields: [{ manager: 'me' }] },
            spec: { size: '2x3' },
          },
        ],
      },
    });
  });

  test('is written at every version and stored at one', async () => {
    await using place = await started();
    const { admin, hook } = place;
    const made = await admin.send('POST', newer, widget('v2', { width: 4, height: 5, other: 1 }));
    expect([made.status, made.json['spec']], made.text).toEqual([201, { width: 4, height: 5, color: 'red' }]);
    expect(hook.reviews.map((review) => asked(review).desiredAPIVersion)).toEqual([
      'shop.example.com/v1',
      'shop.example.com/v2',
    ]);
    expect((await admin.get(`${widgetsPath}/one`)).json['spec']).toEqual({ size: '4x5' });
    const patched = await admin.send('PATCH', `${newer}/one`, { spec: { width: 6 } }, merge);
    expect([patched.status, patched.json['spec']]).toEqual([200, { width: 6, height: 5, color: 'red' }]);
    const { metadata } = patched.json as unknown as Thing;
    const before = hook.reviews.length;
    expect((await admin.get(`${widgetsPath}/one`)).json['spec']).toEqual({ size: '6x5' });
    expect(hook.reviews, 'what is stored at a version is read there without a webhook').toHaveLength(before);
    const put = await admin.send('PUT', `${newer}/one`, {
      ...patched.json,
      spec: { width: 7, height: 5 },
    });
    expect([put.status, put.json['spec']], put.text).toEqual([200, { width: 7, height: 5, color: 'red' }]);
    expect((put.json as unknown as Thing).metadata).toMatchObject({
      uid: metadata['uid'],
      generation: 3,
    });
    const stale = await admin.send('PUT', `${newer}/one`, patched.json);
    expect(stale.status).toBe(409);
    const applied = await admin.send(
      'PATCH',
      `${newer}/one?fieldManager=applier&force=true`,
      widget('v2', { width: 8, height: 9 }),
      'application/apply-patch+yaml',
    );
    expect([applied.status, applied.json['spec']], applied.text).toEqual([
      200,
      { width: 8, height: 9, color: 'red' },
    ]);
    const status = await admin.send('PATCH', `${newer}/one/status`, { status: { width: 1 } }, merge);
    expect(status.status, status.text).toBe(200);
    const scaled = await admin.send('PATCH', `${newer}/one/scale`, { spec: { replicas: 3 } }, merge);
    expect([scaled.status, scaled.json['spec']], scaled.text).toEqual([200, { replicas: 3 }]);
    expect((await admin.get(`${widgetsPath}/one`)).json['spec']).toEqual({ size: '8x3' });
  });

  test('is checked at the version it is written at', async () => {
    await using place = await started();
    const refused = await place.admin.send('POST', newer, widget('v2', { width: 0, height: 1 }));
    expect([refused.status, refused.json['message']]).toEqual([
      422,
      'Widget.shop.example.com "one" is invalid: spec.width: Invalid value: 0: spec.width in body should be greater than or equal to 1',
    ]);
    expect(place.hook.reviews).toEqual([]);
  });

  test('is listed with one review, selected by fields of its version, and shown as a table', async () => {
    await using place = await started();
    const { admin, hook } = place;
    for (const [name, size] of [
      ['a', '1x1'],
      ['b', '2x1'],
      ['c', '3x2'],
    ] as const)
      await admin.send('POST', widgetsPath, widget('v1', { size }, name));
    const chosen = await admin.get(`${newer}?fieldSelector=spec.height%3D1`);
    expect(chosen.json.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(hook.reviews.map((review) => asked(review).objects.length)).toEqual([3]);
    const table = await fetch(place.ks.url + newer, {
      headers: {
        authorization: `Bearer ${await place.ks.token({ user: 'admin' })}`,
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      },
    });
    const { rows } = (await table.json()) as { rows: readonly { cells: readonly unknown[] }[] };
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    const page = await admin.get(`${newer}?limit=2`);
    expect(page.json.items).toHaveLength(2);
  });

  test('is watched at every version', async () => {
    await using place = await started();
    const { admin } = place;
    await admin.send('POST', widgetsPath, widget('v1', { size: '1x2' }));
    const { metadata } = (await admin.get(newer)).json as unknown as Thing;
    const version = String(metadata['resourceVersion']);
    await admin.send('PATCH', `${widgetsPath}/one`, { spec: { size: '2x2' } }, merge);
    await admin.send('POST', newer, widget('v2', { width: 9, height: 9 }, 'two'));
    await admin.send('DELETE', `${newer}/one`);
    const told = async (query: string): Promise<unknown> => {
      const { text } = await admin.get(`${newer}?watch=true&timeoutSeconds=1&${query}`);
      const lines = text.trim().split('\n').filter(Boolean);
      return lines.map((line) => {
        const { type, object } = JSON.parse(line) as { type: string; object: Thing };
        return [type, object.metadata['name'], object.apiVersion, object.spec?.width];
      });
    };
    expect(await told(`resourceVersion=${version}`)).toEqual([
      ['MODIFIED', 'one', 'shop.example.com/v2', 2],
      ['ADDED', 'two', 'shop.example.com/v2', 9],
      ['DELETED', 'one', 'shop.example.com/v2', 2],
    ]);
    expect(await told('fieldSelector=spec.height%3D9')).toEqual([['ADDED', 'two', 'shop.example.com/v2', 9]]);
  });

  test('is deleted at every version, also when something holds it', async () => {
    await using place = await started();
    const { admin } = place;
    await admin.send('POST', newer, widget('v2', { width: 1, height: 1 }, 'held', { finalizers: ['a.b/c'] }));
    const deleted = await admin.send('DELETE', `${newer}/held`);
    expect([deleted.status, deleted.json['spec']]).toEqual([200, { width: 1, height: 1, color: 'red' }]);
    await admin.send('PATCH', `${newer}/held`, { metadata: { finalizers: null } }, merge);
    expect((await admin.get(`${newer}/held`)).status).toBe(404);
    await admin.send('POST', newer, widget('v2', { width: 1, height: 1 }));
    const all = await admin.send('DELETE', newer);
    expect([all.status, all.json.items.map(({ spec }) => spec)]).toEqual([
      200,
      [{ width: 1, height: 1, color: 'red' }],
    ]);
    expect((await admin.get(widgetsPath)).json.items).toEqual([]);
  });

  test('keeps what is there in the version it was stored at, when another becomes the one to store', async () => {
    await using place = await started();
    const { admin } = place;
    await admin.send('POST', widgetsPath, widget('v1', { size: '2x3' }));
    const [first, second] = versions;
    const turned = [
      { ...first, storage: false },
      { ...second, storage: true },
    ];
    const changed = await admin.send('PATCH', definitionPath, { spec: { versions: turned } }, merge);
    expect(changed.status, changed.text).toBe(200);
    expect((await admin.get(`${newer}/one`)).json['spec']).toEqual({ width: 2, height: 3, color: 'red' });
    expect((await admin.get(`${widgetsPath}/one`)).json['spec']).toEqual({ size: '2x3' });
    await admin.send('PATCH', `${widgetsPath}/one`, { spec: { size: '5x5' } }, merge);
    expect((await admin.get(`${newer}/one`)).json['spec']).toMatchObject({ width: 5, height: 5 });
  });

  test('may have labels and annotations changed by its webhook, and nothing else of its metadata', async () => {
    await using place = await started((review) => {
      const { objects, desiredAPIVersion } = asked(review);
      return {
        result: { status: 'Success' },
        convertedObjects: objects.map((object) => {
          const metadata = {
            ...object.metadata,
            labels: { seen: 'yes' },
            generation: 77,
            finalizers: ['x/y'],
          };
          return { ...convert(object, desiredAPIVersion), metadata };
        }),
      };
    });
    const { admin } = place;
    await admin.send('POST', widgetsPath, widget('v1', { size: '2x3' }));
    const { metadata } = (await admin.get(`${newer}/one`)).json as unknown as Thing;
    expect(metadata).toMatchObject({ labels: { seen: 'yes' }, generation: 1 });
    expect(metadata).not.toHaveProperty('finalizers');
    expect((await admin.get(`${newer}?labelSelector=seen%3Dyes`)).json.items).toHaveLength(1);
  });

  test('is reviewed at v1beta1 for webhooks that know no other, whose answers are looked at less closely', async () => {
    await using place = await started((review) => ({ ...converted(review), uid: 'another' }), ['v1beta1']);
    const { admin, hook } = place;
    await admin.send('POST', widgetsPath, widget('v1', { size: '2x3' }));
    expect((await admin.get(`${newer}/one`)).json['spec']).toMatchObject({ width: 2 });
    expect(hook.reviews.map(({ apiVersion }) => apiVersion)).toEqual(['apiextensions.k8s.io/v1beta1']);
  });
});

test('many who write at once at another version lose nothing that was answered well', async () => {
  await using place = await started();
  const { admin } = place;
  const many = Array.from({ length: 12 }, (_each, at) => at);
  const made = await Promise.all(
    many.map((height) =>
      admin.send('POST', newer, {
        ...widget('v2', { width: 1, height }),
        metadata: { generateName: 'many-' },
      }),
    ),
  );
  expect(made.map(({ status }) => status)).toEqual(many.map(() => 201));
  expect(made.map(({ json }) => json.spec['height'])).toEqual(many);
  await admin.send('POST', newer, widget('v2', { width: 1, height: 1 }));
  const patched = await Promise.all(
    many.map((at) =>
      admin.send('PATCH', `${newer}/one`, { metadata: { labels: { [`l${String(at)}`]: 'x' } } }, merge),
    ),
  );
  const kept = many.filter((at) => patched[at]?.status === 200).map((at) => `l${String(at)}`);
  expect(patched.every(({ status }) => status === 200 || status === 409)).toBe(true);
  const { labels } = (await admin.get(`${widgetsPath}/one`)).json.metadata;
  expect(Object.keys(labels).sort()).toEqual(kept.sort());
  expect(kept.length).toBeGreaterThan(0);
});

test('an admission webhook sees and changes what is written at the version it asks for', async () => {
  await using place = await started();
  const { admin } = place;
  await using guard = await startWebhook(() => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from('[{"op":"replace","path":"/spec/size","value":"9x9"}]').toString('base64'),
  }));
  const rule = { apiGroups: ['shop.example.com'], apiVersions: ['v1'], operations: ['*'], resources: ['*'] };
  await admin.send('POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
    metadata: { name: 'guard' },
    webhooks: [
      {
        name: 'guard.example.com',
        clientConfig: { url: guard.url, caBundle: guard.caBundle },
        rules: [rule],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  });
  const made = await admin.send('POST', newer, widget('v2', { width: 1, height: 2 }));
  expect([made.status, made.json['spec']], made.text).toEqual([201, { width: 9, height: 9, color: 'red' }]);
  expect(guard.reviews).toMatchObject([
    {
      request: {
        kind: { version: 'v1' },
        requestKind: { version: 'v2' },
        object: { apiVersion: 'shop.example.com/v1', spec: { size: '1x2' } },
      },
    },
  ]);
});

const failing = 'conversion webhook for shop.example.com/v1, Kind=Widget';

describe('a webhook that does not convert', () => {
  const changing =
    (change: (object: Thing) => unknown) =>
    (review: Review): Said => {
      const { objects, desiredAPIVersion } = asked(review);
      return {
        result: { status: 'Success' },
        convertedObjects: objects.map((object) => change(convert(object, desiredAPIVersion))),
      };
    };
  const named =
    (more: object) =>
    (object: Thing): unknown => ({ ...object, metadata: { ...object.metadata, ...more } });

  test.for<[string, (review: Review) => Said, string]>([
    [
      'refuses',
      () => ({ result: { status: 'Failed', message: 'no such size' } }),
      `${failing} failed: no such size`,
    ],
    [
      'refuses without a word',
      () => ({ result: { status: 'Failed' } }),
      `${failing} failed: response.result.status was 'Failed', not 'Success'`,
    ],
    [
      'answers about something else',
      (review) => ({ ...converted(review), uid: 'x' }),
      `${failing} failed: expected response.uid="UID", got "x"`,
    ],
    [
      'answers no review',
      () => ({ raw: true, status: 200, body: '{}' }),
      `${failing} failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind=`,
    ],
    [
      'breaks down',
      () => ({ raw: true, status: 500, body: 'oops' }),
      `${failing} failed: an error on the server ("oops") has prevented the request from succeeding`,
    ],
    [
      'loses objects',
      () => ({ result: { status: 'Success' }, convertedObjects: [] }),
      `${failing} returned 0 objects, expected 1`,
    ],
    [
      'leaves the version alone',
      changing((object) => ({ ...object, apiVersion: 'shop.example.com/v1' })),
      `${failing} returned invalid object at index 0: invalid groupVersion (expected shop.example.com/v2, received shop.example.com/v1)`,
    ],
    [
      'makes another kind',
      changing((object) => ({ ...object, kind: 'Gadget' })),
      `${failing} returned invalid object at index 0: invalid kind (expected Widget, received Gadget)`,
    ],
    [
      'renames',
      changing(named({ name: 'two' })),
      `${failing} returned invalid object: must have the same name: one != two`,
    ],
    [
      'moves',
      changing(named({ namespace: 'other' })),
      `${failing} returned invalid object: must have the same namespace: default != other`,
    ],
    [
      'makes bad labels',
      changing(named({ labels: { a: 1 } })),
      `${failing} returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object`,
    ],
  ])('fails reads, writes, deletions and watches when it %s', async ([, say, message]) => {
    await using place = await started(say);
    const { admin } = place;
    await admin.send('POST', widgetsPath, widget('v1', { size: '2x3' }));
    const shown = (text: unknown): string => String(text).replace(/[0-9a-f-]{36}/, 'UID');
    for (const answer of [
      await admin.get(`${newer}/one`),
      await admin.get(newer),
      await admin.send('PATCH', `${newer}/one`, { spec: { width: 2 } }, merge),
      await admin.send('DELETE', `${newer}/one`),
    ]) {
      const { message: text, ...status } = answer.json;
      expect([answer.status, shown(text)]).toEqual([500, message]);
      expect(status).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        code: 500,
      });
    }
    const { text } = await admin.get(`${newer}?watch=true&timeoutSeconds=5`);
    const { type, object } = JSON.parse(text) as { type: string; object: { message: string } };
    expect([type, shown(object.message)]).toEqual(['ERROR', message]);
    expect((await admin.get(`${widgetsPath}/one`)).status).toBe(200);
  });

  test('fails when it cannot be reached', async () => {
    await using place = await started();
    const { admin } = place;
    await admin.send('POST', widgetsPath, widget('v1', { size: '2x3' }));
    const away = conversion({ url: 'https://127.0.0.1:1', caBundle: place.hook.caBundle });
    await admin.send('PATCH', definitionPath, { spec: { conversion: away } }, merge);
    const refused = await admin.get(`${newer}/one`);
    expect([refused.status, refused.json['message']]).toEqual([
      500,
      `${failing} failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused`,
    ]);
  });
});

const client = { url: 'https://hook.example.com/convert' };

test.for<[string, JsonObject, string]>([
  ['no strategy', { strategy: '' }, 'spec.conversion.strategy: Required value'],
  [
    'another strategy',
    { strategy: 'Magic' },
    'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
  ],
  [
    'no webhook',
    { strategy: 'Webhook' },
    '[spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook, spec.conversion.conversionReviewVersions: Required value]',
  ],
  [
    'neither URL nor service',
    { strategy: 'Webhook', webhook: { clientConfig: {}, conversionReviewVersions: ['v1'] } },
    'spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required',
  ],
  [
    'a URL with a query',
    {
      strategy: 'Webhook',
      webhook: { clientConfig: { url: 'http://a?b' }, conversionReviewVersions: ['v1'] },
    },
    `[spec.conversion.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path], spec.conversion.webhookClientConfig.url: Invalid value: "b": query parameters are not permitted in the URL]`,
  ],
  [
    'a service without a name',
    {
      strategy: 'Webhook',
      webhook: { clientConfig: { service: { namespace: 'a', path: 'x' } }, conversionReviewVersions: ['v1'] },
    },
    `[spec.conversion.webhookClientConfig.service.namespace: Required value: service namespace is required, spec.conversion.webhookClientConfig.service.path: Invalid value: "x": must start with a '/', spec.conversion.webhookClientConfig.service.path: Invalid value: "x": segment[0] may not be empty]`,
  ],
  [
    'versions nobody knows',
    { strategy: 'Webhook', webhook: { clientConfig: client, conversionReviewVersions: ['v3', 'v3'] } },
    '[spec.conversion.conversionReviewVersions[1]: Invalid value: "v3": duplicate version, spec.conversion.conversionReviewVersions: Invalid value: []string{"v3", "v3"}: must include at least one of v1, v1beta1]',
  ],
  [
    'a webhook nobody asks',
    { strategy: 'None', webhook: { clientConfig: client, conversionReviewVersions: ['v1'] } },
    '[spec.conversion.webhookClientConfig: Forbidden: should not be set when strategy is not set to Webhook, spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook]',
  ],
])('a definition whose conversion has %s is refused', async ([, given, problem]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const refused = await admin.send(
    'POST',
    definitionsPath,
    widgetDefinition(versions, { conversion: given }),
  );
  expect([refused.status, refused.json['message']]).toEqual([
    422,
    `CustomResourceDefinition.apiextensions.k8s.io "widgets.shop.example.com" is invalid: ${problem}`,
  ]);
});

test('a service that converts is asked on port 443 unless its definition says otherwise', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const service = { namespace: 'tools', name: 'hook' };
  const webhook = { conversionReviewVersions: ['v1'], clientConfig: { service } };
  const made = await admin.send(
    'POST',
    definitionsPath,
    widgetDefinition(versions, { conversion: { strategy: 'Webhook', webhook } }),
  );
  expect(made.json['spec']).toMatchObject({
    conversion: { webhook: { clientConfig: { service: { port: 443 } } } },
  });
});
