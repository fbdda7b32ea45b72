import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { hasFinalizer, isDeleting, withoutFinalizer, writeBack } from '../controller.js';
import { contentFinalizer, isReady, snapshotContents, snapshots } from './snapshot-kinds.js';

/** Says that a content which was there before is ready, and lets one go whose snapshot goes. */
export function settleContent(context: WriteContext, content: KubeObject): void {
  const handle = digString(content, 'spec', 'source', 'snapshotHandle');
  if (!isDeleting(content)) {
    if (handle !== '' && !isReady(content)) putContentStatus(context, content, handle, 0);
    return;
  }
  if (!hasFinalizer(content, contentFinalizer)) return;
  const [namespace = '', name = '', uid] = ['namespace', 'name', 'uid'].map((key) =>
    digString(content, 'spec', 'volumeSnapshotRef', key),
  );
  const snapshot = context.cluster.store.find(snapshots, namespace, name)?.object;
  if (snapshot !== undefined && snapshot.metadata.uid === uid && !isDeleting(snapshot)) return;
  const resource = context.catalog.get(snapshotContents.group, snapshotContents.plural);
  writeBack(context, resource, withoutFinalizer(content, contentFinalizer));
}

/** What the driver says of a snapshot it has taken. @param restoreSize Bytes. @returns the content as it is then */
export function putContentStatus(
  context: WriteContext,
  { metadata }: KubeObject,
  snapshotHandle: string,
  restoreSize: number,
): KubeObject {
  const content = context.cluster.store.get(snapshotContents, undefined, metadata.name).object;
  const creationTime = context.world.clock.now() * 1_000_000;
  const status = { snapshotHandle, creationTime, restoreSize, readyToUse: true };
  return context.cluster.store.replace(snapshotContents, { ...content, status }).object;
}
