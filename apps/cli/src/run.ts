import { Command, CommanderError, Option } from 'commander';
import pack from '../package.json' with { type: 'json' };
import { addCheckCommand } from './check/check-command.ts';
import type { Context } from './context.ts';
import { addDemoCommand } from './demo/demo-command.ts';
import { addDiffCommand } from './diff/diff-command.ts';
import { addExplainCommand } from './explain/explain-command.ts';
import { addHostCommands } from './hosts/host-commands.ts';
import { addFindingsCommand } from './findings/findings-command.ts';
import { addWaiverCommand } from './findings/waiver-command.ts';
import { InputError } from './input-error.ts';
import { addApplyCommands, addRejudgeCommand } from './policies/apply-commands.ts';
import { addPolicyCommand } from './policies/policy-command.ts';
import { addServerCommands } from './server/server-commands.ts';
import { addSimulateCommand } from './simulate/simulate-command.ts';
import type { ColorMode, Terminal } from './terminal.ts';
import { addUploadCommand } from './upload/upload-command.ts';
import { addWhatIfCommand } from './what-if/what-if-command.ts';

const HELP = `
Examples:
  $ altmap check samples/edge-4k-01          judge one captured host, without a server
  $ altmap check samples/*/ --format csv      judge a fleet, for a script
  $ altmap demo --once                       the whole system with the sample fleet

"altmap COMMAND --help" teaches each command.
`;

/** Runs one command line and returns its exit status: 0 good, 1 something found or failed, 2 unusable input. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let status = 0;
  const program = new Command('altmap');
  const context: Context = {
    terminal,
    version: pack.version,
    exit: (said) => {
      status = Math.max(status, said);
    },
    color: () => program.opts<{ color: ColorMode }>().color,
  };
  program
    .description(
      'Tells where device memory on arm64 can be hotplugged with its struct pages on the device (vmem_altmap).',
    )
    .version(pack.version, '-V, --version')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .addHelpText('after', HELP)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: terminal.out.write,
      writeErr: terminal.err.write,
      outputError: (text, write) => write(text.replace(/^error:/, 'altmap:')),
      getOutHelpWidth: () => terminal.out.columns ?? 100,
      getErrHelpWidth: () => terminal.err.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  addCheckCommand(program, context);
  addWhatIfCommand(program, context);
  addExplainCommand(program, context);
  addDiffCommand(program, context);
  addSimulateCommand(program, context);
  addApplyCommands(addPolicyCommand(program, context), context);
  addRejudgeCommand(program, context);
  addFindingsCommand(program, context);
  addWaiverCommand(program, context);
  addUploadCommand(program, context);
  addDemoCommand(program, context);
  addServerCommands(program, context);
  addHostCommands(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof InputError)) throw error;
    terminal.err.write(`altmap: ${error.message}\n`);
    return 2;
  }
  return status;
}
