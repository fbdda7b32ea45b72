import { dig, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { parseQuantity } from '../../core/quantity.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { Change } from '../../state/object-store.js';
import {
  hasFinalizer,
  isDeleting,
  keyOf,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type QueuedController,
  type WorkKey,
} from '../controller.js';
import { recordEvent } from '../workloads/events.js';
import { ownKey } from '../workloads/pods.js';
import { writeStatus } from '../workloads/write-status.js';
import { putContentStatus, settleContent } from './snapshot-content.js';
import {
  boundFinalizer,
  contentFinalizer,
  isReady,
  snapshotContents,
  snapshots,
  sourceFinalizer,
} from './snapshot-kinds.js';
import { classFor, isObstacle, volumeOf, type Obstacle } from './snapshot-source.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };

const component = 'snapshot-controller';

/**
 * Takes snapshots of claims that are bound to volumes of a CSI driver, and binds those that were there before; both are
 * ready at once. A snapshot that is deleted takes its content along, unless that is to be kept.
 *
 * @see kubernetes-csi/external-snapshotter pkg/common-controller, pkg/sidecar-controller
 */
export const volumeSnapshotController: QueuedController = {
  name: 'volumesnapshot',
  since: 'v3.0',
  until: 'v3.4',
  watches: [
    'volumesnapshots.snapshot.storage.k8s.io',
    'volumesnapshotcontents.snapshot.storage.k8s.io',
    'volumesnapshotclasses.snapshot.storage.k8s.io',
    'persistentvolumeclaims.',
  ],
  keysOf: (context, change) => keysOf(context, change),
  settle: (context, { namespace, name }) => {
    const resource = namespace === '' ? snapshotContents : snapshots;
    const object = context.cluster.store.find(resource, namespace, name)?.object;
    if (object === undefined) return;
    if (namespace === '') settleContent(context, object);
    else if (isDeleting(object)) letGo(context, object);
    else if (!isReady(object)) take(context, object);
  },
};

function keysOf({ cluster }: WriteContext, change: Change): readonly WorkKey[] {
  const { object } = change.stored;
  switch (change.resource.plural) {
    case snapshots.plural:
      return change.type === 'DELETED' ? [] : [ownKey(change)];
    case snapshotContents.plural: {
      const snapshot = {
        namespace: digString(object, 'spec', 'volumeSnapshotRef', 'namespace'),
        name: digString(object, 'spec', 'volumeSnapshotRef', 'name'),
      };
      return [
        { namespace: '', name: object.metadata.name },
        ...(snapshot.namespace === '' ? [] : [snapshot]),
      ];
    }
    default:
      return cluster.store
        .list(snapshots, object.metadata.namespace ?? '')
        .filter((one) => !isReady(one.object) || isDeleting(one.object))
        .map((one) => ({ namespace: one.object.metadata.namespace ?? '', name: one.object.metadata.name }));
  }
}

function take(context: WriteContext, given: KubeObject): void {
  const resource = context.catalog.get(snapshots.group, snapshots.plural);
  const held = withFinalizer(withFinalizer(given, sourceFinalizer), boundFinalizer);
  const snapshot = held === given ? given : writeBack(context, resource, held).object;
  const contentName = digString(snapshot, 'spec', 'source', 'volumeSnapshotContentName');
  if (contentName === '') takeOfClaim(context, snapshot);
  else bindContent(context, snapshot, contentName);
}

function takeOfClaim(context: WriteContext, given: KubeObject): void {
  const volume = volumeOf(context, given);
  if (isObstacle(volume)) {
    tellWhyNot(context, given, volume);
    return;
  }
  const driver = digString(volume, 'spec', 'csi', 'driver');
  const chosen = classFor(context, given, driver);
  if (isObstacle(chosen)) {
    tellWhyNot(context, given, chosen);
    return;
  }
  const resource = context.catalog.get(snapshots.group, snapshots.plural);
  const volumeSnapshotClassName = chosen.metadata.name;
  const spec = given['spec'] as JsonObject;
  const snapshot =
    spec['volumeSnapshotClassName'] === undefined
      ? writeBack(context, resource, { ...given, spec: { ...spec, volumeSnapshotClassName } }).object
      : given;
  const { namespace = '', name, uid = '', resourceVersion = '' } = snapshot.metadata;
  const full = `${namespace}/${name}`;
  const message = `Waiting for a snapshot ${full} to be created by the CSI driver.`;
  recordEvent(context, snapshot, { reason: 'CreatingSnapshot', message, component });
  const { apiVersion, kind } = snapshot;
  const content = createObject(context, context.catalog.get(snapshots.group, snapshotContents.plural), {
    metadata: { name: `snapcontent-${uid}`, finalizers: [contentFinalizer] },
    spec: {
      volumeSnapshotRef: { kind, namespace, name, uid, apiVersion, resourceVersion },
      deletionPolicy: digString(chosen, 'deletionPolicy'),
      driver,
      volumeSnapshotClassName,
      source: { volumeHandle: digString(volume, 'spec', 'csi', 'volumeHandle') },
    },
  }).object;
  const size = digString(volume, 'spec', 'capacity', 'storage');
  const taken = putContentStatus(context, content, `snapshot-${uid}`, bytesOf(size));
  recordEvent(context, snapshot, {
    reason: 'SnapshotCreated',
    message: `Snapshot ${full} was successfully created by the CSI driver.`,
    component,
  });
  makeReady(context, snapshot, taken, size);
}

/** Binds a snapshot to a content somebody has made for it. */
function bindContent(context: WriteContext, snapshot: KubeObject, name: string): void {
  const content = context.cluster.store.find(snapshotContents, undefined, name)?.object;
  if (content === undefined) {
    const message = 'VolumeSnapshotContent is missing';
    tellWhyNot(context, snapshot, { reason: 'SnapshotContentMissing', message });
    return;
  }
  const { metadata } = snapshot;
  const reference = content['spec'] as JsonObject;
  const uid = digString(reference, 'volumeSnapshotRef', 'uid');
  const isMeant =
    digString(reference, 'volumeSnapshotRef', 'namespace') === metadata.namespace &&
    digString(reference, 'volumeSnapshotRef', 'name') === metadata.name;
  if (!isMeant || (uid !== '' && uid !== metadata.uid)) {
    const message = 'Snapshot failed to bind VolumeSnapshotContent';
    tellWhyNot(context, snapshot, { reason: 'SnapshotBindFailed', message });
    return;
  }
  if (!isReady(content)) return;
  if (uid === '') {
    const volumeSnapshotRef = { ...(reference['volumeSnapshotRef'] as JsonObject), uid: metadata.uid ?? '' };
    writeBack(context, context.catalog.get(snapshots.group, snapshotContents.plural), {
      ...content,
      spec: { ...reference, volumeSnapshotRef },
    });
  }
  const size = dig(content, 'status', 'restoreSize');
  makeReady(context, snapshot, content, typeof size === 'number' ? String(size) : '0');
}

function makeReady(context: WriteContext, given: KubeObject, content: KubeObject, restoreSize: string): void {
  const { namespace = '', name } = given.metadata;
  const created = dig(content, 'status', 'creationTime');
  const at = typeof created === 'number' ? created / 1e6 : context.world.clock.now();
  const snapshot = context.cluster.store.get(snapshots, namespace, name).object;
  const resource = context.catalog.get(snapshots.group, snapshots.plural);
  writeStatus(context, resource, snapshot, {
    boundVolumeSnapshotContentName: content.metadata.name,
    creationTime: new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000', ''),
    readyToUse: true,
    restoreSize,
  });
  const message = `Snapshot ${namespace}/${name} is ready to use.`;
  recordEvent(context, snapshot, { reason: 'SnapshotReady', message, component });
}

function tellWhyNot(context: WriteContext, given: KubeObject, { reason, message }: Obstacle): void {
  if (digString(given, 'status', 'error', 'message') === message) return;
  const snapshot = context.cluster.store.get(snapshots, given.metadata.namespace, given.metadata.name).object;
  const time = context.world.clock.timestamp();
  const resource = context.catalog.get(snapshots.group, snapshots.plural);
  writeStatus(context, resource, snapshot, { readyToUse: false, error: { time, message } });
  recordEvent(context, snapshot, { type: 'Warning', reason, message, component });
}

/** Lets a snapshot that is deleted go: once no claim is being made of it, and after its content if that goes too. */
function letGo(context: WriteContext, snapshot: KubeObject): void {
  const { store } = context.cluster;
  const { namespace = '', name } = snapshot.metadata;
  const isNeeded = store.list(claims, namespace).some(({ object }) => {
    const isPending = digString(object, 'status', 'phase') === 'Pending';
    return (
      isPending && dig(object, 'spec', 'dataSource', 'kind') === 'VolumeSnapshot' && sourceOf(object) === name
    );
  });
  if (isNeeded) return;
  const contentName = digString(snapshot, 'status', 'boundVolumeSnapshotContentName');
  const content = store.find(snapshotContents, undefined, contentName)?.object;
  if (content !== undefined && digString(content, 'spec', 'deletionPolicy') === 'Delete') {
    const resource = context.catalog.get(snapshots.group, snapshotContents.plural);
    if (!isDeleting(content)) deleteObject(context, resource, keyOf(content));
    else settleContent(context, content);
    if (store.find(snapshotContents, undefined, contentName) !== undefined) return;
  }
  const free = withoutFinalizer(withoutFinalizer(snapshot, sourceFinalizer), boundFinalizer);
  const isHeld = hasFinalizer(snapshot, sourceFinalizer) || hasFinalizer(snapshot, boundFinalizer);
  if (isHeld) writeBack(context, context.catalog.get(snapshots.group, snapshots.plural), free);
}

function sourceOf(claim: KubeObject): string {
  return digString(claim, 'spec', 'dataSource', 'name');
}

function bytesOf(size: string): number {
  return Math.ceil(Number(parseQuantity(size)?.milli ?? 0n) / 1000);
}
