import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    // Exercises that tests use as fixtures are judged by kata, not run here.
    exclude: ['**/node_modules/**', 'test/mini-workshop/**', 'test/**/fixture/**'],
    // A person's own settings must not lead tests into their workshop, or change what screens say.
    env: { KATA_HOME: '', LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
