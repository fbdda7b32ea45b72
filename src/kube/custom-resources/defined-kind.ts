import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { DefinedVersion, Resource, Subresource, WebhookConversion } from '../../registry/contract.js';
import { mergeHooks } from '../../registry/merge-hooks.js';
import { newestFirst } from '../discovery.js';
import {
  conditionOf,
  namesOf,
  scaleOf,
  schemaOf,
  storageOf,
  versionsOf,
  type DefinedNames,
} from './definition.js';
import { customHooks } from './hooks.js';

/** A kind made by a CustomResourceDefinition: as a whole, and as it is at each version it is served at. */
export interface DefinedKind {
  readonly resource: Resource;
  readonly byVersion: ReadonlyMap<string, Resource>;
}

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const verbsAtTheEnd = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

let schemas = 0;
const ids = new WeakMap<JsonObject, string>();

/** A name for a schema that no other has; objects are frozen, so one that changed is another. */
function idOf(schema: JsonObject): string {
  let id = ids.get(schema);
  if (id === undefined) ids.set(schema, (id = `schema ${String((schemas += 1))}`));
  return id;
}

/**
 * The kind a definition describes; `undefined` when it is not served: its names were taken, or it has no version.
 *
 * A definition without conditions came with a world and is taken as accepted.
 *
 * @param own The kind of the release with this name, whose behaviour the definition does not change.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/customresource_discovery_controller.go
 */
export function definedKind(definition: KubeObject, own: Resource | undefined): DefinedKind | undefined {
  if (conditionOf(definition, 'Established') === 'False') return undefined;
  const names = acceptedNames(definition);
  const served = versionsOf(definition).filter((version) => version['served'] === true);
  if (served.length === 0 || names.plural === '' || names.kind === '') return undefined;
  const versions = served.map((version) => digString(version, 'name')).sort(newestFirst);
  const at = (version: JsonObject): Resource => resourceAt(definition, names, versions, version, own);
  const byVersion = new Map(served.map((version) => [digString(version, 'name'), at(version)]));
  const stored = conversionOf(definition) && versionsOf(definition).find((one) => one['storage'] === true);
  // Our own code sees what is stored, which only a webhook can make something else of.
  const resource = stored === undefined ? byVersion.get(versions[0] ?? '') : at(stored);
  return resource && { resource, byVersion };
}

function acceptedNames(definition: KubeObject): DefinedNames {
  const { status, spec } = definition;
  const accepted = isJsonObject(status) ? status['acceptedNames'] : undefined;
  const given = isJsonObject(spec) ? spec['names'] : undefined;
  const names = isJsonObject(accepted) && digString(accepted, 'plural') !== '' ? accepted : given;
  return namesOf(isJsonObject(names) ? names : {});
}

function resourceAt(
  definition: KubeObject,
  names: DefinedNames,
  versions: readonly string[],
  version: JsonObject,
  own: Resource | undefined,
): Resource {
  const group = digString(definition, 'spec', 'group');
  const ending = conditionOf(definition, 'Terminating') === 'True';
  const conversion = conversionOf(definition);
  const defined: DefinedVersion = {
    ...describe(group, names, version),
    storage: storageOf(definition),
    ...(conversion && { conversion }),
  };
  const subresources = subresourcesOf(group, names, version);
  const hooks = mergeHooks(own?.hooks, customHooks(group, names.plural, defined, ending));
  return {
    group,
    versions,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular,
    namespaced: digString(definition, 'spec', 'scope') === 'Namespaced',
    verbs,
    custom: true,
    defined: ending ? { ...defined, shownVerbs: verbsAtTheEnd } : defined,
    ...(names.shortNames.length > 0 && { shortNames: names.shortNames }),
    ...(names.categories.length > 0 && { categories: names.categories }),
    ...(subresources.length > 0 && { subresources }),
    ...(own?.types && { types: own.types }),
    ...(hooks && { hooks }),
  };
}

const conversions = new WeakMap<KubeObject, WebhookConversion>();

/** How a webhook converts the objects of a definition; `undefined` when none does. The same one for all its versions. */
function conversionOf(definition: KubeObject): WebhookConversion | undefined {
  const known = conversions.get(definition);
  if (known !== undefined || digString(definition, 'spec', 'conversion', 'strategy') !== 'Webhook')
    return known;
  const webhook = digObject(definition, 'spec', 'conversion', 'webhook');
  const conversion = {
    clientConfig: digObject(webhook, 'clientConfig'),
    reviewVersions: digArray(webhook, 'conversionReviewVersions').map(String),
    schemas: Object.fromEntries(
      versionsOf(definition).map((version) => [digString(version, 'name'), schemaOf(version)]),
    ),
  };
  conversions.set(definition, conversion);
  return conversion;
}

function describe(group: string, names: DefinedNames, version: JsonObject): Omit<DefinedVersion, 'storage'> {
  const name = digString(version, 'name');
  const schema = schemaOf(version);
  const columns = version['additionalPrinterColumns'];
  const selectable = version['selectableFields'];
  const scale = scaleOf(version);
  const warning = digString(version, 'deprecationWarning');
  return {
    version: name,
    schema,
    id: idOf(schema),
    selectable: objectsOf(selectable).map((field) => digString(field, 'jsonPath')),
    ...(Array.isArray(columns) && columns.length > 0 && { columns: objectsOf(columns) }),
    ...(scale && { scale }),
    ...(version['deprecated'] === true && {
      deprecation: warning || `${group}/${name} ${names.kind} is deprecated`,
    }),
  };
}

function objectsOf(value: JsonObject[string]): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]).filter(isJsonObject) : [];
}

function subresourcesOf(group: string, { kind }: DefinedNames, version: JsonObject): Subresource[] {
  const declared = isJsonObject(version['subresources']) ? version['subresources'] : {};
  const found: Subresource[] = [];
  if (isJsonObject(declared['status'])) {
    const apiVersion = `${group}/${digString(version, 'name')}`;
    found.push({ name: 'status', kind, apiVersion, verbs: subresourceVerbs });
  }
  if (isJsonObject(declared['scale']))
    found.push({ name: 'scale', kind: 'Scale', apiVersion: 'autoscaling/v1', verbs: subresourceVerbs });
  return found;
}
