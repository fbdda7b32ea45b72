import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { der, derObjectId, derTags } from './der.js';
import { pem } from './pem.js';

/** A key and the request to certify it, both in PEM. */
export interface KeyAndRequest {
  readonly privateKey: string;
  readonly request: string;
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS#8. */
const keyHead = Buffer.from('302e020100300506032b657004220420', 'hex');
const ed25519 = der(derTags.sequence, derObjectId('1.3.101.112'));

/**
 * Makes a key from a seed, and a PKCS#10 request for a client certificate of it: the same seed gives the same bytes.
 *
 * The key is an Ed25519 one: unlike an RSA key it is there in no time.
 *
 * @param seed 32 bytes.
 */
export function makeCertificateRequest(commonName: string, seed: Buffer): KeyAndRequest {
  const encoded = Buffer.concat([keyHead, seed]);
  const key = createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' });
  const name = der(
    derTags.sequence,
    derObjectId('2.5.4.3'),
    der(derTags.text, Buffer.from(commonName, 'utf8')),
  );
  const info = der(
    derTags.sequence,
    der(derTags.integer, Buffer.from([0])),
    der(derTags.sequence, der(derTags.set, name)),
    createPublicKey(key).export({ format: 'der', type: 'spki' }),
    der(derTags.explicit0),
  );
  const signature = der(derTags.bitString, Buffer.from([0]), sign(null, info, key));
  return {
    privateKey: pem('PRIVATE KEY', encoded),
    request: pem('CERTIFICATE REQUEST', der(derTags.sequence, info, ed25519, signature)),
  };
}
