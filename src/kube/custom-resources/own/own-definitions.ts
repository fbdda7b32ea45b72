import { fixedUid } from '../../../core/fixed-uid.js';
import { deepFreeze, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../../core/release.js';
import type { KindCatalog, Resource } from '../../../registry/contract.js';
import { StoredObject, type ObjectStore } from '../../../state/object-store.js';
import { hasStatusEndpoint } from '../../../registry/generation.js';
import { definitions } from '../definition.js';
import { ownColumns } from '../../table/custom-printers.js';
import { isDeprecated } from './deprecated-versions.js';
import { isDefined } from './own-hooks.js';
import { ownSchema } from './own-schema.js';
import { passwordPattern, passwordRule } from './password-rule.js';
import { publishedSchema } from './published-schema.js';

/** When a fresh install got its definitions, and what stands in for the versions they were written at. */
const installedAt = '2024-01-10T08:00:00Z';
const firstVersion = 201;
/** Where Kubernetes' reviewers agreed to the only kinds of its groups among these. */
const snapshotApproval = 'https://github.com/kubernetes-csi/external-snapshotter/pull/419';

/** By the kinds of a release: there is one such catalog per release and process. */
const made = new WeakMap<KindCatalog, readonly StoredObject[]>();
const specs = new WeakMap<readonly StoredObject[], ReadonlyMap<string, string>>();

/**
 * Has a cluster begin with the CustomResourceDefinitions of the kinds a release has beside those of Kubernetes, as a fresh
 * install holds them. They are made when somebody first asks for one, and are the same in every world.
 *
 * @param catalog The kinds of the release.
 */
export function offerDefinitions(store: ObjectStore, release: ReleaseName, catalog: KindCatalog): void {
  store.offer(definitions, () => {
    let known = made.get(catalog);
    if (known === undefined) made.set(catalog, (known = ownDefinitions(release, catalog)));
    return known;
  });
}

/** The definitions of a fresh install, by name; empty before anybody has asked for them. */
export function installedFor(catalog: KindCatalog): readonly StoredObject[] {
  return made.get(catalog) ?? [];
}

function ownDefinitions(release: ReleaseName, catalog: KindCatalog): readonly StoredObject[] {
  return catalog.resources
    .filter((resource) => isDefined(resource, release))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((resource, at) => {
      const version = firstVersion + at;
      return new StoredObject(deepFreeze(definitionOf(resource, release, version)), version);
    });
}

/** Tells whether a definition says what that of a fresh install says, whatever its labels. */
export function isAsInstalled(definition: KubeObject, own: readonly StoredObject[]): boolean {
  let texts = specs.get(own);
  if (texts === undefined) {
    texts = new Map(own.map(({ object }) => [object.metadata.name, JSON.stringify(object['spec'])]));
    specs.set(own, texts);
  }
  if (definition.metadata.deletionTimestamp !== undefined) return false;
  return texts.get(definition.metadata.name) === JSON.stringify(definition['spec']);
}

function nameOf({ plural, group }: Resource): string {
  return `${plural}.${group}`;
}

function definitionOf(resource: Resource, release: ReleaseName, version: number): KubeObject {
  const { group, kind, plural, singular, namespaced, versions, categories } = resource;
  const names = { ...(categories && { categories }), kind, listKind: `${kind}List`, plural, singular };
  const name = nameOf(resource);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name,
      uid: fixedUid(`definition ${name}`),
      resourceVersion: String(version),
      generation: 1,
      creationTimestamp: installedAt,
      // What the generator writes when it was not built from a release; so do KubeSphere's own.
      annotations: {
        // Without it Kubernetes refuses definitions in groups of its own.
        ...(group.endsWith('.k8s.io') && { 'api-approved.kubernetes.io': snapshotApproval }),
        'controller-gen.kubebuilder.io/version': '(unknown)',
      },
    },
    spec: {
      group,
      names,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      // Oldest first, as the generator sorts them.
      versions: versions.toReversed().map((each) => versionOf(resource, each, release)),
      conversion: { strategy: 'None' },
    },
    status: {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      acceptedNames: names,
      storedVersions: versions.slice(0, 1),
    },
  };
}

function versionOf(resource: Resource, version: string, release: ReleaseName): JsonObject {
  const columns = ownColumns(nameOf(resource), inRange(release, { since: 'v4.1' }));
  const schema = ownSchema(resource, version) ?? publishedSchema(resource, version, release);
  return {
    name: version,
    served: true,
    storage: version === resource.versions[0],
    ...(isDeprecated(resource, version, release) && { deprecated: true }),
    schema: {
      openAPIV3Schema:
        nameOf(resource) === 'users.iam.kubesphere.io' ? withPasswordRule(schema, release) : schema,
    },
    ...(hasStatusEndpoint(resource) && { subresources: { status: {} } }),
    ...(columns.length > 0 && { additionalPrinterColumns: columns }),
  };
}

/** The rule for passwords is checked elsewhere, without running its pattern. */
function withPasswordRule(schema: JsonObject, release: ReleaseName): JsonObject {
  const rule = passwordRule(release);
  if (rule === undefined) return schema;
  const { shortest, longest, mixed } = rule;
  const properties = schema['properties'] as Readonly<Record<string, JsonObject>>;
  const spec = properties['spec'] ?? {};
  const password = {
    type: 'string',
    minLength: shortest,
    ...(longest !== undefined && { maxLength: longest }),
    ...(mixed && { pattern: passwordPattern }),
  };
  const members = { ...(spec['properties'] as JsonObject), password };
  return { ...schema, properties: { ...properties, spec: { ...spec, properties: members } } };
}

function condition(type: string, reason: string, message: string): JsonObject {
  return { type, status: 'True', lastTransitionTime: installedAt, reason, message };
}
