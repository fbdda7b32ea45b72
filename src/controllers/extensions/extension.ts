import { compareVersions, readVersion } from '../../charts/semver.js';
import { isAllowed } from '../../charts/version-constraint.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { nameProblems } from '../../registry/names.js';
import type { World } from '../../state/world.js';
import {
  currentOf,
  deleteLabelled,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { extensionGroup, extensionKinds, extensionLabel } from './extension-keys.js';

const finalizer = 'kubesphere.io/extension-protection';
/** Longest version that counts: it has to fit into a label. */
const longestVersion = 63;

/**
 * Has an Extension list its versions and say which one is best here; its versions go with it.
 *
 * @see kubesphere/kubesphere pkg/controller/core/extension_controller.go
 */
export const extensionController: Controller = {
  name: 'extension',
  since: 'v4.1',
  hostOnly: true,
  watches: ['extensions.kubesphere.io', 'extensionversions.kubesphere.io'],
  reconcile: (context, change) => {
    const { extensions, versions } = extensionKinds;
    const isVersion = change.resource.plural === versions.plural;
    if (isVersion && change.type === 'MODIFIED' && !isDeleting(change.stored.object)) return;
    const extension = isVersion
      ? context.cluster.store.find(extensions, undefined, label(change.stored.object, extensionLabel) ?? '')
          ?.object
      : currentOf(context, change);
    if (extension === undefined) return;
    const resource = context.catalog.get(extensionGroup, extensions.plural);
    const isMarked = hasFinalizer(extension, finalizer);
    if (isDeleting(extension)) {
      if (!isMarked) return;
      const kind = context.catalog.get(extensionGroup, versions.plural);
      deleteLabelled(context, kind, extensionLabel, extension.metadata.name);
      const now = context.cluster.store.find(extensions, undefined, extension.metadata.name)?.object;
      if (now !== undefined && hasFinalizer(now, finalizer))
        writeBack(context, resource, withoutFinalizer(now, finalizer));
    } else if (!isMarked) writeBack(context, resource, withFinalizer(extension, finalizer));
    else listVersions(context, extension);
  },
};

function listVersions(context: WriteContext, extension: KubeObject): void {
  const known = context.cluster.store
    .list(extensionKinds.versions)
    .map(({ object }) => object)
    .filter((one) => label(one, extensionLabel) === extension.metadata.name);
  const versions = known
    .filter((one) => !isDeleting(one) && isValidVersion(versionOf(one)))
    .sort((a, b) => compareVersions(versionOf(a), versionOf(b)))
    .map((one) => ({
      version: versionOf(one),
      creationTimestamp: one.metadata.creationTimestamp ?? null,
    }));
  const recommendedVersion = recommended(context.world, known);
  const before = digObject(extension, 'status');
  const { versions: _, recommendedVersion: __, ...others } = before;
  const status: JsonObject = {
    ...others,
    ...(recommendedVersion !== '' && { recommendedVersion }),
    ...(versions.length > 0 && { versions }),
  };
  const shown = ({ recommendedVersion: best, versions: list }: JsonObject): string =>
    JSON.stringify([best, list]);
  if (shown(before) === shown(status)) return;
  writeBack(context, context.catalog.get(extensionGroup, 'extensions'), { ...extension, status });
}

function versionOf(version: KubeObject): string {
  return digString(version, 'spec', 'version');
}

/** Whether a text is a version an extension may have. */
export function isValidVersion(text: string): boolean {
  return (
    text.length <= longestVersion &&
    readVersion(text) !== undefined &&
    nameProblems(text, 'subdomain').length === 0
  );
}

/** The newest version that may be installed on this Kubernetes and this KubeSphere; empty when there is none. */
function recommended({ settings, release }: World, versions: readonly KubeObject[]): string {
  const fits = (constraint: string, version: string): boolean =>
    constraint === '' || isAllowed(constraint, version);
  const [best] = versions
    .filter((one) => readVersion(versionOf(one)) !== undefined)
    .filter((one) => fits(digString(one, 'spec', 'kubeVersion'), settings.kubernetesVersion))
    .filter((one) => fits(digString(one, 'spec', 'ksVersion'), release.tag))
    .map(versionOf)
    .sort((a, b) => compareVersions(b, a));
  return best ?? '';
}
