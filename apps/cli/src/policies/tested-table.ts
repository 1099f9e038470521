import type { FindingFact } from '@altmap/policy';
import type { Palette } from '../output/palette.ts';
import { type Cell, table } from '../output/table.ts';
import type { TestedHost } from './test-policy.ts';

/** For people: each finding, with "+" where the built-in policy has it not and "-" where only that one has it. */
export function testedTable(
  hosts: readonly TestedHost[],
  { palette, columns }: { readonly palette: Palette; readonly columns: number | null },
): string {
  const row = (mark: string, host: string, { severity, code, subject, summary }: FindingFact): Cell[] => [
    { text: mark },
    { text: host },
    { text: severity, style: mark === '-' ? palette.dim : palette.severity[severity] },
    { text: code },
    { text: subject },
    { text: summary },
  ];
  const rows = hosts.flatMap(({ name, findings, dropped, added }) => [
    ...findings.map((finding) => row(added.has(finding.key) ? '+' : ' ', name, finding)),
    ...dropped.map((finding) => row('-', name, finding)),
  ]);
  const title = ['', 'HOST', 'SEVERITY', 'CODE', 'SUBJECT', 'SUMMARY'].map((text) => ({ text, style: palette.title }));
  const count = (severity: FindingFact['severity']): number =>
    hosts.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
  const added = hosts.reduce((sum, host) => sum + host.added.size, 0);
  const dropped = hosts.reduce((sum, host) => sum + host.dropped.length, 0);
  const hostCount = hosts.length === 1 ? '1 host' : `${hosts.length} hosts`;
  return (
    (rows.length === 0 ? '' : `${table([title, ...rows], columns)}\n`) +
    `${hostCount}: ${count('critical')} critical, ${count('warning')} warning, ${count('info')} info; ` +
    `${added} more and ${dropped} fewer than the built-in policy\n`
  );
}
