/**
 * Compiles the default world: reads the short YAML of `fixtures/default`, completes it the way Kubernetes' own
 * controllers would, and writes one JSON file per release that a server can load in a few milliseconds.
 *
 * `npm run fixtures` writes; a test compares.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { kubesphereResources } from '../src/apis/kubesphere-resources.js';
import { nativeResources } from '../src/apis/native-resources.js';
import type { KubeObject } from '../src/core/kube-object.js';
import { releaseNames, type ReleaseName } from '../src/core/release.js';
import { Catalog } from '../src/registry/catalog.js';
import { releases } from '../src/releases/index.js';
import { completeWorld } from './complete-world.js';

const folder = new URL('../fixtures/default/', import.meta.url);

/** The annotation that limits an object to some releases: `v2.1`, `v3.0..v3.4` or `v3.3..`; never loaded. */
const releasesKey = 'fake-ks-apiserver/releases';

/** The compiled default world of a release, as its file holds it: one object per line. */
export function compileDefaultWorld(release: ReleaseName): string {
  const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], release);
  const read = (path: string): KubeObject[] => readSources(path, release);
  const world = completeWorld({
    release: releases[release],
    catalog,
    sources: { host: read(''), 'member-1': read('member-1/') },
  });
  const clusters = Object.entries(world.clusters).map(([name, objects]) => {
    const lines = objects.map((object) => `  ${JSON.stringify(object)}`);
    return ` ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n ]`;
  });
  return `{\n${clusters.join(',\n')}\n}\n`;
}

/** Where the compiled world of a release is kept. */
export function compiledFile(release: ReleaseName): URL {
  return new URL(`compiled/${release}.json`, folder);
}

function readSources(path: string, release: ReleaseName): KubeObject[] {
  const base = new URL(path, folder);
  const files = readdirSync(base).filter((name) => name.endsWith('.yaml'));
  return files.sort().flatMap((name) => {
    const text = readFileSync(new URL(name, base), 'utf8')
      .replaceAll('${kubernetes}', releases[release].kubernetesVersion)
      .replaceAll('${kubesphere}', releases[release].tag);
    const documents = parseAllDocuments(text);
    return documents
      .map((document) => document.toJS() as KubeObject)
      .flatMap((object) => forRelease(object, release));
  });
}

function forRelease(object: KubeObject, release: ReleaseName): KubeObject[] {
  const { [releasesKey]: range, ...annotations } = object.metadata.annotations ?? {};
  if (range === undefined) return [object];
  const [since = '', until = since] = range.split('..');
  const at = (name: string, otherwise: number): number =>
    name === '' ? otherwise : releaseNames.indexOf(name as ReleaseName);
  const here = releaseNames.indexOf(release);
  if (here < at(since, 0) || here > at(until, releaseNames.length)) return [];
  const { annotations: _all, ...metadata } = object.metadata;
  return [
    { ...object, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const release of releaseNames) writeFileSync(compiledFile(release), compileDefaultWorld(release));
}
