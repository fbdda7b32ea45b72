import { createPublicKey, createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { der, derObjectId, readDer } from './der.js';
import { pem } from './pem.js';
import { commonName, keyIdOf, signCertificate, type Issuer } from './sign-certificate.js';

/** Validity of what is made here: as long as that of the certificates that ship with the package. */
const always = { notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2120, 0, 1) };
const subjectKeyId = derObjectId('2.5.29.14');

/** The certificate of a CA of its own making, as PEM. */
export function makeAuthority(name: string, key: KeyObject): string {
  const subject = commonName(name);
  const terms = { ...always, serial: serialOf(key), usages: ['cert sign', 'crl sign'] };
  return signCertificate({ subject, publicKey: spkiOf(key) }, terms, {
    name: subject,
    key,
    keyId: keyIdOf(key),
  });
}

/** Whoever has a CA's certificate and its key, as one who signs. */
export function issuerOf(certificate: X509Certificate, key: KeyObject): Issuer {
  const [whole] = readDer(certificate.raw);
  const [body] = readDer(whole?.content ?? Buffer.alloc(0));
  const members = readDer(body?.content ?? Buffer.alloc(0));
  // Before the subject: version, serial, algorithm, issuer, validity.
  const name = members[5]?.whole ?? commonName('');
  const extensions = members.find(({ tag }) => tag === 0xa3);
  const list =
    extensions === undefined ? [] : readDer(readDer(extensions.content)[0]?.content ?? Buffer.alloc(0));
  const named = list.map(({ content }) => readDer(content)).find(([id]) => id?.whole.equals(subjectKeyId));
  const keyId = named?.at(-1) && readDer(named.at(-1)?.content ?? Buffer.alloc(0))[0]?.content;
  return { name, key, keyId: keyId ?? keyIdOf(key) };
}

/**
 * The certificate of a server, as PEM, valid for as long as that of its CA.
 *
 * @param names Host names and IP addresses; the first one is its common name.
 * @param key The server's own private key.
 */
export function issueServerCertificate(
  names: readonly string[],
  key: KeyObject,
  certificate: X509Certificate,
  issuer: Issuer,
): string {
  return signCertificate(
    { subject: commonName(names[0] ?? ''), publicKey: spkiOf(key) },
    {
      serial: serialOf(key),
      notBefore: Date.parse(certificate.validFrom),
      notAfter: Date.parse(certificate.validTo),
      usages: ['digital signature', 'key encipherment', 'server auth'],
      names: names.map(generalName),
    },
    issuer,
  );
}

/** Tells whether a text is a host name or IP address that a certificate can be valid for. */
export function isServerName(text: string): boolean {
  return (
    isIP(text) !== 0 ||
    (text.length <= 253 &&
      /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i.test(text))
  );
}

function generalName(name: string): Buffer {
  if (isIP(name) === 0) return der(0x82, Buffer.from(name));
  return der(0x87, isIP(name) === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name));
}

function ipv6Bytes(name: string): Buffer {
  // The URL parser writes the last four bytes as hexadecimal, too.
  const [head = '', tail] = new URL(`http://[${name}]`).hostname.slice(1, -1).split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => parseInt(word, 16));
  const [before, after] = [words(head), words(tail ?? '')];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

function spkiOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

/** A key is certified once. */
function serialOf(key: KeyObject): string {
  return createHash('sha256').update(spkiOf(key)).digest('hex').slice(0, 32);
}

/** A private key as PEM. */
export function keyText(key: KeyObject): string {
  return pem('PRIVATE KEY', key.export({ format: 'der', type: 'pkcs8' }));
}
