import { type Assessment, openCase } from '@altmap/policy';
import type { ReadConfig } from './read-configs.ts';
import { corpusReports, evidenceOf, type Report, withDevice } from './reports.ts';

export interface JudgedReport {
  readonly name: string;
  /** True where the machine showed no device memory that could be judged, and was given some. */
  readonly synthetic: boolean;
  readonly assessment: Assessment;
  readonly errors: number;
}

/** Judges every whole report of the corpus for its own kernel and for 4K, 16K and 64K pages. */
export function judgeReports(configs: readonly ReadConfig[]): readonly JudgedReport[] {
  return corpusReports().map((report) => {
    const asItIs = judgeOne(report, configs);
    if (asItIs.assessment.ranges.length > 0) return { ...asItIs, synthetic: false };
    return { ...judgeOne(withDevice(report), configs), synthetic: true };
  });
}

function judgeOne(report: Report, configs: readonly ReadConfig[]): Omit<JudgedReport, 'synthetic'> {
  const config = configs.find(({ path }) => path === report.config);
  if (config === undefined) throw new Error(`${report.name}: expected the config ${report.config} in the corpus`);
  const { release, pageSize } = config.target;
  const opened = openCase(evidenceOf(report), { release: release.raw, pageSize });
  const assessment = opened.assess();
  opened.findings(assessment);
  const errors = opened.diagnostics.filter(({ severity }) => severity === 'error').length;
  return { name: report.name, assessment, errors };
}
