import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const pods = '/api/v1/namespaces/default/pods';
const strategic = 'application/strategic-merge-patch+json';
const digest = /^docker\.io\/library\/(\w+)@sha256:[0-9a-f]{64}$/;
const id = /^containerd:\/\/[0-9a-f]{64}$/;

interface Status {
  readonly containerStatuses: readonly Container[];
  readonly ephemeralContainerStatuses?: readonly Container[];
}

interface Container {
  readonly containerID: string;
  readonly imageID: string;
  readonly restartCount: number;
  readonly lastState: { readonly terminated?: { readonly containerID: string } };
}

async function statusOf(admin: Asker): Promise<Status> {
  return (await admin.get(`${pods}/web`)).json['status'] as Status;
}

async function makePod(admin: Asker): Promise<void> {
  const containers = [{ name: 'web', image: 'docker.io/library/web:1' }];
  await admin.send('POST', pods, { metadata: { name: 'web' }, spec: { containers } });
}

async function debug(admin: Asker, image: string): Promise<readonly Container[]> {
  const spec = { ephemeralContainers: [{ name: 'debugger', image, targetContainerName: 'web' }] };

  await admin.send('PATCH', `${pods}/web/ephemeralcontainers`, { spec }, strategic);
  return (await statusOf(admin)).ephemeralContainerStatuses ?? [];
}

test('an ephemeral container has an id of its own and the digest of its image', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await makePod(admin);
  const [own] = await debug(admin, 'docker.io/library/busybox:1');
  expect(own).toEqual({
    name: 'debugger',
    state: { running: { startedAt: expect.any(String) as string } },
    lastState: {},
    ready: false,
    restartCount: 0,
    image: 'docker.io/library/busybox:1',
    imageID: expect.stringMatching(digest) as string,
    containerID: expect.stringMatching(id) as string,
  });
  const { containerStatuses } = await statusOf(admin);
  expect(own?.containerID).not.toBe(containerStatuses[0]?.containerID);
});

test('an ephemeral container whose image is missing waits for it', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await ks.scenario({ description: 'No tools.', containers: [{ image: 'tools*', missing: true }] });
  await makePod(admin);
  expect(await debug(admin, 'tools:1')).toEqual([
    {
      name: 'debugger',
      state: {
        waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "tools:1"' },
      },
      lastState: {},
      ready: false,
      restartCount: 0,
      image: 'tools:1',
      imageID: '',
    },
  ]);
});

test('a container that gets another image is another container', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await makePod(admin);
  const [before] = (await statusOf(admin)).containerStatuses;
  const spec = { containers: [{ name: 'web', image: 'docker.io/library/web:2' }] };
  await admin.send('PATCH', `${pods}/web`, { spec }, strategic);
  const [after] = (await statusOf(admin)).containerStatuses;
  expect(after).toMatchObject({
    restartCount: 1,
    imageID: expect.stringMatching(digest) as string,
    containerID: expect.stringMatching(id) as string,
    lastState: { terminated: { containerID: before?.containerID } },
  });
  expect(after?.containerID).not.toBe(before?.containerID);
  expect(after?.imageID).not.toBe(before?.imageID);
});
