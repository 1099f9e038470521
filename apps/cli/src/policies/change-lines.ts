import type { Rejudged } from '@altmap/standalone';
import { printable } from '../output/table.ts';

interface Change {
  readonly change: 'opened' | 'resolved' | 'changed';
  readonly hostName: string;
  readonly code: string;
  readonly severity: string;
  readonly severityBefore: string | null;
  readonly subject: string;
  readonly summary: string;
}

const MARK = { opened: '+', resolved: '-', changed: '~' } as const;

/** One line for each thing that a pass over all hosts found different. */
export function changeLine({ change, hostName, code, severity, severityBefore, subject, summary }: Change): string {
  const weight = change === 'changed' ? `${severityBefore} -> ${severity}` : severity;
  return `${MARK[change]} ${printable(`${hostName}  ${weight}  ${code}  ${subject}: ${summary}`)}\n`;
}

export function summaryLine({ run, version }: Rejudged): string {
  const { hosts, skipped, opened, resolved, changed, dryRun } = run;
  const done = dryRun ? 'would open' : 'opened';
  return (
    `${version === null ? '' : `policy version ${version.version} is in force\n`}` +
    `${hosts} hosts (${skipped} without a checked report): ${done} ${opened}, ` +
    `${dryRun ? 'resolve' : 'resolved'} ${resolved}, ${dryRun ? 'change' : 'changed'} the severity of ${changed}\n` +
    (dryRun ? 'nothing was changed\n' : '')
  );
}
