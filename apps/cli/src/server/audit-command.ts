import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { row, table } from '../output/table.ts';
import { parseLimit } from './parse-limit.ts';
import { withServer } from './with-server.ts';

interface AuditOptions {
  readonly action?: string;
  readonly object?: string;
  readonly actor?: string;
  readonly limit: number;
  readonly format: 'table' | 'jsonl';
}

/** altmap audit. */
export function addAuditCommand(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  program
    .command('audit')
    .summary('show who changed what')
    .description('Shows the audit trail, newest first: tokens, enrolments, labels and whatever else people changed.')
    .option('--action <action>', 'only this, e.g. token.revoke')
    .option('--object <object>', 'only what was done to this, e.g. "host 0199f0de-..."')
    .option('--actor <actor>', 'only what this one did, e.g. "token 0199f0de-..."')
    .option('--limit <n>', 'at most so many', parseLimit, 100)
    .addOption(new Option('--format <format>', 'form of the output').choices(['table', 'jsonl']).default('table'))
    .addHelpText('after', '\nExamples:\n  $ altmap audit\n  $ altmap audit --action host.enrol --format jsonl\n')
    .action(({ action, object, actor, limit, format }: AuditOptions) =>
      withServer(context, async ({ auditList }) => {
        const filter = {
          ...(action === undefined ? {} : { action }),
          ...(object === undefined ? {} : { object }),
          ...(actor === undefined ? {} : { actor }),
        };
        const events = await auditList(env, filter, limit);
        if (format === 'jsonl') {
          for (const event of events) out.write(`${JSON.stringify(event)}\n`);
          return;
        }
        const rows = events.map(({ at, actor: who, action: what, object: which, details }) =>
          row(at.toISOString(), who, what, which, JSON.stringify(details)),
        );
        out.write(table([row('AT', 'ACTOR', 'ACTION', 'OBJECT', 'DETAILS'), ...rows], out.columns));
      }),
    );
}
