import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import { admissionHooks, clusterAdmissionHooks } from '../kube/admission/index.js';
import { nativeHooks } from '../kube/native-defaults.js';
import type { Resource } from '../registry/contract.js';
import { mergeHooks } from '../registry/merge-hooks.js';
import { hooksOf } from './resource-hooks.js';

/** A row of `fixtures/kubernetes/resources.json`. */
interface Row {
  readonly g: string;
  readonly v: string;
  readonly r: string;
  readonly k: string;
  readonly s: string;
  readonly ns: boolean;
  readonly verbs: string;
  readonly short?: readonly string[];
  readonly cat?: readonly string[];
  readonly sub?: readonly (readonly [name: string, kind: string, apiVersion: string, verbs: string])[];
  readonly del?: 'Status' | 'object';
}

const file = packageFile('fixtures/kubernetes/resources.json');

/** The kinds of Kubernetes itself, from the discovery table. */
export function nativeResources(): Resource[] {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Row[];
  const known = new Map<string, Resource>();
  for (const row of rows) {
    const key = `${row.r}.${row.g}`;
    const before = known.get(key);
    const hooks = mergeHooks(
      nativeHooks({ group: row.g, plural: row.r }),
      hooksOf(row.g, row.r).hooks,
      row.ns ? admissionHooks(row.g, row.r) : clusterAdmissionHooks(row.g, row.r),
    );
    const typesFolder = row.g === '' ? 'core' : (row.g.split('.', 1)[0] ?? row.g);
    known.set(key, {
      group: row.g,
      versions: [...(before?.versions ?? []), row.v],
      kind: row.k,
      plural: row.r,
      singular: row.s,
      namespaced: row.ns,
      verbs: row.verbs.split(','),
      custom: false,
      types: { ...before?.types, [row.v]: `${typesFolder}/${row.v}.${row.k}` },
      ...(row.short && { shortNames: row.short }),
      ...(row.cat && { categories: row.cat }),
      ...(row.del && { deleted: row.del }),
      ...(hooks && { hooks }),
      ...(row.sub && {
        subresources: row.sub.map(([name, kind, apiVersion, verbs]) => ({
          name,
          kind,
          apiVersion,
          verbs: verbs.split(','),
        })),
      }),
    });
  }
  return [...known.values()];
}
