import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { row, table } from '../output/table.ts';
import { withServer } from '../server/with-server.ts';

interface ListOptions {
  readonly state?: 'pending' | 'sent' | 'dead';
  readonly receiver?: string;
  readonly limit: number;
}

function limit(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && value <= 10_000) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 10000.');
}

/** altmap notification list, attempts, resend. */
export function addNotificationCommands(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  const notification = program
    .command('notification')
    .summary('the ledger of messages, and dead letters')
    .description('Shows what was told to whom. A message that nobody took for a day is dead, and can be sent again.');
  notification
    .command('list')
    .description('Lists messages, newest first.')
    .addOption(new Option('--state <state>', 'only these').choices(['pending', 'sent', 'dead']))
    .option('--receiver <name>', 'only of this receiver')
    .option('--limit <count>', 'at most so many', limit, 50)
    .addHelpText('after', '\nExamples:\n  $ altmap notification list --state dead\n')
    .action(({ limit: most, ...filter }: ListOptions) =>
      withServer(context, async ({ notificationList }) => {
        const rows = (await notificationList(env, filter, most)).map(({ id, receiver, state, content, ...one }) => {
          const told = content.alerts.length + content.unlisted;
          const about = Object.values(content.group.labels).join(', ') || content.rule;
          const counts = [String(told), String(one.attempts)];
          return row(
            id,
            receiver,
            state,
            content.status,
            about,
            ...counts,
            one.createdAt.toISOString(),
            one.failure ?? '',
          );
        });
        const head = row('ID', 'RECEIVER', 'STATE', 'SAYS', 'ABOUT', 'ALERTS', 'ATTEMPTS', 'CREATED', 'FAILURE');
        out.write(table([head, ...rows], out.columns));
      }),
    );
  notification
    .command('attempts')
    .description('Lists every attempt to deliver a message.')
    .argument('<id>')
    .addHelpText('after', '\nExamples:\n  $ altmap notification attempts 0199f0de-0000-7000-8000-000000000001\n')
    .action((id: string) =>
      withServer(context, async ({ notificationAttempts }) => {
        const rows = (await notificationAttempts(env, id)).map(({ at, latencyMs, status, error }) =>
          row(at.toISOString(), `${latencyMs} ms`, status === null ? '-' : String(status), error ?? 'taken'),
        );
        out.write(table([row('AT', 'TOOK', 'STATUS', 'RESULT'), ...rows], out.columns));
      }),
    );
  notification
    .command('resend')
    .description('Sends a dead message again: the same content under the same id. A worker takes it at the next sweep.')
    .argument('<id>')
    .addHelpText('after', '\nExamples:\n  $ altmap notification resend 0199f0de-0000-7000-8000-000000000001\n')
    .action((id: string) =>
      withServer(context, async ({ notificationResend }) => {
        await notificationResend(env, id);
        out.write(`${id} is pending\n`);
      }),
    );
}
