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
  /** As in `spec.usages`: `digital signature`, `client auth` and so on; `cert sign` makes a CA. */
  readonly usages: readonly string[];
  /** GeneralNames as they are encoded; absent: none. */
  readonly names?: readonly Buffer[];
}

/** Who signs a certificate. */
export interface Issuer {
  /** The subject of its own certificate, as it is encoded there. */
  readonly name: Buffer;
  /** RSA, elliptic curve or Ed25519. */
  readonly key: KeyObject;
  /** What its certificate calls the key. */
  readonly keyId: Buffer;
}

/** Bits of the extension KeyUsage, the first bit first. */
const keyUsages = [
  'digital signature',
  'content commitment',
  'key encipherment',
  'data encipherment',
  'key agreement',
  'cert sign',
  'crl sign',
];
const extendedUsages: Readonly<Record<string, string>> = {
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
};

interface Algorithm {
  readonly hash: string | null;
  readonly encoded: Buffer;
}

/** By the type of the issuer's key. */
const algorithms: Readonly<Record<string, Algorithm>> = {
  rsa: {
    hash: 'sha256',
    encoded: der(derTags.sequence, derObjectId('1.2.840.113549.1.1.11'), der(derTags.null)),
  },
  ec: { hash: 'sha256', encoded: der(derTags.sequence, derObjectId('1.2.840.10045.4.3.2')) },
  ed25519: { hash: null, encoded: der(derTags.sequence, derObjectId('1.3.101.112')) },
};

/** Tells whether certificates can be signed with a key. */
export function canSign(key: KeyObject): boolean {
  return algorithms[key.asymmetricKeyType ?? ''] !== undefined;
}

/** A name of one part, the common name. */
export function commonName(text: string): Buffer {
  const part = der(derTags.sequence, derObjectId('2.5.4.3'), der(derTags.text, Buffer.from(text)));
  return der(derTags.sequence, der(derTags.set, part));
}

/** What a key is called when its certificate does not say: the digest of its public half. */
export function keyIdOf(key: KeyObject): Buffer {
  const spki = createPublicKey(key);
  const bytes =
    key.asymmetricKeyType === 'rsa'
      ? spki.export({ format: 'der', type: 'pkcs1' })
      : spki.export({ format: 'der', type: 'spki' });
  return createHash('sha1').update(bytes).digest();
}

/**
 * A certificate as PEM: with an RSA or Ed25519 key the same request and terms give the same bytes.
 *
 * @throws Error for a key of another type
 */
export function signCertificate(
  { subject, publicKey }: CertificateRequest,
  terms: CertificateTerms,
  issuer: Issuer,
): string {
  const algorithm = algorithms[issuer.key.asymmetricKeyType ?? ''];
  if (algorithm === undefined) throw new Error(`keys of type ${String(issuer.key.asymmetricKeyType)}`);
  const { serial, notBefore, notAfter } = terms;
  const version = der(derTags.explicit0, der(derTags.integer, Buffer.from([2])));
  // The highest bit is that of the sign.
  const positive = Buffer.from(serial, 'hex').map((byte, at) => (at === 0 ? (byte & 0x3f) | 0x40 : byte));
  const signed = der(
    derTags.sequence,
    version,
    der(derTags.integer, Buffer.from(positive)),
    algorithm.encoded,
    issuer.name,
    der(derTags.sequence, derTime(notBefore), derTime(notAfter)),
    subject,
    publicKey,
    der(0xa3, der(derTags.sequence, ...extensions(terms, issuer))),
  );
  const bits = der(derTags.bitString, Buffer.from([0]), sign(algorithm.hash, signed, issuer.key));
  return pem('CERTIFICATE', der(derTags.sequence, signed, algorithm.encoded, bits));
}

function extensions({ usages, names }: CertificateTerms, { keyId }: Issuer): Buffer[] {
  const bits = keyUsages.reduce((sum, usage, at) => (usages.includes(usage) ? sum | (0x80 >> at) : sum), 0);
  const unused = bits === 0 ? 0 : Math.clz32(bits & -bits) ^ 31;
  const extended = usages.flatMap((usage) => extendedUsages[usage] ?? []).map(derObjectId);
  const isCa = usages.includes('cert sign');
  return [
    ...(bits === 0
      ? []
      : [extension('2.5.29.15', true, der(derTags.bitString, Buffer.from([unused, bits])))]),
    ...(extended.length === 0 ? [] : [extension('2.5.29.37', false, der(derTags.sequence, ...extended))]),
    extension('2.5.29.19', true, der(derTags.sequence, ...(isCa ? [derTrue] : []))),
    ...(isCa ? [extension('2.5.29.14', false, der(derTags.octetString, keyId))] : []),
    extension('2.5.29.35', false, der(derTags.sequence, der(0x80, keyId))),
    ...(names === undefined ? [] : [extension('2.5.29.17', false, der(derTags.sequence, ...names))]),
  ];
}

const derTrue = der(derTags.boolean, Buffer.from([0xff]));

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const isCritical = critical ? [derTrue] : [];
  return der(derTags.sequence, derObjectId(id), ...isCritical, der(derTags.octetString, value));
}
