import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  test: {
    include: ['test/**/*.test.ts'],
    // The live checks make things in two real accounts: only when asked.
    exclude: [...configDefaults.exclude, ...(process.env.LOCKSTEP_LIVE === '1' ? [] : ['test/live/live.test.ts'])],
    setupFiles: ['test/support/seed.ts'],
    // A loaded machine is slower, not wrong; a test that hangs still ends.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    unstubEnvs: true,
    coverage: { provider: 'v8', include: ['functions/**', 'shared/**', 'infra/**'], reportsDirectory: 'coverage' },
  },
});
