import { ApiError } from '../core/api-error.js';
import { inRange } from '../core/release.js';
import type { KindCatalog } from '../registry/contract.js';
import type { Change } from '../state/object-store.js';
import type { ChangeListener, ClusterState, World } from '../state/world.js';
import { controllerContext, type Controller } from './controller.js';
import { garbageCollector } from './garbage-collector.js';
import { loginRecordController } from './login-record.js';
import { namespaceController } from './namespace.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { clusterAdminMirror, nativeRbacMirror } from './native-rbac.js';
import { podTermination } from './pod-termination.js';
import { roleAggregation, roleTemplateController } from './role-aggregation.js';
import { serviceAccountController } from './service-account.js';
import { serviceAccountSecretController } from './service-account-secret.js';
import { userController } from './user.js';
import { userPasswordController } from './user-password.js';
import { workspaceController } from './workspace.js';
import { workspaceTemplateController } from './workspace-template.js';

/** Every controller, in the order they are told about a change. */
const controllers: readonly Controller[] = [
  namespaceLifecycle,
  podTermination,
  serviceAccountController,
  serviceAccountSecretController,
  userController,
  userPasswordController,
  loginRecordController,
  roleTemplateController,
  roleAggregation,
  workspaceTemplateController,
  workspaceController,
  namespaceController,
  nativeRbacMirror,
  clusterAdminMirror,
  garbageCollector,
];

/** How often one object may change within one write before we call it a loop. */
const changesPerObject = 200;

interface Pending {
  readonly cluster: ClusterState;
  readonly change: Change;
}

/**
 * Makes the listener that has the controllers of a release follow every write, to a fixed point, before the write
 * returns: nothing is ever half-way, and the same writes always give the same world.
 *
 * What a controller is refused (an `ApiError`) is noted in the journal, as the real ones log and go on.
 *
 * @throws Error from within the write when controllers keep undoing each other's work
 */
export function runControllers(catalog: KindCatalog): ChangeListener {
  const running = new WeakMap<World, Pending[]>();
  return (world, cluster, change) => {
    const queue = running.get(world);
    if (queue !== undefined) {
      queue.push({ cluster, change });
      return;
    }
    const started: Pending[] = [{ cluster, change }];
    running.set(world, started);
    try {
      drain(world, catalog, started);
    } finally {
      running.delete(world);
    }
  };
}

function drain(world: World, catalog: KindCatalog, queue: readonly Pending[]): void {
  const counts = new Map<string, number>();
  for (const { cluster, change } of queue) {
    const { resource, stored } = change;
    const kind = `${resource.plural}.${resource.group}`;
    const object = `${kind} ${stored.object.metadata.namespace ?? ''}/${stored.object.metadata.name}`;
    const count = (counts.get(object) ?? 0) + 1;
    if (count > changesPerObject) throw new Error(`controllers do not settle: ${object} keeps changing`);
    counts.set(object, count);
    for (const controller of controllers) {
      if (!controller.watches.includes(kind) && !controller.watches.includes('*')) continue;
      if (controller.hostOnly === true && !cluster.isHost) continue;
      if (!inRange(world.release.name, controller)) continue;
      reconcile(controller, world, catalog, cluster, change);
    }
  }
}

function reconcile(
  controller: Controller,
  world: World,
  catalog: KindCatalog,
  cluster: ClusterState,
  change: Change,
): void {
  try {
    controller.reconcile(controllerContext(world, catalog, cluster), change);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const entry = world.journal.entries.at(-1);
    if (entry !== undefined) world.journal.note(entry, `controller ${controller.name}: ${error.message}`);
  }
}
