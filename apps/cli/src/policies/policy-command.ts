import { BUILT_IN_POLICY_TEXT } from '@altmap/policy';
import { type Command, Option } from 'commander';
import { FAIL_ON, type FailOn, fails } from '../check/fail-on.ts';
import type { Context } from '../context.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { InputError } from '../input-error.ts';
import { paletteFor } from '../output/palette.ts';
import { hostPaths } from './host-paths.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { testedTable } from './tested-table.ts';
import { type TestedHost, testPolicy } from './test-policy.ts';

interface TestOptions {
  readonly against: readonly string[];
  readonly failOn: FailOn;
  readonly format: (typeof FORMATS)[number];
}

const FORMATS = ['table', 'json'] as const;

/** Version of the JSON of `altmap policy test`. Members may be added within a version; none changes or goes. */
const FORMAT_VERSION = 1;

const TEST_HELP = `
POLICY is a YAML file (docs/policies.md has its form); "-" is standard input. Each PATH is a captured directory, as for
"altmap check", or a directory of such. "+" marks a finding that the built-in policy has not, "-" one that only it has.

Exit status:
  0  nothing at or above --fail-on
  1  a finding at or above --fail-on
  2  the policy or a PATH could not be used; the message names the file, the line, the column and what was expected

Examples:
  $ altmap policy test policy.yaml --against samples/
  $ altmap policy show | altmap policy test - --against samples/edge-4k-01 --fail-on never
`;

/** Adds the commands that manage policies. */
export function addPolicyCommand(program: Command, context: Context): Command {
  const { terminal } = context;
  const policy = program
    .command('policy')
    .summary('say in a file what is a finding, for which hosts and which planned kernels')
    .description('Tries, shows and applies policies: which verdicts and configs are findings, and how severe.');
  policy
    .command('test')
    .description('Shows what a policy would flag on captured hosts, and what it changes. No server is needed.')
    .argument('<policy>', 'YAML file')
    .requiredOption('--against <path...>', 'captured directories')
    .addOption(new Option('--format <format>', 'form of the answer').choices(FORMATS).default('table'))
    .addOption(
      new Option('--fail-on <severity>', 'least severity that gives exit status 1')
        .choices(FAIL_ON)
        .default('critical'),
    )
    .addHelpText('after', TEST_HELP)
    .action((path: string, options: TestOptions) => test(path, options, context));
  policy
    .command('show')
    .description('Prints the built-in policy, as a file to start from.')
    .addHelpText('after', '\nExamples:\n  $ altmap policy show > policy.yaml\n')
    .action(() => terminal.out.write(BUILT_IN_POLICY_TEXT));
  return policy;
}

async function test(path: string, { against, failOn, format }: TestOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const { policy } = await readPolicyFile(path, terminal);
  const hosts: TestedHost[] = [];
  for (const host of (await Promise.all(against.map(hostPaths))).flat()) {
    try {
      hosts.push(testPolicy(policy, await readEvidence(host, { files: new Map() }, terminal)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      terminal.err.write(`altmap: ${error.message}\n`);
      context.exit(2);
    }
  }
  if (format === 'json') {
    const said = hosts.map(({ name, findings, dropped, added }) => ({ name, findings, added: [...added], dropped }));
    terminal.out.write(`${JSON.stringify({ version: FORMAT_VERSION, policy: policy.name, hosts: said }, null, 2)}\n`);
  } else {
    const palette = paletteFor(context.color(), terminal.out, terminal.env);
    terminal.out.write(testedTable(hosts, { palette, columns: terminal.out.columns }));
  }
  if (hosts.some(({ findings }) => findings.some((finding) => fails(finding, failOn)))) context.exit(1);
}
