import type { JsonObject } from '../core/json.js';
import { label, type KubeObject, type OwnerReference } from '../core/kube-object.js';
import type { ObjectStore, StoredObject } from '../state/object-store.js';
import { flat, uidOf } from './identity.js';

const iam = 'iam.kubesphere.io';
const workspaceLabel = 'kubesphere.io/workspace';
const systemWorkspace = 'system-workspace';
const modelNamespace = 'default';

/** An object to store, with the resource it belongs to. */
export interface Made {
  readonly resource: { readonly group: string; readonly plural: string };
  readonly object: KubeObject;
}

/**
 * The roles every workspace and project starts with, taken from what a fresh install of the release gave its own:
 * copies share all rules with their model.
 */
export class Tenancy {
  readonly #workspaceRoles: readonly StoredObject[];
  readonly #roles: readonly Made[];

  /** @param store A store that holds the fresh install. */
  constructor(store: ObjectStore) {
    this.#workspaceRoles = store
      .list({ group: iam, plural: 'workspaceroles' })
      .filter(({ object }) => label(object, workspaceLabel) === systemWorkspace);
    this.#roles = [iam, 'rbac.authorization.k8s.io'].flatMap((group) => {
      const resource = { group, plural: 'roles' };
      return store.list(resource, modelNamespace).map(({ object }) => ({ resource, object }));
    });
  }

  /** The WorkspaceRoles of a workspace. */
  workspaceRoles(template: KubeObject): Made[] {
    const { name, uid = '', creationTimestamp } = template.metadata;
    return this.#workspaceRoles.map(({ object }) => ({
      resource: { group: iam, plural: 'workspaceroles' },
      object: copyOf(object, {
        name: flat(name, object.metadata.name.slice(systemWorkspace.length)),
        creationTimestamp: creationTimestamp ?? null,
        labels: { ...object.metadata.labels, [workspaceLabel]: name },
        ...(object.metadata.ownerReferences && {
          ownerReferences: object.metadata.ownerReferences.map((owner) => ({ ...owner, name, uid })),
        }),
      }),
    }));
  }

  /** The Roles of a project. */
  projectRoles(namespace: KubeObject): Made[] {
    const { name: place, creationTimestamp } = namespace.metadata;
    return this.#roles.map(({ resource, object }) => ({
      resource,
      object: copyOf(object, {
        name: object.metadata.name,
        namespace: place,
        creationTimestamp: creationTimestamp ?? null,
        ...(object.metadata.ownerReferences && {
          ownerReferences: object.metadata.ownerReferences.map((owner) => moved(owner, place)),
        }),
      }),
    }));
  }
}

function roleUid(apiVersion: string, kind: string, namespace: string, name: string): string {
  return uidOf(flat(apiVersion, '/', kind, '/', namespace, '/', name));
}

function moved(owner: OwnerReference, place: string): OwnerReference {
  return { ...owner, uid: roleUid(owner.apiVersion, owner.kind, place, owner.name) };
}

function copyOf(model: KubeObject, metadata: JsonObject & { readonly name: string }): KubeObject {
  const { labels, annotations, finalizers } = model.metadata;
  const place = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : '';
  return {
    ...model,
    metadata: {
      uid: roleUid(model.apiVersion, model.kind, place, metadata.name),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ...metadata,
    },
  };
}
