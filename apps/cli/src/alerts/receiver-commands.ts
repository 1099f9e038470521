import { readFile } from 'node:fs/promises';
import { RECEIVER_KINDS, type ReceiverKind, Severity } from '@altmap/protocol';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { InputError } from '../input-error.ts';
import { row, table } from '../output/table.ts';
import { withServer } from '../server/with-server.ts';
import { byOption } from './by-option.ts';

interface AddOptions {
  readonly kind: ReceiverKind;
  readonly name: string;
  readonly url?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly user?: string;
  readonly secretFile?: string;
  readonly minSeverity: Severity;
}

/** altmap receiver add, list, test, rotate, drop-secret, remove. */
export function addReceiverCommands(program: Command, context: Context): void {
  const receiver = program
    .command('receiver')
    .summary('add, test, list and remove receivers of alerts')
    .description('Manages who is told of findings: webhooks, Slack, e-mail, Alertmanager, PagerDuty.');
  addAdd(receiver, context);
  addList(receiver, context);
  addTest(receiver, context);
  addSecrets(receiver, context);
}

/** A secret on the command line would be seen by every user of the machine. */
async function secretOf(secretFile: string | undefined, { terminal }: Context): Promise<string | null> {
  if (secretFile === undefined) return null;
  try {
    const bytes = secretFile === '-' ? await terminal.stdin() : await readFile(secretFile);
    return Buffer.from(bytes).toString('utf8').trim();
  } catch (error) {
    throw new InputError(`--secret-file: ${(error as Error).message}`);
  }
}

function addAdd(receiver: Command, context: Context): void {
  const { env, out } = context.terminal;
  receiver
    .command('add')
    .description(
      'Adds a receiver, and a rule of its name that sends it what is at least of a severity. Of a webhook it prints the secret ' +
        'that signs its messages (Standard Webhooks), once.',
    )
    .addOption(new Option('--kind <kind>', 'what it is').choices(RECEIVER_KINDS).default('webhook'))
    .requiredOption('--name <name>', 'what it is called')
    .option('--url <url>', 'where it is: http://, https://, for mail smtp:// or smtps://')
    .option('--from <address>', 'with --kind email: the sender')
    .option('--to <address...>', 'with --kind email: who gets it')
    .option('--user <name>', 'with --kind email: login, over an encrypted connection')
    .option(
      '--secret-file <file>',
      'a file, or - for standard input, with the password (email), token (alertmanager), routing key (pagerduty), URL ' +
        '(slack) or secret (webhook)',
    )
    .addOption(
      new Option('--min-severity <severity>', 'least severity that is sent')
        .choices(Severity.options)
        .default('warning'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap receiver add --name oncall --url https://hooks.example/altmap --min-severity critical\n' +
        '  $ altmap receiver add --kind email --name ops --url smtp://mail.example:25 --from altmap@example.org --to ops@example.org\n' +
        '  $ altmap receiver add --kind slack --name chat --secret-file slack-url\n',
    )
    .action(async ({ secretFile, ...said }: AddOptions) => {
      const secret = await secretOf(secretFile, context);
      await withServer(context, async ({ receiverAdd }) => {
        const added = await receiverAdd(env, { ...said, secret }).catch(byOption);
        out.write(`${added.secret ?? `added ${said.name}`}\n`);
      });
    });
}

function addList(receiver: Command, context: Context): void {
  const { env, out } = context.terminal;
  receiver
    .command('list')
    .description('Lists all receivers, without their secrets.')
    .addHelpText('after', '\nExamples:\n  $ altmap receiver list\n')
    .action(() =>
      withServer(context, async ({ receiverList }) => {
        const rows = (await receiverList(env)).map(({ name, kind, address }) => row(name, kind, address));
        out.write(table([row('NAME', 'KIND', 'ADDRESS'), ...rows], out.columns));
      }),
    );
  receiver
    .command('remove')
    .description('Removes a receiver with its rules and its part of the ledger.')
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  $ altmap receiver remove oncall\n')
    .action((name: string) =>
      withServer(context, async ({ receiverRemove }) => {
        await receiverRemove(env, name);
        out.write(`removed ${name}\n`);
      }),
    );
}

function addTest(receiver: Command, context: Context): void {
  const { env, out } = context.terminal;
  receiver
    .command('test')
    .description(
      'Lets a worker send a test alert and its end, and tells what the receiver answered. 1 when it took them not.',
    )
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  $ altmap receiver test oncall\n')
    .action((name: string) =>
      withServer(context, async ({ receiverTest }) => {
        const words = ['alert', 'its end'];
        for (const [i, { status, latencyMs, error }] of (await receiverTest(env, name)).entries()) {
          const answer = error ?? `taken${status === null ? '' : `, ${status}`}`;
          out.write(`${name}: ${words[i]}: ${answer} (${latencyMs} ms)\n`);
          if (error !== null) context.exit(1);
        }
      }),
    );
}

function addSecrets(receiver: Command, context: Context): void {
  const { env, out } = context.terminal;
  receiver
    .command('rotate')
    .description(
      'Makes a second secret of a webhook and prints it, once. Messages are signed with both until drop-secret.',
    )
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  $ altmap receiver rotate oncall\n')
    .action((name: string) =>
      withServer(context, async ({ receiverRotate }) => out.write(`${await receiverRotate(env, name)}\n`)),
    );
  receiver
    .command('drop-secret')
    .description('Ends a rotation: the older secret signs no more.')
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  $ altmap receiver drop-secret oncall\n')
    .action((name: string) =>
      withServer(context, async ({ receiverDropSecret }) => {
        await receiverDropSecret(env, name);
        out.write(`${name} has one secret\n`);
      }),
    );
}
