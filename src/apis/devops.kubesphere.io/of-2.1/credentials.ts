import { fnv64a } from '../../../core/fnv.js';
import { parseGoJson } from '../../../core/go-json.js';
import { digObject, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { creatorAnnotation, jenkinsJobAnnotation } from '../../../core/well-known-keys.js';
import { projectId } from '../../../kube/devops-projects-2.1.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { fingerprintOf } from '../credential-usage.js';
import { jenkinsNamespace } from '../jenkins/jobs.js';
import { maintainers, projectFor, serviceError, withServiceErrors } from './service-error.js';

const secrets = { group: '', plural: 'secrets' };
/** Types of credentials and of the Secrets they are kept as, with the members that are shown. */
const types: Readonly<Record<string, readonly [secret: string, shown: readonly string[]]>> = {
  username_password: ['basic-auth', ['username']],
  ssh: ['ssh-auth', ['username', 'private_key']],
  secret_text: ['secret-text', []],
  kubeconfig: ['kubeconfig', ['content']],
};
const content = 'credential';

/** `GET /devops/{devops}/credentials` of 2.1. @throws ApiError 403, 404 */
export function listCredentials(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const project = projectId(projectFor(context, maintainers));
    const found = context.cluster.store
      .list(secrets, jenkinsNamespace)
      .filter(({ object }) => annotation(object, jenkinsJobAnnotation)?.startsWith(`${project}/`) === true);
    return json(found.map(({ object }) => shown(context, project, object, false)));
  });
}

/** `GET …/credentials/{credential}` of 2.1; with `content`, with what may be seen of it. @throws ApiError 403, 404 */
export function getCredential(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const [project, secret] = existing(context);
    return json(shown(context, project, secret, (context.query.get('content') ?? '') !== ''));
  });
}

/** `POST /devops/{devops}/credentials` of 2.1. @throws ApiError 400, 403, 404, 409 */
export function createCredential(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const sent = readCredential(context);
    const project = projectId(projectFor(context, maintainers));
    const id = digString(sent, 'id');
    if (find(context, project, id) !== undefined)
      throw serviceError(409, `credential id [${id}] has been used`);
    const type = types[digString(sent, 'type')]?.[0] ?? '';
    createObject(
      context,
      context.catalog.get('', 'secrets'),
      {
        metadata: {
          name: nameOf(project, id),
          annotations: {
            [creatorAnnotation]: context.user.name,
            [jenkinsJobAnnotation]: `${project}/${id}`,
          },
        },
        type: `credential.devops.kubesphere.io/${type}`,
        data: kept(sent),
      },
      { namespace: jenkinsNamespace },
    );
    return json({ name: id });
  });
}

/** `PUT …/credentials/{credential}` of 2.1: its type stays. @throws ApiError 400, 403, 404 */
export function updateCredential(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const given = readBodyObject(context, 'devops.JenkinsCredential');
    const [, secret] = existing(context);
    const type = digString(contentOf(secret), 'type');
    const { credential = '' } = context.params;
    const sent = checked({ ...given, type, id: credential });
    updateObject(
      context,
      context.catalog.get('', 'secrets'),
      { ...secret, data: kept(sent) },
      { unconditional: true },
    );
    return json({ name: credential });
  });
}

/** `DELETE …/credentials/{credential}` of 2.1. @throws ApiError 403, 404 */
export function deleteCredential(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const [, { metadata }] = existing(context);
    deleteObject(context, context.catalog.get('', 'secrets'), {
      namespace: jenkinsNamespace,
      name: metadata.name,
    });
    return json({ name: context.params['credential'] ?? '' });
  });
}

function nameOf(project: string, id: string): string {
  return `credential-${fnv64a(`${project}/${id}`)}`;
}

function find({ cluster }: RequestContext, project: string, id: string): KubeObject | undefined {
  return cluster.store.find(secrets, jenkinsNamespace, nameOf(project, id))?.object;
}

function existing(context: RequestContext): readonly [project: string, secret: KubeObject] {
  const project = projectId(projectFor(context, maintainers));
  const found = find(context, project, context.params['credential'] ?? '');
  if (found === undefined) throw serviceError(404, '404');
  return [project, found];
}

function readCredential(context: RequestContext): JsonObject {
  return checked(readBodyObject(context, 'devops.JenkinsCredential'));
}

function checked(sent: JsonObject): JsonObject {
  const type = digString(sent, 'type');
  if (!Object.hasOwn(types, type)) throw serviceError(400, 'error unsupport credential type');
  if (!isJsonObject(sent[type])) {
    const shownType = type === 'username_password' ? 'usename_password' : type;
    throw serviceError(400, `${shownType} should not be nil`);
  }
  return sent;
}

function kept(sent: JsonObject): JsonObject {
  const type = digString(sent, 'type');
  const { id, description } = sent;
  const text = JSON.stringify({ id, type, description, [type]: digObject(sent, type) });
  return { [content]: Buffer.from(text).toString('base64') };
}

function contentOf(secret: KubeObject): JsonObject {
  const value = parseGoJson(Buffer.from(digString(secret, 'data', content), 'base64').toString('utf8'));
  return isJsonObject(value) ? value : {};
}

function shown(
  context: RequestContext,
  project: string,
  secret: KubeObject,
  withContent: boolean,
): JsonObject {
  const from = contentOf(secret);
  const [id, type, description] = ['id', 'type', 'description'].map((key) => digString(from, key));
  const visible = (types[type ?? '']?.[1] ?? []).flatMap((key): [string, string][] => {
    const value = digString(from, type ?? '', key);
    return value === '' ? [] : [[key, value]];
  });
  return {
    id: id ?? '',
    type: type ?? '',
    display_name: description === '' ? (id ?? '') : `${id ?? ''} (${description ?? ''})`,
    fingerprint: fingerprintOf(context, project, id ?? ''),
    ...(description !== '' && { description: description ?? '' }),
    domain: '_',
    create_time: secret.metadata.creationTimestamp ?? '',
    creator: annotation(secret, creatorAnnotation) ?? '',
    ...(withContent && { [type ?? '']: Object.fromEntries(visible) }),
  };
}
