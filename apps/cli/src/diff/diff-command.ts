import { diffEvidence, isSameReport, type ReportDiff } from '@altmap/policy';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { withServer } from '../server/with-server.ts';
import type { Terminal } from '../terminal.ts';
import { diffText } from './diff-text.ts';

interface DiffOptions {
  readonly format: 'text' | 'json';
  readonly exitCode?: true;
}

const HELP = `
A and B are captured directories or archives, as for "altmap check", and no server is needed; or ids of two reports, as "altmap host
reports" lists them, and the server's database is asked (see "altmap serve --help" for where that is).

Of the config every symbol is told that the two say different things of: set to a value, not set, or absent (no line at all).

Exit status: 0, or with --exit-code 1 where they differ; 2 where an input cannot be used.

Examples:
  $ altmap diff samples/edge-4k-01 samples/edge-4k-04
  $ altmap diff before/ after/ --format json --exit-code
  $ altmap diff 0199f0de-0000-7000-8000-000000000001 0199f0de-0000-7000-8000-000000000002
`;

const REPORT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** altmap diff A B. */
export function addDiffCommand(program: Command, context: Context): void {
  program
    .command('diff')
    .summary('what differs between two captures or reports')
    .description('Tells what differs between two captures or reports: config symbols, memory map and device ranges.')
    .argument('<a>', 'captured directory or archive, or id of a report')
    .argument('<b>', 'captured directory or archive, or id of a report')
    .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'json']).default('text'))
    .option('--exit-code', 'exit with 1 where they differ')
    .addHelpText('after', HELP)
    .action(async (a: string, b: string, { format, exitCode }: DiffOptions) => {
      const { terminal, exit } = context;
      const say = (diff: ReportDiff): void => {
        terminal.out.write(
          format === 'json' ? `${JSON.stringify({ version: 1, a, b, ...diff }, null, 2)}\n` : diffText(diff),
        );
        if (exitCode === true && !isSameReport(diff)) exit(1);
      };
      if (REPORT_ID.test(a) && REPORT_ID.test(b)) {
        await withServer(context, async ({ reportDiff }) => say(await reportDiff(terminal.env, a, b)));
      } else {
        say(diffEvidence(await sideOf(a, terminal), await sideOf(b, terminal)));
      }
    });
}

async function sideOf(path: string, terminal: Terminal) {
  const { parts, release, pageSize } = await readEvidence(path, { files: new Map() }, terminal);
  return {
    evidence: new Map([...parts].map(([kind, part]) => [kind, part.content])),
    said: { release, pageSize },
  };
}
