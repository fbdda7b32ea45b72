import { formatTimestamp } from '../state/clock.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Generation } from './generation.js';
import { namesIn, Names, putObject } from './put-objects.js';
import { Tenancy } from './tenancy.js';
import { namespace, workspace } from './tenant-objects.js';

const namespaces = { group: '', plural: 'namespaces' };
const accounts = { group: '', plural: 'serviceaccounts' };
const tenant = 'tenant.kubesphere.io';

/** Workspaces and namespaces that were made. */
export interface Projects {
  /** WorkspaceTemplates; empty in 2.1, which has none. */
  readonly templates: readonly KubeObject[];
  readonly namespaces: readonly string[];
}

/** Projects in one workspace. */
const perWorkspace = 10;
const firstCreated = Date.parse('2023-01-09T07:30:00Z');
const createdEvery = 3_607_000;

/** Adds projects, ten to a workspace, each with the roles and the ServiceAccount every project has. */
export function generateProjects(generation: Generation, count: number): Projects {
  const { world, faker, platform } = generation;
  const { store } = world.host;
  const tenancy = new Tenancy(store);
  const names = new Names(namesIn(store, namespaces));
  const workspaceNames = new Names(namesIn(store, { group: tenant, plural: 'workspaces' }));
  const templates: KubeObject[] = [];
  const made: string[] = [];
  let current = '';
  for (let at = 0; at < count; at += 1) {
    const created = formatTimestamp(firstCreated + at * createdEvery);
    if (at % perWorkspace === 0) {
      current = workspaceNames.free(faker.company.name());
      templates.push(...addWorkspace(generation, tenancy, current, created));
    }
    const name = names.free(`${faker.word.adjective()}-${faker.word.noun()}`);
    const object = namespace(
      {
        kind: 'Namespace',
        apiVersion: 'v1',
        metadata: {
          name,
          creationTimestamp: created,
          labels: { 'kubesphere.io/managed': 'true', 'kubesphere.io/workspace': current },
          annotations: {
            'kubesphere.io/creator': 'admin',
            'kubesphere.io/description': faker.company.catchPhrase(),
          },
        },
      },
      platform,
      world.release,
    );
    const stored = putObject(store, namespaces, object);
    for (const role of tenancy.projectRoles(stored)) putObject(store, role.resource, role.object);
    const metadata = { name: 'default', namespace: name, creationTimestamp: created };
    putObject(store, accounts, { kind: 'ServiceAccount', apiVersion: 'v1', metadata });
    made.push(name);
  }
  return { templates, namespaces: made };
}

function addWorkspace(
  { world, faker }: Generation,
  tenancy: Tenancy,
  name: string,
  created: string,
): KubeObject[] {
  const { store } = world.host;
  const objects = workspace(
    {
      kind: 'WorkspaceTemplate',
      apiVersion: `${tenant}/v1beta1`,
      metadata: {
        name,
        creationTimestamp: created,
        annotations: {
          'kubesphere.io/creator': 'admin',
          'kubesphere.io/description': faker.company.catchPhrase(),
        },
      },
      spec: {
        template: { metadata: {}, spec: { manager: 'admin' } },
        placement: { clusters: [{ name: world.settings.multicluster.hostClusterName }] },
      },
    },
    world.release,
  );
  const templates: KubeObject[] = [];
  for (const object of objects) {
    const isTemplate = object.kind === 'WorkspaceTemplate';
    const stored = putObject(
      store,
      { group: tenant, plural: isTemplate ? 'workspacetemplates' : 'workspaces' },
      object,
    );
    if (!isTemplate) continue;
    templates.push(stored);
    for (const role of tenancy.workspaceRoles(stored)) putObject(store, role.resource, role.object);
  }
  return templates;
}
