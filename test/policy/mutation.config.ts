import { defineConfig } from 'vitest/config';

/** The tests of the mutation run, for `stryker run … --testRunner vitest`: slower than `mutation/runner.ts`, to check that one against. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['test/policy/*.test.ts', 'test/explain-state.test.ts'],
    // Every mutant has a worker of its own all the same.
    isolate: false,
    env: { LOCKSTEP_RUNS_DIVISOR: '10' },
  },
});
