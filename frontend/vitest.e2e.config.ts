import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [process.env.PICTURES ? 'e2e/pictures.shots.ts' : 'e2e/**/*.e2e.ts'],
    globalSetup: 'e2e/setup.ts',
    // One service serves all files, in order.
    fileParallelism: false,
    // As long as the page's own waits, and longer: a busy machine is no failure.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
