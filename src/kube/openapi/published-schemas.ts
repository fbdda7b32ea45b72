import { readFileSync } from 'node:fs';
import { digString, type Json, type JsonObject } from '../../core/json.js';
import { packageFile } from '../../core/package-file.js';
import type { ReleaseName } from '../../core/release.js';

/** What is read of the published Swagger 2.0 documents of a release: those of Kubernetes and of KubeSphere's own kinds. */
export interface Published {
  readonly definitions: Readonly<Record<string, JsonObject>>;
  /** Names of definitions by `group/version/kind`. */
  readonly byKind: ReadonlyMap<string, string>;
}

/** Names the kinds a definition describes. */
export const kindsMember = 'x-kubernetes-group-version-kind';

/** Definitions every kind uses. */
export const metaNames = {
  object: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  list: 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta',
};

const documents = new Map<string, Readonly<Record<string, JsonObject>>>();
const published = new Map<ReleaseName, Published>();

function definitionsOf(file: string): Readonly<Record<string, JsonObject>> {
  let known = documents.get(file);
  if (known === undefined) {
    const text = readFileSync(packageFile(`fixtures/specs/${file}.json`), 'utf8');
    known = (JSON.parse(text) as Pick<Published, 'definitions'>).definitions;
    documents.set(file, known);
  }
  return known;
}

/** The definitions in the document about a release's own kinds. */
export function customDefinitions(release: ReleaseName): Readonly<Record<string, JsonObject>> {
  return definitionsOf(`kubesphere-crd-${release}`);
}

/** The published schemas of a release; read when somebody first asks, they do not change. */
export function publishedSchemas(release: ReleaseName): Published {
  let known = published.get(release);
  if (known === undefined) published.set(release, (known = readPublished(release)));
  return known;
}

function readPublished(release: ReleaseName): Published {
  const definitions = { ...customDefinitions(release), ...definitionsOf('kubernetes') };
  const byKind = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = definition[kindsMember];
    // Types that many groups share, such as DeleteOptions, are no kind of any one of them.
    if (!Array.isArray(kinds) || kinds.length !== 1) continue;
    const [kind] = kinds as readonly Json[];
    byKind.set(['group', 'version', 'kind'].map((part) => digString(kind, part)).join('/'), name);
  }
  return { definitions, byKind };
}
