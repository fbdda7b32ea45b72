import type { ApiGroup } from '../../../registry/contract.js';
import { onHost } from '../../../registry/on-host.js';
import { getConfigz, getGpuKinds } from '../handlers/configz.js';
import {
  createPlatformConfig,
  deletePlatformConfig,
  getPlatformConfig,
  patchPlatformConfig,
  putPlatformConfig,
} from '../handlers/platform-configs.js';
import { getTheme, putTheme } from '../handlers/theme.js';

const one = '/platformconfigs/{config}';
const mergePatch = ['application/merge-patch+json'];

/** Configuration of the platform; `configs/oauth` is served beside the login endpoints. */
export const configV1alpha2: ApiGroup = {
  name: 'config.kubesphere.io',
  version: 'v1alpha2',
  since: 'v3.0',
  routes: [
    { method: 'GET', path: '/configs/configz', handle: getConfigz },
    { method: 'GET', path: '/configs/gpu/kinds', handle: getGpuKinds, since: 'v3.3', until: 'v3.4' },
    { method: 'GET', path: '/configs/theme', handle: onHost(getTheme), since: 'v4.1' },
    { method: 'PUT', path: '/configs/theme', handle: onHost(putTheme), since: 'v4.1' },
    { method: 'POST', path: '/platformconfigs', handle: onHost(createPlatformConfig), since: 'v4.1' },
    { method: 'GET', path: one, handle: onHost(getPlatformConfig), since: 'v4.1' },
    { method: 'PUT', path: one, handle: onHost(putPlatformConfig), since: 'v4.1' },
    { method: 'PATCH', path: one, handle: onHost(patchPlatformConfig), consumes: mergePatch, since: 'v4.1' },
    { method: 'DELETE', path: one, handle: onHost(deletePlatformConfig), since: 'v4.1' },
  ],
};
