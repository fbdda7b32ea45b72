import type { KubeObject } from '../core/kube-object.js';
import type { Reply } from '../registry/contract.js';
import type { ChangedObject } from './planned-write.js';

/** An answer that shows an object, with the uid, resourceVersion and creation it has over there. */
export function withIdentity(
  reply: Reply | undefined,
  { changes }: ChangedObject,
  after: KubeObject,
): Reply | undefined {
  const body = Buffer.isBuffer(reply?.body) ? reply.body.toString('utf8') : reply?.body;
  const local = changes.at(-1)?.stored.object.metadata;
  if (reply === undefined || typeof body !== 'string' || local?.uid === undefined) return reply;
  if (!body.includes(local.uid)) return reply;
  const { uid = '', resourceVersion = '', creationTimestamp } = after.metadata;
  const versions = new Set(changes.map(({ stored }) => stored.object.metadata.resourceVersion));
  const identity =
    /("uid": ?")([^"]*)(",\s*"resourceVersion": ?")(\d+)("(?:,\s*"generation": ?\d+)?(?:,\s*"creationTimestamp": ?"([^"]*)")?)/g;
  return {
    ...reply,
    body: body
      .replace(
        identity,
        (all, head: string, of: string, middle: string, version: string, tail: string, at?: string) => {
          if (of !== local.uid || !versions.has(version)) return all;
          const end = at === undefined ? tail : tail.replace(at, creationTimestamp ?? at);
          return head + uid + middle + resourceVersion + end;
        },
      )
      .replaceAll(local.uid, uid),
  };
}
