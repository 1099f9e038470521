import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A mutant dies at the first test that fails: the quick ones go first, the recordings next, the property tests last. */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      moduleId.endsWith('conformance.test.ts') ? 1 : /(sparse|-property)\.test\.ts$/.test(moduleId) ? 2 : 0;
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** The engine's own tests alone: no Postgres, no Redis. */
export default defineConfig({
  test: {
    include: ['libs/vmemmap/**/*.test.ts'],
    setupFiles: ['tools/mutation/setup.ts'],
    sequence: { sequencer: QuickestFirst },
    // Stryker starts anew for each mutant; the test files of one mutant share a process, and nothing else.
    isolate: false,
    // Property tests name their seed: the names of tests must not change between runs.
    env: { FC_SEED: '1', FC_RUNS: '100' },
    testTimeout: 60_000,
  },
});
