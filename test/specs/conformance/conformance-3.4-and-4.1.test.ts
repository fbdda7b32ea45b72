import { expectConformance } from './expect-conformance.js';

expectConformance(['v3.4', 'v4.1']);
