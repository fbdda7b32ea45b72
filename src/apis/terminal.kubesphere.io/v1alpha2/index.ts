import type { ApiGroup } from '../../../registry/contract.js';
import { downloadFile, uploadFiles } from '../handlers/files.js';
import { kubectlShell, nodeShell, podShell } from '../handlers/shells.js';

/** Shells in pods and on nodes, and files of containers. */
export const terminalV1alpha2: ApiGroup = {
  name: 'terminal.kubesphere.io',
  version: 'v1alpha2',
  routes: [
    {
      method: 'GET',
      path: '/namespaces/{namespace}/pods/{pod}/exec',
      handle: podShell,
      since: 'v3.1',
      produces: [],
    },
    {
      method: 'GET',
      path: '/namespaces/{namespace}/pods/{pod}',
      handle: podShell,
      until: 'v3.0',
      produces: [],
    },
    { method: 'GET', path: '/nodes/{nodename}/exec', handle: nodeShell, since: 'v3.1', produces: [] },
    { method: 'GET', path: '/users/{user}/kubectl', handle: kubectlShell, since: 'v4.1', produces: [] },
    { method: 'POST', path: '/namespaces/{namespace}/pods/{pod}/file', handle: uploadFiles, since: 'v4.1' },
    {
      method: 'GET',
      path: '/namespaces/{namespace}/pods/{pod}/file',
      handle: downloadFile,
      since: 'v4.1',
      produces: [],
    },
  ],
};
