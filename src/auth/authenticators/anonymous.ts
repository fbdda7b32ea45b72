import { anonymousName, type User } from '../../core/kube-object.js';

/** Who a request without credentials comes from. */
export const anonymous: User = {
  name: anonymousName,
  uid: '',
  groups: ['system:unauthenticated'],
  extra: {},
};
