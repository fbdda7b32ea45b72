import { catalogOf } from '../../../src/apis/catalog-of.js';
import type { ReleaseName } from '../../../src/core/release.js';
import { hasNoPage } from '../../../src/specs/never-served.js';
import type { Operation } from '../../../src/specs/spec-index.js';

/** An operation that answers its valid request otherwise than with a documented success, and what it answers then. */
export interface Exception {
  /** Method and path. */
  readonly operation: RegExp;
  /** Absent: all that have it. */
  readonly releases?: readonly ReleaseName[];
  readonly status: number;
  readonly why: string;
}

/** Each row must be met, and with its status: the list only shrinks. */
export const exceptions: readonly Exception[] = [
  {
    operation: /^GET \/kapis\/terminal\.kubesphere\.io\/.*\/(pods\/{pod}|exec|kubectl)$/,
    status: 101,
    why: 'a WebSocket, which the documents call a success',
  },
  {
    operation: /^(GET|POST) \/oauth\/authorize$/,
    status: 302,
    why: 'the browser is sent to the client, which the documents call a success',
  },
  {
    operation: /^GET \/oauth\/callback\/{callback}$/,
    status: 401,
    why: 'takes a login at an identity provider, of which the default world has none',
  },
  {
    operation: /^GET \/kapis\/alerting\.kubesphere\.io\/v2alpha1\/builtin\/rules\/{rule_id}/,
    status: 404,
    why: 'there is no Prometheus here, and none of its own rules',
  },
  {
    operation: /^GET \/kapis\/resources\.kubesphere\.io\/v1alpha2\/users\/{user}\/kubeconfig$/,
    releases: ['v2.1'],
    status: 500,
    why: 'users of the default world of 2.1 have no kubeconfig',
  },
  {
    operation:
      /^(PATCH \/kapis\/(devops|gitops)|DELETE \/kapis\/devops)\.kubesphere\.io\/v1alpha[12]\/{path}$|^PATCH \S+\/v1alpha3\/{path}$/,
    releases: ['v3.3', 'v3.4'],
    status: 404,
    why: 'the document has one word for the whole path, and every method; the service behind it knows nothing of this one',
  },
  {
    operation: /^POST \/kapis\/config\.kubesphere\.io\/v1alpha2\/configs\/theme$/,
    status: 405,
    why: 'renamed to PUT in 4.1.3; the document is that of 4.1.2',
  },
  {
    operation: /^POST \/kapis\/iam\.kubesphere\.io\/v1alpha2\/login$/,
    releases: ['v3.4'],
    status: 500,
    why: 'taken out in 3.4, whose document still has it',
  },
];

/** Documents of kinds were made without looking at their definitions. */
const noPage = {
  status: 404,
  why: 'the document forgets the namespace of the kind, or tells of a status of its own that the definition does not declare',
};

/** The row that an operation of a release falls under; `undefined` when it has to answer as documented. */
export function exceptionFor(
  { key, method, path }: Operation,
  release: ReleaseName,
): Pick<Exception, 'status' | 'why'> | undefined {
  if (hasNoPage(method, path, catalogOf(release))) return noPage;
  return exceptions.find(
    ({ operation, releases }) => operation.test(key) && releases?.includes(release) !== false,
  );
}
