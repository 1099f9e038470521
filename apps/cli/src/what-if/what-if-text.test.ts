import { expect, test } from 'vitest';
import { exampleReport } from '../check/example-report.ts';
import { paletteFor } from '../output/palette.ts';
import { comparisonsOf, losesSomething } from './comparison.ts';
import { whatIfText } from './what-if-text.ts';

const [host] = exampleReport().hosts;
if (host === undefined) throw new Error('the example has a host');
const stream = { write: () => {}, isTty: false, columns: null };
const plain = { palette: paletteFor('never', stream, {}), columns: null };
const answer = {
  assessment: host.assessment,
  target: { release: '6.6.1', pageSize: 65536 },
  changes: [{ symbol: 'ARM64_4K_PAGES', from: { type: 'y' }, to: { type: 'not-set' }, why: 'the page size asked for' }],
  assumptions: ['nothing else changes'],
} as const;

test('what was refused there and works today is lost; what is not known is not', () => {
  const comparisons = comparisonsOf(host.assessment);
  expect(comparisons.map(({ today, there }) => [today?.result.outcome, there.result.outcome])).toEqual([
    ['ok', 'refused'],
    ['ok', 'unknown'],
  ]);
  expect(comparisons.map(losesSomething)).toEqual([true, false]);
});

test('tells both kernels, the symbols that change, and what is lost', () => {
  const text = whatIfText(host.evidence, answer, plain);
  expect(text).toContain('6.1.192, 4K pages -> 6.6.1, 64K pages\n');
  expect(text).toMatch(/CONFIG_ARM64_4K_PAGES +y -> not set +the page size asked for\n/);
  expect(text).toContain('assumed: nothing else changes');
  expect(text).toMatch(/namespace0\.0 +1 GiB +fsdax dev +as it is +ok +refused/);
  expect(text).toContain('Works today and would not there: namespace0.0 (refused)');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('drivers/nvdimm');
});

test('tells first what would crash, what helps, and on demand the steps of the kernel', () => {
  const { ranges, verdicts, engineVersion } = host.assessment;
  const remedy = {
    kind: 'request',
    summary: 'begin 16 MiB later',
    command: null,
    release: null,
    price: { lostBytes: 16 * 2 ** 20, dramBytes: 0, dataLost: true },
  } as const;
  const crashing = verdicts.map((verdict) =>
    verdict.pageSize === 16384
      ? { ...verdict, result: { ...verdict.result, outcome: 'oops' as const }, remedies: [remedy] }
      : verdict,
  );
  const other = { ...answer, assessment: { engineVersion, ranges, verdicts: crashing } };
  const text = whatIfText(host.evidence, other, plain, true);
  const crash = text.indexOf('Crashes the kernel at boot there, works today: namespace0.0 (oops)');
  expect(crash).toBeGreaterThan(0);
  expect(text.indexOf('Works today and would not there: namespace0.0 (refused)')).toBeGreaterThan(crash);
  expect(text).toMatch(
    /What helps\n +namespace0\.0, as it is +begin 16 MiB later +16 MiB unused, data must be copied away/,
  );
  expect(text).toMatch(/pass +namespace-size +size=1073741824 \(0x40000000\)/);
});
