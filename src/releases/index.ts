import { type Release, type ReleaseName } from '../core/release.js';
import { v2_1 } from './v2.1.js';
import { v3_0 } from './v3.0.js';
import { v3_1 } from './v3.1.js';
import { v3_3 } from './v3.3.js';
import { v3_4 } from './v3.4.js';
import { v4_1 } from './v4.1.js';

/** Every release, by name. */
export const releases: Readonly<Record<ReleaseName, Release>> = {
  'v2.1': v2_1,
  'v3.0': v3_0,
  'v3.1': v3_1,
  'v3.3': v3_3,
  'v3.4': v3_4,
  'v4.1': v4_1,
};
