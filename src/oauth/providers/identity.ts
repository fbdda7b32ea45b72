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

/** A name and a password that a provider does not know. */
export class WrongPassword extends Error {
  override readonly name = 'WrongPassword';

  constructor() {
    super('incorrect password');
  }
}
