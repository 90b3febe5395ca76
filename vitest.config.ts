import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A bound, not a measure: some tests start real programs, and a busy machine starts them slowly.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Output is compared to the byte, so the terminal a developer happens to have must not matter.
    env: { NO_COLOR: '1', COLUMNS: '80', TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    setupFiles: ['test/support/no-network.ts'],
  },
});
