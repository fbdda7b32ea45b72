import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/core/kube-object.js';
import { nodeUsage } from '../../../src/registry/usage/node-usage.js';
import { containerUsage, isMeasured, podUsage } from '../../../src/registry/usage/pod-usage.js';
import { swingOf, wave } from '../../../src/registry/usage/wave.js';

const started = Date.parse('2024-05-01T00:00:00Z');
const hour = 3_600_000;

function pod(uid: string, phase = 'Running'): KubeObject {
  const resources = { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '500m', memory: '256Mi' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, namespace: 'shop', uid, creationTimestamp: '2024-05-01T00:00:00Z' },
    spec: { nodeName: 'node1', containers: [{ name: 'app', resources }, { name: 'helper' }] },
    status: { phase, startTime: '2024-05-01T00:00:00Z' },
  };
}

const node: KubeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node1', uid: 'n' },
  status: { capacity: { cpu: '2', memory: '4Gi' } },
};

test('a wave stays between 0 and 1 and does not jump', () => {
  const swing = swingOf('1', 'somebody');
  let before = wave(swing, 0);
  for (let second = 120; second < 200_000; second += 120) {
    const now = wave(swing, second);
    expect(now).toBeGreaterThanOrEqual(0);
    expect(now).toBeLessThanOrEqual(1);
    expect(Math.abs(now - before)).toBeLessThan(0.3);
    before = now;
  }
});

test('a pod uses the same at the same moment, something else later, and differs by seed and identity', () => {
  const at = started + hour;
  expect(podUsage('1', pod('a'), at)).toEqual(podUsage('1', pod('a'), at));
  expect(podUsage('1', pod('a'), at)).not.toEqual(podUsage('1', pod('a'), at + hour));
  expect(podUsage('1', pod('a'), at)).not.toEqual(podUsage('2', pod('a'), at));
  expect(podUsage('1', pod('a'), at)).not.toEqual(podUsage('1', pod('b'), at));
});

test('a pod is the sum of its containers, which stay below their limits', () => {
  for (let at = started; at < started + 48 * hour; at += hour) {
    const containers = containerUsage('1', pod('a'), at);
    expect(containers.map(({ name }) => name)).toEqual(['app', 'helper']);
    const { cpu, memory } = podUsage('1', pod('a'), at);
    expect(containers.reduce((sum, one) => sum + one.cpu, 0)).toBeCloseTo(cpu, 8);
    expect(containers.reduce((sum, one) => sum + one.memory, 0)).toBe(memory);
    expect(containers[0]?.cpu).toBeLessThanOrEqual(0.5);
    expect(containers[0]?.memory).toBeLessThanOrEqual(256 * 1024 * 1024);
  }
});

test.for([
  ['before it started', 'Running', -hour],
  ['while it waits', 'Pending', hour],
  ['once it is through', 'Succeeded', hour],
] as const)('a pod uses nothing %s', ([, phase, after]) => {
  expect(podUsage('1', pod('a', phase), started + after)).toEqual({ cpu: 0, memory: 0 });
  expect(isMeasured(pod('a', phase), started + after)).toBe(false);
});

test('a node uses more than its pods and never more than it has', () => {
  const at = started + hour;
  const pods = [pod('a'), pod('b')];
  const sum = pods.map((one) => podUsage('1', one, at)).reduce((total, { cpu }) => total + cpu, 0);
  expect(nodeUsage('1', node, pods, at).cpu).toBeGreaterThan(sum);
  const crowd = Array.from({ length: 100 }, (_, index) => pod(`p${String(index)}`));
  expect(nodeUsage('1', node, crowd, at).cpu).toBeLessThan(2);
  expect(nodeUsage('1', node, crowd, at).memory).toBeLessThan(4 * 1024 ** 3);
});
