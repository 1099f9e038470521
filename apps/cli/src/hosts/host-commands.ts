import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { symbolText } from '../diff/diff-text.ts';
import { row, table } from '../output/table.ts';
import { formatPageSize } from '../output/units.ts';
import { parseLabel } from '../parse-label.ts';
import { parseLimit } from '../server/parse-limit.ts';
import { withServer } from '../server/with-server.ts';

type Labels = Readonly<Record<string, string>>;

const HOST = 'id or name, as "altmap host list" shows it';

/** altmap host list, label, reports, history, remove. */
export function addHostCommands(program: Command, context: Context): void {
  const host = program
    .command('host')
    .summary('list, label and remove hosts, and see what they reported and changed')
    .description('Manages the hosts that have enrolled at a server.');
  addList(host, context);
  addLabel(host, context);
  addReports(host, context);
  addHistory(host, context);
  addRemove(host, context);
}

function addList(host: Command, context: Context): void {
  const { env, out } = context.terminal;
  host
    .command('list')
    .description('Lists the hosts by name, and which were not heard of for too long (ALTMAP_HOST_STALE_HOURS).')
    .option('--label <key=value>', 'only hosts with this label; more than once', parseLabel, {})
    .option('--stale', 'only hosts that were not heard of for too long')
    .addOption(new Option('--format <format>', 'form of the output').choices(['table', 'jsonl']).default('table'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap host list --label rack=12\n  $ altmap host list --stale --format jsonl\n',
    )
    .action(({ label: labels, stale, format }: { label: Labels; stale?: true; format: 'table' | 'jsonl' }) =>
      withServer(context, async ({ hostList }) => {
        const hosts = await hostList(env, { labels, ...(stale === undefined ? {} : { stale }) });
        if (format === 'jsonl') {
          for (const one of hosts) out.write(`${JSON.stringify(one)}\n`);
          return;
        }
        const rows = hosts.map((one) =>
          row(one.id, one.name, one.lastSeenAt.toISOString(), one.stale ? 'stale' : '-', labelText(one.labels)),
        );
        out.write(table([row('ID', 'NAME', 'LAST SEEN', 'STALE', 'LABELS'), ...rows], out.columns));
      }),
    );
}

function addLabel(host: Command, context: Context): void {
  const { env, out } = context.terminal;
  host
    .command('label')
    .description('Gives a host labels, or takes some away, and prints those that it has then.')
    .argument('<host>', HOST)
    .argument('[key=value...]', 'labels to set', parseLabel, {})
    .option('--remove <key>', 'label to take away; more than once', (key: string, keys: string[]) => [...keys, key], [])
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap host label db-64k-01 rack=12 role=database\n  $ altmap host label db-64k-01 --remove rack\n',
    )
    .action((which: string, set: Labels, { remove }: { remove: string[] }) =>
      withServer(context, async ({ hostLabel }) => {
        out.write(`${labelText(await hostLabel(env, which, { set, remove }))}\n`);
      }),
    );
}

function addReports(host: Command, context: Context): void {
  const { env, out } = context.terminal;
  host
    .command('reports')
    .description('Lists the reports of a host that are still kept, newest first. "altmap diff" takes two of their ids.')
    .argument('<host>', HOST)
    .option('--limit <n>', 'at most so many', parseLimit, 100)
    .addOption(new Option('--format <format>', 'form of the output').choices(['table', 'jsonl']).default('table'))
    .addHelpText('after', '\nExamples:\n  $ altmap host reports db-64k-01\n')
    .action((which: string, { limit, format }: { limit: number; format: 'table' | 'jsonl' }) =>
      withServer(context, async ({ hostReports }) => {
        const reports = await hostReports(env, which, limit);
        if (format === 'jsonl') {
          for (const report of reports) out.write(`${JSON.stringify(report)}\n`);
          return;
        }
        const rows = reports.map(({ id, receivedAt, release, pageSize, state, absent }) =>
          row(
            id,
            receivedAt.toISOString(),
            release,
            formatPageSize(pageSize),
            state,
            absent.map(({ kind }) => kind).join(' ') || '-',
          ),
        );
        out.write(table([row('ID', 'RECEIVED', 'RELEASE', 'PAGES', 'STATE', 'ABSENT'), ...rows], out.columns));
      }),
    );
}

function addHistory(host: Command, context: Context): void {
  const { env, out } = context.terminal;
  host
    .command('history')
    .description('Tells which hosts changed a kernel config symbol, and when, newest first.')
    .argument('<symbol>', 'CONFIG_X or X', parseSymbol)
    .option('--host <host>', `only this one: ${HOST}`)
    .option('--limit <n>', 'at most so many', parseLimit, 100)
    .addOption(new Option('--format <format>', 'form of the output').choices(['table', 'jsonl']).default('table'))
    .addHelpText('after', '\nExamples:\n  $ altmap host history CONFIG_ARM64_64K_PAGES\n')
    .action((symbol: string, options: { host?: string; limit: number; format: 'table' | 'jsonl' }) =>
      withServer(context, async ({ symbolHistory }) => {
        const { host: one, limit, format } = options;
        const changes = await symbolHistory(env, { symbol, limit, ...(one === undefined ? {} : { host: one }) });
        if (format === 'jsonl') {
          for (const change of changes) out.write(`${JSON.stringify(change)}\n`);
          return;
        }
        const rows = changes.map(({ at, hostName, before, after, reportId }) =>
          row(at.toISOString(), hostName, symbolText(before), symbolText(after), reportId),
        );
        out.write(table([row('AT', 'HOST', 'BEFORE', 'AFTER', 'REPORT'), ...rows], out.columns));
      }),
    );
}

function parseSymbol(text: string): string {
  const symbol = text.replace(/^CONFIG_/, '');
  if (!/^[A-Za-z0-9_]+$/.test(symbol)) throw new InvalidArgumentError('Expected CONFIG_X or X.');
  return symbol;
}

function addRemove(host: Command, context: Context): void {
  const { env, out } = context.terminal;
  host
    .command('remove')
    .description(
      'Removes a host: its findings are resolved, its tokens revoked. Should it enrol again, it is there again.',
    )
    .argument('<host>', HOST)
    .addHelpText('after', '\nExamples:\n  $ altmap host remove db-64k-01\n')
    .action((which: string) =>
      withServer(context, async ({ hostRemove }) => out.write(`removed ${await hostRemove(env, which)}\n`)),
    );
}

function labelText(labels: Labels): string {
  const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return texts.sort().join(' ') || '-';
}
