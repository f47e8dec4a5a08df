import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tables first, properties last: a mutant that a table finds costs no thousand random runs. */
class TablesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLaw = ({ moduleId }: TestSpecification): number => (/laws|properties/.test(moduleId) ? 1 : 0);
    return files.toSorted((a, b) => isLaw(a) - isLaw(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** What the mutation run of shared/policy runs: the tests of this folder. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: { include: ['test/policy/*.test.ts'], sequence: { sequencer: TablesFirst } },
});
