import type { FindingFact, Verdict } from '@altmap/policy';
import { escapeXml } from '../output/escape-xml.ts';
import { formatPageSize } from '../output/units.ts';
import { type CheckReport, FORMAT_VERSION } from './check-report.ts';
import { fails } from './fail-on.ts';
import type { JudgedHost } from './judge-host.ts';

/**
 * JUnit XML: one suite a host. Each finding is a case that fails when it is at or above --fail-on, so that a run is red exactly
 * when the exit status is 1; each verdict is a case that passes, or is skipped where an input was missing. A PATH that could
 * not be used is a suite with one error.
 */
export function toJunit(report: CheckReport): string {
  const suites = report.hosts.map((host) => suiteOf(host, report));
  const errors = report.unusable.map(
    ({ path, message }) =>
      `  <testsuite name="${escapeXml(path)}" tests="1" failures="0" errors="1" skipped="0">\n` +
      `    <testcase classname="altmap" name="input"><error message="${escapeXml(message)}"/></testcase>\n  </testsuite>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="altmap check">\n${[...suites, ...errors].join('')}</testsuites>\n`;
}

function suiteOf(host: JudgedHost, { failOn }: CheckReport): string {
  const { verdicts } = host.assessment;
  const failing = host.findings.filter((finding) => fails(finding, failOn));
  const unknown = verdicts.filter((verdict) => verdict.result.outcome === 'unknown');
  const cases = [
    ...host.findings.map((finding) => findingCase(host, finding, failing.includes(finding))),
    ...verdicts.map((verdict) => verdictCase(host, verdict)),
  ];
  return (
    `  <testsuite name="${escapeXml(host.evidence.name)}" tests="${cases.length}" failures="${failing.length}" errors="0" skipped="${unknown.length}">\n` +
    `    <properties><property name="altmap.format" value="${FORMAT_VERSION}"/>` +
    `<property name="altmap.engine" value="${escapeXml(host.assessment.engineVersion)}"/></properties>\n` +
    `${cases.join('')}  </testsuite>\n`
  );
}

function findingCase(host: JudgedHost, { code, severity, subject, summary }: FindingFact, failed: boolean): string {
  const body = failed
    ? `<failure type="${escapeXml(code)}" message="${escapeXml(summary)}"/>`
    : `<system-out>${escapeXml(`${severity}: ${summary}`)}</system-out>`;
  return testcase(host, `finding ${code}: ${subject}`, body);
}

function verdictCase(host: JudgedHost, { range, pageSize, basis, question, sentence, result }: Verdict): string {
  const name = `${range}, ${formatPageSize(pageSize)} pages (${basis}), ${question}: ${result.outcome}`;
  const body =
    result.outcome === 'unknown'
      ? `<skipped message="${escapeXml(sentence)}"/>`
      : `<system-out>${escapeXml(sentence)}</system-out>`;
  return testcase(host, name, body);
}

function testcase(host: JudgedHost, name: string, body: string): string {
  return `    <testcase classname="${escapeXml(`altmap.${host.evidence.name}`)}" name="${escapeXml(name)}">${body}</testcase>\n`;
}
