import type { FleetResult } from './run-fleet.ts';

/** The figures that people look at, as lines of text. */
export function summaryOf(result: FleetResult): string {
  const { hosts, enrolMs, reportMs, sent, answers, errors, blobs, blobBytes, traffic, rows } = result;
  const each = (total: number): string => (sent === 0 ? '-' : Math.round(total / sent).toLocaleString('en'));
  const perSecond = (count: number, ms: number): string => (ms === 0 ? '-' : ((count * 1_000) / ms).toFixed(1));
  const lines: [string, string][] = [
    ['hosts enrolled', `${hosts} (${perSecond(hosts, enrolMs)} a second)`],
    ['reports sent', `${sent} (${perSecond(sent, reportMs)} a second)`],
    ['  accepted', String(answers.accepted)],
    ['  unchanged', String(answers.unchanged)],
    ['  failed', String(answers.failed)],
    ...Object.entries(errors).map(([cause, count]): [string, string] => [`    ${cause}`, String(count)]),
    ['bytes sent a report', each(traffic.bytesSent)],
    ['bytes received a report', each(traffic.bytesReceived)],
    ['requests a report', sent === 0 ? '-' : (traffic.requests / sent).toFixed(2)],
    ['parts uploaded', `${blobs} (${blobBytes.toLocaleString('en')} bytes compressed)`],
    ['connections', String(traffic.connections)],
    ['requests tried again', `${traffic.retries} (waited ${(traffic.waitedMs / 1_000).toFixed(1)} s for them)`],
    ...Object.entries(rows ?? {}).map(([table, { inserted, updated, deleted }]): [string, string] => [
      `rows of ${table}`,
      `${inserted} inserted, ${updated} updated, ${deleted} deleted`,
    ]),
  ];
  return `${lines.map(([name, value]) => `${name.padEnd(32)}${value}`).join('\n')}\n`;
}
