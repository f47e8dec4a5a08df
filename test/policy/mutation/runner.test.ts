import { beforeAll, describe, expect, it } from 'vitest';
import { strykerPlugins } from './runner.ts';
import { collected, describe as declare, it as declareTest, standsIn } from './suite.ts';

describe('the tests that are collected', () => {
  standsIn('a.test.ts');
  declare('a suite', () => {
    declareTest('a test', () => 1);
    declareTest('a test', () => 2);
    declareTest.each([['x', { y: 1 }, 'not named']])('of %s with %j', (first) => first);
    declareTest.each([{ name: 'z' }])('of $name and $nothing', ({ name }) => name);
  });
  declare.each([['outer']])('suite %s', () => declareTest('inner', () => 5));

  it('are named as vitest names them, each once, with their files', () => {
    expect(collected().map(({ file, name }) => [file, name])).toEqual(
      [
        'a suite > a test',
        'a suite > a test (2)',
        'a suite > of x with {"y":1}',
        'a suite > of z and $nothing',
        'suite outer > inner',
      ].map((name) => ['a.test.ts', name]),
    );
  });

  it('get the values of their row', () => {
    expect(collected().map(({ body }) => body())).toEqual([1, 2, 'x', 'z', 5]);
  });
});

describe('running the tests for one mutant', () => {
  const [plugin] = strykerPlugins;
  const runner = plugin && new plugin.injectableClass();
  const run = (testFilter: readonly string[]) =>
    runner?.mutantRun({ activeMutant: { id: '1' }, testFilter, mutantActivation: 'runtime' });

  beforeAll(() => runner?.init());

  it('runs those that reach it', async () => {
    const { tests = [] } = (await runner?.dryRun()) ?? {};
    const some = tests.slice(0, 3).map(({ id }) => id);

    expect(tests.length).toBeGreaterThan(2000);
    expect(new Set(tests.map(({ id }) => id)).size).toBe(tests.length);
    expect(await run(some)).toEqual({ status: 'survived', nrOfTests: 3 });
    expect(await run(['a test that is not there'])).toEqual({ status: 'survived', nrOfTests: 0 });
  });
});
