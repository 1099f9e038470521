import type { ExportedFinding, Render } from './exported-finding.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 cannot hold becomes U+FFFD. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}

/**
 * JUnit XML: an open finding is a case that fails, a waived one is skipped, a resolved one passes. A suite holds a piece of the
 * list, so that its counts are known when it begins.
 */
export const toJunit: Render = async function* (pieces) {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="altmap findings">\n';
  let first = 1;
  for await (const findings of pieces) {
    if (findings.length === 0) continue;
    const count = (state: ExportedFinding['state']): number => findings.filter((one) => one.state === state).length;
    const last = first + findings.length - 1;
    yield `  <testsuite name="altmap findings ${first} to ${last}" tests="${findings.length}" ` +
      `failures="${count('open')}" errors="0" skipped="${count('waived')}">\n` +
      `${findings.map(testcase).join('')}  </testsuite>\n`;
    first = last + 1;
  }
  yield '</testsuites>\n';
};

function testcase({
  state,
  host,
  code,
  subject,
  severity,
  summary,
  key,
  waiver,
  firstSeenAt,
}: ExportedFinding): string {
  const since = `${severity}, since ${firstSeenAt.toISOString()}`;
  const body = {
    open: `<failure type="${xml(code)}" message="${xml(summary)}">${xml(since)}</failure>`,
    waived: `<skipped message="${xml(`waived by ${waiver?.owner ?? '?'}: ${waiver?.reason ?? '?'}`)}"/>`,
    resolved: `<system-out>${xml(`resolved: ${summary}`)}</system-out>`,
  }[state];
  const name = `${code} ${subject} (${key})`;
  return `    <testcase classname="${xml(`altmap.${host.name}`)}" name="${xml(name)}">${body}</testcase>\n`;
}
