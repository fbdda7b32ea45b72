import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import { InputError } from '../core/input-error.js';
import type { Options } from '../core/options.js';
import {
  issuerOf,
  issueServerCertificate,
  isServerName,
  keyText,
  makeAuthority,
} from '../kube/certificates/authority.js';
import { canSign } from '../kube/certificates/sign-certificate.js';
import { newPrivateKey } from '../state/new-key.js';
import type { TlsMaterial } from '../http/tls.js';

/** What the HTTPS door is given to prove itself with. */
type TlsOptions = Pick<Options, 'tlsCa' | 'tlsCaKey' | 'tlsCert' | 'tlsKey' | 'tlsSan'>;

/** Material of the HTTPS door that is not the packaged one. */
export interface GivenTls extends TlsMaterial {
  /** PEM of the CA's private key; absent when nobody has it. */
  readonly caKey?: string;
}

/**
 * Makes certificate and CA of the HTTPS door from what was given: issues one from a CA, or takes one as it is.
 *
 * @param now Milliseconds since 1970 by the wall: clients go by it.
 * @throws InputError with a line for the first thing that cannot be used
 */
export function givenTls(options: TlsOptions, now: number): GivenTls {
  const { tlsCa, tlsCaKey, tlsCert, tlsKey, tlsSan = [] } = options;
  if (tlsCert !== undefined) {
    readPair('tlsCert', tlsCert, 'tlsKey', tlsKey ?? '', now);
    if (tlsCa !== undefined) readCertificate('tlsCa', tlsCa, now);
    return { identity: `${tlsCert.trimEnd()}\n${tlsKey ?? ''}`, ca: tlsCa ?? tlsCert };
  }
  const wrong = tlsSan.find((name) => !isServerName(name));
  if (wrong !== undefined) throw unusable('tlsSan', `${JSON.stringify(wrong)} is no host name or IP address`);
  const authority = tlsCa === undefined || tlsCa === 'new' ? newAuthority() : { tlsCa, tlsCaKey };
  const { certificate, key } = readPair('tlsCa', authority.tlsCa, 'tlsCaKey', authority.tlsCaKey ?? '', now);
  if (!certificate.ca) throw unusable('tlsCa', 'is no certificate of a CA; give one that may sign others');
  if (!canSign(key)) throw unusable('tlsCaKey', 'must be an RSA, elliptic curve or Ed25519 key');
  const own = newPrivateKey();
  const names = [...new Set([...usualNames(), ...tlsSan])];
  const issued = issueServerCertificate(names, own, certificate, issuerOf(certificate, key));
  return { identity: issued + keyText(own), ca: authority.tlsCa, caKey: keyText(key) };
}

function newAuthority(): { readonly tlsCa: string; readonly tlsCaKey: string } {
  const key = newPrivateKey();
  return { tlsCa: makeAuthority('fake-ks-apiserver CA of one run', key), tlsCaKey: keyText(key) };
}

/** The names the packaged certificate is for. */
function usualNames(): readonly string[] {
  const packaged = new X509Certificate(readFileSync(packageFile('fixtures/keys/test-tls.pem')));
  return (packaged.subjectAltName ?? '').split(', ').map((name) => name.slice(name.indexOf(':') + 1));
}

function unusable(option: keyof TlsOptions, message: string, cause?: unknown): InputError {
  return new InputError([{ source: 'options', field: option, message }], { cause });
}

function readCertificate(option: keyof TlsOptions, pem: string, now: number): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw unusable(option, 'holds no certificate in PEM; give one that does', error);
  }
  if (Date.parse(certificate.validTo) <= now)
    throw unusable(option, `expired on ${certificate.validTo}; give one that is valid`);
  if (Date.parse(certificate.validFrom) > now)
    throw unusable(option, `is valid from ${certificate.validFrom} on only; give one that is valid`);
  return certificate;
}

/** A certificate, and the key that belongs to it. */
function readPair(
  option: keyof TlsOptions,
  pem: string,
  keyOption: keyof TlsOptions,
  keyPem: string,
  now: number,
): { readonly certificate: X509Certificate; readonly key: KeyObject } {
  const certificate = readCertificate(option, pem, now);
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch (error) {
    throw unusable(
      keyOption,
      'holds no private key in PEM, or one with a passphrase; give a plain one',
      error,
    );
  }
  if (!certificate.checkPrivateKey(key))
    throw unusable(keyOption, `does not belong to the certificate of ${option}; give the key that does`);
  return { certificate, key };
}
