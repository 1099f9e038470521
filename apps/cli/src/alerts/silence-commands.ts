import { formatMatcher, type Matcher } from '@altmap/protocol';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { row, table } from '../output/table.ts';
import { parseDuration } from '../server/parse-duration.ts';
import { withServer } from '../server/with-server.ts';
import { matcherArgument } from './matcher-argument.ts';

interface AddOptions {
  readonly match: readonly Matcher[];
  readonly for: number;
  readonly comment: string;
  readonly by?: string;
}

/** altmap silence add, list, expire. */
export function addSilenceCommands(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  const silence = program
    .command('silence')
    .summary('hold alerts back for a time')
    .description('Manages silences: what they hold back is told when they end, if it is still so.');
  silence
    .command('add')
    .description('Holds back what matches, from now on, and prints the id.')
    .requiredOption(
      '--match <matcher>',
      'label=value, !=, =~ or !~; all must match; more than once',
      matcherArgument,
      [],
    )
    .requiredOption('--for <duration>', 'how long, e.g. 90m, 12h, 7d', parseDuration)
    .requiredOption('--comment <text>', 'why')
    .option('--by <name>', 'who; the user of the command line when not given')
    .addHelpText('after', '\nExamples:\n  $ altmap silence add --match rack=r7 --for 4h --comment "new DIMMs"\n')
    .action(({ match: matchers, for: forMs, comment, by }: AddOptions) =>
      withServer(context, async ({ silenceAdd }) => {
        const who = by === undefined ? {} : { creator: by };
        out.write(`${(await silenceAdd(env, { matchers, forMs, comment, ...who })).id}\n`);
      }),
    );
  silence
    .command('list')
    .description('Lists silences that have not ended.')
    .addHelpText('after', '\nExamples:\n  $ altmap silence list\n')
    .action(() =>
      withServer(context, async ({ silenceList }) => {
        const rows = (await silenceList(env)).map(({ id, matchers, endsAt, creator, comment }) =>
          row(id, matchers.map(formatMatcher).join(', '), endsAt.toISOString(), creator, comment),
        );
        out.write(table([row('ID', 'MATCHES', 'UNTIL', 'BY', 'WHY'), ...rows], out.columns));
      }),
    );
  silence
    .command('expire')
    .description('Ends a silence now.')
    .argument('<id>')
    .addHelpText('after', '\nExamples:\n  $ altmap silence expire 0199f0de-0000-7000-8000-000000000001\n')
    .action((id: string) =>
      withServer(context, async ({ silenceExpire }) => {
        await silenceExpire(env, id);
        out.write(`ended ${id}\n`);
      }),
    );
}
