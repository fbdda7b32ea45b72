import type { JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, writeBack } from '../controller.js';

/** Members of a role or binding that a copy of it has, too. */
const copied = ['rules', 'aggregationRoleTemplates', 'subjects', 'roleRef'];

/** Has a copy of an object of the host in a member. @param context Of the member. */
export function putCopy(context: WriteContext, resource: Resource, original: KubeObject): void {
  const { name, labels, annotations } = original.metadata;
  const content = Object.fromEntries(
    copied.flatMap((key) => (original[key] === undefined ? [] : [[key, original[key]]])),
  ) as JsonObject;
  const known = context.cluster.store.find(resource, undefined, name)?.object;
  if (known === undefined) {
    const metadata = { name, ...(labels && { labels }), ...(annotations && { annotations }) };
    createObject(context, resource, { metadata, ...content });
    return;
  }
  if (isDeleting(known)) return;
  const { labels: _, annotations: __, ...kept } = known.metadata;
  const metadata = { ...kept, ...(labels && { labels }), ...(annotations && { annotations }) };
  const next: KubeObject = { ...known, metadata, ...content };
  if (!sameJson(next, known)) writeBack(context, resource, next);
}

/** Takes the copy in a member away. @param context Of the member. */
export function dropCopy(context: WriteContext, resource: Resource, name: string): void {
  const known = context.cluster.store.find(resource, undefined, name)?.object;
  if (known !== undefined && !isDeleting(known)) deleteObject(context, resource, { name });
}
