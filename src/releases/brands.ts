import { didYouMean } from '../core/did-you-mean.js';
import { describeInput, InputError } from '../core/input-error.js';
import type { Options } from '../core/options.js';
import type { Brand, Release, ReleaseName } from '../core/release.js';
import { releases } from './index.js';

/** A brand with the release it distributes. */
interface Distribution {
  readonly brand: Brand;
  readonly release: ReleaseName;
}

const superKubenetes: Brand = {
  name: 'Super Kubenetes',
  domain: 'Super Kubenetes.io',
  prefix: 'Super Kubenetes-',
  client: { name: 'Super Kubenetes', secret: 'Super Kubenetes', redirectURIs: ['*'] },
};

const distributions: readonly Distribution[] = [{ brand: superKubenetes, release: 'v3.3' }];

/**
 * The release that options ask for: that of the brand, else the one named, else the latest.
 *
 * @throws InputError for a brand there is not, or one that distributes another release
 */
export function chooseRelease({ brand, release }: Pick<Options, 'brand' | 'release'>): Release {
  if (brand === undefined) return releases[release ?? 'v4.1'];
  const found = distributions.find((distribution) => distribution.brand.name === brand);
  if (found === undefined) {
    const names = distributions.map((distribution) => distribution.brand.name);
    throw new InputError([
      { source: 'brand', message: `got ${describeInput(brand)}${didYouMean(brand, names)}` },
    ]);
  }
  if (release !== undefined && release !== found.release) {
    const message = `${brand} is a distribution of ${found.release}, not of ${release}; leave release out`;
    throw new InputError([{ source: 'brand', message }]);
  }
  return { ...releases[found.release], brand: found.brand };
}
