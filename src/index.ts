export { startFakeKsApiserver } from './kit/start.js';
export type { Options } from './core/options.js';
