import { labelMatcherText } from '@altmap/policy';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { table } from '../output/table.ts';
import { withServer } from '../server/with-server.ts';

interface AddOptions {
  readonly reason: string;
  readonly owner: string;
  readonly until: Date;
  readonly host?: string;
  readonly label?: string[];
  readonly code?: string;
}

const row = (...texts: string[]): { text: string }[] => texts.map((text) => ({ text }));

export function addWaiverCommand(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  const waiver = program
    .command('waiver')
    .summary('take findings as they are, for a time')
    .description('Manages waivers: what they cover is not alerted, and is open again when they expire.');
  waiver
    .command('add')
    .description('Waives what meets every condition given; at least one of --host, --label and --code is.')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--owner <name>', 'who answers for it')
    .addOption(
      new Option('--until <date>', '2026-12-31, or a time as ISO 8601').argParser(parseDate).makeOptionMandatory(),
    )
    .option('--host <host>', 'id or name of one host')
    .option('--label <condition...>', 'label=value, label!=value, "label in (a, b)", label or !label')
    .option('--code <code>', 'code of the findings')
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap waiver add --reason "disk on order" --owner ann --until 2026-12-31 --host db-64k-03\n' +
        '  $ altmap waiver add --reason lab --owner lab --until 2027-06-30 --label env=lab --code RANGE_REFUSED\n',
    )
    .action(({ reason, owner, until, host, label, code }: AddOptions) =>
      withServer(context, async ({ waiverAdd }) => {
        const request = {
          reason,
          owner,
          expiresAt: until,
          host: host ?? null,
          labels: label ?? [],
          code: code ?? null,
        };
        const { waiver: added, waived } = await waiverAdd(env, request);
        out.write(`${added.id} waives ${waived} open findings until ${added.expiresAt.toISOString()}\n`);
      }),
    );
  waiver
    .command('list')
    .description('Lists waivers, the newest first.')
    .addOption(new Option('--state <state>', 'which').choices(['live', 'ended', 'all']).default('live'))
    .addHelpText('after', '\nExamples:\n  $ altmap waiver list --state all\n')
    .action(({ state }: { state: 'live' | 'ended' | 'all' }) =>
      withServer(context, async ({ waiverList }) => {
        const rows = (await waiverList(env, { state })).map((one) =>
          row(
            one.id,
            one.owner,
            one.expiresAt.toISOString(),
            one.endedAt?.toISOString() ?? '-',
            [
              ...(one.hostId === null ? [] : [`host ${one.hostId}`]),
              ...one.labels.map(labelMatcherText),
              one.code ?? '',
            ]
              .filter((text) => text !== '')
              .join(', '),
            one.reason,
          ),
        );
        out.write(table([row('ID', 'OWNER', 'EXPIRES', 'ENDED', 'COVERS', 'REASON'), ...rows], out.columns));
      }),
    );
  waiver
    .command('end')
    .description('Ends a waiver: what it covered is open again, and alerted as if it were new.')
    .argument('<id>', 'id, as "altmap waiver list" shows it')
    .addHelpText('after', '\nExamples:\n  $ altmap waiver end 0199f0de-0000-7000-8000-000000000001\n')
    .action((id: string) =>
      withServer(context, async ({ waiverEnd }) => {
        out.write(`ended ${id}: ${(await waiverEnd(env, id)).reopened} findings are open again\n`);
      }),
    );
}

function parseDate(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError('Expected a date as 2026-12-31, or a time as 2026-12-31T12:00:00Z.');
  }
  return date;
}
