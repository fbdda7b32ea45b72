import { X509Certificate } from 'node:crypto';
import { controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { isDeleting, writeBack } from '../controller.js';
import {
  kubeconfigIn,
  kubeconfigName,
  kubeconfigPlace,
  kubeconfigSecretType,
  withKubeconfig,
} from './kubeconfig-place.js';
import { kubeconfigText, readCredentials } from './kubeconfig-text.js';
import { requestCertificate, usernameLabel } from './request-certificate.js';

/** Name of the controller that fills kubeconfigs, as in the option `controllers`. */
export const kubeconfigSwitch = 'kubeconfig';

/**
 * Sees to it that a user has a kubeconfig in a cluster, one whose certificate lasts: it is made without, and the
 * certificate follows once it is signed.
 */
export function provideKubeconfig(context: WriteContext, user: KubeObject): void {
  const { world, cluster, catalog } = context;
  if (world.switchedOff.has(kubeconfigSwitch)) return;
  const { resource, namespace } = kubeconfigPlace(world.release.name);
  // Worlds may leave out what every real cluster has.
  if (cluster.store.find({ group: '', plural: 'namespaces' }, undefined, namespace) === undefined) return;
  const name = kubeconfigName(user.metadata.name);
  const known = cluster.store.find(resource, namespace, name)?.object;
  if (known !== undefined) {
    renewKubeconfig(context, known, user.metadata.name);
    return;
  }
  const labels = { [usernameLabel]: user.metadata.name };
  const kind = catalog.get(resource.group, resource.plural);
  if (inRange(world.release.name, { since: 'v4.1' })) {
    createObject(context, kind, { metadata: { name, namespace, labels }, type: kubeconfigSecretType });
    return;
  }
  createObject(context, kind, {
    metadata: { name, namespace, labels, ownerReferences: [controllerReference(user)] },
    data: { config: kubeconfigText(context, user.metadata.name) },
  });
  requestCertificate(context, user.metadata.name);
}

/** Writes a kubeconfig anew and asks for a certificate where it has none or one that ends soon. */
export function renewKubeconfig(context: WriteContext, holder: KubeObject, user: string): void {
  if (isDeleting(holder) || label(holder, usernameLabel) !== user) return;
  const { world, catalog } = context;
  const { resource, renewal } = kubeconfigPlace(world.release.name);
  const credentials = readCredentials(kubeconfigIn(holder));
  if (credentials.state === 'awaited') return;
  if (credentials.state === 'given' && endOf(credentials.certificate) > world.clock.now() + renewal) return;
  const text = kubeconfigText(context, user);
  writeBack(context, catalog.get(resource.group, resource.plural), withKubeconfig(holder, text));
  requestCertificate(context, user);
}

/** When a certificate ends, in milliseconds since 1970; long ago for what is none. */
function endOf(certificate: string): number {
  try {
    return Date.parse(new X509Certificate(certificate).validTo);
  } catch {
    return 0;
  }
}
