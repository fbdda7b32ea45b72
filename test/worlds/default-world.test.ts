import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compiledFile, compileDefaultWorld } from '../../scripts/compile-default-world.js';
import { digArray, digObject, digString, type Json } from '../../src/core/json.js';
import type { KubeObject } from '../../src/core/kube-object.js';
import { inRange, releaseNames } from '../../src/core/release.js';
import { parseQuantity } from '../../src/generate/quantity.js';
import { releases } from '../../src/releases/index.js';
import type { ObjectStore } from '../../src/state/object-store.js';
import { worldOf } from './release-catalog.js';

const nodes = { group: '', plural: 'nodes' };
const pods = { group: '', plural: 'pods' };
const namespaces = { group: '', plural: 'namespaces' };
const services = { group: '', plural: 'services' };

function objects(store: ObjectStore, group: string, plural: string): KubeObject[] {
  return store.list({ group, plural }).map(({ object }) => object);
}

describe.for(releaseNames)('the default world of %s', (release) => {
  test('is compiled from the sources in fixtures/default', () => {
    expect(compileDefaultWorld(release), 'run `npm run fixtures`').toBe(
      readFileSync(compiledFile(release), 'utf8'),
    );
  });

  test('holds node3 exactly as the guides print it', async () => {
    const { host } = await worldOf({ release });
    const node = host.store.get(nodes, undefined, 'node3').object;
    const { managedFields: _none, ...metadata } = node.metadata;
    expect(metadata).toStrictEqual({
      name: 'node3',
      ...(inRange(release, { until: 'v3.3' }) && { selfLink: '/api/v1/nodes/node3' }),
      uid: 'dd8c01f3-76e8-4695-9e54-45be90d9ec53',
      resourceVersion: '84170589',
      creationTimestamp: '2020-06-18T07:36:41Z',
      labels: {
        a: 'a',
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'gitpod.io/theia.v0.4.0': 'available',
        'gitpod.io/ws-sync': 'available',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': 'node3',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/role': 'new',
        'node-role.kubernetes.io/worker': '',
        'topology.disk.csi.qingcloud.com/instance-type': 'Standard',
        'topology.disk.csi.qingcloud.com/zone': 'ap2a',
      },
      annotations: {
        'csi.volume.kubernetes.io/nodeid': '{"disk.csi.qingcloud.com":"i-icjxhi1e"}',
        'kubeadm.alpha.kubernetes.io/cri-socket': '/var/run/dockershim.sock',
        'node.alpha.kubernetes.io/ttl': '0',
        'projectcalico.org/IPv4Address': '192.168.0.23/24',
        'projectcalico.org/IPv4IPIPTunnelAddr': '10.233.92.0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    });
    const newest = objects(host.store, '', 'nodes').sort((a, b) =>
      String(b.metadata.creationTimestamp).localeCompare(String(a.metadata.creationTimestamp)),
    );
    expect(newest[0]?.metadata.name, 'the first of a list by age').toBe('node3');
  });

  test('has five nodes whose status is complete', async () => {
    const { host } = await worldOf({ release });
    const all = objects(host.store, '', 'nodes');
    expect(all.map(({ metadata }) => metadata.name)).toEqual(['master', 'node1', 'node2', 'node3', 'node4']);
    for (const node of all) {
      expect(Object.keys(digObject(node, 'status'))).toEqual(
        'capacity allocatable conditions addresses daemonEndpoints nodeInfo images'.split(' '),
      );
      expect(digArray(node, 'status', 'conditions').map((condition) => digString(condition, 'type'))).toEqual(
        'NetworkUnavailable MemoryPressure DiskPressure PIDPressure Ready'.split(' '),
      );
      expect(digString(node, 'status', 'nodeInfo', 'kubeletVersion')).toBe(
        releases[release].kubernetesVersion,
      );
      expect(digArray(node, 'status', 'images').length).toBeGreaterThan(2);
    }
  });

  test('agrees with itself', async () => {
    const world = await worldOf({ release });
    for (const { store } of world.clusters.values()) {
      const used = new Map<string, { cpu: number; memory: number; addresses: Set<string> }>();
      for (const pod of objects(store, '', 'pods')) {
        const name = `pod ${pod.metadata.name}`;
        const place = pod.metadata.namespace ?? '';
        expect(store.find(namespaces, undefined, place), `${name}: namespace`).toBeDefined();
        const nodeName = digString(pod, 'spec', 'nodeName');
        const node = store.find(nodes, undefined, nodeName)?.object;
        expect(node, `${name}: node ${nodeName}`).toBeDefined();
        const account = digString(pod, 'spec', 'serviceAccountName');
        // What a kubelet runs from a file has no account.
        if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined)
          expect(
            store.find({ group: '', plural: 'serviceaccounts' }, place, account),
            `${name}: ${account}`,
          ).toBeDefined();
        const owner = pod.metadata.ownerReferences?.[0];
        if (owner?.kind === 'Node') expect(owner.uid, `${name}: owner`).toBe(node?.metadata.uid);
        else if (owner !== undefined) {
          const kind = {
            group: owner.kind === 'Job' ? 'batch' : 'apps',
            plural: `${owner.kind.toLowerCase()}s`,
          };
          expect(store.find(kind, place, owner.name)?.object.metadata.uid, `${name}: owner`).toBe(owner.uid);
        }
        if (digString(pod, 'status', 'phase') === 'Succeeded') continue;
        const sum = used.get(nodeName) ?? { cpu: 0, memory: 0, addresses: new Set() };
        used.set(nodeName, sum);
        for (const container of digArray(pod, 'spec', 'containers')) {
          sum.cpu += parseQuantity(digString(container, 'resources', 'requests', 'cpu'));
          sum.memory += parseQuantity(digString(container, 'resources', 'requests', 'memory'));
        }
        const address = digString(pod, 'status', 'podIP');
        if (digObject(pod, 'spec')['hostNetwork'] !== true) {
          expect(sum.addresses.has(address), `${name}: ${address} twice`).toBe(false);
          sum.addresses.add(address);
        }
      }
      for (const [name, { cpu, memory }] of used) {
        const allocatable = digObject(store.get(nodes, undefined, name).object, 'status', 'allocatable');
        expect(cpu, name).toBeLessThanOrEqual(parseQuantity(digString(allocatable, 'cpu')));
        expect(memory, name).toBeLessThanOrEqual(parseQuantity(digString(allocatable, 'memory')));
      }
    }
  });

  test('counts its pods right', async () => {
    const world = await worldOf({ release });
    for (const { store } of world.clusters.values()) {
      for (const set of objects(store, 'apps', 'replicasets')) {
        const own = objects(store, '', 'pods').filter(
          (pod) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid,
        );
        const running = own.filter((pod) => digString(pod, 'status', 'phase') === 'Running');
        const status = digObject(set, 'status');
        expect([own.length, running.length], set.metadata.name).toEqual([
          status['replicas'],
          status['readyReplicas'] ?? 0,
        ]);
      }
      for (const set of objects(store, 'apps', 'daemonsets')) {
        expect(digObject(set, 'status')['numberReady'], set.metadata.name).toBe(store.count(nodes));
      }
      for (const quota of objects(store, '', 'resourcequotas')) {
        const own = objects(store, '', 'pods').filter(
          (pod) =>
            pod.metadata.namespace === quota.metadata.namespace &&
            digString(pod, 'status', 'phase') !== 'Succeeded',
        );
        const requested = (what: string): number =>
          own
            .flatMap((pod) => digArray(pod, 'spec', 'containers'))
            .reduce<number>(
              (sum, each: Json) => sum + parseQuantity(digString(each, 'resources', 'requests', what)),
              0,
            );
        const used = digObject(quota, 'status', 'used');
        expect(own.length).toBe(Number(used['pods']));
        expect(requested('cpu')).toBeCloseTo(parseQuantity(digString(used, 'requests.cpu')));
        expect(requested('memory')).toBe(parseQuantity(digString(used, 'requests.memory')));
      }
    }
  });

  test.skipIf(release === 'v2.1')(
    'has a ready and an unreachable member, and says how many nodes each has',
    async () => {
      const world = await worldOf({ release });
      expect([...world.clusters.keys()]).toEqual(['host', 'member-1']);
      const said = objects(world.host.store, 'cluster.kubesphere.io', 'clusters').map((cluster) => [
        cluster.metadata.name,
        digString(digArray(cluster, 'status', 'conditions').at(-1), 'status'),
        digObject(cluster, 'status')['nodeCount'],
      ]);
      expect(said).toEqual([
        ['host', 'True', 5],
        ['member-1', 'True', 3],
        ['member-2', 'False', undefined],
      ]);
    },
  );
});

test.for([
  ['v2.1', 'ks-apigateway', '10.233.20.31', 'NodePort', '80:31078'],
  ['v3.0', 'etcd', '10.233.34.220', 'ClusterIP', '2379'],
  ['v3.1', 'ks-apiserver', '10.233.15.31', 'NodePort', '80:31407'],
  ['v3.4', 'ks-console', '10.233.3.45', 'NodePort', '80:30880'],
  ['v4.1', 'ks-apiserver', '10.233.56.50', 'ClusterIP', '80'],
] as const)('%s has the service %s where the guide says', async ([release, name, address, type, port]) => {
  const { host } = await worldOf({ release });
  const { spec } = host.store.get(services, 'kubesphere-system', name).object;
  const [first] = digArray(spec, 'ports');
  const numbers = [digObject(first)['port'], digObject(first)['nodePort']].filter(
    (each) => each !== undefined,
  );
  expect([digString(spec, 'clusterIP'), digString(spec, 'type')]).toEqual([address, type]);
  expect(numbers.map(String).join(':')).toBe(port);
});

test('kubesphere-system of 3.x holds the three services the guide lists, and no others', async () => {
  const { host } = await worldOf({ release: 'v3.1' });
  expect(host.store.list(services, 'kubesphere-system').map(({ object }) => object.metadata.name)).toEqual([
    'etcd',
    'ks-apiserver',
    'ks-console',
  ]);
});

test('changes to one world are not seen in the next', async () => {
  const first = await worldOf({});
  first.host.store.remove(nodes, undefined, 'node3');
  first.host.store.remove(pods, 'kube-system', 'kube-apiserver-master');
  const second = await worldOf({});
  expect(second.host.store.count(nodes)).toBe(5);
  expect(second.host.store.find(pods, 'kube-system', 'kube-apiserver-master')).toBeDefined();
});

test('--kube-version changes what kubelets and Cluster objects report', async () => {
  const { host } = await worldOf({ kubeVersion: 'v1.30.1' });
  const node = host.store.get(nodes, undefined, 'node3').object;
  expect(digString(node, 'status', 'nodeInfo', 'kubeletVersion')).toBe('v1.30.1');
  const cluster = host.store.get(
    { group: 'cluster.kubesphere.io', plural: 'clusters' },
    undefined,
    'host',
  ).object;
  expect(digString(cluster, 'status', 'kubernetesVersion')).toBe('v1.30.1');
});

test('the events of the default world have just happened', async () => {
  const { host } = await worldOf({ now: '2026-02-03T04:05:06Z' });
  const latest = objects(host.store, '', 'events').map((event) => digString(event, 'lastTimestamp'));
  expect(latest).toEqual(['2026-02-03T04:04:46Z', '2026-02-03T04:04:46Z']);
});
