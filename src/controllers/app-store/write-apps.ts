import {
  appCategoryLabel,
  appIdLabel,
  appTypeLabel,
  latestVersionAnnotation,
  maintainersAnnotation,
  originalNameAnnotation,
  packageFinalizer,
  packageNamespace,
  repoNameLabel,
  uncategorized,
} from '../../core/app-store-keys.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import { controllerReference, type KubeObject, label, type OwnerReference } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { nameableVersion } from '../../charts/names.js';
import { compareVersions } from '../../charts/semver.js';
import type { WriteContext } from '../../registry/contract.js';
import { keepFile } from '../../registry/kept-files.js';
import { createObject } from '../../registry/verbs/create.js';
import { updateObject } from '../../registry/verbs/update.js';
import type { AppRequest } from './app-request.js';
import { existing, storeKind } from './store-kind.js';

/** Annotation: how an object is called for people. */
export const displayNameAnnotation = 'kubesphere.io/alias-name';
/** Annotation: what an object is for. */
export const descriptionAnnotation = 'kubesphere.io/description';

/** Creates an object of the store, or changes the one of that name. */
export function createOrUpdate(
  context: WriteContext,
  plural: string,
  name: string,
  change: (before: KubeObject | undefined) => JsonObject,
): KubeObject {
  const resource = storeKind(context, plural);
  const before = context.cluster.store.find(resource, undefined, name)?.object;
  const changed = change(before);
  const metadata = { ...before?.metadata, ...digObject(changed, 'metadata'), name };
  const wanted = { ...before, ...changed, metadata };
  return before === undefined
    ? createObject(context, resource, wanted).object
    : updateObject(context, resource, wanted, { unconditional: true }).object;
}

/**
 * Makes an app of versions of it, or brings one up to date.
 *
 * @see kubesphere/kubesphere pkg/simple/client/application/helper.go CreateOrUpdateApp
 */
export function writeApp(
  context: WriteContext,
  requests: readonly AppRequest[],
  owner?: OwnerReference,
): void {
  const [request] = requests;
  if (request === undefined) return;
  const app = createOrUpdate(context, 'applications', request.appName, (before) => ({
    metadata: {
      ...(owner !== undefined && { ownerReferences: [owner] }),
      labels: {
        ...before?.metadata.labels,
        [repoNameLabel]: request.repoName,
        [appTypeLabel]: request.appType,
        [appCategoryLabel]: request.categoryName || uncategorized,
        [workspaceLabel]: request.workspace,
      },
      annotations: {
        ...before?.metadata.annotations,
        [displayNameAnnotation]: request.aliasName,
        [descriptionAnnotation]: request.description,
        [originalNameAnnotation]: request.originalName,
        ...firstMaintainer(request),
      },
    },
    spec: present({
      appHome: request.appHome,
      appType: request.appType,
      icon: request.icon,
      abstraction: request.abstraction,
      attachments: request.attachments,
    }),
    status: {
      ...(before === undefined
        ? { state: request.fromRepo ? 'active' : 'draft' }
        : digObject(before, 'status')),
      updateTime: context.world.clock.timestamp(),
    },
  }));
  for (const version of requests) writeVersion(context, app, version);
  noteLatestVersion(context, app.metadata.name);
}

/** Makes a version of an app, or brings it up to date; either way it is a draft again. */
export function writeVersion(context: WriteContext, app: KubeObject, request: AppRequest): void {
  const now = context.world.clock.timestamp();
  const name = `${app.metadata.name}-${nameableVersion(request.versionName)}`;
  createOrUpdate(context, 'applicationversions', name, (before) => ({
    metadata: {
      ownerReferences: [controllerReference(app)],
      finalizers: [packageFinalizer],
      labels: {
        ...before?.metadata.labels,
        [repoNameLabel]: request.repoName,
        [appIdLabel]: request.appName,
        [appTypeLabel]: request.appType,
        [workspaceLabel]: request.workspace,
      },
      annotations: {
        ...before?.metadata.annotations,
        [displayNameAnnotation]: request.aliasName,
        [descriptionAnnotation]: request.description,
        ...firstMaintainer(request),
      },
    },
    spec: {
      versionName: request.versionName,
      ...present({
        appHome: request.appHome,
        icon: request.icon,
        created: now,
        digest: request.digest,
        appType: request.appType,
        maintainer: request.maintainers,
        pullUrl: request.pullUrl,
      }),
    },
    status: {
      ...digObject(before, 'status'),
      state: request.fromRepo ? 'active' : 'draft',
      updated: now,
    },
  }));
  if (!request.fromRepo) keepFile(context, packageNamespace, name, request.package);
}

/** Writes down the newest version at its app. */
export function noteLatestVersion(context: WriteContext, appName: string): void {
  const versions = versionsOf(context, appName).map((version) => digString(version, 'spec', 'versionName'));
  const [latest] = versions.sort((a, b) => compareVersions(b, a));
  if (latest === undefined) return;
  const app = existing(context, 'applications', appName);
  const annotations = { ...app.metadata.annotations, [latestVersionAnnotation]: latest };
  const wanted = { ...app, metadata: { ...app.metadata, annotations } };
  updateObject(context, storeKind(context, 'applications'), wanted, { unconditional: true });
}

/** The versions of an app. */
export function versionsOf(context: WriteContext, appName: string): KubeObject[] {
  const all = context.cluster.store.list(storeKind(context, 'applicationversions'));
  return all.map(({ object }) => object).filter((version) => label(version, appIdLabel) === appName);
}

function firstMaintainer({ maintainers }: AppRequest): Readonly<Record<string, string>> {
  return maintainers.length === 0 ? {} : { [maintainersAnnotation]: digString(maintainers[0], 'name') };
}

/** What of an object says something. */
function present(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
