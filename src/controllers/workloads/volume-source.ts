import { dig, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { amount } from './pod-requests.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
const snapshots = { group: 'snapshot.storage.k8s.io', plural: 'volumesnapshots' };

/**
 * What keeps a claim from being filled from the snapshot or claim it names as its source; `undefined` when nothing does,
 * or when it names none.
 *
 * @see kubernetes-csi/external-provisioner pkg/controller/controller.go getVolumeContentSource
 */
export function sourceObstacle({ cluster }: WriteContext, claim: KubeObject): string | undefined {
  const source = dig(claim, 'spec', 'dataSource') ?? dig(claim, 'spec', 'dataSourceRef');
  const [kind, name] = [digString(source, 'kind'), digString(source, 'name')];
  const find = (resource: typeof claims): KubeObject | undefined =>
    cluster.store.find(resource, claim.metadata.namespace, name)?.object;
  const failed = (why: string): string =>
    `error getting handle for DataSource Type ${kind} by Name ${name}: ${why}`;
  if (kind === 'VolumeSnapshot') {
    const snapshot = find(snapshots);
    if (snapshot === undefined)
      return failed(
        `error getting snapshot ${name} from api server: volumesnapshots.snapshot.storage.k8s.io ${JSON.stringify(name)} not found`,
      );
    if (dig(snapshot, 'status', 'readyToUse') !== true) return failed(`snapshot ${name} is not Ready`);
    const [wanted, held] = [sizeOf(claim), amount(dig(snapshot, 'status', 'restoreSize'))];
    return wanted < held
      ? failed(
          `requested volume size ${bytes(wanted)} is less than the size ${bytes(held)} for the source snapshot ${name}`,
        )
      : undefined;
  }
  if (kind !== 'PersistentVolumeClaim') return undefined;
  const other = find(claims);
  if (other === undefined)
    return failed(
      `error getting PVC ${name} (namespace ${JSON.stringify(claim.metadata.namespace ?? '')}) from api server: persistentvolumeclaims ${JSON.stringify(name)} not found`,
    );
  if (digString(other, 'status', 'phase') !== 'Bound')
    return failed('the PVC is not bound, and cannot be cloned');
  const [wanted, held] = [sizeOf(claim), amount(dig(other, 'status', 'capacity', 'storage'))];
  return wanted < held
    ? failed(`new PVC request must be greater than or equal in size to the specified PVC data source`)
    : undefined;
}

function sizeOf(claim: KubeObject): number {
  return amount(dig(claim, 'spec', 'resources', 'requests', 'storage'));
}

/** @param milli Thousandths, as amounts are. */
function bytes(milli: number): string {
  return String(Math.ceil(milli / 1000));
}
