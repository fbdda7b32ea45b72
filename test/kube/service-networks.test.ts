import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver({ world: 'empty', kubeVersion: 'v1.33.1', now: '2026-01-02T03:04:05Z' });
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

const networks = '/apis/networking.k8s.io/v1/servicecidrs';
const addresses = '/apis/networking.k8s.io/v1/ipaddresses';
const services = '/api/v1/namespaces/default/services';

interface Listed {
  readonly metadata: { readonly name: string; readonly labels?: object; readonly finalizers?: string[] };
  readonly spec: { readonly cidrs?: string[]; readonly parentRef?: { readonly name: string } };
  readonly status?: { readonly conditions?: { readonly status: string; readonly reason: string }[] };
}

async function listed(path: string): Promise<readonly Listed[]> {
  return (await admin.get(path)).json['items'];
}

async function owners(): Promise<readonly (string | undefined)[]> {
  return (await listed(addresses)).map(({ spec }) => spec.parentRef?.name);
}

describe('networks of Services', () => {
  test('an address of a Service is an object as long as the Service has it', async () => {
    await admin.send('POST', services, { metadata: { name: 'early' }, spec: { ports: [{ port: 80 }] } });
    await admin.send('POST', services, { metadata: { name: 'headless' }, spec: { clusterIP: 'None' } });
    expect(await owners()).toContain('early');
    const { json } = await admin.send('POST', services, {
      metadata: { name: 'late' },
      spec: { ports: [{ port: 80 }] },
    });
    const { clusterIP } = json['spec'] as { clusterIP: string };
    const labels = {
      'ipaddress.kubernetes.io/ip-family': 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    };
    const parentRef = { resource: 'services', namespace: 'default', name: 'late' };
    const found = await admin.get(`${addresses}/${clusterIP}`);
    expect(found.json).toMatchObject({ metadata: { labels }, spec: { parentRef } });
    await admin.send('DELETE', `${addresses}/${clusterIP}`);
    expect(await owners()).toContain('late');
    await admin.send('DELETE', `${services}/late`);
    expect(await owners()).not.toContain('late');
    expect(await owners()).not.toContain('headless');
  });

  test('the network addresses come from is there, and stays while they are in use', async () => {
    const [network] = await listed(networks);
    expect(network?.metadata.name).toBe('kubernetes');
    const [cidr = ''] = network?.spec.cidrs ?? [];
    const { json } = await admin.send('POST', services, {
      metadata: { name: 'neighbour' },
      spec: { ports: [{ port: 80 }] },
    });
    const { clusterIP } = json['spec'] as { clusterIP: string };
    expect(cidr.split('.')[0]).toBe(clusterIP.split('.')[0]);
    expect(network?.status?.conditions).toMatchObject([{ type: 'Ready', status: 'True', reason: '' }]);
    const own = await admin.send('POST', networks, {
      metadata: { name: 'spare' },
      spec: { cidrs: ['172.31.0.0/24'] },
    });
    expect(own.status).toBe(201);
    expect((await admin.get(`${networks}/spare`)).json).toMatchObject({
      metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
      status: {
        conditions: [{ type: 'Ready', status: 'True', message: 'Kubernetes Service CIDR is ready' }],
      },
    });
    await admin.send('POST', addresses, {
      metadata: { name: '172.31.0.9' },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'x' } },
    });
    await admin.send('DELETE', `${networks}/spare`);
    expect((await admin.get(`${networks}/spare`)).json).toMatchObject({
      status: { conditions: [{ status: 'False', reason: 'Terminating' }] },
    });
    await admin.send('DELETE', `${addresses}/172.31.0.9`);
    expect((await admin.get(`${networks}/spare`)).status).toBe(404);
  });

  test.each([
    [[], 'spec.cidrs: Required value: at least one CIDR required'],
    [
      ['10.0.0.0/33'],
      'spec.cidrs[0]: Invalid value: "10.0.0.0/33": netip.ParsePrefix("10.0.0.0/33"): prefix length out of range',
    ],
    [
      ['10.0.0.1/24'],
      'spec.cidrs[0]: Invalid value: "10.0.0.1/24": wrong CIDR format, IP doesn\'t match network IP address',
    ],
    [
      ['fd00::1/64'],
      'spec.cidrs[0]: Invalid value: "fd00::1/64": wrong CIDR format, IP doesn\'t match network IP address',
    ],
    [['FD00::/108'], 'spec.cidrs[0]: Invalid value: "FD00::/108": CIDR not in RFC 5952 canonical format'],
    [
      ['10.0.0.0/08'],
      'spec.cidrs[0]: Invalid value: "10.0.0.0/08": netip.ParsePrefix("10.0.0.0/08"): bad bits after slash: "08"',
    ],
    [
      ['10.0.0.0/24', '10.1.0.0/24'],
      'spec.cidrs: Invalid value: networking.ServiceCIDRSpec{CIDRs:[]string{"10.0.0.0/24", "10.1.0.0/24"}}: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
    ],
    [
      ['10.0.0.0/24', 'fd00::/108', '10.1.0.0/24'],
      'spec.cidrs: Invalid value: networking.ServiceCIDRSpec{CIDRs:[]string{"10.0.0.0/24", "fd00::/108", "10.1.0.0/24"}}: may only hold up to 2 values',
    ],
  ])('a ServiceCIDR of %j is refused', async (cidrs, why) => {
    const { json } = await admin.send('POST', networks, { metadata: { name: 'k' }, spec: { cidrs } });
    expect(json['message']).toBe(`ServiceCIDR.networking.k8s.io "k" is invalid: ${why}`);
  });

  test('the networks of a ServiceCIDR never change', async () => {
    const spec = { cidrs: ['10.5.0.0/24'] };
    const { json } = await admin.send(
      'PATCH',
      `${networks}/kubernetes`,
      { spec },
      'application/merge-patch+json',
    );
    expect(json['message']).toBe(
      'ServiceCIDR.networking.k8s.io "kubernetes" is invalid: spec.cidrs: Invalid value: []string{"10.5.0.0/24"}: field is immutable',
    );
  });

  const parentRef = { resource: 'services', name: 'x' };
  test.each([
    ['10.96.0.77', {}, 'spec.parentRef: Required value'],
    ['bad', { parentRef }, 'metadata.name: Invalid value: "bad": ParseAddr("bad"): unable to parse IP'],
    [
      '10.96.0.78',
      { parentRef: {} },
      '[spec.parentRef.resource: Required value, spec.parentRef.name: Required value]',
    ],
    [
      '10.96.0.080',
      { parentRef: { resource: 'a/b', name: 'x/y', namespace: 'n' } },
      '[metadata.name: Invalid value: "10.96.0.080": ParseAddr("10.96.0.080"): IPv4 field has octet with leading zero, spec.parentRef.resource: Invalid value: "a/b": may not contain \'/\', spec.parentRef.name: Invalid value: "x/y": may not contain \'/\']',
    ],
    [
      'FD00::1',
      { parentRef },
      'metadata.name: Invalid value: "FD00::1": must be a canonical format IP address',
    ],
  ])('an IPAddress %s that says %j is refused', async (name, spec, why) => {
    const { json } = await admin.send('POST', addresses, { metadata: { name }, spec });
    expect(json['message']).toBe(`IPAddress.networking.k8s.io "${name}" is invalid: ${why}`);
  });
});
