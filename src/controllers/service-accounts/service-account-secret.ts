import { serviceAccountToken } from '../../auth/mint-token.js';
import { dig, digObject, digString } from '../../core/json.js';
import { annotation } from '../../core/kube-object.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';

/** Type of the Secret that holds a ServiceAccount's token. */
export const serviceAccountSecretType = 'kubesphere.io/service-account-token';
/** Annotation of such a Secret: the ServiceAccount, in the same namespace. */
export const serviceAccountAnnotation = 'kubesphere.io/service-account.name';

/**
 * Puts a token into every Secret made for one, by the ServiceAccount controller or by hand; a token that is there,
 * even an empty one, stays.
 *
 * @see kubesphere/kubesphere pkg/controller/secret/serviceaccount_secret_controller.go
 */
export const serviceAccountSecretController: Controller = {
  name: 'serviceaccount-secret',
  since: 'v4.1',
  watches: ['secrets.'],
  reconcile: (context, change) => {
    const secret = currentOf(context, change);
    if (secret === undefined || isDeleting(secret) || digString(secret, 'type') !== serviceAccountSecretType)
      return;
    const account = annotation(secret, serviceAccountAnnotation) ?? '';
    const { namespace = '' } = secret.metadata;
    if (account === '' || dig(secret, 'data', 'token') !== undefined) return;
    const accounts = context.catalog.get('kubesphere.io', 'serviceaccounts');
    if (context.cluster.store.find(accounts, namespace, account) === undefined) return;
    const token = Buffer.from(serviceAccountToken(context.world, namespace, account)).toString('base64');
    writeBack(context, context.catalog.get('', 'secrets'), {
      ...secret,
      data: { ...digObject(secret, 'data'), token },
    });
  },
};
