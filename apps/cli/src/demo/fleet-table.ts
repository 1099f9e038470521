import { type Cell, table } from '../output/table.ts';
import { formatBytes, formatPageSize } from '../output/units.ts';
import type { FleetHost, FleetVerdict } from './fleet-query.ts';

/** How an outcome looks on this terminal. */
export type OutcomeStyle = (outcome: string) => (text: string) => string;

const said = (outcome: FleetVerdict['outcome']): string => outcome.toLowerCase().replace('_', '-');
const plain = (text: string): Cell => ({ text });
const number = (text: string): Cell => ({ text, alignRight: true });

/** Every host's device ranges on its own kernel: as they are, and made anew with map=dev. */
export function ownKernelTable(hosts: readonly FleetHost[], style: OutcomeStyle, columns: number | null): string {
  const rows = [
    ['HOST', 'KERNEL', 'PAGES', 'RANGE', 'SIZE', 'HAS', 'QUESTION', 'OUTCOME', 'ON DEVICE', 'IN DRAM', 'REASON'].map(
      plain,
    ),
  ];
  for (const { name, report } of hosts) {
    if (report === null) continue;
    const pages = report.pageSize === null ? '?' : formatPageSize(report.pageSize);
    if (report.deviceRanges.length === 0) {
      const why =
        report.state === 'FAILED' ? `could not be checked: ${report.failure ?? ''}` : 'no device range in its evidence';
      rows.push([name, report.release, pages, '-', '', '', '', '', '', '', why].map(plain));
    }
    report.deviceRanges.forEach((range, at) => {
      const own = range.verdicts.filter((verdict) => verdict.basis === 'OWN');
      own.forEach((verdict, i) => {
        const first = i === 0;
        const bytes = (value: number | undefined): string => (value === undefined ? '-' : formatBytes(value));
        rows.push([
          plain(first && at === 0 ? name : ''),
          plain(first && at === 0 ? report.release : ''),
          plain(first && at === 0 ? pages : ''),
          plain(first ? range.name : ''),
          number(first ? formatBytes(range.size) : ''),
          plain(first ? [range.mode ?? '?', range.map].filter((word) => word !== null).join(' ') : ''),
          plain(verdict.question === 'AS_IS' ? 'as it is' : 'made anew'),
          { text: said(verdict.outcome), style: style(said(verdict.outcome)) },
          number(bytes(verdict.memmap?.deviceBytes)),
          number(bytes(verdict.memmap?.dramBytes)),
          plain(verdict.sentence),
        ]);
      });
    });
  }
  return table(rows, columns);
}

/** The day of a move: the same release and config under each page size. */
export function whatIfTable(hosts: readonly FleetHost[], style: OutcomeStyle, columns: number | null): string {
  const sizes = [4096, 16384, 65536];
  const heads = (['as it is', 'made anew'] as const).flatMap((question) =>
    sizes.map((size) => `${question} ${formatPageSize(size)}`),
  );
  const rows: Cell[][] = [['HOST', 'NOW', 'RANGE', ...heads.map((head) => head.toUpperCase())].map(plain)];
  for (const { name, report } of hosts) {
    for (const [at, range] of (report?.deviceRanges ?? []).entries()) {
      const cells = (['AS_IS', 'MADE_ANEW'] as const).flatMap((question) =>
        sizes.map((size): Cell => {
          const found = range.verdicts.filter((verdict) => verdict.question === question && verdict.pageSize === size);
          const outcome = found[0] === undefined ? '-' : said(found[0].outcome);
          return { text: outcome, style: style(outcome) };
        }),
      );
      const pageSize = report?.pageSize ?? null;
      const now = pageSize === null ? '?' : formatPageSize(pageSize);
      rows.push([plain(at === 0 ? name : ''), plain(at === 0 ? now : ''), plain(range.name), ...cells]);
    }
  }
  return table(rows, columns);
}
