import { parseGoJson } from '../core/go-json.js';
import { digObject, digString, isJsonObject, type JsonObject } from '../core/json.js';
import { annotation } from '../core/kube-object.js';
import { jenkinsJobAnnotation } from '../core/well-known-keys.js';
import type { RequestContext } from '../registry/contract.js';
import { createObject } from '../registry/verbs/create.js';
import { deleteObject } from '../registry/verbs/delete.js';
import { updateObject } from '../registry/verbs/update.js';

/** A DevOps project of 2.1, with the roles of its members. */
export interface DevopsProject21 {
  /** As it is printed. */
  readonly shown: JsonObject;
  readonly members: Readonly<Record<string, string>>;
}

/** Where projects are kept, as JSON, a member of a ConfigMap each; 2.1 really has a database. */
const place = { namespace: 'kubesphere-devops-system', name: 'devops-projects' };

/** Id of a project. */
export function projectId({ shown }: DevopsProject21): string {
  return digString(shown, 'project_id');
}

/** The projects of a world, in the order of their ids. */
export function readProjects({ cluster }: RequestContext): readonly DevopsProject21[] {
  const map = cluster.store.find({ group: '', plural: 'configmaps' }, place.namespace, place.name)?.object;
  return Object.values(digObject(map, 'data')).flatMap((text): DevopsProject21[] => {
    const value = typeof text === 'string' ? parseGoJson(text) : null;
    const shown = digObject(value, 'shown');
    if (!isJsonObject(value) || digString(shown, 'project_id') === '') return [];
    const members = Object.entries(digObject(value, 'members')).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return [{ shown, members: Object.fromEntries(members) }];
  });
}

/** Keeps a project under its id, or forgets it with all Jenkins keeps of it. */
export function writeProject(
  context: RequestContext,
  id: string,
  project: DevopsProject21 | undefined,
): void {
  if (project === undefined) forgetContents(context, id);
  const others = readProjects(context).filter((one) => projectId(one) !== id);
  const kept = project === undefined ? others : [...others, project];
  const entries = kept.map((one): [string, string] => [projectId(one), JSON.stringify(one)]);
  const map = { metadata: place, data: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
  const { cluster, catalog } = context;
  const namespaces = catalog.get('', 'namespaces');
  if (cluster.store.find(namespaces, undefined, place.namespace) === undefined)
    createObject(context, namespaces, { metadata: { name: place.namespace } });
  const maps = catalog.get('', 'configmaps');
  const known = cluster.store.find(maps, place.namespace, place.name)?.object;
  if (known === undefined) createObject(context, maps, map);
  else updateObject(context, maps, { ...known, data: map.data }, { unconditional: true });
}

function forgetContents(context: RequestContext, id: string): void {
  const { cluster, catalog } = context;
  const kinds = [catalog.get('devops.kubesphere.io', 'pipelines'), catalog.get('', 'secrets')];
  for (const kind of kinds)
    for (const { object } of cluster.store.list(kind, place.namespace))
      if (annotation(object, jenkinsJobAnnotation)?.startsWith(`${id}/`) === true)
        deleteObject(context, kind, { namespace: place.namespace, name: object.metadata.name });
}
