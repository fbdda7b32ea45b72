import { expectConformance } from './expect-conformance.js';

expectConformance(['v3.1', 'v3.3']);
