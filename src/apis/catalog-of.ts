import type { ReleaseName } from '../core/release.js';
import { Catalog } from '../registry/catalog.js';
import { federatedResources } from './federated-resources.js';
import { kubesphereResources } from './kubesphere-resources.js';
import { nativeResources } from './native-resources.js';

const catalogs = new Map<ReleaseName, Catalog>();

/** The kinds of a release. Catalogs do not change: all servers of a process share one per release. */
export function catalogOf(release: ReleaseName): Catalog {
  let catalog = catalogs.get(release);
  if (catalog === undefined) {
    catalog = new Catalog([...nativeResources(), ...kubesphereResources(), ...federatedResources()], release);
    catalogs.set(release, catalog);
  }
  return catalog;
}
