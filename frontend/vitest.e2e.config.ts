import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    // One server and one browser serve all flows, in order.
    fileParallelism: false,
    testTimeout: 45_000,
    // As long as the page's own waits: a busy machine is no failure.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
  },
});
