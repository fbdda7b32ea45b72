import { internalError, notFound } from '../../../core/api-error.js';
import {
  appIdLabel,
  appStoreGroup,
  clusterNameLabel,
  namespaceNameLabel,
} from '../../../core/app-store-keys.js';
import { digObject } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply, objectReply, type ListOptions, type Show } from '../../../registry/entity-reply.js';
import { find, kindOf, type StoreKind } from '../store.js';

/**
 * A list of objects of a kind, of the place and app the URL names, filtered, sorted and cut like those of `v1alpha3`.
 *
 * @see kubesphere/kubesphere pkg/models/openpitrix/v2alpha1
 */
function list(context: RequestContext, kind: StoreKind, show?: Show, options: ListOptions = {}): Reply {
  const { workspace, cluster, namespace, app } = context.params;
  const wanted = Object.entries({
    [workspaceLabel]: workspace,
    [clusterNameLabel]: cluster,
    [namespaceNameLabel]: namespace,
    [appIdLabel]: app,
  }).filter(([, value]) => value !== undefined);
  const resource = kindOf(context, kind);
  const all = context.cluster.store.list(resource);
  const found =
    wanted.length === 0
      ? all
      : all.filter(({ object }) => wanted.every(([key, value]) => label(object, key) === value));
  return listReply(context, resource, found, show, options);
}

/** One object. @throws ApiError 500; 404 where the handler looks what went wrong */
function one(context: RequestContext, kind: StoreKind, show: Show = (object) => object): Reply {
  const id = context.params[kind === 'release' ? 'application' : kind] ?? '';
  const found = find(context, kind, id);
  const resource = kindOf(context, kind);
  if (found !== undefined) return objectReply(context, resource, show(found));
  const missing = notFound({ group: appStoreGroup, plural: resource.singular }, id);
  throw kind === 'repo' ? missing : internalError(missing.message);
}

/** A repository without its index. */
function withoutData(repo: KubeObject): KubeObject {
  const { data: _data, ...status } = digObject(repo, 'status');
  return { ...repo, status };
}

/** The same without how it is asked. */
function withoutCredential(repo: KubeObject): KubeObject {
  return { ...withoutData(repo), spec: { ...digObject(repo, 'spec'), credential: {} } };
}

/** `GET …/applications`. */
export function listReleases(context: RequestContext): Reply {
  return list(context, 'release');
}

/** `GET …/applications/{application}`. */
export function getRelease(context: RequestContext): Reply {
  return one(context, 'release');
}

/** `GET …/apps`. */
export function listApps(context: RequestContext): Reply {
  return list(context, 'app');
}

/** `GET …/apps/{app}`. */
export function getApp(context: RequestContext): Reply {
  return one(context, 'app');
}

/** `GET …/apps/{app}/versions`. */
export function listVersions(context: RequestContext): Reply {
  return list(context, 'version');
}

/** `GET …/apps/{app}/versions/{version}`. */
export function getVersion(context: RequestContext): Reply {
  return one(context, 'version');
}

/** `GET /categories`. */
export function listCategories(context: RequestContext): Reply {
  return list(context, 'category');
}

/** `GET /categories/{category}`. */
export function getCategory(context: RequestContext): Reply {
  return one(context, 'category');
}

/** `GET …/repos`: neither their indexes nor how they are asked. */
export function listRepos(context: RequestContext): Reply {
  return list(context, 'repo', withoutCredential, { form: 'without data and credential' });
}

/** `GET …/repos/{repo}`: without its index. */
export function getRepo(context: RequestContext): Reply {
  return one(context, 'repo', withoutData);
}
