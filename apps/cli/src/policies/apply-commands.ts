import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { table } from '../output/table.ts';
import { withServer } from '../server/with-server.ts';
import { changeLine, summaryLine } from './change-lines.ts';
import { readPolicyFile } from './read-policy-file.ts';

const DRY_RUN = 'only tell what would change';

/** Adds what puts policies in force on a server, to `altmap policy`. */
export function addApplyCommands(policy: Command, context: Context): void {
  const { env, out } = context.terminal;
  policy
    .command('apply')
    .description('Puts a policy in force and judges all hosts by it. What opens by it alerts nobody.')
    .argument('<policy>', 'YAML file; "-" is standard input')
    .option('--dry-run', DRY_RUN)
    .addHelpText(
      'after',
      '\nExamples:\n  $ altmap policy apply policy.yaml --dry-run\n  $ altmap policy apply policy.yaml\n',
    )
    .action(async (path: string, { dryRun = false }: { dryRun?: boolean }) => {
      const { text } = await readPolicyFile(path, context.terminal);
      await withServer(context, async ({ policyApply }) => {
        out.write(summaryLine(await policyApply(env, { text, dryRun }, (change) => out.write(changeLine(change)))));
      });
    });
  policy
    .command('list')
    .description('Lists the policies that were applied, the one in force first.')
    .addHelpText('after', '\nExamples:\n  $ altmap policy list\n')
    .action(() =>
      withServer(context, async ({ policyList }) => {
        const rows = (await policyList(env)).map(({ version, appliedAt, appliedBy }) =>
          [String(version), appliedAt.toISOString(), appliedBy].map((text) => ({ text })),
        );
        const title = ['VERSION', 'APPLIED', 'BY'].map((text) => ({ text }));
        out.write(table([title, ...rows], out.columns));
      }),
    );
}

export function addRejudgeCommand(program: Command, context: Context): void {
  const { env, out } = context.terminal;
  program
    .command('rejudge')
    .summary("judge all hosts' latest reports again")
    .description(
      'Judges the latest report of every host by this engine and the policy in force, and shows what is different. What opens ' +
        'by it alerts nobody.',
    )
    .option('--dry-run', DRY_RUN)
    .addHelpText('after', '\nExamples:\n  $ altmap rejudge --dry-run\n')
    .action(({ dryRun = false }: { dryRun?: boolean }) =>
      withServer(context, async ({ rejudgeAll }) => {
        out.write(summaryLine(await rejudgeAll(env, { dryRun }, (change) => out.write(changeLine(change)))));
      }),
    );
}
