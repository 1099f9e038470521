import { Severity } from '@altmap/protocol';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { table } from '../output/table.ts';
import { withServer } from '../server/with-server.ts';
import { parseLabel } from '../parse-label.ts';

interface FilterOptions {
  readonly state: 'open' | 'waived' | 'resolved' | 'all';
  readonly severity?: Severity[];
  readonly code?: string[];
  readonly label: Readonly<Record<string, string>>;
}

const FORMATS = ['csv', 'ndjson', 'sarif', 'junit'] as const;
type Format = (typeof FORMATS)[number];

export function addFindingsCommand(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  const findings = program
    .command('findings')
    .summary('list and export the findings of a server')
    .description('Shows what somebody should act on, newest first.');
  withFilter(findings.command('list'))
    .description('Lists findings for people.')
    .addHelpText('after', '\nExamples:\n  $ altmap findings list --severity critical\n')
    .action((options: FilterOptions) =>
      withServer(context, async ({ findingsEach }) => {
        const rows: { text: string }[][] = [];
        await findingsEach(env, filterOf(options), ({ state, severity, host, code, subject, firstSeenAt, summary }) => {
          const since = firstSeenAt.toISOString().slice(0, 16);
          rows.push([state, severity, since, host.name, code, subject, summary].map((text) => ({ text })));
        });
        const title = ['STATE', 'SEVERITY', 'SINCE', 'HOST', 'CODE', 'SUBJECT', 'SUMMARY'].map((text) => ({ text }));
        out.write(table([title, ...rows], out.columns));
      }),
    );
  withFilter(findings.command('export'))
    .description('Writes findings for machines.')
    .addOption(new Option('--format <format>', 'form').choices(FORMATS).makeOptionMandatory())
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap findings export --format csv --state all > findings.csv\n' +
        '  $ altmap findings export --format sarif --severity critical --label env=prod\n',
    )
    .action(({ format, ...options }: FilterOptions & { format: Format }) =>
      withServer(context, ({ findingsExport }) =>
        findingsExport(env, { format, filter: filterOf(options) }, async (text) => out.write(text)),
      ),
    );
}

function withFilter(command: Command): Command {
  return command
    .addOption(
      new Option('--state <state>', 'open, waived, resolved or all')
        .choices(['open', 'waived', 'resolved', 'all'])
        .default('open'),
    )
    .addOption(new Option('--severity <severity...>', 'any of these').choices(Severity.options))
    .option('--code <code...>', 'any of these')
    .addOption(
      new Option('--label <name=value>', 'a label of the host; may be given again').argParser(parseLabel).default({}),
    );
}

function filterOf({ state, severity, code, label }: FilterOptions) {
  return {
    state,
    ...(severity === undefined ? {} : { severity }),
    ...(code === undefined ? {} : { code }),
    labels: label,
  };
}
