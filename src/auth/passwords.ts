import type { compare, hashSync } from 'bcryptjs';
import { createRequire } from 'node:module';
import { digString } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { World } from '../state/world.js';

/** What is used of the library. */
interface Bcrypt {
  readonly compare: typeof compare;
  readonly hashSync: typeof hashSync;
}

const require = createRequire(import.meta.url);

/** The cheapest bcrypt allows: these hashes protect nothing. */
const cost = 4;

const rememberedVerdicts = 10_000;
const bcryptHash = /^\$2[abxy]?\$\d\d\$.{53}$/;
const bcryptAlphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Whether a password fits a hash, by both texts: bcrypt is asked once. */
const verdicts = new Map<string, boolean>();

/** Loaded when first needed: most servers never hash. */
function bcrypt(): Bcrypt {
  return require('bcryptjs') as Bcrypt;
}

/** A bcrypt hash of a password, cheap on purpose, with a salt from the world's random source. */
export function hashPassword(world: World, plain: string): string {
  let salt = `$2a$${String(cost).padStart(2, '0')}$`;
  // 22 characters carry 128 bits; the last one only two of them.
  for (let at = 0; at < 21; at += 1) salt += bcryptAlphabet.charAt(world.random.integer(64));
  salt += bcryptAlphabet.charAt(world.random.integer(4) * 16);
  const hash = bcrypt().hashSync(plain, salt);
  keepVerdict(`${hash}\n${plain}`, true);
  return hash;
}

/**
 * Tells whether a password is the user's: one of the world's plain passwords, or the one its hash was made of.
 *
 * A stored password that is empty or not (yet) hashed fits nothing, as with the real server.
 */
export function checkPassword(world: World, user: KubeObject, plain: string): boolean | Promise<boolean> {
  if (world.passwords.get(user.metadata.name)?.includes(plain) === true) return true;
  const hash = digString(user, 'spec', 'password');
  if (!isHashed(hash)) return false;
  const key = `${hash}\n${plain}`;
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  return bcrypt()
    .compare(plain, hash)
    .then((fits) => {
      keepVerdict(key, fits);
      return fits;
    });
}

/** Tells whether a stored password is a bcrypt hash. */
export function isHashed(password: string): boolean {
  return bcryptHash.test(password);
}

function keepVerdict(key: string, fits: boolean): void {
  if (verdicts.size >= rememberedVerdicts) verdicts.clear();
  verdicts.set(key, fits);
}
