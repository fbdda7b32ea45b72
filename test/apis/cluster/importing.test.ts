import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ReleaseName } from '../../../src/core/release.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';

const now = '2024-06-01T00:00:00Z';
const at = '/kapis/cluster.kubesphere.io/v1alpha1/clusters';
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const configMaps = { group: '', plural: 'configmaps' };
const place = ['kubesphere-system', 'kubesphere-config'] as const;

function kubeconfigOf(server: string, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server } }],
    users: [{ name: 'u', user: { token } }],
  };
  return Buffer.from(JSON.stringify(config)).toString('base64');
}

/** A host, a member that is a server of its own, and a kubeconfig of the latter. */
interface Pair extends AsyncDisposable {
  readonly host: InProcessFake;
  readonly member: InProcessFake;
  readonly admin: Asker;
  readonly kubeconfig: string;
  validate(kubeconfig?: string): Promise<readonly [number, string]>;
  replace(kubeconfig?: string): Promise<readonly [number, string]>;
}

async function pairOf(release: ReleaseName): Promise<Pair> {
  const host = await startFakeKsApiserver({ now, release, world: 'empty', seed: 'host' });
  const member = await startFakeKsApiserver({ now, release, world: 'empty', seed: 'member' });
  const admin = await as(host, 'admin');
  const kubeconfig = kubeconfigOf(member.url, await member.token({ user: 'admin' }));
  return {
    host,
    member,
    admin,
    kubeconfig,
    validate: async (config = kubeconfig) => {
      const spec = { connection: { type: 'direct', kubeconfig: config } };
      const answer = await admin.send('POST', `${at}/validation`, { metadata: { name: 'new' }, spec });
      return [answer.status, answer.text];
    },
    replace: async (config = kubeconfig) => {
      const answer = await admin.send('PUT', `${at}/west/kubeconfig`, { kubeconfig: config });
      return [answer.status, answer.text];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([host.close(), member.close()]);
    },
  };
}

/** Takes from a fresh host what makes it one, and gives it a uid that is not every fresh host's. */
function makeMember({ world }: InProcessFake): void {
  const kind = { group: '', plural: 'namespaces' };
  const { store } = world.host;
  const change = (name: string, metadata: object): void => {
    const { object } = store.get(kind, undefined, name);
    store.load(kind, { ...object, metadata: { ...object.metadata, ...metadata } });
  };
  change('kube-system', { uid: 'of-the-member' });
  change('kubesphere-system', { annotations: {} });
}

function uidOf(fake: InProcessFake): string {
  const { object } = fake.world.host.store.get({ group: '', plural: 'namespaces' }, undefined, 'kube-system');
  return object.metadata.uid ?? '';
}

/** Has a host know a member by its uid. */
function know({ host }: Pair, uid: string): void {
  host.world.host.store.load(clusters, {
    apiVersion: 'cluster.kubesphere.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'west' },
    spec: { connection: { type: 'direct', kubernetesAPIEndpoint: 'https://before.example' } },
    status: { uid },
  });
}

function forget({ host }: Pair): void {
  const { store } = host.world.host;
  if (store.find(clusters, undefined, 'west') !== undefined) store.remove(clusters, undefined, 'west');
}

function configure(fake: InProcessFake, yaml: string): void {
  const { object } = fake.world.host.store.get(configMaps, ...place);
  fake.world.host.store.load(configMaps, { ...object, data: { 'kubesphere.yaml': yaml } });
}

const jwt =
  'failed to validate member cluster configuration, err: hostcluster Jwt is not equal to member cluster jwt, please edit the member cluster cluster config\n';
const another =
  'this kubeconfig corresponds to a different cluster than the previous one, you need to make sure that kubeconfig is not from another cluster\n';
function withSecret(secret: string): string {
  return `authentication:\n  jwtSecret: ${secret}\n  issuer:\n    jwtSecret: ${secret}\n`;
}

describe.each(['v3.1', 'v3.3', 'v3.4', 'v4.1'] as const)(
  'a cluster that is a server of its own, in %s',
  (release) => {
    let pair: Pair;
    beforeAll(async () => {
      pair = await pairOf(release);
    });
    beforeEach(() => {
      forget(pair);
      configure(pair.member, withSecret(pair.host.world.keys.jwtSecret));
      makeMember(pair.member);
    });
    afterAll(async () => {
      await pair[Symbol.asyncDispose]();
    });

    test('is fit to be imported, and its kubeconfig to be replaced', async () => {
      expect(await pair.validate()).toEqual([200, '']);
      know(pair, uidOf(pair.member));
      expect(await pair.replace()).toEqual([200, '']);
    });

    test('is not imported twice', async () => {
      know(pair, uidOf(pair.member));
      if (release === 'v3.1') {
        expect(await pair.validate(kubeconfigOf('https://before.example', 't'))).toEqual([
          400,
          'existing cluster west with the exacty same server address, MUST not import the same cluster twice\n',
        ]);
      } else {
        expect(await pair.validate()).toEqual([
          400,
          'cluster new already exists (west), MUST not import the same cluster twice\n',
        ]);
      }
    });

    test('is the host itself', async () => {
      if (release === 'v3.1') return;
      const own = kubeconfigOf(pair.host.url, await pair.host.token({ user: 'admin' }));
      expect(await pair.validate(own)).toEqual([
        400,
        'cluster new already exists (host), MUST not import the same cluster twice\n',
      ]);
    });

    test('is another one when its kube-system is', async () => {
      know(pair, 'of-another');
      expect(await pair.replace()).toEqual([400, another]);
    });

    test('does not answer', async () => {
      const [status, text] = await pair.validate(kubeconfigOf('http://127.0.0.1:1', 't'));
      const path = release === 'v3.1' ? '/version?timeout=10s' : '/api/v1/namespaces/kube-system';
      expect([status, text]).toEqual([
        400,
        `Get "http://127.0.0.1:1${path}": dial tcp 127.0.0.1:1: connect: connection refused\n`,
      ]);
    });

    test('refuses the credentials of the kubeconfig', async () => {
      know(pair, uidOf(pair.member));
      const reason = 'token contains an invalid number of segments\n';
      const [status, text] = await pair.replace(kubeconfigOf(pair.member.url, 'garbage'));
      expect([status, text]).toEqual([400, release === 'v4.1' ? reason : `Unauthorized: ${reason}`]);
    });

    test('is managed by another host', async () => {
      if (release !== 'v4.1') return;
      const path = '/api/v1/namespaces/kubesphere-system';
      const annotations = { 'cluster.kubesphere.io/host-cluster': 'berlin' };
      const member = await as(pair.member, 'admin');
      await member.send('PATCH', path, { metadata: { annotations } }, 'application/merge-patch+json');
      expect(await pair.validate()).toEqual([
        400,
        "current cluster is managed by another host cluster 'berlin'\n",
      ]);
    });

    test('signs its tokens with another secret', async () => {
      configure(pair.member, withSecret('other'));
      know(pair, uidOf(pair.member));
      expect(await pair.replace()).toEqual([400, jwt]);
      const { object } = pair.host.world.host.store.get(clusters, undefined, 'west');
      const stored = object['spec'] as { connection: { kubeconfig?: string } };
      expect(stored.connection.kubeconfig).toBe(release === 'v4.1' ? undefined : pair.kubeconfig);
      know(pair, 'of-another');
      expect(await pair.replace()).toEqual([400, release === 'v4.1' ? jwt : jwt + another]);
      forget(pair);
      if (release !== 'v4.1') expect(await pair.validate()).toEqual([400, jwt]);
    });

    test('is a host itself', async () => {
      if (release !== 'v3.4') return;
      configure(
        pair.member,
        `${withSecret(pair.host.world.keys.jwtSecret)}multicluster:\n  clusterRole: host\n`,
      );
      expect(await pair.validate()).toEqual([
        400,
        "failed to validate member cluster configuration, err: the clusterRole of the member cluster must be 'member'\n",
      ]);
    });
  },
);

test.for([
  [
    'v4.1',
    (body: string) =>
      `invalid response: ${body}, please make sure ks-apiserver.kubesphere-system.svc of member cluster is up and running`,
  ],
  [
    'v3.4',
    (body: string) =>
      `invalid response: ks-apiserver , please make sure kubesphere-system.${body}.svc of member cluster is up and running`,
  ],
] as const)('%s: a member whose KubeSphere answers something else', async ([release, text]) => {
  const server = createServer(({ url = '' }, response) => {
    response.end(url.includes('/services/') ? 'no JSON' : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await using pair = await pairOf(release);
  know(pair, '');
  expect(await pair.replace(kubeconfigOf(`http://127.0.0.1:${String(port)}`, 't'))).toEqual([
    400,
    `unable validate kubesphere endpoint, ${text('no JSON')}\n`,
  ]);
  server.close();
  server.closeAllConnections();
});

test.for(['v3.3', 'v3.4'] as const)(
  '%s: the webhook keeps a cluster that is known from being exchanged',
  async (release) => {
    await using ks = await startFakeKsApiserver({ now, release, world: 'empty' });
    const { store } = ks.world.host;
    for (const name of ['east', 'west'])
      store.load(clusters, {
        apiVersion: 'cluster.kubesphere.io/v1alpha1',
        kind: 'Cluster',
        metadata: { name },
        spec: { connection: { type: 'direct', kubernetesAPIEndpoint: `https://${name}.example` } },
        status: { uid: `of-${name}` },
      });
    const admin = await as(ks, 'admin');
    const path = '/apis/cluster.kubesphere.io/v1alpha1/clusters/west';
    const change = async (kubeconfig: string): Promise<readonly [number, unknown]> => {
      const body = { spec: { connection: { kubeconfig } } };
      const { status, json } = await admin.send('PATCH', path, body, 'application/merge-patch+json');
      return [status, json['message']];
    };
    const denied = 'admission webhook "cluster.kubesphere.io" denied the request:';
    expect(await change(Buffer.from('{}').toString('base64'))).toEqual([
      403,
      `${denied} failed to load cluster config for west: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable`,
    ]);
    expect(await change(kubeconfigOf('https://east.example', 't'))).toEqual([
      403,
      `${denied} ${another.trim()}`,
    ]);
    expect(await change(kubeconfigOf('https://new.example', 't'))).toEqual([200, undefined]);
  },
);
