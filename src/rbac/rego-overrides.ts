import { ApiError } from '../core/api-error.js';
import { annotation, type KubeObject } from '../core/kube-object.js';
import type { AccessAttributes } from '../registry/contract.js';
import { RegoReader, UnknownRego, type Input, type Statement, type Value } from './rego-reader.js';

/** Annotation with a policy module that is asked before a role's rules. */
export const regoOverride = 'iam.kubesphere.io/rego-override';

/** Tells whether a role's override allows what is asked. */
export type RegoPolicy = (attributes: AccessAttributes) => boolean;

/**
 * Reads a policy module of package `authz`: rules for `allow` made of comparisons, `[_]`, local names and a few string
 * functions, which is what the built-in roles are written in.
 *
 * @returns `undefined` for anything else.
 */
export function compileRego(text: string): RegoPolicy | undefined {
  let rules: readonly (readonly Statement[])[];
  try {
    rules = new RegoReader(text).module();
  } catch (error) {
    if (error instanceof UnknownRego) return undefined;
    throw error;
  }
  return (attributes) => {
    const input = inputOf(attributes);
    return rules.some((body) => {
      const locals = new Map<string, readonly Value[]>();
      return body.every((statement) => statement(input, locals));
    });
  };
}

/** Refuses a role whose override this fake cannot evaluate. @throws ApiError 501 naming the object */
export function assertKnownRego(object: KubeObject): void {
  const text = annotation(object, regoOverride);
  if (text === undefined || text === '' || compileRego(text) !== undefined) return;
  throw new ApiError(
    501,
    'NotImplemented',
    `fake-ks-apiserver cannot evaluate the policy in annotation ${regoOverride} of ${object.kind} ${object.metadata.name}`,
    { dialect: 'status' },
  );
}

function inputOf(attributes: AccessAttributes): Input {
  const { user, path } = attributes;
  return new Map<string, readonly Value[]>([
    ['User.Name', [user.name]],
    ['User.UID', [user.uid]],
    ['User.Groups', user.groups],
    ['Verb', [attributes.verb]],
    ['Cluster', ['']],
    ['Workspace', [attributes.workspace ?? '']],
    ['DevOps', [attributes.devops ?? '']],
    ['Namespace', [attributes.namespace ?? '']],
    ['APIGroup', [attributes.apiGroup ?? '']],
    ['APIVersion', [attributes.apiVersion ?? '']],
    ['Resource', [attributes.resource ?? '']],
    ['Subresource', [attributes.subresource ?? '']],
    ['Name', [attributes.name ?? '']],
    ['KubernetesRequest', [attributes.isKubernetesRequest ?? false]],
    ['ResourceRequest', [path === undefined]],
    ['Path', [path ?? '']],
    ['ResourceScope', [attributes.scope]],
  ]);
}
