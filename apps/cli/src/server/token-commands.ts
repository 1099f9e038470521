import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { row, table } from '../output/table.ts';
import { parseLabel } from '../parse-label.ts';
import { parseDuration } from './parse-duration.ts';
import { withServer } from './with-server.ts';

type Kind = 'reader' | 'operator' | 'admin' | 'enroll';

interface CreateOptions {
  readonly kind: Kind;
  readonly name: string;
  readonly label: Readonly<Record<string, string>>;
  readonly expires?: number;
}

/** altmap token create, list, rotate, revoke. */
export function addTokenCommands(program: Command, context: Context): void {
  const token = program
    .command('token')
    .summary('create, list, rotate and revoke tokens')
    .description('Manages the tokens of people and of enrolment. Hosts get theirs by enrolling.');
  addCreate(token, context);
  addList(token, context);
  addRotate(token, context);
  addRevoke(token, context);
}

function addCreate(token: Command, context: Context): void {
  const { env, out } = context.terminal;
  token
    .command('create')
    .description('Makes a token and prints it, once: only its SHA-256 is stored.')
    .addOption(
      new Option(
        '--kind <kind>',
        'reader: scope read (may query); operator: also operate (labels, hosts, waivers); admin: also admin (the audit ' +
          'trail); enroll: may enrol hosts and nothing else',
      )
        .choices(['reader', 'operator', 'admin', 'enroll'] satisfies Kind[])
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'what or whom it is for')
    .option(
      '--label <key=value>',
      'with --kind enroll: hosts that enrol with it get this label, whatever they say; more than once',
      parseLabel,
      {},
    )
    .option('--expires <duration>', 'how long it is good, e.g. 12h or 30d; for ever when not given', parseDuration)
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap token create --kind reader --name grafana\n' +
        '  $ altmap token create --kind enroll --name rack-12 --label rack=12 --expires 7d\n',
    )
    .action(({ kind, name, label: labels, expires }: CreateOptions) =>
      withServer(context, async ({ tokenCreate }) => {
        const lifetime = expires === undefined ? {} : { lifetimeMs: expires };
        out.write(`${(await tokenCreate(env, { kind, name, labels, ...lifetime })).token}\n`);
      }),
    );
}

function addList(token: Command, context: Context): void {
  const { env, out } = context.terminal;
  token
    .command('list')
    .description('Lists all tokens, without their secrets.')
    .addHelpText('after', '\nExamples:\n  $ altmap token list\n')
    .action(() =>
      withServer(context, async ({ tokenList }) => {
        const rows = (await tokenList(env)).map(({ id, kind, name, labels, createdAt, expiresAt, revokedAt }) =>
          row(
            id,
            kind,
            name,
            createdAt.toISOString(),
            expiresAt?.toISOString() ?? '-',
            revokedAt?.toISOString() ?? '-',
            Object.entries(labels)
              .map(([key, value]) => `${key}=${value}`)
              .join(' ') || '-',
          ),
        );
        out.write(table([row('ID', 'KIND', 'NAME', 'CREATED', 'EXPIRES', 'REVOKED', 'LABELS'), ...rows], out.columns));
      }),
    );
}

function addRotate(token: Command, context: Context): void {
  const { env, out } = context.terminal;
  token
    .command('rotate')
    .description(
      'Makes another token in the place of one, with the same kind, name, labels and lifetime, and prints it.',
    )
    .argument('<id>', 'id, as "altmap token list" shows it')
    .option(
      '--grace <duration>',
      'how long the old one is still good, e.g. 1h; not at all when not given',
      parseDuration,
    )
    .addHelpText('after', '\nExamples:\n  $ altmap token rotate 0199f0de-0000-7000-8000-000000000001 --grace 1h\n')
    .action((id: string, { grace = 0 }: { grace?: number }) =>
      withServer(context, async ({ tokenRotate }) => out.write(`${(await tokenRotate(env, id, grace)).token}\n`)),
    );
}

function addRevoke(token: Command, context: Context): void {
  const { env, out } = context.terminal;
  token
    .command('revoke')
    .description('Revokes a token. It is refused within ten seconds.')
    .argument('<id>', 'id, as "altmap token list" shows it')
    .addHelpText('after', '\nExamples:\n  $ altmap token revoke 0199f0de-0000-7000-8000-000000000001\n')
    .action((id: string) =>
      withServer(context, async ({ tokenRevoke }) => {
        await tokenRevoke(env, id);
        out.write(`revoked ${id}\n`);
      }),
    );
}
