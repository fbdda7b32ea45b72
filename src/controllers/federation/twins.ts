import { digObject, type JsonObject } from '../../core/json.js';
import { federationGroup } from '../../core/federated-kinds.js';
import { controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { managedLabel } from './copy-of.js';
import { hasMembers } from './placed-on.js';

const iam = 'iam.kubesphere.io';
const everywhere = { clusterSelector: {} };

/** Plurals of the kinds that have twins, and what of an object the twin's template takes over. */
const kinds = [
  ['users', iam, ['spec', 'status']],
  ['globalroles', iam, ['rules']],
  ['globalrolebindings', iam, ['subjects', 'roleRef']],
  ['workspaceroles', iam, ['rules']],
  ['workspacerolebindings', iam, ['subjects', 'roleRef']],
  ['groups', iam, ['spec', 'status']],
  ['groupbindings', iam, ['users', 'groupRef']],
  ['workspacetemplates', 'tenant.kubesphere.io', []],
] as const;

/**
 * Gives users, groups, roles, bindings and workspace templates of a multi-cluster 3.x their federated twins, which have them
 * copied to every cluster; they themselves are marked as no copies.
 *
 * Differs from KubeSphere: only where a member has joined the federation, and only what is written from then on.
 *
 * @see kubesphere/kubesphere pkg/controller/user/user_controller.go multiClusterSync
 */
export const twinControllers: readonly Controller[] = kinds.map(([plural, group, members]): Controller => ({
  name: `federated-twins-of-${plural}`,
  since: 'v3.0',
  until: 'v3.4',
  hostOnly: true,
  watches: [`${plural}.${group}`],
  reconcile: (context, change) => {
    const object = currentOf(context, change);
    const { world } = context;
    if (object === undefined || isDeleting(object)) return;
    if (!world.settings.multicluster.enable || !hasMembers(world)) return;
    if (label(object, managedLabel) !== 'false') {
      const labels = { ...object.metadata.labels, [managedLabel]: 'false' };
      writeBack(context, context.catalog.get(group, plural), {
        ...object,
        metadata: { ...object.metadata, labels },
      });
      return;
    }
    putTwin(context, object, `federated${plural === 'workspacetemplates' ? 'workspaces' : plural}`, members);
  },
}));

function putTwin(
  context: WriteContext,
  object: KubeObject,
  plural: string,
  members: readonly string[],
): void {
  const resource = context.catalog.get(federationGroup, plural);
  const { name } = object.metadata;
  const spec = plural === 'federatedworkspaces' ? workspaceSpec(object) : copySpec(object, members);
  const known = context.cluster.store.find(resource, undefined, name)?.object;
  if (known === undefined) {
    createObject(context, resource, {
      metadata: { name, ownerReferences: [controllerReference(object)] },
      spec,
    });
  } else if (!isDeleting(known) && !sameJson(known['spec'], spec)) {
    writeBack(context, resource, { ...known, spec });
  }
}

function copySpec(object: KubeObject, members: readonly string[]): JsonObject {
  const { [managedLabel]: _, ...labels } = object.metadata.labels ?? {};
  const content = members.flatMap((key) => (object[key] === undefined ? [] : [[key, object[key]] as const]));
  return {
    template: {
      metadata: { ...(Object.keys(labels).length > 0 && { labels }) },
      ...Object.fromEntries(content),
    },
    placement: everywhere,
  };
}

/** What a workspace template says of the workspace is a federated one's spec already. */
function workspaceSpec(template: KubeObject): JsonObject {
  return digObject(template, 'spec');
}
