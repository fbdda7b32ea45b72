/** Who somebody is at an identity provider. */
export interface Identity {
  readonly uid: string;
  readonly username: string;
  readonly email: string;
}

/** An identity provider did not say who somebody is; the message is the real server's. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}
