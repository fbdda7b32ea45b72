import { createHmac, createPrivateKey, createPublicKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/**
 * The keys tokens are signed with: an HS256 secret for access, refresh and static tokens, an RS256 key for id tokens.
 *
 * Unless given, both are public test keys: such tokens must never be trusted by anything but this fake.
 */
export class SigningKeys {
  readonly #secret: Buffer;
  readonly #pem: string;
  #privateKey: KeyObject | undefined;

  /**
   * @param jwtSecret Its UTF-8 bytes are the HS256 key.
   * @param pem RSA private key, PKCS#1 or PKCS#8.
   */
  constructor(jwtSecret: string, pem: string) {
    this.jwtSecret = jwtSecret;
    this.#secret = Buffer.from(jwtSecret, 'utf8');
    this.#pem = pem;
  }

  readonly jwtSecret: string;
  /** Whose signatures these keys accept besides their own. */
  #origin: SigningKeys | undefined;

  /** Keys that sign apart from these, and accept what these or they have signed. Same name, same keys. */
  branch(name: string): SigningKeys {
    const keys = new SigningKeys(this.hs256(`branch ${name}`), this.#pem);
    keys.#origin = this;
    return keys;
  }

  /** The same key for id tokens with another secret for all other tokens. */
  withSecret(jwtSecret: string): SigningKeys {
    return new SigningKeys(jwtSecret, this.#pem);
  }

  /** HMAC-SHA256 over the given text, base64url. */
  hs256(signingInput: string): string {
    return createHmac('sha256', this.#secret).update(signingInput).digest('base64url');
  }

  /** Tells whether an HMAC over a text is ours, or that of the keys we branched from, in constant time. */
  accepts(signingInput: string, signature: Buffer, hash = 'sha256'): boolean {
    return (
      this.signed(signingInput, signature, hash) ||
      this.#origin?.accepts(signingInput, signature, hash) === true
    );
  }

  /** Tells whether exactly these keys made an HMAC, in constant time. */
  signed(signingInput: string, signature: Buffer, hash = 'sha256'): boolean {
    const expected = createHmac(hash, this.#secret).update(signingInput).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }

  /** The RSA private key, parsed on first use. */
  get privateKey(): KeyObject {
    this.#privateKey ??= createPrivateKey(this.#pem);
    return this.#privateKey;
  }

  /** FNV-1a (32 bit) of the PEM text, decimal: how KubeSphere names the key. */
  get keyId(): string {
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(this.#pem, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    return String(hash);
  }

  /** The public half as a JWK with the members `n` and `e` that `/oauth/keys` prints. */
  async publicJwk(): Promise<{ readonly n: string; readonly e: string }> {
    const { exportJWK } = await import('jose');
    const { n = '', e = '' } = await exportJWK(createPublicKey(this.privateKey));
    return { n, e };
  }
}
