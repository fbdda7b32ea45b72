import { digObject, digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { deniedBy } from '../denied-by.js';

const bundles = { group: 'extensions.kubesphere.io', plural: 'jsbundles' };
const extensionLabel = 'kubesphere.io/extension-ref';

/**
 * The admission webhooks of JSBundles: those of an extension are below its path, and no two are at one.
 *
 * @see kubesphere/kubesphere pkg/controller/extension/jsbundle_webhook.go
 */
export const jsBundleHooks: ResourceHooks = {
  prepare: (bundle) => {
    const extension = label(bundle, extensionLabel) ?? '';
    if (extension === '' || digString(bundle, 'status', 'link') !== '') return bundle;
    return { ...bundle, status: { ...digObject(bundle, 'status'), link: `/dist/${extension}/index.js` } };
  },
  validate: (bundle, _, { cluster }) => {
    const link = digString(bundle, 'status', 'link');
    if (link === '') return;
    const extension = label(bundle, extensionLabel) ?? '';
    if (extension !== '' && !link.startsWith(`/dist/${extension}`)) {
      const why = `the prefix of status.link must be in the format /dist/${extension}/`;
      throw deniedBy('jsbundles.extensions.kubesphere.io', why);
    }
    for (const { object } of cluster.store.list(bundles)) {
      if (object.metadata.name !== bundle.metadata.name && digString(object, 'status', 'link') === link)
        throw deniedBy('jsbundles.extensions.kubesphere.io', `JSBundle ${link} is already exists`);
    }
  },
};
