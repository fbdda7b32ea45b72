import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { CertificateRequest } from './certificate-request.js';
import { der, derObjectId, derTags, derTime } from './der.js';
import { pem } from './pem.js';

/** How a certificate is to be. */
export interface CertificateTerms {
  /** Thirty-two hexadecimal digits. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** As in `spec.usages`: `digital signature`, `client auth` and so on. */
  readonly usages: readonly string[];
}

/** Bits of the extension KeyUsage, the first bit first. */
const keyUsages = ['digital signature', 'content commitment', 'key encipherment', 'data encipherment'];
const clientAuth = '1.3.6.1.5.5.7.3.2';
const sha256WithRsa = der(derTags.sequence, derObjectId('1.2.840.113549.1.1.11'), der(derTags.null));

/**
 * The certificate of a client of Kubernetes, as PEM, signed with an RSA key: the same request and terms give the same
 * bytes.
 */
export function signCertificate(
  { subject, publicKey }: CertificateRequest,
  { serial, notBefore, notAfter, usages }: CertificateTerms,
  key: KeyObject,
): string {
  const version = der(derTags.explicit0, der(derTags.integer, Buffer.from([2])));
  // The highest bit is that of the sign.
  const positive = Buffer.from(serial, 'hex').map((byte, at) => (at === 0 ? (byte & 0x3f) | 0x40 : byte));
  const name = der(derTags.sequence, derObjectId('2.5.4.3'), der(derTags.text, Buffer.from('kubernetes')));
  const issuer = der(derTags.sequence, der(derTags.set, name));
  const signed = der(
    derTags.sequence,
    version,
    der(derTags.integer, Buffer.from(positive)),
    sha256WithRsa,
    issuer,
    der(derTags.sequence, derTime(notBefore), derTime(notAfter)),
    subject,
    publicKey,
    der(0xa3, der(derTags.sequence, ...extensions(usages, key))),
  );
  const signature = der(derTags.bitString, Buffer.from([0]), sign('sha256', signed, key));
  const certificate = der(derTags.sequence, signed, sha256WithRsa, signature);
  return pem('CERTIFICATE', certificate);
}

function extensions(usages: readonly string[], key: KeyObject): Buffer[] {
  const bits = keyUsages.reduce((sum, usage, at) => (usages.includes(usage) ? sum | (0x80 >> at) : sum), 0);
  const unused = bits === 0 ? 0 : Math.clz32(bits & -bits) ^ 31;
  const issuerKey = createPublicKey(key).export({ format: 'der', type: 'pkcs1' });
  const keyId = createHash('sha1').update(issuerKey).digest();
  return [
    ...(bits === 0
      ? []
      : [extension('2.5.29.15', true, der(derTags.bitString, Buffer.from([unused, bits])))]),
    ...(usages.includes('client auth')
      ? [extension('2.5.29.37', false, der(derTags.sequence, derObjectId(clientAuth)))]
      : []),
    extension('2.5.29.19', true, der(derTags.sequence)),
    extension('2.5.29.35', false, der(derTags.sequence, der(0x80, keyId))),
  ];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const isCritical = critical ? [der(derTags.boolean, Buffer.from([0xff]))] : [];
  return der(derTags.sequence, derObjectId(id), ...isCritical, der(derTags.octetString, value));
}
