import { digObject, digString, isJsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { nameProblems } from '../../registry/names.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { isValidVersion } from './extension.js';
import { categoryLabel, extensionGroup, extensionKinds, extensionLabel } from './extension-keys.js';
import { putExtension } from './put-extension.js';
import type { ReadExtension } from './read-extension.js';

/**
 * Completes an ExtensionVersion made by hand from the package it names, and has its Extension.
 *
 * @see kubesphere/kubesphere pkg/controller/core/extensionversion_controller.go
 */
export const extensionVersionController: Controller = {
  name: 'extensionVersion',
  since: 'v4.1',
  hostOnly: true,
  watches: ['extensionversions.kubesphere.io'],
  reconcile: (context, change) => {
    const version = currentOf(context, change);
    if (version === undefined || isDeleting(version)) return;
    if (digString(version, 'spec', 'repository') !== '' || digString(version, 'spec', 'version') !== '')
      return;
    const { world } = context;
    void packageOf(context, version)
      .then(async (bytes) =>
        bytes === undefined ? undefined : (await import('./read-extension.js')).readExtension(bytes),
      )
      .then((read) => {
        if (read !== undefined) complete(context, version, read);
      })
      .catch((error: unknown) => {
        const entry = world.journal.entries.at(-1);
        const why = error instanceof Error ? error.message : String(error);
        const what = `controller extensionVersion: failed to fetch extension version spec: ${why}`;
        if (entry !== undefined) world.journal.note(entry, what);
      });
  },
};

/** The package of a version: in a ConfigMap, or where its URL says; `undefined` when it names neither. */
async function packageOf({ cluster }: WriteContext, version: KubeObject): Promise<Buffer | undefined> {
  const reference = digObject(version, 'spec')['chartDataRef'];
  if (isJsonObject(reference)) {
    const maps = { group: '', plural: 'configmaps' };
    const name = digString(reference, 'name');
    const map = cluster.store.find(maps, digString(reference, 'namespace'), name)?.object;
    const data = digString(map, 'binaryData', digString(reference, 'key'));
    if (data === '') throw new Error('chart data not found in config map');
    return Buffer.from(data, 'base64');
  }
  const url = digString(version, 'spec', 'chartURL');
  if (url === '') return undefined;
  const { fetchBytes } = await import('../../charts/fetch.js');
  return fetchBytes(url, {});
}

function complete(
  context: WriteContext,
  { metadata }: KubeObject,
  { name, chartVersion, spec }: ReadExtension,
): void {
  const resource = context.catalog.get(extensionGroup, extensionKinds.versions.plural);
  const version = context.cluster.store.find(resource, undefined, metadata.name)?.object;
  if (version === undefined || version.metadata.uid !== metadata.uid || isDeleting(version)) return;
  if (spec === undefined || !isValidVersion(chartVersion)) return;
  if (nameProblems(name, 'subdomain').length > 0) return;
  const labels = {
    ...version.metadata.labels,
    [extensionLabel]: name,
    [categoryLabel]: digString(spec, 'category'),
  };
  writeBack(context, resource, {
    ...version,
    metadata: { ...version.metadata, labels },
    spec: { ...digObject(version, 'spec'), ...spec },
  });
  putExtension(context, name, spec);
}
