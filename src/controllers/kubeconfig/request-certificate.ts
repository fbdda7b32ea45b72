import { makeCertificateRequest } from '../../kube/certificates/make-certificate-request.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';

/** Label of what is a user's own: the user's name. */
export const usernameLabel = 'kubesphere.io/username';
/** Annotation of a certificate request: the key to be certified, in PEM. */
export const privateKeyAnnotation = 'kubesphere.io/private-key';

/**
 * Asks for a client certificate for a user.
 *
 * Differs from KubeSphere: the key is an Ed25519 one instead of an RSA key, made from the seed of the world.
 *
 * @see kubesphere/kubesphere pkg/controller/kubeconfig/kubeconfig_controller.go
 */
export function requestCertificate(context: WriteContext, user: string): void {
  const { world, catalog } = context;
  const seed = Buffer.alloc(32);
  for (let at = 0; at < seed.length; at += 4) seed.writeUInt32BE(world.random.next(), at);
  const { privateKey, request } = makeCertificateRequest(user, seed);
  createObject(context, catalog.get('certificates.k8s.io', 'certificatesigningrequests'), {
    metadata: {
      name: `${user}-csr-${String(world.clock.seconds())}`,
      labels: { [usernameLabel]: user },
      annotations: { [privateKeyAnnotation]: privateKey },
    },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['key encipherment', 'client auth', 'digital signature'],
      username: context.user.name,
      groups: context.user.groups,
    },
  });
}
