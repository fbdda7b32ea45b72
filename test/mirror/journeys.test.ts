import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogOf } from '../../src/apis/catalog-of.js';
import { controllerNames, kubernetesControllerNames } from '../../src/controllers/index.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { Resource } from '../../src/registry/contract.js';
import { as, namesOf, type Answer, type Asker } from '../support/ask.js';
import { smallObject } from '../support/small-object.js';

/** What KubeSphere's own controllers do; a plain Kubernetes has none of them. */
const ksControllersOff = Object.fromEntries(
  controllerNames.filter((name) => !kubernetesControllerNames.includes(name)).map((name) => [name, false]),
);
/** These take away what belongs to nobody. */
const ownerless = { loginrecord: false, workspace: false };
const modes = [
  ['with KubeSphere controllers of its own', ownerless],
  ['without KubeSphere controllers', ksControllersOff],
] as const;

/** KubeSphere's own kinds that clients write. */
const kinds = catalogOf('v4.1').resources.filter(
  ({ custom, group, verbs, plural }) =>
    custom &&
    /(^|\.)kubesphere\.io$/.test(group) &&
    plural !== 'installplans' &&
    ['create', 'update', 'delete', 'list', 'watch'].every((verb) => verbs.includes(verb)),
);

/** Kinds whose routes below /kapis take a body of their own, and are asked for in tests of their own. */
const otherBodies = ['applications', 'labels', 'repos', 'workspaces'];
/** What routes below /kapis ask for besides the schema of the kind. */
const neededThere: Readonly<Record<string, object>> = {
  resourcequotas: { status: { total: {}, namespaces: [] } },
  roletemplates: { spec: { rules: [] } },
};
/** Kinds that cannot be patched there. */
const unpatched = ['categories', 'users'];

interface Pair {
  readonly below: InProcessFake;
  readonly above: InProcessFake;
  readonly close: () => Promise<void>;
}

async function startPair(controllers: Readonly<Record<string, boolean>>): Promise<Pair> {
  const below = await startFakeKsApiserver({ world: 'empty', tlsPort: 0, controllers });
  const kubeApiserver = await below.kubeconfig({ user: 'admin' });
  const version = { metadata: { name: 'installable' }, status: { state: 'active' } };
  await (
    await as(below, 'admin')
  ).send('POST', '/apis/application.kubesphere.io/v2/applicationversions', version);
  const above = await startFakeKsApiserver({ kubeApiserver, controllers: ownerless });
  const close = async (): Promise<void> => {
    await above.close();
    await below.close();
  };
  return { below, above, close };
}

/** Asks until an answer has a status, as a test of a real cluster would. */
async function until(status: number, ask: () => Promise<Answer>): Promise<void> {
  await expect.poll(async () => (await ask()).status, { timeout: 5000 }).toBe(status);
}

function pathsOf({ group, plural, namespaced, versions }: Resource): readonly [kapis: string, apis: string] {
  const rest = `${group}/${versions[0] ?? ''}${namespaced ? '/namespaces/default' : ''}/${plural}`;
  return [`/kapis/${rest}`, `/apis/${rest}`];
}

function kindOf(plural: string): Resource {
  const found = kinds.find((kind) => kind.plural === plural);
  if (found === undefined) throw new Error(`no kind ${plural}`);
  return found;
}

/** What went wrong while an object of a kind was made, changed and deleted through one of the two doors. */
async function journey({ above, below }: Pair, resource: Resource, door: 0 | 1): Promise<readonly string[]> {
  const [admin, direct] = [await as(above, 'admin'), await as(below, 'admin')];
  const [version = ''] = resource.versions;
  const name = `trip-${door === 0 ? 'k' : 'a'}-${resource.plural}`;
  const wrong: string[] = [];
  const expectStatus = (step: string, { status, text }: Answer, wanted: readonly number[]): boolean => {
    if (!wanted.includes(status)) wrong.push(`${step}: ${String(status)} ${text.slice(0, 300)}`);
    return wanted.includes(status);
  };
  const eventually = async (step: string, ask: () => Promise<boolean>): Promise<void> => {
    for (
      let end = Date.now() + 5000;
      Date.now() < end;
      await new Promise((resolve) => setTimeout(resolve, 20))
    )
      if (await ask()) return;
    wrong.push(`${step}: not within 5 s`);
  };
  const path = pathsOf(resource)[door];
  const there = pathsOf(resource)[1];
  const { plural } = resource;
  const body = { ...smallObject(resource, version, name), ...(door === 0 && neededThere[plural]) };
  const metadata = { name, ...(resource.namespaced && { namespace: 'default' }) };
  const created = await admin.send('POST', path, { ...body, metadata });
  if (!expectStatus('create', created, [200, 201])) return wrong;
  const stored = await direct.get(`${there}/${name}`);
  if (!expectStatus('stored', stored, [200])) return wrong;
  const { uid } = stored.json.metadata;
  if (created.text !== '' && created.json.metadata['uid'] !== uid)
    wrong.push(`uid ${String(created.json.metadata['uid'])}, not ${String(uid)}`);
  const local = (): Readonly<Record<string, unknown>> | undefined =>
    above.world.host.store.find(resource, metadata.namespace, name)?.object.metadata;
  await eventually('seen', async () => Promise.resolve(local()?.['uid'] === uid));
  if (door === 1 || !unpatched.includes(plural)) {
    const labels = { trip: 'yes' };
    const [patch, type] =
      door === 0 && plural === 'workspacetemplates'
        ? [[{ op: 'add', path: '/metadata/labels', value: labels }], 'json-patch']
        : [{ ...(door === 0 && body), metadata: { ...metadata, labels } }, 'merge-patch'];
    const patched = await admin.send('PATCH', `${path}/${name}`, patch, `application/${type}+json`);
    expectStatus('patch', patched, [200]);
    const after = await direct.get(`${there}/${name}`);
    if (!after.text.includes('"trip":"yes"')) wrong.push(`not patched below: ${after.text}`);
  }
  expectStatus('delete', await admin.send('DELETE', `${path}/${name}`, {}), [200]);
  await eventually('gone below', async () => (await direct.get(`${there}/${name}`)).status === 404);
  await eventually('gone above', async () => Promise.resolve(local() === undefined));
  return wrong;
}

describe.for(modes)('Over a Kubernetes %s', ([, controllers]) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(controllers);
  });
  afterAll(async () => {
    await pair.close();
  });

  test.for([
    ['/kapis', 0],
    ['/apis', 1],
  ] as const)(
    'every kind of KubeSphere is made, changed and deleted through %s',
    { timeout: 60_000 },
    async ([, door], { expect: holds }) => {
      const failures: Record<string, readonly string[]> = {};
      for (const resource of kinds) {
        if (door === 0 && otherBodies.includes(resource.plural)) continue;
        const wrong = await journey(pair, resource, door);
        if (wrong.length > 0) failures[`${resource.plural}.${resource.group}`] = wrong;
      }
      holds(failures).toEqual({});
    },
  );

  test.for([
    ['/kapis', '/kapis/tenant.kubesphere.io/v1beta1/workspaces/demo/namespaces'],
    ['/api', '/api/v1/namespaces'],
  ] as const)('a namespace deleted through %s is gone, and stays gone', async ([door, path]) => {
    const { above, below } = pair;
    const [admin, direct] = [await as(above, 'admin'), await as(below, 'admin')];
    const name = `up-${door.slice(1)}`;
    const metadata = { name, labels: { 'kubesphere.io/workspace': 'system-workspace' } };
    const body = { kind: 'Namespace', apiVersion: 'v1', metadata };
    const created = await admin.send('POST', '/api/v1/namespaces', body);
    expect(created.status).toBe(201);
    const isFurnished = async (): Promise<boolean> =>
      (await direct.get(`/api/v1/namespaces/${name}`)).text.includes('"kubesphere.io/cascading-deletion"') &&
      above.world.host.store.find({ group: '', plural: 'namespaces' }, undefined, name) !== undefined;
    await expect.poll(isFurnished, { timeout: 5000 }).toBe(true);
    const place = path.replace('demo', 'system-workspace');
    expect((await admin.send('DELETE', `${place}/${name}`)).status).toBe(200);
    await until(404, () => direct.get(`/api/v1/namespaces/${name}`));
    await until(404, () => admin.get(`/kapis/resources.kubesphere.io/v1alpha3/namespaces/${name}`));
    const writes = (await below.journal.entries()).length;
    await above.clock.advance('10m');
    expect(await admin.get('/api/v1/namespaces').then(namesOf)).not.toContain(name);
    const later = (await below.journal.entries()).slice(writes).filter(({ method }) => method !== 'GET');
    expect(later.filter(({ url }) => url.includes(name))).toEqual([]);
  });

  test('a deleted user can be made anew: it is another one', async () => {
    const { above, below } = pair;
    const admin = await as(above, 'admin');
    const users = '/kapis/iam.kubesphere.io/v1beta1/users';
    const user = (email: string): object => ({
      kind: 'User',
      apiVersion: 'iam.kubesphere.io/v1beta1',
      metadata: { name: 'z1', annotations: { 'iam.kubesphere.io/globalrole': 'platform-regular' } },
      spec: { email, password: 'P@88w0rd' },
    });
    const first = await admin.send('POST', users, user('z1@example.com'));
    expect(first.status).toBe(200);
    await expect.poll(async () => (await above.login('z1', 'P@88w0rd')).access_token).toBeDefined();
    expect((await admin.send('DELETE', `${users}/z1`)).status).toBe(200);
    const direct = await as(below, 'admin');
    await until(404, () => direct.get('/apis/iam.kubesphere.io/v1beta1/users/z1'));
    await until(404, () => admin.get(`${users}/z1`));
    const bindings = namesOf(await direct.get('/apis/iam.kubesphere.io/v1beta1/globalrolebindings'));
    expect(bindings.filter((name) => name.startsWith('z1'))).toEqual([]);
    const second = await admin.send('POST', users, user('z1@example.com'));
    expect(second.status).toBe(200);
    expect(second.json.metadata['uid']).not.toBe(first.json.metadata['uid']);
    const answers = await admin.send('DELETE', `${users}/z1`);
    expect(answers.status).toBe(200);
  });

  test('an answer carries the resourceVersion of the object that was stored', async () => {
    const { above, below } = pair;
    const admin = await as(above, 'admin');
    const path = '/kapis/tenant.kubesphere.io/v1beta1/workspacetemplates';
    const created = await admin.send('POST', path, { metadata: { name: 'versioned' } });
    expect(created.status).toBe(200);
    const { resourceVersion, uid } = created.json.metadata;
    const direct = await as(below, 'admin');
    const list = '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates';
    const watched = await direct.get(
      `${list}?watch=true&timeoutSeconds=1&resourceVersion=${String(Number(resourceVersion) - 1)}`,
    );
    const [event = ''] = watched.text.split('\n');
    const { type, object } = JSON.parse(event) as { type: string; object: Answer['json'] };
    expect([type, object.metadata['uid'], object.metadata['resourceVersion']]).toEqual([
      'ADDED',
      uid,
      resourceVersion,
    ]);
  });

  test('what somebody else writes meanwhile is not lost', async () => {
    const { above, below } = pair;
    const [admin, direct] = [await as(above, 'admin'), await as(below, 'admin')];
    const path = pathsOf(kindOf('groups'));
    const group = { kind: 'Group', apiVersion: 'iam.kubesphere.io/v1beta1', metadata: { name: 'busy' } };
    expect((await admin.send('POST', path[0], group)).status).toBe(200);
    const label = (asker: Asker, door: 0 | 1, key: string): Promise<Answer> =>
      asker.send(
        'PATCH',
        `${path[door]}/busy`,
        { ...group, metadata: { name: 'busy', labels: { [key]: 'x' } } },
        'application/merge-patch+json',
      );
    const keys = [...Array(8).keys()].map(String);
    const answers = await Promise.all(
      keys.flatMap((key) => [label(admin, 0, `above-${key}`), label(direct, 1, `below-${key}`)]),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const { labels } = (await direct.get(`${path[1]}/busy`)).json.metadata;
    expect(Object.keys(labels)).toEqual(
      expect.arrayContaining(keys.flatMap((key) => [`above-${key}`, `below-${key}`])),
    );
  });
});
