import { ApiError } from '../core/api-error.js';
import { inRange } from '../core/release.js';
import { webhookNames } from '../core/webhook-names.js';
import type { KindCatalog } from '../registry/contract.js';
import type { Change } from '../state/object-store.js';
import type { ChangeListener, ClusterState, World } from '../state/world.js';
import { controllerContext, type Controller, type QueuedController, type WorkKey } from './controller.js';
import { applicationCategoryController } from './app-store/application-category.js';
import { applicationReleaseController } from './app-store/application-release.js';
import { applicationVersionController } from './app-store/application-version.js';
import { repoController } from './app-store/repo.js';
import { certificateSigner } from './certificate-signer.js';
import { definitionController } from './custom-resource-definition.js';
import { clusterLabelController } from './cluster-label.js';
import { clusterController } from './clusters/cluster.js';
import { devopsProjectController } from './devops-project.js';
import { gatewayController } from './gateways/gateway.js';
import { garbageCollector } from './garbage-collector.js';
import { extensionCategoryController } from './extensions/category.js';
import { extensionController } from './extensions/extension.js';
import { extensionVersionController } from './extensions/extension-version.js';
import { installPlanController } from './extensions/install-plan.js';
import { kubeconfigController } from './kubeconfig/kubeconfig.js';
import { userCertificateController } from './kubeconfig/user-certificate.js';
import { kubernetesServiceController } from './kubernetes-service.js';
import { repositoryController } from './extensions/repository.js';
import { loginRecordController } from './login-record.js';
import { namespaceController } from './namespace.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { clusterAdminMirror, nativeRbacMirror } from './native-rbac.js';
import { nativeServiceAccountController } from './native-service-account.js';
import { nodeLifecycle } from './nodes/node-lifecycle.js';
import { podGarbageCollector } from './nodes/pod-garbage-collector.js';
import { podTermination } from './pod-termination.js';
import { workloadRestart } from './restart-workloads.js';
import { roleAggregation, roleTemplateController } from './role-aggregation.js';
import { spreadControllers } from './spread/spread-kinds.js';
import { serviceAccountController } from './service-account.js';
import { serviceAccountSecretController } from './service-account-secret.js';
import { userController } from './user.js';
import { userPasswordController } from './user-password.js';
import { helmApplicationController } from './helm/helm-application.js';
import { helmApplicationVersionController } from './helm/helm-application-version.js';
import { helmCategoryController } from './helm/helm-category.js';
import { helmReleaseController } from './helm/helm-release.js';
import { helmRepoController } from './helm/helm-repo.js';
import { ipPoolController } from './network/ip-pool.js';
import { namespacePolicyController } from './network/namespace-policies.js';
import { tenancyController } from './tenancy-2.1.js';
import { workloadControllers } from './workloads/index.js';
import { eventsSwitch } from './workloads/events.js';
import { workspaceQuotaController } from './workspace-quota.js';
import { workspaceController } from './workspace.js';
import { workspaceTemplateController } from './workspace-template.js';

/** Every controller, in the order they are told about a change. */
const controllers: readonly Controller[] = [
  namespaceLifecycle,
  nodeLifecycle,
  podGarbageCollector,
  podTermination,
  kubernetesServiceController,
  serviceAccountController,
  serviceAccountSecretController,
  nativeServiceAccountController,
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
  loginRecordController,
  roleTemplateController,
  roleAggregation,
  ...spreadControllers,
  workspaceTemplateController,
  workspaceController,
  devopsProjectController,
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
  workspaceQuotaController,
  ipPoolController,
  namespacePolicyController,
];

/** How often one object may change within one write before we call it a loop. */
const changesPerObject = 10_000;

interface Pending {
  readonly cluster: ClusterState;
  readonly change: Change;
}

interface Work {
  readonly controller: QueuedController;
  readonly cluster: ClusterState;
  readonly key: WorkKey;
}

/** What is left to do within one write. */
interface Run {
  readonly changes: Pending[];
  /** By controller, cluster and object, so that nothing is noted twice. */
  readonly work: Map<string, Work>;
}

/**
 * Makes the listener that has the controllers of a release follow every write, to a fixed point, before the write
 * returns: nothing is ever half-way, and the same writes always give the same world.
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
  const table = tableOf();
  return (world, cluster, change) => {
    const run = running.get(world);
    if (run !== undefined) {
      run.changes.push({ cluster, change });
      return;
    }
    const begin = (): void => {
      const started: Run = { changes: [{ cluster, change }], work: new Map() };
      running.set(world, started);
      try {
        drain(world, catalog, started, table);
      } finally {
        running.delete(world);
      }
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

function drain(world: World, catalog: KindCatalog, { changes, work }: Run, audience: Audience): void {
  const counts = new Map<string, number>();
  let at = 0;
  for (;;) {
    for (; at < changes.length; at += 1) {
      const pending = changes[at];
      if (pending === undefined) break;
      const { cluster, change } = pending;
      const kind = `${change.resource.plural}.${change.resource.group}`;
      countChange(counts, kind, change);
      const told = audience(kind);
      for (const controller of told.direct) {
        if (controller.hostOnly === true && !cluster.isHost) continue;
        if (!inRange(world.release.name, controller) || world.switchedOff.has(controller.name)) continue;
        attempt(controller.name, world, () => {
          controller.reconcile(controllerContext(world, catalog, cluster), change);
        });
      }
      for (const controller of told.queued) {
        if (!inRange(world.release.name, controller) || world.switchedOff.has(controller.name)) continue;
        for (const key of controller.keysOf(controllerContext(world, catalog, cluster), change)) {
          const id = `${controller.name} ${cluster.name} ${key.namespace}/${key.name}`;
          if (!work.has(id)) work.set(id, { controller, cluster, key });
        }
      }
    }
    const next = firstWork(work);
    if (next === undefined) return;
    attempt(next.controller.name, world, () => {
      next.controller.settle(controllerContext(world, catalog, next.cluster), next.key);
    });
  }
}

/** Takes the oldest piece of work out. */
function firstWork(work: Map<string, Work>): Work | undefined {
  for (const [id, next] of work) {
    work.delete(id);
    return next;
  }
  return undefined;
}

function countChange(counts: Map<string, number>, kind: string, { stored }: Change): void {
  const { namespace = '', name } = stored.object.metadata;
  const object = `${kind} ${namespace}/${name}`;
  const count = (counts.get(object) ?? 0) + 1;
  if (count > changesPerObject) throw new Error(`controllers do not settle: ${object} keeps changing`);
  counts.set(object, count);
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
  kubernetesServiceController.name,
  garbageCollector.name,
  certificateSigner.name,
  ...workloadControllers.map(({ name }) => name),
  kubeconfigController.name,
  userCertificateController.name,
  eventsSwitch,
];
