import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { fullObject, protobufKinds } from '../support/full-object.js';
import { go } from './installed.js';
import { openLine } from './open-line.js';
import { openShell } from './shell.js';

const source = join(import.meta.dirname, 'go');
const guides = join(process.cwd(), '../shared/guides');
const guide = existsSync(guides) ? readdirSync(guides).find((name) => name.startsWith('004_')) : undefined;
const withGo = go.folder === undefined ? test.skip : test;
const withGuide = go.folder === undefined || guide === undefined ? test.skip : test;
const built = mkdtempSync(join(tmpdir(), 'clients-go-'));

async function build(name: string, ...args: readonly string[]): Promise<void> {
  await promisify(execFile)('go', ['build', '-o', join(built, name), ...args], { cwd: source });
}

// The first build on a machine compiles client-go; test/clients/install.sh does that beforehand.
beforeAll(async () => {
  if (go.folder !== undefined) await build('clients', '.');
}, 1_200_000);

afterAll(() => {
  rmSync(built, { recursive: true });
});

/** What a deed of the Go program says came of it. */
async function ask(ks: InProcessFake, deed: string, env?: Record<string, string>): Promise<unknown> {
  await using shell = await openShell(ks, []);
  const { code, stdout, stderr } = await shell.run(`${join(built, 'clients')} ${deed}`, env);
  if (code !== 0) throw new Error(`${deed}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What the Go program found in two forms of the same answers. */
interface Comparison {
  readonly wrong: readonly string[];
  /** Lists, and objects in them. */
  readonly compared: number;
  readonly objects: number;
}

const ran = { out: 'out\n', err: 'err\n', code: 3, large: true, typed: true, missing: true };
const life = {
  again: { reason: 'AlreadyExists', code: 409 },
  gone: { reason: 'NotFound', code: 404 },
  listed: 1,
  patched: { binary: 'AP8=', data: { a: '2', c: '3' }, newer: true },
  seen: ['MODIFIED', 'MODIFIED', 'DELETED'],
  stale: { reason: 'Conflict', code: 409 },
  versioned: 500,
};

withGo.for<readonly [deed: string, sentence: string, result: unknown]>([
  [
    'typed',
    'a typed client makes, reads, changes, watches and deletes, in JSON and in protobuf',
    { 'application/json': life, 'application/vnd.kubernetes.protobuf': life },
  ],
  [
    'dynamic',
    'a dynamic client does so with a kind of KubeSphere',
    { secrets: 1, gone: { reason: 'NotFound', code: 404 } },
  ],
  [
    'discovery',
    'discovery and the REST mapper find what short and ambiguous names mean',
    {
      version: 'v4.1.3',
      groups: true,
      resources: true,
      mapped: {
        deploy: 'apps/v1/deployments',
        roles: 'rbac.authorization.k8s.io/v1/roles',
        serviceaccounts: 'v1/serviceaccounts',
        svc: 'v1/services',
        users: 'iam.kubesphere.io/v1beta1/users',
      },
      mapping: 'serviceaccounts namespace',
      preferred: true,
    },
  ],
  [
    'informer',
    'a shared informer sees every one of 10,000 writes, in order',
    { adds: 100, updates: 9900, deletes: 100, backwards: 0, missed: 0 },
  ],
  [
    'storm',
    '50 writers of one object who try again on conflicts end with the right count',
    { count: '500', conflicts: true },
  ],
  [
    'leader',
    'a leader that gives up is followed by the next one',
    { led: ['first', 'second'], holder: 'second', transitions: 1 },
  ],
  [
    'reconciler',
    'a controller-runtime manager reconciles a kind of its own',
    { text: 'second', pruned: true, generation: 2, finalized: 'one' },
  ],
  [
    'webhooks',
    'a controller-runtime manager completes, checks and converts a kind of its own by webhooks',
    {
      completed: { width: 3, height: 3 },
      old: { width: 4, height: 4 },
      refused: 'admission webhook "rules.gadgets.example.io" denied the request: a width of 0 is none',
      broken: 'conversion webhook for gadgets.example.io/v1beta1, Kind=Gadget failed: expected integer',
      sizes: { new: '3x3', old: '4x4' },
      kept: 'admission webhook "rules.gadgets.example.io" denied the request: kept',
    },
  ],
  [
    'apply',
    'typed apply configurations are merged, refused on conflicts, and extracted; all else is protobuf',
    {
      generation: 1,
      conflict: { reason: 'Conflict', code: 409 },
      causes: ['.spec.template.spec.containers[name="web"].image FieldManagerConflict'],
      kept: '1',
      image: 'nginx:1',
      env: 0,
      tested: 'Tested',
      scaled: 1,
      evicted: true,
    },
  ],
  [
    'lookup',
    'lists are read by pages, metadata alone is followed, and caches of discovery find new kinds',
    {
      pages: 3,
      names: 25,
      ordered: 'page-00 page-01',
      metadata: ['add 1', 'update 2', 'delete 2'],
      kept: true,
      before: '',
      after: 'Widget',
      dynamic: true,
    },
  ],
  [
    'streams',
    'commands run and ports are forwarded over SPDY and over WebSocket',
    {
      spdy: ran,
      websocket: ran,
      fallback: ran,
      'forwarded over spdy': '200 OK',
      'forwarded over websocket': '200 OK',
    },
  ],
])('Go: %s: %s', { timeout: 120_000 }, async ([deed, , result]) => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  expect(await ask(ks, deed)).toEqual(result);
});

withGo('Go: what is read as protobuf are the very bytes Go writes for it', { timeout: 120_000 }, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const { wrong, compared } = (await ask(ks, 'answers', { EXACT: 'true' })) as Comparison;
  expect([wrong, compared > 40]).toEqual([[], true]);
});

withGo('Go: every field of every kind is read from protobuf as from JSON', { timeout: 120_000 }, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  for (const [resource, version] of protobufKinds())
    ks.world.host.store.load(resource, fullObject(resource, version));
  const { wrong, objects } = (await ask(ks, 'answers')) as Comparison;
  expect([wrong, objects > 100]).toEqual([[], true]);
});

withGo(
  'Go: an informer whose connection is cut again and again misses nothing',
  { timeout: 120_000 },
  async () => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0 });
    await using line = await openLine(Number(new URL(ks.tlsUrl ?? '').port));
    let changes = 0;
    const leave = ks.world.host.store.subscribe(() => {
      changes += 1;
      if (changes % 400 === 0) line.cut();
    });
    const result = await ask(ks, 'resume', { WATCH_SERVER: `https://127.0.0.1:${String(line.port)}` });
    leave();
    expect(line.cuts).toBeGreaterThan(1);
    expect(result).toMatchObject({ adds: 100, deletes: 100, backwards: 0, missed: 0, updates: 1900 });
  },
);

withGuide('Go: the program of the guide to 4.1 is refused as printed, and let in with a role', async () => {
  const text = readFileSync(join(guides, guide ?? ''), 'utf8');
  const [, program = ''] = /```go\n(package main.*?)```/s.exec(text) ?? [];
  const overlay = join(built, 'overlay.json');
  writeFileSync(join(built, 'main.go'), program);
  writeFileSync(
    overlay,
    JSON.stringify({ Replace: { [join(source, 'guide/doc.go')]: join(built, 'main.go') } }),
  );
  await build('guide', '-overlay', overlay, './guide');
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks, []);
  const headers = {
    Authorization: `Bearer ${await ks.token()}`,
    'Content-Type': 'application/json',
  };
  const create = async (path: string, body: unknown): Promise<number> =>
    (await fetch(`${ks.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  const account = {
    apiVersion: 'kubesphere.io/v1alpha1',
    kind: 'ServiceAccount',
    metadata: { name: 'guide' },
  };
  expect(await create('/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts', account)).toBe(201);
  writeFileSync(join(shell.folder, 'token'), await ks.serviceAccountToken('default', 'guide'));
  writeFileSync(join(shell.folder, 'ca.crt'), ks.ca ?? '');
  const inCluster = { FAKE_KS_SECRETS: shell.folder, FAKE_KS_ADDRESS: new URL(ks.tlsUrl ?? '').host };
  expect(await shell.run(join(built, 'guide'), inCluster)).toEqual({
    code: 0,
    // `Raw()` of client-go keeps the text of an error to itself when it came as JSON.
    stdout: 'unknown\n',
    stderr: '',
  });
  const binding = {
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind: 'GlobalRoleBinding',
    metadata: { name: 'guide', labels: { 'iam.kubesphere.io/role-ref': 'platform-admin' } },
    roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'GlobalRole', name: 'platform-admin' },
    subjects: [{ apiGroup: 'kubesphere.io', kind: 'ServiceAccount', name: 'guide', namespace: 'default' }],
  };
  expect(await create('/apis/iam.kubesphere.io/v1beta1/globalrolebindings', binding)).toBe(201);
  const { stdout } = await shell.run(join(built, 'guide'), inCluster);
  expect(JSON.parse(stdout)).toMatchObject({ items: expect.anything() as unknown });
});
