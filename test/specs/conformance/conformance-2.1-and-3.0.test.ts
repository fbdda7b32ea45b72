import { expectConformance } from './expect-conformance.js';

expectConformance(['v2.1', 'v3.0']);
