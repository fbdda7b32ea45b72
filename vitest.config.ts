import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    setupFiles: ['test/support/answer-check/setup.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/clients/**'],
    sequence: { shuffle: true },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A busy machine is no failure.
    expect: { poll: { timeout: 10_000 } },
  },
});

export default config;
