import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { DATE, distrosPage } from './distros-page.ts';
import { type JudgedReport, judgeReports } from './judge-reports.ts';
import { type Corpus, readConfigs } from './read-configs.ts';
import { CORPUS, hasCorpus } from './shared.ts';

// Under CI the files have to be there: nothing is skipped silently.
const skip = !hasCorpus() && process.env['CI'] === undefined;

describe.skipIf(skip)(`the corpus${skip ? ` (skipped: no ${CORPUS})` : ''}`, () => {
  let corpus: Corpus;
  let reports: readonly JudgedReport[];
  beforeAll(() => {
    corpus = readConfigs();
    reports = judgeReports(corpus.configs);
  });

  it('has every config read as matrix.tsv says', () => {
    expect(corpus.configs.length).toBeGreaterThan(150);
    expect(corpus.mismatches).toEqual([]);
  });

  it('is summed up in docs/distros.md, written by `npm run corpus`', () => {
    const written = readFileSync(new URL('../../docs/distros.md', import.meta.url), 'utf8');
    expect(written).toMatch(DATE);
    expect(distrosPage(corpus, '2000-01-01').replace(DATE, '')).toBe(written.replace(DATE, ''));
  });

  it('answers what has been found out about kernels by reading or booting them', () => {
    const found = (name: string) => corpus.configs.find((config) => config.name === name)?.altmap;
    expect(found('debian-12-6.12.117')).toMatchObject({ answer: 'yes', limits: ['no fallback'], missing: [] });
    expect(found('debian-12-6.12.117-16k')).toMatchObject({ answer: 'yes', limits: [] });
    expect(found('debian-12-6.1.0-56')).toMatchObject({ answer: 'no', missing: ['ZONE_DEVICE', 'NVDIMM_PFN'] });
    expect(found('fedora-38-6.8')?.limits).toEqual(['no fallback', 'unfixed partial sections']);
    expect(found('centos-8-4.18.0-477.13.1')).toMatchObject({ answer: 'unknown', limits: ['vendor tree'] });
    expect(found('kata-5.4.x')).toMatchObject({ answer: 'unknown', limits: ['patched tree'] });
  });

  it('has every report judged for 4K, 16K and 64K pages', () => {
    expect(reports.length).toBeGreaterThan(100);
    for (const { name, assessment } of reports) {
      expect(assessment.ranges.length, name).toBeGreaterThan(0);
      for (const range of assessment.ranges) {
        const judged = assessment.verdicts.filter(
          (verdict) => verdict.range === range.name && verdict.basis === 'what-if',
        );
        expect([...new Set(judged.map(({ pageSize }) => pageSize))], `${name}: ${range.name}`).toEqual([
          4096, 16384, 65536,
        ]);
        for (const { sentence } of judged) expect(sentence, name).not.toBe('');
      }
    }
  });
});
