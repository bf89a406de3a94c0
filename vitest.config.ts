import { defineConfig } from 'vitest/config';

// Two suites: `unit` is pure or touches only temporary folders and takes a minute or two; `e2e` drives the
// built program in a real terminal and may take a few.
export default defineConfig({
  test: {
    // By default one core is left idle: on two that is half of them.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**', 'test/bench/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          env: { NODE_ENV: 'production', FORCE_COLOR: '0', MCP_AUDIT_TEST: '1' },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
