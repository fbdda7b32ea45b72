import { quote } from '../../core/api-error.js';
import { dig, digArray, digString, isJsonObject, type Json } from '../../core/json.js';

interface Placed {
  readonly path: string;
  /** Where it comes from; empty: from the volume itself. */
  readonly source: string;
}

/**
 * Warnings for files of a volume that come to lie at one path, or below each other.
 *
 * @see kubernetes/kubernetes pkg/api/pod/warnings.go warningsForOverlappingVirtualPaths
 */
export function overlappingPaths(volume: Json): string[] {
  const told = (kind: string, overlaps: readonly string[]): string[] =>
    overlaps.map((one) => `volume ${quote(digString(volume, 'name'))} (${kind}): overlapping paths: ${one}`);
  const { configMap, secret, downwardAPI } = isJsonObject(volume) ? volume : {};
  return [
    ...told(`ConfigMap ${quote(digString(configMap, 'name'))}`, overlaps(placedBy(configMap, ''))),
    ...told(`Secret ${quote(digString(secret, 'secretName'))}`, overlaps(placedBy(secret, ''))),
    ...told('DownwardAPI', overlaps(placedBy(downwardAPI, ''))),
    ...projected(volume, told),
  ];
}

function projected(volume: Json, told: (kind: string, overlaps: readonly string[]) => string[]): string[] {
  const warnings: string[] = [];
  const all: Placed[] = [];
  for (const source of digArray(volume, 'projected', 'sources')) {
    if (!isJsonObject(source) || Object.keys(source).length === 0) {
      warnings.push(`volume ${quote(digString(volume, 'name'))} (Projected) has no sources provided`);
      continue;
    }
    for (const placed of placedBySource(source)) {
      warnings.push(...told('Projected', collisions(all, placed)));
      all.push(placed);
    }
  }
  return warnings;
}

function placedBySource(source: Json): Placed[] {
  const single = (kind: string, name: string): Placed[] => [
    { path: trimmed(digString(source, kind, 'path')), source: name },
  ];
  if (dig(source, 'configMap', 'items') !== undefined)
    return placedBy(dig(source, 'configMap'), `ConfigMap ${quote(digString(source, 'configMap', 'name'))}`);
  if (dig(source, 'secret', 'items') !== undefined)
    return placedBy(dig(source, 'secret'), `Secret ${quote(digString(source, 'secret', 'name'))}`);
  if (dig(source, 'downwardAPI', 'items') !== undefined)
    return placedBy(dig(source, 'downwardAPI'), 'DownwardAPI');
  if (dig(source, 'serviceAccountToken') !== undefined)
    return single('serviceAccountToken', 'ServiceAccountToken');
  if (dig(source, 'clusterTrustBundle') === undefined) return [];
  const name = dig(source, 'clusterTrustBundle', 'name') ?? dig(source, 'clusterTrustBundle', 'signerName');
  return single('clusterTrustBundle', `ClusterTrustBundle ${quote(typeof name === 'string' ? name : '')}`);
}

function placedBy(holder: Json | undefined, source: string): Placed[] {
  return digArray(holder, 'items').map((item) => ({ path: trimmed(digString(item, 'path')), source }));
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

function overlaps(all: readonly Placed[]): string[] {
  return all.flatMap((one, at) => collisions(all.slice(0, at), one));
}

function collisions(before: readonly Placed[], one: Placed): string[] {
  if (one.path === '') return [];
  const isBelow = (a: string, b: string): boolean => `${a}/`.startsWith(`${b}/`);
  return before
    .filter(({ path }) => path !== '' && (isBelow(path, one.path) || isBelow(one.path, path)))
    .map((other) => `${shown(one)} with ${shown(other)}`);
}

function shown({ path, source }: Placed): string {
  return source === '' ? quote(path) : `${quote(path)} (${source})`;
}
