import { InputError } from '../core/input-error.js';
import { dig } from '../core/json.js';
import { label } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import { sameJson } from '../core/same-json.js';
import type { WriteContext } from '../registry/contract.js';
import type { Change } from '../state/object-store.js';
import type { World } from '../state/world.js';
import { isDeleting, type Controller } from './controller.js';

const namespace = 'kubesphere-system';
const server = 'ks-apiserver';

/**
 * Has the server read the ConfigMap `kubesphere-config`: when it starts, which is at once before it serves, when its
 * Deployment is restarted or its pod deleted, and from 3.3 to 3.4 whenever the ConfigMap changes, as these watch the file
 * it is mounted as. Nothing is waited for, neither a new pod nor the kubelet.
 *
 * Differs from KubeSphere: a configuration that would end the server is noted in the journal, and what was read before
 * stays.
 *
 * @see kubesphere/kubesphere cmd/ks-apiserver/app/server.go Run
 */
export const configurationController: Controller = {
  name: 'kubesphere-config',
  hostOnly: true,
  watches: ['configmaps.', 'deployments.apps', 'pods.'],
  reconcile: ({ world }, change) => {
    const { metadata } = change.stored.object;
    if (metadata.namespace !== namespace || world.reconfigure === undefined) return;
    if (change.resource.plural === 'configmaps') {
      if (metadata.name !== 'kubesphere-config') return;
      if (world.isServed && !inRange(world.release.name, { since: 'v3.3', until: 'v3.4' }))
        note(
          world,
          'kubesphere-config is read when ks-apiserver starts: restart its Deployment to have it obeyed',
        );
      else reread(world, world.reconfigure);
    } else if (restarts(change)) {
      reread(world, world.reconfigure);
    }
  },
};

function restarts({ resource, stored, previous }: Change): boolean {
  const { object } = stored;
  if (resource.plural === 'pods') {
    const isNew = previous !== undefined && !isDeleting(previous.object) && isDeleting(object);
    return isNew && label(object, 'app') === server;
  }
  if (object.metadata.name !== server || previous === undefined) return false;
  const [now, before] = [dig(object, 'spec', 'template'), dig(previous.object, 'spec', 'template')];
  return now !== before && !sameJson(now, before);
}

function reread(world: World, reconfigure: NonNullable<WriteContext['world']['reconfigure']>): void {
  try {
    reconfigure(world);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (!world.isServed) throw error;
    note(world, `${error.problems.join('; ')}; what was read before stays`);
  }
}

function note(world: World, text: string): void {
  const entry = world.journal.entries.at(-1);
  if (entry !== undefined) world.journal.note(entry, text);
}
