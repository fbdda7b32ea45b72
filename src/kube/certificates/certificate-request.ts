import { createPublicKey, verify } from 'node:crypto';
import { derObjectId, derTags, readDer } from './der.js';

/** What a PKCS#10 request asks to be certified, as it is encoded in it. */
export interface CertificateRequest {
  readonly subject: Buffer;
  readonly publicKey: Buffer;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/;

/** Hashes by the algorithm a request is signed with; none is chosen for those that bring their own. */
const hashes: ReadonlyMap<string, string | null> = new Map(
  (
    [
      ['1.2.840.113549.1.1.5', 'sha1'],
      ['1.2.840.113549.1.1.11', 'sha256'],
      ['1.2.840.113549.1.1.12', 'sha384'],
      ['1.2.840.113549.1.1.13', 'sha512'],
      ['1.2.840.10045.4.1', 'sha1'],
      ['1.2.840.10045.4.3.2', 'sha256'],
      ['1.2.840.10045.4.3.3', 'sha384'],
      ['1.2.840.10045.4.3.4', 'sha512'],
      ['1.3.101.112', null],
    ] as const
  ).map(([id, hash]) => [derObjectId(id).toString('hex'), hash]),
);

/**
 * Reads the PEM of a certificate signing request and checks the signature in it.
 *
 * @throws Error in the words of kube-apiserver
 * @see kubernetes/kubernetes pkg/apis/certificates/helpers.go ParseCSR
 */
export function readCertificateRequest(pem: string): CertificateRequest {
  const [, type, text = ''] = block.exec(pem) ?? [];
  if (type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [outer] = readDer(Buffer.from(text, 'base64'));
  const [info, algorithm, signature] = readDer(outer?.content ?? Buffer.alloc(0));
  const [version, subject, publicKey] = readDer(info?.content ?? Buffer.alloc(0));
  const [id] = readDer(algorithm?.content ?? Buffer.alloc(0));
  const isComplete =
    version?.tag === derTags.integer &&
    subject?.tag === derTags.sequence &&
    publicKey?.tag === derTags.sequence &&
    signature?.tag === derTags.bitString;
  if (!isComplete || info === undefined || id === undefined) throw new Error('asn1: syntax error');
  const hash = hashes.get(id.whole.toString('hex'));
  if (hash === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  if (!isSigned(info.whole, hash, publicKey.whole, signature.content.subarray(1)))
    throw new Error('x509: signature of the request does not verify');
  return { subject: subject.whole, publicKey: publicKey.whole };
}

function isSigned(info: Buffer, hash: string | null, publicKey: Buffer, signature: Buffer): boolean {
  try {
    return verify(hash, info, createPublicKey({ key: publicKey, format: 'der', type: 'spki' }), signature);
  } catch {
    // A key or signature of a kind the library cannot read.
    return false;
  }
}
