import { ApiError } from '../core/api-error.js';
import { inRange } from '../core/release.js';
import { admissionNames } from '../core/admission-names.js';
import { webhookNames } from '../core/webhook-names.js';
import type { KindCatalog, WriteContext } from '../registry/contract.js';
import type { Change } from '../state/object-store.js';
import type { ChangeListener, ClusterState, World } from '../state/world.js';
import { guardsOf } from '../kube/admission/guards.js';
import { configurationController } from './configuration.js';
import { controllerContext, type Controller, type QueuedController } from './controller.js';
import { accountTokenSecretController } from './service-accounts/account-token-secret.js';
import { applicationCategoryController } from './app-store/application-category.js';
import { applicationReleaseController } from './app-store/application-release.js';
import { applicationVersionController } from './app-store/application-version.js';
import { repoController } from './app-store/repo.js';
import { certificateSigner } from './certificate-signer.js';
import { definitionController } from './definitions/custom-resource-definition.js';
import { clusterLabelController } from './clusters/cluster-label.js';
import { clusterRoleAggregation } from './access/cluster-role-aggregation.js';
import { clusterController } from './clusters/cluster.js';
import { devopsProjectController } from './devops/devops-project.js';
import { gatewayController } from './gateways/gateway.js';
import { argoApplicationController } from './gitops/argo-application.js';
import { gitOpsApplicationController, gitOpsStatusController } from './gitops/application.js';
import { federationControllers } from './federation/federate.js';
import { twinControllers } from './federation/twins.js';
import { garbageBacklog, garbageCollector } from './garbage-collector.js';
import { quietly } from './in-background.js';
import { eventExpiry } from './event-expiry.js';
import { extensionCategoryController } from './extensions/category.js';
import { extensionController } from './extensions/extension.js';
import { extensionVersionController } from './extensions/extension-version.js';
import { installPlanController } from './extensions/install-plan.js';
import { kubeconfigController } from './kubeconfig/kubeconfig.js';
import { userCertificateController } from './kubeconfig/user-certificate.js';
import { serviceNetworkController } from './network/service-networks.js';
import { kubernetesServiceController } from './network/kubernetes-service.js';
import { repositoryController } from './extensions/repository.js';
import { runGuarded, type Task } from './guarded-task.js';
import { groupBindingController, groupController } from './users/groups.js';
import { loginRecordController } from './users/login-record.js';
import { namespaceController } from './namespaces/namespace.js';
import { namespaceConditions } from './namespaces/namespace-conditions.js';
import { namespaceBacklog, namespaceLifecycle } from './namespaces/namespace-lifecycle.js';
import { clusterAdminMirror, nativeRbacMirror } from './access/native-rbac.js';
import { nativeServiceAccountController } from './service-accounts/native-service-account.js';
import { mirrorPodController } from './nodes/mirror-pods.js';
import { nodeLifecycle } from './nodes/node-lifecycle.js';
import { podGarbageCollector } from './nodes/pod-garbage-collector.js';
import { podTermination } from './workloads/pod-termination.js';
import { workloadRestart } from './workloads/restart-workloads.js';
import { roleAggregation, roleTemplateController } from './access/role-aggregation.js';
import { spreadControllers } from './spread/spread-kinds.js';
import { serviceAccountController } from './service-accounts/service-account.js';
import { serviceAccountSecretController } from './service-accounts/service-account-secret.js';
import { userController } from './users/user.js';
import { userPasswordController } from './users/user-password.js';
import { pipelineRunController } from './devops/pipeline-run.js';
import { pipelineTimerController } from './devops/pipeline-timer.js';
import { s2iBuilderController } from './devops/s2i-builder.js';
import { s2iRunController } from './devops/s2i-run.js';
import { helmApplicationController } from './helm/helm-application.js';
import { helmApplicationVersionController } from './helm/helm-application-version.js';
import { helmCategoryController } from './helm/helm-category.js';
import { helmReleaseController } from './helm/helm-release.js';
import { helmRepoController } from './helm/helm-repo.js';
import { ipPoolController } from './network/ip-pool.js';
import { namespacePolicyController } from './network/namespace-policies.js';
import { storageCapabilityController } from './storage/storage-capability.js';
import { volumeSnapshotController } from './storage/volume-snapshot.js';
import { tenancyController } from './workspaces/tenancy-2.1.js';
import { workloadControllers } from './workloads/index.js';
import { eventsSwitch } from './workloads/events.js';
import { workspaceQuotaController } from './workspaces/workspace-quota.js';
import { workspaceController } from './workspaces/workspace.js';
import { workspaceTemplateController } from './workspaces/workspace-template.js';

/** Every controller, in the order they are told about a change. */
const controllers: readonly Controller[] = [
  namespaceLifecycle,
  nodeLifecycle,
  podGarbageCollector,
  podTermination,
  mirrorPodController,
  eventExpiry,
  configurationController,
  kubernetesServiceController,
  serviceNetworkController,
  serviceAccountController,
  serviceAccountSecretController,
  nativeServiceAccountController,
  accountTokenSecretController,
  workloadRestart,
  clusterController,
  clusterLabelController,
  repositoryController,
  extensionVersionController,
  extensionController,
  extensionCategoryController,
  installPlanController,
  repoController,
  applicationCategoryController,
  applicationVersionController,
  applicationReleaseController,
  helmRepoController,
  helmApplicationController,
  helmApplicationVersionController,
  helmCategoryController,
  helmReleaseController,
  userController,
  userPasswordController,
  groupController,
  groupBindingController,
  loginRecordController,
  roleTemplateController,
  roleAggregation,
  ...spreadControllers,
  ...twinControllers,
  workspaceTemplateController,
  workspaceController,
  devopsProjectController,
  pipelineRunController,
  pipelineTimerController,
  s2iRunController,
  s2iBuilderController,
  gitOpsApplicationController,
  argoApplicationController,
  gitOpsStatusController,
  gatewayController,
  namespaceController,
  tenancyController,
  nativeRbacMirror,
  clusterAdminMirror,
  kubeconfigController,
  userCertificateController,
  certificateSigner,
  definitionController,
  garbageCollector,
];

/** Controllers that work through a queue, in the order their work is taken up. */
const queued: readonly QueuedController[] = [
  ...workloadControllers,
  garbageBacklog,
  namespaceBacklog,
  namespaceConditions,
  clusterRoleAggregation,
  workspaceQuotaController,
  ipPoolController,
  namespacePolicyController,
  storageCapabilityController,
  volumeSnapshotController,
  ...federationControllers,
];

/** How often one object may change after one write before we call it a loop, when it is every third to change. */
const changesPerObject = 10_000;
const loopShare = 3;

/** How many changes and pieces of work are followed within a write, about five hundred new pods; the rest has turns of its own. */
const changesPerWrite = 6000;
/** How many are in one of those turns, and within a write that comes between them. */
const changesPerTurn = 200;

interface Pending {
  readonly cluster: ClusterState;
  readonly change: Change;
}

/** What is left to do after one write. */
interface Run {
  readonly changes: Pending[];
  /** By controller, cluster and object, so that nothing is noted twice. */
  readonly work: Map<string, Task>;
  /** How often each object has changed. */
  readonly counts: Map<string, number>;
  /** Changes followed and pieces of work done. */
  total: number;
}

/**
 * Makes the listener that has the controllers of a release follow every write, to a fixed point, before the write
 * returns: nothing is ever half-way, and the same writes always give the same world.
 *
 * What takes more than a write may hold the server up for goes on in later turns of the event loop, a little in each, so
 * that requests are answered in between: a hundred thousand pods come bit by bit, as they do in a cluster.
 *
 * With `settle`, the same happens that much later by the world's clock, for each write in turn: until then a client sees
 * what it wrote and nothing of its consequences.
 *
 * What a controller is refused (an `ApiError`) is noted in the journal, as the real ones log and go on.
 *
 * @throws Error from within the write when controllers keep undoing each other's work
 */
export function runControllers(catalog: KindCatalog): ChangeListener {
  const running = new WeakMap<World, Run>();
  const waiting = new WeakMap<World, Run[]>();
  const table = tableOf();
  /** Follows changes up to a number of them. @returns whether nothing is left */
  let tasks = 0;
  /** Takes up again what had to wait for admission. */
  const again = (world: World, task: Task): void => {
    tasks += 1;
    const work = new Map([[`task ${String(tasks)}`, task]]);
    putOff(world, { changes: [], work, counts: new Map(), total: 0 });
  };
  const follow = (world: World, run: Run, most: number): boolean => {
    running.set(world, run);
    try {
      return drain(world, catalog, run, table, most, again);
    } finally {
      running.delete(world);
    }
  };
  const goOn = (world: World, runs: Run[]): void => {
    const [run] = runs;
    if (run === undefined || world.ended.aborted) {
      waiting.delete(world);
      return;
    }
    runs.shift();
    quietly(world, 'backlog', () => {
      if (!follow(world, run, changesPerTurn)) runs.unshift(run);
    });
    setImmediate(goOn, world, runs);
  };
  const putOff = (world: World, run: Run): void => {
    const runs = waiting.get(world);
    if (runs !== undefined) {
      runs.push(run);
      return;
    }
    const started = [run];
    waiting.set(world, started);
    setImmediate(goOn, world, started);
  };
  return (world, cluster, change) => {
    const run = running.get(world);
    if (run !== undefined) {
      run.changes.push({ cluster, change });
      return;
    }
    const begin = (): void => {
      const started: Run = {
        changes: [{ cluster, change }],
        work: new Map(),
        counts: new Map(),
        total: 0,
      };
      const most = waiting.has(world) ? changesPerTurn : changesPerWrite;
      if (!follow(world, started, most)) putOff(world, started);
    };
    if (world.settle === 0) begin();
    else {
      const late = (): void => {
        try {
          begin();
        } catch (error) {
          // Nobody's request is under way: a bug of ours is told where those of requests are.
          const entry = world.journal.entries.at(-1);
          if (entry !== undefined) world.journal.fail(entry, error);
        }
      };
      world.clock.schedule(world.clock.now() + world.settle, late, true);
    }
  };
}

/** Who is told about a resource; filled as resources are met. */
type Audience = (kind: string) => {
  readonly direct: readonly Controller[];
  readonly queued: readonly QueuedController[];
};

function tableOf(): Audience {
  const known = new Map<string, ReturnType<Audience>>();
  const listens = ({ watches }: { readonly watches: readonly string[] }, kind: string): boolean =>
    watches.includes(kind) || watches.includes('*');
  return (kind) => {
    let found = known.get(kind);
    if (found === undefined) {
      found = {
        direct: controllers.filter((one) => listens(one, kind)),
        queued: queued.filter((one) => listens(one, kind)),
      };
      known.set(kind, found);
    }
    return found;
  };
}

/** Follows changes until nothing is left, or until there were as many as may be. @returns whether nothing is left */
function drain(
  world: World,
  catalog: KindCatalog,
  run: Run,
  audience: Audience,
  most: number,
  again: (world: World, task: Task) => void,
): boolean {
  const { changes, work } = run;
  const perform = performer(world, catalog, again);
  const last = run.total + most;
  for (;;) {
    let at = 0;
    for (; at < changes.length; at += 1) {
      const pending = changes[at];
      if (pending === undefined) break;
      const { cluster, change } = pending;
      const kind = `${change.resource.plural}.${change.resource.group}`;
      countChange(run, kind, change);
      const told = audience(kind);
      for (const controller of told.direct) {
        if (controller.hostOnly === true && !cluster.isHost) continue;
        if (!inRange(world.release.name, controller) || world.switchedOff.has(controller.name)) continue;
        perform({
          name: controller.name,
          cluster,
          run: (context) => {
            controller.reconcile(context, change);
          },
        });
      }
      for (const controller of told.queued) {
        if (!inRange(world.release.name, controller) || world.switchedOff.has(controller.name)) continue;
        for (const key of controller.keysOf(controllerContext(world, catalog, cluster), change)) {
          const id = `${controller.name} ${cluster.name} ${key.namespace}/${key.name}`;
          if (work.has(id)) continue;
          const settle = (context: WriteContext): void => {
            controller.settle(context, key);
          };
          const { name, weight = 1 } = controller;
          work.set(id, { name, id, cluster, weight, run: settle });
        }
      }
    }
    changes.splice(0, at);
    const next = run.total < last ? firstWork(work) : undefined;
    if (next === undefined) return work.size === 0;
    run.total += next.weight ?? 1;
    perform(next);
  }
}

/** What does the work of a run: with admission before every write where a cluster has any, which is found out once. */
function performer(
  world: World,
  catalog: KindCatalog,
  again: (world: World, task: Task) => void,
): (task: Task) => void {
  const guarded = new Map<ClusterState, boolean>();
  return (task) => {
    const { name, cluster, run } = task;
    let isGuarded = guarded.get(cluster);
    if (isGuarded === undefined)
      guarded.set(cluster, (isGuarded = guardsOf({ world, cluster }) !== undefined));
    const context = controllerContext(world, catalog, cluster);
    attempt(name, world, () => {
      if (!isGuarded) run(context);
      else
        runGuarded(context, task, (waiting) => {
          again(world, waiting);
        });
    });
  };
}

/** Takes the oldest piece of work out. */
function firstWork(work: Map<string, Task>): Task | undefined {
  for (const [id, next] of work) {
    work.delete(id);
    return next;
  }
  return undefined;
}

function countChange(run: Run, kind: string, { stored }: Change): void {
  const { namespace = '', name } = stored.object.metadata;
  const object = `${kind} ${namespace}/${name}`;
  const count = (run.counts.get(object) ?? 0) + 1;
  run.total += 1;
  if (count > changesPerObject && count * loopShare > run.total)
    throw new Error(`controllers do not settle: ${object} keeps changing`);
  run.counts.set(object, count);
}

function attempt(name: string, world: World, reconcile: () => void): void {
  try {
    reconcile();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const entry = world.journal.entries.at(-1);
    if (entry !== undefined) world.journal.note(entry, `controller ${name}: ${error.message}`);
  }
}

/** Every name the option `controllers` can switch off. */
export const controllerNames: readonly string[] = [
  ...[...controllers, ...queued].map(({ name }) => name),
  eventsSwitch,
  'limitrange',
  ...admissionNames,
  ...webhookNames,
].filter((name, position, all) => all.indexOf(name) === position);

/**
 * Controllers that a real Kubernetes underneath makes idle: those that do what it does itself, and those whose
 * kubeconfigs would be of no use with it.
 */
export const kubernetesControllerNames: readonly string[] = [
  namespaceLifecycle.name,
  nodeLifecycle.name,
  podGarbageCollector.name,
  podTermination.name,
  mirrorPodController.name,
  eventExpiry.name,
  kubernetesServiceController.name,
  accountTokenSecretController.name,
  clusterRoleAggregation.name,
  garbageCollector.name,
  certificateSigner.name,
  volumeSnapshotController.name,
  ...workloadControllers.map(({ name }) => name),
  kubeconfigController.name,
  userCertificateController.name,
  eventsSwitch,
  ...admissionNames,
];
