import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests with real Kubernetes clients, kept out of `npm test`: not every machine has them. */
const config: ViteUserConfig = defineConfig({
  test: { include: ['test/clients/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});

export default config;
