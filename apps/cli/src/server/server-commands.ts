import type { Command } from 'commander';
import { addAlertCommands } from '../alerts/alert-commands.ts';
import type { Context } from '../context.ts';
import { addAuditCommand } from './audit-command.ts';
import { addTokenCommands } from './token-commands.ts';
import { withServer } from './with-server.ts';

const CONFIGURATION = `
The configuration comes from ALTMAP_... variables (see "Configuration" in README.md); without ALTMAP_DATABASE_URL an embedded
Postgres is started, whose data is kept in ./.altmap or ALTMAP_DATA_DIR.
`;

/** Adds the commands that run or manage a server. */
export function addServerCommands(program: Command, context: Context): void {
  addRunCommands(program, context);
  addTokenCommands(program, context);
  addAuditCommand(program, context);
  addAlertCommands(program, context);
}

function addRunCommands(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  const print = (text: string): void => out.write(`${text}\n`);
  program
    .command('serve')
    .summary('run the server')
    .description('Runs the API and the workers in one process, until Ctrl-C. This is what "npm start" does.')
    .addHelpText(
      'after',
      `${CONFIGURATION}\nExamples:\n  $ altmap serve\n  $ ALTMAP_DATA_DIR=/var/lib/altmap altmap serve\n`,
    )
    .action(() => withServer(context, ({ serve }) => serve(env, print)));
  program
    .command('migrate')
    .summary('bring the database up to date')
    .description('Runs the migrations that the database lacks. Safe to run by several at once, and again.')
    .addHelpText(
      'after',
      `${CONFIGURATION}\nExamples:\n  $ ALTMAP_DATABASE_URL=postgres://altmap@db/altmap altmap migrate\n`,
    )
    .action(() =>
      withServer(context, async ({ migrate }) => {
        for (const line of await migrate(env)) print(line);
      }),
    );
}
