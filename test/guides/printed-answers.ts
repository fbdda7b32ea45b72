/** The node of the guides, as guides 002 and 003 print it up to where they cut it off. */
export const printedNode: string = String.raw`  {
   "metadata": {
    "name": "node3",
    "selfLink": "/api/v1/nodes/node3",
    "uid": "dd8c01f3-76e8-4695-9e54-45be90d9ec53",
    "resourceVersion": "84170589",
    "creationTimestamp": "2020-06-18T07:36:41Z",
    "labels": {
     "a": "a",
     "beta.kubernetes.io/arch": "amd64",
     "beta.kubernetes.io/os": "linux",
     "gitpod.io/theia.v0.4.0": "available",
     "gitpod.io/ws-sync": "available",
     "kubernetes.io/arch": "amd64",
     "kubernetes.io/hostname": "node3",
     "kubernetes.io/os": "linux",
     "kubernetes.io/role": "new",
     "node-role.kubernetes.io/worker": "",
     "topology.disk.csi.qingcloud.com/instance-type": "Standard",
     "topology.disk.csi.qingcloud.com/zone": "ap2a"
    },
    "annotations": {
     "csi.volume.kubernetes.io/nodeid": "{\"disk.csi.qingcloud.com\":\"i-icjxhi1e\"}",
     "kubeadm.alpha.kubernetes.io/cri-socket": "/var/run/dockershim.sock",
     "node.alpha.kubernetes.io/ttl": "0",
`;

/** How lists of nodes begin. */
export const printedListStart = '{\n "items": [\n';

/** The answer to a login of guides 000, 002 and 003, with a mask for each token. */
export const printedLogin = `{
 "access_token": "<jwt>",
 "token_type": "Bearer",
 "refresh_token": "<jwt>",
 "expires_in": 7200
}`;

/** The answer to the login of guide 001. */
export const printedLogin21 = `{
 "access_token": "<jwt>"
}`;

function component(name: string, message: string): object {
  return {
    metadata: { name, selfLink: `/api/v1/componentstatuses/${name}`, creationTimestamp: null },
    conditions: [{ type: 'Healthy', status: 'True', message }],
  };
}

/** The answer to the second call of guide 001, byte for byte. */
export const printedComponents: string = JSON.stringify(
  {
    kind: 'ComponentStatusList',
    apiVersion: 'v1',
    metadata: { selfLink: '/api/v1/componentstatuses' },
    items: [
      component('scheduler', 'ok'),
      component('controller-manager', 'ok'),
      ...['etcd-1', 'etcd-0', 'etcd-2'].map((name) => component(name, '{"health": "true"}')),
    ],
  },
  null,
  2,
);

/** The refusal of guide 004, byte for byte. */
export const printedForbidden: string = String.raw`{
  "kind": "Status",
  "apiVersion": "v1",
  "metadata": {},
  "status": "Failure",
  "message": "clusters.tenant.kubesphere.io is forbidden: User \"kubesphere:serviceaccount:default:sample\" cannot list resource \"clusters\" in API group \"tenant.kubesphere.io\" at the cluster scope",
  "reason": "Forbidden",
  "details": {
    "group": "tenant.kubesphere.io",
    "kind": "clusters"
  },
  "code": 403
}`;
