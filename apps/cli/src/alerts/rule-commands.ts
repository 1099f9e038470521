import { formatMatcher, type Matcher, Severity } from '@altmap/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { row, table } from '../output/table.ts';
import { parseDuration } from '../server/parse-duration.ts';
import { withServer } from '../server/with-server.ts';
import { matcherArgument } from './matcher-argument.ts';

interface AddOptions {
  readonly name: string;
  readonly receiver: string;
  readonly minSeverity: Severity;
  readonly match: readonly Matcher[];
  readonly groupBy: readonly string[];
  readonly groupWait: number;
  readonly groupInterval: number;
  readonly repeatInterval: number;
  readonly stormGroups: number;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > 1_000_000) {
    throw new InvalidArgumentError('Expected a whole number from 1.');
  }
  return value;
}

/** altmap rule add, list, remove. */
export function addRuleCommands(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  const rule = program
    .command('rule')
    .summary('add, list and remove alert rules')
    .description('Manages which findings are told to which receiver, and how they are grouped: docs/alerts.md.');
  rule
    .command('add')
    .description('Adds a rule. Findings that are open already are told at the next report of their host.')
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--receiver <name>', 'who is told')
    .addOption(new Option('--min-severity <severity>', 'least severity').choices(Severity.options).default('warning'))
    .option('--match <matcher>', 'label=value, !=, =~ or !~; all must match; more than once', matcherArgument, [])
    .option('--group-by <label...>', 'alerts with equal values of these go into one message', ['host'])
    .option('--group-wait <duration>', 'how long the first message of a group waits', parseDuration, 1_000)
    .option('--group-interval <duration>', 'least time between two messages of a group', parseDuration, 60_000)
    .option('--repeat-interval <duration>', 'when what still fires is told again', parseDuration, 86_400_000)
    .option('--storm-groups <count>', 'more new groups in ten minutes become one summary', count, 50)
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap rule add --name storage --receiver oncall --match team=storage --group-by code --group-wait 30s\n',
    )
    .action((options: AddOptions) =>
      withServer(context, async ({ ruleAdd }) => {
        const { name, receiver, minSeverity, match: matchers, groupBy, stormGroups } = options;
        const { groupWait: groupWaitMs, groupInterval: groupIntervalMs, repeatInterval: repeatIntervalMs } = options;
        const times = { groupWaitMs, groupIntervalMs, repeatIntervalMs };
        await ruleAdd(env, { name, receiver, minSeverity, matchers, groupBy, stormGroups, ...times });
        out.write(`added ${name}\n`);
      }),
    );
  rule
    .command('list')
    .description('Lists all rules.')
    .addHelpText('after', '\nExamples:\n  $ altmap rule list\n')
    .action(() =>
      withServer(context, async ({ ruleList }) => {
        const seconds = (ms: number): string => `${ms / 1_000}s`;
        const rows = (await ruleList(env)).map((one) =>
          row(
            one.name,
            one.receiver,
            one.minSeverity,
            one.matchers.map(formatMatcher).join(', '),
            one.groupBy.join(', '),
            [one.groupWaitMs, one.groupIntervalMs, one.repeatIntervalMs].map(seconds).join(' '),
            String(one.stormGroups),
          ),
        );
        const head = row('NAME', 'RECEIVER', 'FROM', 'MATCHES', 'GROUP BY', 'WAIT, INTERVAL, REPEAT', 'STORM');
        out.write(table([head, ...rows], out.columns));
      }),
    );
  rule
    .command('remove')
    .description('Removes a rule. What it has told stays in the ledger.')
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  $ altmap rule remove storage\n')
    .action((name: string) =>
      withServer(context, async ({ ruleRemove }) => {
        await ruleRemove(env, name);
        out.write(`removed ${name}\n`);
      }),
    );
}
