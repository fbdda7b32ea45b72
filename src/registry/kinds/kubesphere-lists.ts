import { dig, digArray, digObject, digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import type { Filter, KindList } from './kind-list.js';

const inGroup: Filter = (user, value) => digArray(user, 'spec', 'groups').includes(value);

const users: KindList = {
  filters: {
    email: (user, value) => digString(user, 'spec', 'email') === value,
    ingroup: inGroup,
    notingroup: (user, value, context) => !inGroup(user, value, context),
  },
};

/** What the custom filter that ks-core installs for extensions decides. */
const extensions: KindList = {
  filters: {
    available: () => true,
    q: (extension, value) =>
      Object.values(digObject(extension, 'spec', 'displayName')).some(
        (name) => typeof name === 'string' && name.toLowerCase().includes(value.toLowerCase()),
      ),
    status: (extension, value) => {
      const state = digString(extension, 'status', 'state');
      return state.toLowerCase() === value.toLowerCase() || (value === 'notInstalled' && state === '');
    },
    enabled: (extension, value) => {
      if (digString(extension, 'status', 'state') === '') return false;
      return value === String(dig(extension, 'status', 'enabled') === true);
    },
  },
};

/** Lists of KubeSphere's own kinds, by `plural.group`. */
export const kubesphereLists: Readonly<Record<string, KindList>> = {
  'users.iam.kubesphere.io': users,
  'extensions.kubesphere.io': extensions,
  'workspaceroles.iam.kubesphere.io': {
    filters: { workspace: (role, value) => label(role, 'kubesphere.io/workspace') === value },
  },
  'workspacerolebindings.iam.kubesphere.io': {
    filters: { rolename: (binding, value) => digString(binding, 'roleRef', 'name') === value },
  },
  'groupbindings.iam.kubesphere.io': {
    filters: { user: (binding, value) => digArray(binding, 'users').includes(value) },
  },
  'loginrecords.iam.kubesphere.io': {
    filters: { type: (record, value) => digString(record, 'spec', 'type') === value },
  },
  'labels.cluster.kubesphere.io': {
    closed: true,
    filters: {
      name: (object, value) =>
        digString(object, 'spec', 'key').includes(value) ||
        digString(object, 'spec', 'value').includes(value),
    },
  },
};
