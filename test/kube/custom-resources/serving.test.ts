import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker, type Body } from '../../support/ask.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from './widget.js';

const path = `${definitionsPath}/widgets.shop.example.com`;
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

async function statusOf(
  admin: Asker,
  name: string,
): Promise<{ conditions: Condition[]; acceptedNames: JsonObject }> {
  const { json } = await admin.get(`${definitionsPath}/${name}`);
  return json['status'] as { conditions: Condition[]; acceptedNames: JsonObject };
}

function resourcesOf(json: Body): { name: string; verbs: string[]; kind: string }[] {
  return json['resources'] as { name: string; verbs: string[]; kind: string }[];
}

describe('a CustomResourceDefinition', () => {
  test('is accepted, established, and its kind served at once', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    expect((await admin.get(widgetsPath)).status).toBe(404);
    const created = await admin.send('POST', definitionsPath, widgetDefinition());
    expect(created.status).toBe(201);
    const { conditions, acceptedNames } = await statusOf(admin, 'widgets.shop.example.com');
    expect(conditions.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ['NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'],
      ['Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'],
    ]);
    expect(acceptedNames).toEqual({
      plural: 'widgets',
      singular: 'widget',
      shortNames: ['wg'],
      kind: 'Widget',
      listKind: 'WidgetList',
      categories: ['all'],
    });
    expect((await admin.send('POST', widgetsPath, { metadata: { name: 'a' }, spec: { x: 1 } })).status).toBe(
      201,
    );
    const { json } = await admin.get(widgetsPath);
    expect([json['kind'], json.items.map(({ metadata }) => metadata.name)]).toEqual(['WidgetList', ['a']]);
  });

  test('shows in all forms of discovery and leaves them when it goes', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const groups = async (): Promise<string[]> =>
      ((await admin.get('/apis')).json['groups'] as { name: string }[]).map(({ name }) => name);
    const before = await groups();
    expect(before).not.toContain('shop.example.com');
    await admin.send('POST', definitionsPath, widgetDefinition());
    expect(await groups()).toContain('shop.example.com');
    expect(resourcesOf((await admin.get('/apis/shop.example.com/v1')).json)).toEqual([
      {
        name: 'widgets',
        singularName: 'widget',
        namespaced: true,
        kind: 'Widget',
        verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
        shortNames: ['wg'],
        categories: ['all'],
      },
    ]);
    const headers = { Authorization: `Bearer ${await ks.token()}`, Accept: 'application/json' };
    const index = await fetch(`${ks.url}/openapi/v3`, { headers });
    const { paths } = (await index.json()) as { paths: JsonObject };
    expect(Object.keys(paths)).toContain('apis/shop.example.com/v1');
    await admin.send('DELETE', path);
    expect(await groups()).toEqual(before);
    expect((await admin.get('/apis/shop.example.com/v1')).status).toBe(404);
  });

  test('that is deleted takes its objects with it', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', definitionsPath, widgetDefinition());
    await admin.send('POST', widgetsPath, { metadata: { name: 'a' } });
    const { status, json } = await admin.send('DELETE', path);
    expect([status, json['kind'], json.metadata['finalizers']]).toEqual([
      200,
      'CustomResourceDefinition',
      ['customresourcecleanup.apiextensions.k8s.io'],
    ]);
    expect((await admin.get(path)).status).toBe(404);
    await admin.send('POST', definitionsPath, widgetDefinition());
    expect((await admin.get(widgetsPath)).json.items).toEqual([]);
  });

  test('waits for objects that something holds, and takes no new ones meanwhile', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', definitionsPath, widgetDefinition());
    await admin.send('POST', widgetsPath, { metadata: { name: 'a', finalizers: ['example.com/hold'] } });
    await admin.send('DELETE', path);
    const conditions = (await statusOf(admin, 'widgets.shop.example.com')).conditions;
    expect(conditions.find(({ type }) => type === 'Terminating')?.status).toBe('True');
    const refused = await admin.send('POST', widgetsPath, { metadata: { name: 'b' } });
    expect([refused.status, refused.json['message']]).toEqual([
      405,
      'create not allowed while custom resource definition is terminating',
    ]);
    const release = { metadata: { finalizers: null } };
    await admin.send('PATCH', `${widgetsPath}/a`, release, 'application/merge-patch+json');
    expect((await admin.get(path)).status).toBe(404);
    expect((await admin.get(widgetsPath)).status).toBe(404);
  });

  test('whose names are taken is not established until they are free', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', definitionsPath, widgetDefinition());
    const names = { plural: 'gadgets', kind: 'Widget', shortNames: ['wg'] };
    const other = {
      ...widgetDefinition(undefined, { names }),
      metadata: { name: 'gadgets.shop.example.com' },
    };
    expect((await admin.send('POST', definitionsPath, other)).status).toBe(201);
    const { conditions } = await statusOf(admin, 'gadgets.shop.example.com');
    expect(conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['NamesAccepted', 'False', 'ListKindConflict'],
      ['Established', 'False', 'NotAccepted'],
    ]);
    expect(conditions[0]?.message).toBe('"WidgetList" is already in use');
    const gadgets = '/apis/shop.example.com/v1/namespaces/default/gadgets';
    expect((await admin.get(gadgets)).status).toBe(404);
    await admin.send('DELETE', path);
    expect((await admin.get(gadgets)).status).toBe(200);
  });

  test('has a version that is stored, others that are only served, and some that are not', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const versions = [
      widgetVersion(open, { name: 'v1alpha1', storage: false, deprecated: true }),
      widgetVersion(open, { name: 'v1beta1', storage: false, served: false }),
      widgetVersion(open, { subresources: { status: {} } }),
    ];
    await admin.send('POST', definitionsPath, widgetDefinition(versions));
    const group = (await admin.get('/apis/shop.example.com')).json;
    expect((group['versions'] as { version: string }[]).map(({ version }) => version)).toEqual([
      'v1',
      'v1alpha1',
    ]);
    await admin.send('POST', widgetsPath, { metadata: { name: 'a' } });
    const old = widgetsPath.replace('/v1/', '/v1alpha1/');
    const { json } = await admin.get(`${old}/a`);
    expect([json['apiVersion'], json['kind']]).toEqual(['shop.example.com/v1alpha1', 'Widget']);
    expect((await admin.get(widgetsPath.replace('/v1/', '/v1beta1/'))).status).toBe(404);
    const namesAt = async (version: string): Promise<string[]> =>
      resourcesOf((await admin.get(`/apis/shop.example.com/${version}`)).json).map(({ name }) => name);
    expect([await namesAt('v1'), await namesAt('v1alpha1')]).toEqual([
      ['widgets', 'widgets/status'],
      ['widgets'],
    ]);
    const stored = (await admin.get(path)).json['status'] as JsonObject;
    expect(stored['storedVersions']).toEqual(['v1']);
  });

  test('belongs to one space and is gone after a reset', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const space = await ks.space('other');
    await admin.send('POST', definitionsPath, widgetDefinition());
    expect((await admin.get(widgetsPath)).status).toBe(200);
    expect((await (await as(space, 'admin')).get(widgetsPath)).status).toBe(404);
    await ks.reset();
    expect((await (await as(ks, 'admin')).get(widgetsPath)).status).toBe(404);
  });

  test('makes its kind known to a world it comes with', async () => {
    const widget = {
      apiVersion: 'shop.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a', namespace: 'default' },
    };
    const folder = await mkdtemp(join(tmpdir(), 'world-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'world.json');
    const items = [widgetDefinition(), widget];
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await using ks = await startFakeKsApiserver({ world: file });
    const { status, json } = await (await as(ks, 'admin')).get(widgetsPath);
    expect([status, json['kind'], json.items.length]).toEqual([200, 'WidgetList', 1]);
  });

  test('that a world was loaded with is established from the start', async () => {
    const definition = widgetDefinition();
    await using ks = await startFakeKsApiserver({ world: { objects: [definition] } });
    const resource = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
    const { object } = ks.world.host.store.get(resource, undefined, 'widgets.shop.example.com');
    expect(object['status']).toMatchObject({
      conditions: [
        { type: 'NamesAccepted', status: 'True' },
        { type: 'Established', status: 'True' },
      ],
    });
  });
});
