import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dig, digArray, digObject, digString, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { readCertificateRequest } from '../kube/certificates/certificate-request.js';
import { issuerOf } from '../kube/certificates/authority.js';
import { commonName, keyIdOf, signCertificate, type Issuer } from '../kube/certificates/sign-certificate.js';
import type { WriteContext } from '../registry/contract.js';
import { currentOf, type Controller } from './controller.js';

const requests = { group: 'certificates.k8s.io', plural: 'certificatesigningrequests' };
const signer = 'kubernetes.io/kube-apiserver-client';

/** Seconds a certificate is valid for when nobody says. */
const usualSeconds = 365 * 24 * 3600;
/** Milliseconds a certificate is dated back by, for clocks that are behind. */
const backdate = 5 * 60_000;
/** Seconds below which a certificate is valid for the whole of its time, however it is dated. */
const shortSeconds = 8 * 3600;

/**
 * Signs the approved requests of clients of Kubernetes.
 *
 * Differs from Kubernetes: requests of kubelets are left alone. Without a CA of which the key is known, the key
 * is that of id tokens.
 *
 * @see kubernetes/kubernetes pkg/controller/certificates/signer/signer.go
 */
export const certificateSigner: Controller = {
  name: 'csrsigning',
  watches: [`${requests.plural}.${requests.group}`],
  reconcile: (context, change) => {
    const request = currentOf(context, change);
    if (request === undefined || digString(request, 'spec', 'signerName') !== signer) return;
    if (!has(request, 'Approved') || has(request, 'Denied') || has(request, 'Failed')) return;
    if (digString(request, 'status', 'certificate') !== '') return;
    const status = { ...digObject(request, 'status'), ...outcome(context, request) };
    context.cluster.store.replace(requests, { ...request, status });
  },
};

function has(request: KubeObject, type: string): boolean {
  return digArray(request, 'status', 'conditions').some(
    (one) => digString(one, 'type') === type && digString(one, 'status') === 'True',
  );
}

function outcome({ world }: WriteContext, request: KubeObject): JsonObject {
  const usages = digArray(request, 'spec', 'usages').map(String);
  const message = usageProblem(usages);
  const now = world.clock.timestamp();
  if (message !== undefined) {
    const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message };
    const dated = { ...failed, lastUpdateTime: now, lastTransitionTime: now };
    return { conditions: [...digArray(request, 'status', 'conditions'), dated] };
  }
  const pem = Buffer.from(digString(request, 'spec', 'request'), 'base64').toString('utf8');
  const asked = dig(request, 'spec', 'expirationSeconds');
  const seconds = typeof asked === 'number' ? Math.min(asked, usualSeconds) : usualSeconds;
  const time = world.clock.now();
  const terms = {
    serial: world.random.uuid().replaceAll('-', ''),
    notBefore: time - backdate,
    notAfter: time + seconds * 1000 - (seconds < shortSeconds ? 0 : backdate),
    usages,
  };
  const certificate = signCertificate(readCertificateRequest(pem), terms, issuerIn(world));
  return { certificate: Buffer.from(certificate).toString('base64') };
}

/** The CA of the HTTPS door where its key was given, else one that nobody has a certificate of. */
function issuerIn({ settings: { authority }, keys }: WriteContext['world']): Issuer {
  if (authority?.key !== undefined)
    return issuerOf(new X509Certificate(authority.certificate), createPrivateKey(authority.key));
  const key = keys.privateKey;
  return { name: commonName('kubernetes'), key, keyId: keyIdOf(key) };
}

function usageProblem(usages: readonly string[]): string | undefined {
  const allowed = ['digital signature', 'key encipherment', 'client auth'];
  const other = usages.find((usage) => !allowed.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth')
    ? undefined
    : 'missing required usage for client certificate: client auth';
}
