import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    // Exercises that tests use as fixtures are judged by kata, not run here.
    exclude: ['**/node_modules/**', 'test/mini-workshop/**', 'test/**/fixture/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
