import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportWorld } from '../../src/control/export-world.js';
import { InputError } from '../../src/core/input-error.js';
import type { Options, WorldDocument } from '../../src/core/options.js';
import { releaseNames } from '../../src/core/release.js';
import { catalogOf, worldOf } from './release-catalog.js';

const nodes = { group: '', plural: 'nodes' };
const users = { group: 'iam.kubesphere.io', plural: 'users' };
const configMaps = { group: '', plural: 'configmaps' };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'world-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** What is wrong with a world, the folder left out. */
async function problemsOf(world: string | WorldDocument, options: Options = {}): Promise<string[]> {
  const error: unknown = await worldOf({ ...options, world }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems.map((line) => line.replaceAll(`${folder}/`, ''));
}

const node = (name: string): string => `apiVersion: v1\nkind: Node\nmetadata:\n  name: ${name}\n`;

describe('a world of Kubernetes objects', () => {
  test('is laid over a fresh install, so that logins work', async () => {
    const { host, passwords } = await worldOf({ world: file('a.yaml', node('n1')) });
    expect(host.store.list(nodes).map(({ object }) => object.metadata.name)).toEqual(['n1']);
    expect(host.store.find(users, undefined, 'admin')).toBeDefined();
    expect(passwords.get('admin')).toContain('P@88w0rd');
  });

  test('makes the host Cluster count its nodes', async () => {
    const { host } = await worldOf({ world: file('a.yaml', `${node('n1')}---\n${node('n2')}`) });
    const cluster = host.store.get({ group: 'cluster.kubesphere.io', plural: 'clusters' }, undefined, 'host');
    expect(cluster.object['status']).toMatchObject({ nodeCount: 2 });
  });

  test('may be one List of several kinds, as kubectl get nodes,ns,pods -A -o yaml prints', async () => {
    const { host } = await worldOf({
      world: file(
        'dump.yaml',
        `apiVersion: v1
items:
- apiVersion: v1
  kind: Node
  metadata:
    creationTimestamp: "2024-01-01T00:00:00Z"
    name: n1
    resourceVersion: "4711"
    uid: 3f0f4a1c-16b9-4d8e-8a7c-2b6c5f7d0001
- apiVersion: v1
  kind: Pod
  metadata:
    name: p1
    namespace: kube-system
kind: List
metadata:
  resourceVersion: ""
`,
      ),
    });
    expect(host.store.get(nodes, undefined, 'n1').object.metadata).toMatchObject({
      uid: '3f0f4a1c-16b9-4d8e-8a7c-2b6c5f7d0001',
      resourceVersion: '4711',
    });
    expect(host.store.find({ group: '', plural: 'pods' }, 'kube-system', 'p1')).toBeDefined();
  });

  test('may be typed lists, whose items say nothing of their kind', async () => {
    const list = { kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [{ metadata: { name: 'n1' } }] };
    const { host } = await worldOf({ world: file('nodes.json', JSON.stringify(list)) });
    expect(host.store.get(nodes, undefined, 'n1').object).toMatchObject({ kind: 'Node', apiVersion: 'v1' });
  });

  test('may be a folder, walked in name order', async () => {
    file('2.yaml', node('n2'));
    file('1/a.yml', node('n1'));
    file('3.json', JSON.stringify({ kind: 'Node', apiVersion: 'v1', metadata: { name: 'n3' } }));
    file('notes.txt', 'not a world');
    const { host } = await worldOf({ world: folder });
    const versions = host.store
      .list(nodes)
      .map(({ object, version }) => [object.metadata.name, version] as const);
    expect(versions.map(([name]) => name)).toEqual(['n1', 'n2', 'n3']);
    expect(versions.map(([, version]) => version)).toEqual(
      versions.map(([, version]) => version).sort((a, b) => a - b),
    );
  });

  test('goes to the project default where it names none, as kubectl apply does', async () => {
    const world = file('a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n');
    const { host } = await worldOf({ world });
    expect(host.store.find(configMaps, 'default', 'c')).toBeDefined();
  });

  test('stands for itself when Users are among it', async () => {
    const world = file(
      'a.yaml',
      'apiVersion: iam.kubesphere.io/v1beta1\nkind: User\nmetadata: {name: u}\nspec: {email: u@example.com}\n',
    );
    const { host } = await worldOf({ world });
    expect(host.store.list(users).map(({ object }) => object.metadata.name)).toEqual(['u']);
  });

  test('may hold custom resources when their definition is with them', async () => {
    const world = file(
      'a.yaml',
      `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, scope: Namespaced, names: {kind: Widget, plural: widgets}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w, namespace: default}
`,
    );
    const { host } = await worldOf({ world });
    expect(host.store.find({ group: 'example.com', plural: 'widgets' }, 'default', 'w')).toBeDefined();
  });
});

describe('a world document', () => {
  test('is loaded exactly: nothing of the default world is added', async () => {
    const document = {
      objects: [{ kind: 'Node', apiVersion: 'v1', metadata: { name: 'n1', resourceVersion: '7' } }],
      users: [{ name: 'u', password: 'Secret-123' }],
    };
    for (const world of [document, file('world.json', JSON.stringify(document))]) {
      const { host, passwords } = await worldOf({ world });
      expect(host.store.resources()).toEqual([nodes]);
      expect([...passwords]).toEqual([['u', ['Secret-123']]]);
    }
  });

  test('configures the server', async () => {
    const world = {
      meta: { jwtSecret: 'other', config: { authentication: { issuer: { accessTokenMaxAge: '5m' } } } },
      objects: [],
    };
    const built = await worldOf({ world });
    expect(built.settings.accessTokenMaxAge).toBe(300_000);
    expect(built.keys.jwtSecret).toBe('other');
  });

  test('gives way to options', async () => {
    const world = { config: { authentication: { issuer: { accessTokenMaxAge: '5m' } } }, objects: [] };
    expect((await worldOf({ world, accessTokenMaxAge: '1m' })).settings.accessTokenMaxAge).toBe(60_000);
  });

  test('keeps its nodes as they are: recorded heartbeats do not move', async () => {
    const status = {
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2024-01-01T00:00:00Z' }],
    };
    const world = { objects: [{ kind: 'Node', apiVersion: 'v1', metadata: { name: 'n1' }, status }] };
    const built = await worldOf({ world });
    built.clock.advance(3_600_000);
    expect(built.host.store.get(nodes, undefined, 'n1').object['status']).toEqual(status);
  });
});

const golden = '../shared/golden';
test.skipIf(!existsSync(golden)).for(['v3.4', 'v4.1'] as const)(
  'a recorded world of %s loads as it is',
  async (release) => {
    const path = `${golden}/${release}/world.json`;
    const recorded = JSON.parse(readFileSync(path, 'utf8')) as WorldDocument;
    const { host } = await worldOf({ release, world: path });
    const count = host.store.resources().reduce((sum, resource) => sum + host.store.count(resource), 0);
    expect(count).toBe(recorded.objects.length);
  },
);

test.for(
  releaseNames.flatMap((release) => [
    [release, { world: 'default' }] as const,
    [release, { world: 'empty', generate: { nodes: 2, namespaces: 2, pods: 4, users: 2 } }] as const,
  ]),
)('what a world of %s holds, %o, can be given back', async ([release, options]) => {
  const world = await worldOf({ ...options, release });
  for (const cluster of world.clusters.keys()) {
    const path = file(`${cluster}.json`, JSON.stringify(exportWorld(world, catalogOf(release), cluster)));
    await expect(worldOf({ release, world: path })).resolves.toBeDefined();
  }
});

const widget = 'kind: Widget\napiVersion: example.com/v1\nmetadata: {name: w, namespace: default}\n';
const object = (rest: string): string => `apiVersion: v1\nkind: ConfigMap\n${rest}`;

/** What is written in `w.yaml`, and what is said about it. */
const bad: readonly (readonly [name: string, text: string, ...problems: string[]])[] = [
  ['nothing', '', 'w.yaml:1: is empty; put Kubernetes objects into it'],
  ['only comments', '# soon\n---\n', 'w.yaml:1: is empty; put Kubernetes objects into it'],
  ['a text', 'hello\n', 'w.yaml:1: must be a Kubernetes object, a List or a world document, got "hello"'],
  [
    'an object of no kind',
    'metadata: {name: a}\n',
    'w.yaml:1: kind: is missing; give "kind" and "apiVersion", or a world document with config, users, objects, meta',
  ],
  ['an unknown key', 'objects: []\nuser: []\n', 'w.yaml:2: user: unknown key; did you mean "users"?'],
  [
    'a list of none',
    'kind: List\napiVersion: v1\nitems: x\n',
    'w.yaml:3: items: must be a list of Kubernetes objects, got "x"',
  ],
  ['objects that are none', 'objects: 3\n', 'w.yaml:1: objects: must be a list of Kubernetes objects, got 3'],
  ['an object that is none', 'objects:\n- 3\n', 'w.yaml:2: objects[0]: must be a Kubernetes object, got 3'],
  [
    'no kind',
    'apiVersion: v1\nmetadata: {name: a}\n',
    'w.yaml:1: kind: is missing; say what this is, such as Node',
  ],
  [
    'no apiVersion',
    'kind: Node\nmetadata: {name: a}\n',
    'w.yaml:1: apiVersion: is missing; say what this is, such as v1',
  ],
  [
    'a kind of the wrong type',
    'kind: 1\napiVersion: v1\nmetadata: {name: a}\n',
    'w.yaml:1: kind: must be a text, got 1',
  ],
  ['no name', object('metadata: {}\n'), 'w.yaml:3: metadata.name: is missing; give the object a name'],
  ['no metadata', object(''), 'w.yaml:1: metadata: must be a mapping with a name, got nothing'],
  [
    'a number for a name',
    object('metadata:\n  name: 1\n'),
    'w.yaml:4: metadata.name: must be a text, got 1; put it in quotes',
  ],
  [
    'an unquoted label',
    object('metadata:\n  name: a\n  labels:\n    on: true\n'),
    'w.yaml:6: metadata.labels.on: must be a text, got true; put it in quotes',
  ],
  [
    'labels in a list',
    object('metadata:\n  name: a\n  labels: [a]\n'),
    'w.yaml:5: metadata.labels: must be a mapping of texts, got a list',
  ],
  [
    'a moment that is none',
    object('metadata:\n  name: a\n  creationTimestamp: yesterday\n'),
    'w.yaml:5: metadata.creationTimestamp: must be a moment like 2024-01-31T08:00:00Z, got "yesterday"',
  ],
  [
    'a namespace too many',
    'apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n  namespace: b\n',
    'w.yaml:5: metadata.namespace: nodes are not in a namespace, got "b"; take it out',
  ],
  [
    'a duplicate name',
    `${object('metadata: {name: a}\n')}---\n${object('metadata: {name: a, namespace: default}\n')}`,
    'w.yaml:7: metadata.name: ConfigMap "a" is there twice, first in w.yaml:1; keep one of them',
  ],
  [
    'unknown kinds, each once',
    `${widget}---\n${widget.replace('w,', 'x,')}---\nkind: Nodee\napiVersion: v1\nmetadata: {name: a}\n`,
    'w.yaml:1: kind: "Widget" of example.com/v1 is not a kind of v4.1; take it out, or add its CustomResourceDefinition (2 objects)',
    'w.yaml:9: kind: "Nodee" of v1 is not a kind of v4.1; did you mean "Node"? (1 object)',
  ],
  [
    'users that are none',
    'objects: []\nusers: {}\n',
    'w.yaml:2: users: must be a list of {name, password}, got a mapping',
  ],
  [
    'a user without a password',
    'objects: []\nusers:\n- name: u\n  pasword: x\n',
    'w.yaml:4: users[0].pasword: unknown key; did you mean "password"?',
    'w.yaml:3: users[0].password: must be a text, got nothing',
  ],
  [
    'a user twice',
    'objects: []\nusers:\n- {name: u, password: a}\n- {name: u, password: b}\n',
    'w.yaml:4: users[1].name: "u" is there twice; keep one of them',
  ],
  [
    'a setting of the wrong type',
    'objects: []\nconfig:\n  authentication:\n    issuer:\n      accessTokenMaxAge: 2 hours\n',
    'w.yaml:5: config.authentication.issuer.accessTokenMaxAge: must be a duration like 2h or 10m0s, got "2 hours"',
  ],
  [
    'another release',
    'objects: []\nmeta:\n  release: v3.4.1\n',
    'w.yaml:3: meta.release: the world was recorded from v3.4, the server is v4.1; start it with --release v3.4',
  ],
  [
    'a key twice',
    object('metadata: {name: a}\nmetadata: {name: b}\n'),
    'w.yaml:4: metadata: given twice in one place; keep one of them',
  ],
  [
    'a spec that is none',
    'apiVersion: v1\nkind: Node\nmetadata: {name: a/b}\nspec: 5\n',
    'w.yaml:4: spec: must be a mapping, got 5; write it as "key: value"',
    'w.yaml:3: metadata.name: names of nodes are at most 253 lower case letters, digits, "-" and ".", got "a/b"; rename it',
  ],
  [
    'wrong types at any depth',
    'apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec:\n  unschedulable: "no"\n  newer: 1\nstatus:\n  conditions: zz\n  addresses:\n  - {type: Hostname, address: 7}\n',
    'w.yaml:5: spec.unschedulable: must be true or false, got "no"; write it without quotes',
    'w.yaml:8: status.conditions: must be a list, got "zz"; write each item on a line with "- "',
    'w.yaml:10: status.addresses[0].address: must be a text, got 7; put it in quotes',
  ],
  [
    'a wrong type in a kind of KubeSphere',
    'objects:\n- apiVersion: iam.kubesphere.io/v1beta1\n  kind: User\n  metadata: {name: a}\n  spec:\n    email: 5\n',
    'w.yaml:6: objects[0].spec.email: must be a text, got 5; put it in quotes',
  ],
  [
    'metadata misspelt',
    'apiVersion: v1\nkind: Node\nmetdata: {name: a}\n',
    'w.yaml:1: metadata: must be a mapping with a name, got nothing',
    'w.yaml:3: metdata: unknown key; did you mean "metadata"?',
  ],
  [
    'an unknown key of metadata',
    object('metadata:\n  name: a\n  lables: {}\n'),
    'w.yaml:5: metadata.lables: unknown key; did you mean "labels"?',
  ],
  [
    'an impossible name',
    object('metadata:\n  name: a/b\n'),
    'w.yaml:4: metadata.name: names of configmaps are at most 253 lower case letters, digits, "-" and ".", got "a/b"; rename it',
  ],
  [
    'a namespace nobody defines, once',
    `${object('metadata: {name: a, namespace: nope}\n')}---\n${object('metadata: {name: b, namespace: nope}\n')}`,
    'w.yaml:3: metadata.namespace: there is no Namespace "nope"; add it to the objects (2 objects)',
  ],
  [
    'a namespace that only a fresh install has, in a world that stands for itself',
    'objects:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a, namespace: kube-system}\n',
    'w.yaml:4: objects[0].metadata.namespace: there is no Namespace "kube-system"; add it to the objects (1 object)',
  ],
  [
    'unknown configuration',
    'objects: []\nconfig:\n  nope: 1\n  authentication:\n    multiplelogins: true\n',
    'w.yaml:3: config.nope: unknown key; take it out',
    'w.yaml:5: config.authentication.multiplelogins: unknown key; did you mean "multipleLogin"?',
  ],
  [
    'a polluting key',
    object('metadata: {name: a}\ndata:\n  __proto__: {}\n'),
    'w.yaml:5: __proto__: not a name to use here; take it out',
  ],
];

test.for(bad)('%s is refused with its line', async ([, text, ...problems]) => {
  expect(await problemsOf(file('w.yaml', text))).toEqual(problems);
});

test.for([
  ['malformed YAML', 'w.yaml', 'kind: [\n', /^w\.yaml:\d+: .+; correct the YAML$/],
  ['malformed JSON', 'w.json', '{"kind": "Node",\n "apiVersion" "v1"}', /^w\.json:2: .+; correct the JSON$/],
  ['a polluting key in JSON', 'w.json', '{"objects":[],\n"__proto__":{"x":1}}', /^w\.json:2: __proto__: /],
  ['nesting without end', 'w.json', '['.repeat(20_000) + ']'.repeat(20_000), /nested too deeply/],
  [
    'an object nested without end',
    'w.json',
    `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"x":${'['.repeat(500)}${']'.repeat(500)}}`,
    /nested too deeply/,
  ],
  [
    'anchors that multiply',
    'w.yaml',
    `a: &a [x, x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h']
      .map(
        (name, at) =>
          `${name}: &${name} [${Array(10)
            .fill(`*${'abcdefg'[at] ?? ''}`)
            .join(', ')}]`,
      )
      .join('\n')}\nobjects: []\n`,
    /w\.yaml:\d+: .*(alias|anchor)/i,
  ],
] as const)('%s is refused in one line', async ([, name, text, problem]) => {
  const problems = await problemsOf(file(name, text));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
});

test('JSON is told by line too', async () => {
  const text =
    '{"kind": "List", "apiVersion": "v1", "items": [\n {"kind": "Node", "apiVersion": "v1",\n  "metadata": {"name": 7}}\n]}';
  expect(await problemsOf(file('w.json', text))).toEqual([
    'w.json:3: items[0].metadata.name: must be a text, got 7; put it in quotes',
  ]);
});

test('the problems of all files are told at once', async () => {
  file('a.yaml', 'kind: [');
  file('b.yaml', 'hello');
  file('c.yaml', node('fine'));
  const problems = await problemsOf(folder);
  expect(problems.map((line) => line.split(':', 1)[0])).toEqual(['a.yaml', 'b.yaml']);
});

test('more problems than anybody reads are counted', async () => {
  const problems = await problemsOf({ objects: Array.from({ length: 60 }, () => ({ kind: 'Node' })) });
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe('and 70 problems more');
});

test('a path that does not exist, and a folder of nothing, are said to be so', async () => {
  expect(await problemsOf(join(folder, 'none.yaml'))).toEqual([
    'none.yaml: there is no such file; check the path',
  ]);
  mkdirSync(join(folder, 'empty'));
  expect(await problemsOf(join(folder, 'empty'))).toEqual([
    'empty: holds no .yaml, .yml or .json file; put Kubernetes objects into one',
  ]);
});

test('a document given by a program is named by its option', async () => {
  expect(await problemsOf({ objects: [{ kind: 'Node', apiVersion: 'v1', metadata: { name: '' } }] })).toEqual(
    ['options.world: objects[0].metadata.name: is empty; fill it in or take it out'],
  );
});
