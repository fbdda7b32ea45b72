import { conflict, invalid, notFound } from '../../core/api-error.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import { readConditions } from '../../registry/conditions.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { itemForm, objectReply } from '../../registry/entity-reply.js';
import { listBody } from '../../registry/list-body.js';
import { readTypedBody } from '../../registry/read-json-body.js';
import { jsonType, success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import type { StoredObject } from '../../state/object-store.js';
import { refusedAsBad } from './refused-as-bad.js';

const projects = { group: 'devops.kubesphere.io', plural: 'devopsprojects' };

function resourceOf({ catalog }: RequestContext): Resource {
  return catalog.get(projects.group, projects.plural);
}

function workspaceOf({ params }: RequestContext): string {
  return params['workspace'] ?? '';
}

/** `GET /workspaces/{workspace}/devops`: a page of them; the query filters nothing. */
export function listProjects(context: RequestContext): Reply {
  return pagedReply(context, resourceOf(context), projectsOf(context));
}

function projectsOf(context: RequestContext): readonly StoredObject[] {
  return context.cluster.store
    .list(projects)
    .filter(({ object }) => label(object, workspaceLabel) === workspaceOf(context));
}

/** The page of a list that `paging` asks for, otherwise as it is. */
export function pagedReply(
  context: RequestContext,
  resource: Resource,
  found: readonly StoredObject[],
): Reply {
  const { limit, offset } = readConditions(context.query);
  // Differs from KubeSphere: it panics when the offset lies behind the end.
  const items = limit === -1 ? found.slice(offset) : found.slice(offset, offset + Math.max(0, limit));
  return {
    status: 200,
    contentType: jsonType,
    body: listBody(items, itemForm(context, resource), '', ` "totalItems": ${String(found.length)}`),
  };
}

/** `GET /workspaces/{workspace}/devops/{devops}`: whatever workspace it is in. */
export function getProject(context: RequestContext): Reply {
  return objectReply(context, projects, projectOf(context));
}

/** The project the URL names. @throws ApiError 404 */
export function projectOf({ cluster, params }: RequestContext): KubeObject {
  const name = params['devops'] ?? '';
  const found = cluster.store.find(projects, undefined, name)?.object;
  if (found === undefined) throw notFound({ group: projects.group, plural: 'devopsproject' }, name);
  return found;
}

/** `POST /workspaces/{workspace}/devops`: the name shown is the generateName; the name is made of it. */
export function createProject(context: RequestContext): Reply {
  const sent = readTypedBody(context, resourceOf(context));
  return refusedAsBad(() => {
    const shown = digString(sent, 'metadata', 'generateName');
    if (shown === '') {
      throw invalid({ group: projects.group, kind: 'DevOpsProject' }, '', [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: generateName is required',
          field: 'metadata.generateName',
        },
      ]);
    }
    if (projectsOf(context).some(({ object }) => object.metadata.generateName === shown)) {
      const why = `a devops project named ${shown} already exists in the workspace`;
      // Go's Errorf takes the name for a format, and what it should print for an argument too many.
      throw conflict(
        { group: projects.group, plural: 'devopsproject' },
        shown,
        `${shown}%!(EXTRA *errors.errorString=${why})`,
      );
    }
    const created = createObject(context, resourceOf(context), inWorkspace(context, sent, true));
    return objectReply(context, projects, created.object, 'created');
  });
}

function inWorkspace(context: RequestContext, sent: JsonObject, isNew: boolean): JsonObject {
  const { name, ...metadata } = digObject(sent, 'metadata');
  const labels = { ...digObject(metadata, 'labels'), [workspaceLabel]: workspaceOf(context) };
  const annotations = { ...digObject(metadata, 'annotations') };
  if (isNew) annotations[creatorAnnotation] ??= context.user.name;
  return {
    ...sent,
    ...identityOf(resourceOf(context)),
    metadata: { ...metadata, ...(!isNew && { name }), labels, annotations },
  };
}

/** kind and apiVersion as Go's client sends them, whatever it was given. */
export function identityOf({ group, versions, kind }: Resource): JsonObject {
  const version = versions[0] ?? '';
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind };
}

/** `PUT /workspaces/{workspace}/devops/{devops}`: replaces the project the body names and moves it here. */
export function updateProject(context: RequestContext): Reply {
  const sent = readTypedBody(context, resourceOf(context));
  return refusedAsBad(() => {
    const updated = updateObject(context, resourceOf(context), inWorkspace(context, sent, false));
    return objectReply(context, projects, updated.object, 'created');
  });
}

/** `DELETE /workspaces/{workspace}/devops/{devops}`: its namespace goes with it. */
export function deleteProject(context: RequestContext): Reply {
  return refusedAsBad(() => {
    deleteObject(context, resourceOf(context), { name: context.params['devops'] ?? '' });
    return success();
  });
}
