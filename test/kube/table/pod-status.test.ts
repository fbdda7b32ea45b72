import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { podStatus, restartsText } from '../../../src/kube/table/pod-status.js';

function pod(
  status: JsonObject,
  more: { spec?: JsonObject; metadata?: JsonObject } = {},
): Parameters<typeof podStatus>[0] {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'p', ...more.metadata },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...more.spec },
    status,
  };
}

const running = { name: 'a', ready: true, state: { running: {} }, restartCount: 0 };
const done = { name: 'b', ready: false, state: { terminated: { reason: 'Completed', exitCode: 0 } } };
const ready = [{ type: 'Ready', status: 'True' }];

test.for<[string, Parameters<typeof podStatus>[0], string, string]>([
  ['the phase', pod({ phase: 'Pending' }), 'Pending', '0/2'],
  ['the reason of an eviction', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted', '0/2'],
  [
    'running containers',
    pod({ phase: 'Running', containerStatuses: [running, { ...running, name: 'b' }] }),
    'Running',
    '2/2',
  ],
  [
    'a waiting reason',
    pod({
      phase: 'Running',
      containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }, running],
    }),
    'CrashLoopBackOff',
    '1/2',
  ],
  [
    'an exit code',
    pod({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] }),
    'ExitCode:3',
    '0/2',
  ],
  [
    'a signal',
    pod({ phase: 'Failed', containerStatuses: [{ state: { terminated: { signal: 9 } } }] }),
    'Signal:9',
    '0/2',
  ],
  [
    'one done, one running and ready',
    pod({ phase: 'Running', conditions: ready, containerStatuses: [done, running] }),
    'Running',
    '1/2',
  ],
  [
    'one done, one running, not ready',
    pod({ phase: 'Running', containerStatuses: [done, running] }),
    'NotReady',
    '1/2',
  ],
  [
    'a failed init container',
    pod({
      phase: 'Pending',
      initContainerStatuses: [{ state: { terminated: { exitCode: 1, reason: 'Error' } } }],
    }),
    'Init:Error',
    '0/2',
  ],
  [
    'an init container at work',
    pod(
      { phase: 'Pending', initContainerStatuses: [{ state: { running: {} } }] },
      { spec: { containers: [{}], initContainers: [{ name: 'i' }, { name: 'j' }] } },
    ),
    'Init:0/2',
    '0/1',
  ],
  [
    'sidecars among what is ready',
    pod(
      {
        phase: 'Running',
        initContainerStatuses: [
          { name: 's', started: true, ready: true, state: { running: {} } },
          { name: 'n', started: true, ready: false, state: { running: {} } },
        ],
        containerStatuses: [running],
      },
      {
        spec: {
          containers: [{ name: 'a' }],
          initContainers: ['s', 'n'].map((name) => ({ name, restartPolicy: 'Always' })),
        },
      },
    ),
    'Running',
    '2/3',
  ],
  [
    'a deletion',
    pod({ phase: 'Running' }, { metadata: { deletionTimestamp: '2024-01-01T00:00:00Z' } }),
    'Terminating',
    '0/2',
  ],
  [
    'a deletion after the end',
    pod({ phase: 'Succeeded' }, { metadata: { deletionTimestamp: '2024-01-01T00:00:00Z' } }),
    'Succeeded',
    '0/2',
  ],
  [
    'a scheduling gate',
    pod({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
    }),
    'SchedulingGated',
    '0/2',
  ],
])('shows %s', ([, object, status, shown]) => {
  const found = podStatus(object);
  expect([found.status, `${String(found.ready)}/${String(found.total)}`]).toEqual([status, shown]);
});

test('says when the latest restart was', () => {
  const status = podStatus(
    pod({
      phase: 'Running',
      containerStatuses: [
        { ...running, restartCount: 2, lastState: { terminated: { finishedAt: '2024-01-01T00:00:00Z' } } },
        { ...running, restartCount: 1 },
      ],
    }),
  );
  expect(restartsText(status, Date.parse('2024-01-01T00:03:00Z'))).toBe('3 (3m ago)');
});
