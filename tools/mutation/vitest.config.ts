import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The recordings of real kernels kill most mutants in half a second, the property tests take the longest. */
class KernelsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      moduleId.endsWith('conformance.test.ts') ? 0 : moduleId.endsWith('sparse.test.ts') ? 2 : 1;
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** The engine's own tests alone: no Postgres, no Redis. */
export default defineConfig({
  test: {
    include: ['libs/vmemmap/**/*.test.ts'],
    setupFiles: ['tools/mutation/setup.ts'],
    sequence: { sequencer: KernelsFirst },
    // Property tests name their seed: the names of tests must not change between runs.
    env: { FC_SEED: '1', FC_RUNS: '1000' },
    testTimeout: 60_000,
  },
});
