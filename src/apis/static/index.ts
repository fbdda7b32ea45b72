import type { ApiGroup } from '../../registry/contract.js';
import { getImage, uploadImage } from './images.js';

/** Pictures for the console, at the root of the server. */
export const staticImages: ApiGroup = {
  name: '',
  version: '',
  since: 'v4.1',
  routes: [
    { method: 'POST', path: '/static/images', handle: uploadImage, consumes: ['multipart/form-data'] },
    { method: 'GET', path: '/static/images/{file}', handle: getImage, produces: [] },
  ],
};
