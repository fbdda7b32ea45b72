import type { JsonObject } from '../../core/json.js';
import { serverAccount } from './kubernetes-user.js';

/** A ClusterRoleBinding every cluster has, with the rules of its role. */
export interface BuiltinGrant {
  readonly binding: string;
  readonly role: string;
  readonly subject: JsonObject;
  readonly rules: readonly JsonObject[];
}

const everyone = ['system:authenticated', 'system:unauthenticated'];
const infoUrls = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const group = (name: string): JsonObject => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name });

/** What may be done in a cluster before anybody binds anything; a binding of the same name in the store replaces it. */
export const builtinGrants: readonly BuiltinGrant[] = [
  {
    binding: 'kubesphere',
    role: 'cluster-admin',
    subject: { kind: 'ServiceAccount', ...serverAccount },
    rules: [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ],
  },
  {
    binding: 'system:basic-user',
    role: 'system:basic-user',
    subject: group('system:authenticated'),
    rules: [
      {
        verbs: ['create'],
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      },
      { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
    ],
  },
  {
    binding: 'system:discovery',
    role: 'system:discovery',
    subject: group('system:authenticated'),
    rules: [
      {
        verbs: ['get'],
        nonResourceURLs: [
          '/api',
          '/api/*',
          '/apis',
          '/apis/*',
          '/healthz',
          '/livez',
          '/openapi',
          '/openapi/*',
          '/readyz',
          '/version',
          '/version/',
        ],
      },
    ],
  },
  ...everyone.map((name) => ({
    binding: 'system:public-info-viewer',
    role: 'system:public-info-viewer',
    subject: group(name),
    rules: [{ verbs: ['get'], nonResourceURLs: infoUrls }],
  })),
];
