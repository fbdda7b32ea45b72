import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/json.js';
import type { KubeObject } from '../../../src/core/kube-object.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { contentProblems } from '../../../src/kube/custom-resources/content-problems.js';
import type { WriteContext } from '../../../src/registry/contract.js';
import { as } from '../../support/ask.js';
import { rows, statusRows, strict } from './ratcheting-rows.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from './widget.js';

function widget(spec: Json, status?: Json): KubeObject {
  return {
    apiVersion: 'shop.example.com/v1',
    kind: 'Widget',
    metadata: { name: 'a', namespace: 'default', resourceVersion: '1' },
    spec,
    ...(status !== undefined && { status }),
  };
}

/** What is refused of an update, and what is warned of. */
function told(object: KubeObject, previous: KubeObject, isTolerant: boolean, isStatus = false): string[][] {
  const warned: string[] = [];
  const context = {
    warn: (text: string) => warned.push(text),
    ...(isStatus && { subresource: 'status' }),
  } as unknown as WriteContext;
  const causes = contentProblems({ object, previous, schema: strict }, isTolerant, context);
  return [causes.map(({ field, message }) => `${field}: ${message}`), warned];
}

describe('of an update, what was wrong before counts as Kubernetes 1.30 and later have it', () => {
  test.for(rows)('%s', ([, before, after, refused, warned]) => {
    expect(told(widget(after), widget(before), true)).toEqual([refused, warned]);
  });

  test.for(statusRows)('in the status: %s', ([, before, after, refused, warned]) => {
    const stays = { n: 4, ruled: { a: 4 } };
    expect(told(widget(stays, after), widget(stays, before), true, true)).toEqual([refused, warned]);
  });

  test('and is refused before that', () => {
    const before = widget({ n: 4, ruled: { a: 4 } });
    expect(told(widget({ n: 4, ruled: { a: 4 }, other: 'x' }), before, false)).toEqual([
      [
        'spec.n: Invalid value: 4: spec.n in body should be less than or equal to 3',
        'spec.ruled.a: Invalid value: "integer": failed rule: self <= 3',
      ],
      [],
    ]);
  });
});

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const status = { subresources: { status: {} } };

/** Patches the widget: the status of the answer, and its warning. @param part What follows its path */
type Patch = (body: unknown, part?: string, type?: string) => Promise<readonly [number, string | null]>;

/** A server with a widget that was stored before its definition became strict. */
async function tightened(kubeVersion: string): Promise<AsyncDisposable & { readonly patch: Patch }> {
  const ks = await startFakeKsApiserver({ kubeVersion });
  const admin = await as(ks, 'admin');
  const versions = (schema: JsonObject): JsonObject => widgetDefinition([widgetVersion(schema, status)]);
  await admin.send('POST', definitionsPath, versions(open));
  await admin.send('POST', widgetsPath, { metadata: { name: 'a' }, spec: { n: 4, ruled: { a: 4 } } });
  const path = `${definitionsPath}/widgets.shop.example.com`;
  const put = { ...versions(strict), metadata: (await admin.get(path)).json.metadata };
  expect((await admin.send('PUT', path, put)).text).not.toContain('is invalid');
  const token = await ks.token({ user: 'admin' });
  const patch: Patch = async (body, part = '', type = 'application/merge-patch+json') => {
    const answer = await fetch(`${ks.url}${widgetsPath}/a${part}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: JSON.stringify(body),
    });
    return [answer.status, answer.headers.get('warning')];
  };
  return { patch, [Symbol.asyncDispose]: () => ks[Symbol.asyncDispose]() };
}

describe('a custom resource that was stored before its schema became strict', () => {
  const warning = String.raw`299 - "spec.ruled.a: Invalid value: \"integer\": failed rule: self <= 3"`;

  test('can be changed elsewhere where Kubernetes 1.30 is reported, and is warned of its rules', async () => {
    await using server = await tightened('v1.30.0');
    const { patch } = server;
    expect(await patch({ metadata: { labels: { a: 'b' } } })).toEqual([200, warning]);
    expect(await patch({ spec: { other: 'x' } })).toEqual([200, warning]);
    expect(await patch({ spec: { n: 5 } })).toEqual([422, null]);
    expect(await patch({ status: { n: 1 } }, '/status')).toEqual([422, null]);
    const applied = {
      apiVersion: 'shop.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a' },
      spec: { map: { a: 1 } },
    };
    expect(await patch(applied, '?fieldManager=me', 'application/apply-patch+yaml')).toEqual([200, warning]);
    expect(await patch({ spec: { ruled: { a: 1 } } })).toEqual([200, null]);
    expect(await patch({ status: { n: 1 } }, '/status')).toEqual([200, null]);
  });

  test('can get labels alone where Kubernetes 1.29 is reported, and a status once its rules hold', async () => {
    await using server = await tightened('v1.29.2');
    const { patch } = server;
    expect(await patch({ metadata: { labels: { a: 'b' } } })).toEqual([200, null]);
    expect(await patch({ spec: { other: 'x' } })).toEqual([422, null]);
    expect(await patch({ spec: { ruled: { a: 1 } } })).toEqual([422, null]);
    expect(await patch({ status: { n: 1 } }, '/status')).toEqual([422, null]);
    expect(await patch({ spec: { n: 1, ruled: { a: 1 } } })).toEqual([200, null]);
    expect(await patch({ status: { n: 4 } }, '/status')).toEqual([422, null]);
    expect(await patch({ status: { n: 3 } }, '/status')).toEqual([200, null]);
  });
});
