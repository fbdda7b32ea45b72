import { ApiError, notFound } from '../../../core/api-error.js';
import { digString } from '../../../core/json.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { textType } from '../../../registry/reply.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

/** `GET /clusters/{cluster}/agent/deployment` (3.x): what to apply in a member that calls home. */
export function agentDeployment({ cluster, params }: RequestContext): Reply {
  const name = params['cluster'] ?? '';
  const found = cluster.store.find(clusters, undefined, name)?.object;
  if (found === undefined) throw notFound({ group: clusters.group, plural: 'cluster' }, name);
  if (digString(found, 'spec', 'connection', 'type') !== 'proxy') {
    throw new ApiError(404, 'NotFound', `cluster ${name} is not using proxy connection`);
  }
  return {
    status: 200,
    contentType: textType,
    body: manifest(name, digString(found, 'spec', 'connection', 'token')),
  };
}

function manifest(name: string, token: string): string {
  const arguments_ = [
    `--name=${name}`,
    `--token=${token}`,
    '--keepalive=10s',
    '--proxy-server=http://tower.kubesphere-system.svc:8080',
  ];
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cluster-agent
  namespace: kubesphere-system
spec:
  selector:
    matchLabels:
      app: agent
  strategy: {}
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
      - command:
        - /agent
${arguments_.map((argument) => `        - ${argument}\n`).join('')}        image: kubesphere/tower:v0.2.0
        name: agent
        resources: {}
      serviceAccountName: kubesphere
`;
}
