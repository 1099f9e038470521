import { dirname } from 'node:path';
import { simulateTraced } from '@altmap/vmemmap';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { BootScripts } from './boot-script.ts';
import { readLines } from './read-lines.ts';

const HELP = `
A FILE has one JSON object a line, plain, gzip or zstd: a machine (boot, kernel {release, config, pageSize}, cmdline, iomem,
pmem [[start, size], ...]) and the steps that are tried on it, in order, each on what the earlier ones left behind:
  {"id", "op": "create" | "create-destroy" | "raw" | "attach" | "kmem" | "ndctl-create" | "remove" | "use",
   "region": {"start", "size"}, "mode", "map", "align", "onMedium": the info block that attach finds}
Paths of configs are relative to the FILE, or to --base. Addresses are hex strings, sizes numbers of bytes.

One JSON line a step comes out, in order: what the kernel would do, its errno and messages, the info block, where the struct
pages lie.

Exit status: 0, or 2 for a line that cannot be used; the message names file, line and member.

Examples:
  $ altmap simulate samples/boots.jsonl
  $ head -1 samples/boots.jsonl | altmap simulate - --base samples
  $ altmap simulate samples/boots.jsonl --trace | head -1
`;

export function addSimulateCommand(program: Command, context: Context): void {
  const { terminal } = context;
  program
    .command('simulate')
    .summary('predict step by step what a kernel would do')
    .description('Boots machines in the model and predicts the answer of the kernel to each step.')
    .argument('<file...>', 'records of boots; - is standard input')
    .option('--base <directory>', 'where paths of configs begin, instead of beside the FILE')
    .option('--trace', "add the kernel's steps to each line, with the numbers compared and their source")
    .addHelpText('after', HELP)
    .action(async (files: string[], { base, trace: traced }: { base?: string; trace?: true }) => {
      for (const file of files) {
        const scripts = new BootScripts(file, base ?? (file === '-' ? '.' : dirname(file)), terminal);
        for await (const { number, text } of readLines(file, terminal)) {
          const lines = simulateTraced(await scripts.read(number, text)).map(({ line, trace }) =>
            traced === true ? { ...line, trace } : line,
          );
          terminal.out.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        }
      }
    });
}
