import { parseConfig, parseRelease } from '@altmap/kernel-data';
import { type WhatIfCase, type Wish, whatIfCase } from '@altmap/policy';
import { type Command, Option } from 'commander';
import { writeSvg } from '../check/write-svg.ts';
import type { Context } from '../context.ts';
import { parsePageSize } from '../evidence/evidence-options.ts';
import type { HostEvidence } from '../evidence/host-evidence.ts';
import { readContent } from '../evidence/read-content.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { InputError } from '../input-error.ts';
import { paletteFor } from '../output/palette.ts';
import type { Terminal } from '../terminal.ts';
import { comparisonsOf, losesSomething } from './comparison.ts';
import { whatIfText } from './what-if-text.ts';

interface WhatIfOptions {
  readonly pageSize?: 4096 | 16384 | 65536;
  readonly release?: string;
  readonly config?: string;
  readonly format: (typeof FORMATS)[number];
  readonly svg?: string;
  readonly trace?: true;
}

const FORMATS = ['table', 'json'] as const;

const HELP = `
PATH is what "altmap check" takes. What is not said stays as the host has it: with --page-size alone the host's
config is carried over, and the symbols that must change with the page size are listed.

For each range two questions are asked of both kernels: "as it is" boots it over what lies on the medium, "made anew" creates
a namespace with map=dev there.

Exit status:
  0  whatever works today works there
  1  a range that works today would be refused, lost or crash the kernel
  2  an input could not be used

Examples:
  $ altmap what-if samples/edge-4k-01 --page-size 64K
  $ altmap what-if samples/old-4k-01 --release 6.12.117 --config samples/edge-4k-01/config.gz
  $ altmap what-if samples/edge-4k-02 --page-size 16K --trace
  $ altmap what-if samples/db-64k-01 --page-size 4K --format json
`;

export function addWhatIfCommand(program: Command, context: Context): void {
  program
    .command('what-if')
    .summary('the same host under another page size, release or config')
    .description('Tells what another kernel would make of the device memory of a captured host.')
    .argument('<path>', 'captured directory, agent bundle, sosreport or supportconfig')
    .addOption(new Option('--page-size <size>', '4K, 16K or 64K').argParser(parsePageSize))
    .option('--release <release>', 'kernel release, as uname -r would say')
    .option('--config <file>', 'config of the other kernel (plain, gzip or zstd; - is standard input)')
    .addOption(new Option('--format <format>', 'form of the answer').choices(FORMATS).default('table'))
    .option('--svg <file>', 'write the picture of the ranges as SVG')
    .option('--trace', "the kernel's steps, with the numbers compared")
    .addHelpText('after', HELP)
    .action((path: string, options: WhatIfOptions) => whatIf(path, options, context));
}

async function whatIf(path: string, options: WhatIfOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const wish = await wishOf(options, terminal);
  if (Object.keys(wish).length === 0) throw new InputError('expected at least one of --page-size, --release, --config');
  const evidence = await readEvidence(path, { files: new Map() }, terminal);
  const contents = new Map([...evidence.parts].map(([kind, part]) => [kind, part.content]));
  const answer = whatIfCase(contents, { release: evidence.release, pageSize: evidence.pageSize }, wish);
  if (answer === null) throw new InputError(`${path}: expected the release and the page size that the host runs`);
  terminal.out.write(options.format === 'json' ? asJson(evidence, answer) : asText(evidence, answer, options, context));
  if (options.svg !== undefined) await writeSvg(options.svg, [{ evidence, assessment: answer.assessment }], 'what-if');
  if (comparisonsOf(answer.assessment).some(losesSomething)) context.exit(1);
}

async function wishOf({ pageSize, release, config }: WhatIfOptions, terminal: Terminal): Promise<Wish> {
  const wished = config === undefined ? null : await readConfig(config, terminal);
  const size = pageSize ?? wished?.pageSize ?? null;
  return {
    ...(size === null ? {} : { pageSize: size }),
    ...(release === undefined ? {} : { release: readRelease(release) }),
    ...(wished === null ? {} : { config: wished }),
  };
}

async function readConfig(path: string, terminal: Terminal) {
  const { config, diagnostics } = parseConfig(new TextDecoder().decode(await readContent(path, terminal)), path);
  if (config.symbols()[Symbol.iterator]().next().done !== true) return config;
  const [first] = diagnostics;
  const line = first?.line ?? 1;
  throw new InputError(`${path}:${line}: ${first?.message ?? 'nothing could be read'}; expected a kernel .config`);
}

function readRelease(text: string) {
  const { release, diagnostics } = parseRelease(text);
  if (release === null)
    throw new InputError(`--release: ${diagnostics[0]?.message ?? text}; expected X.Y or X.Y.Z, as uname -r prints it`);
  return release;
}

function asJson(evidence: HostEvidence, answer: WhatIfCase): string {
  const { target, changes, assumptions, assessment } = answer;
  const document = {
    version: 1,
    host: evidence.name,
    own: { release: evidence.release, pageSize: evidence.pageSize },
    target,
    changes,
    assumptions,
    ...assessment,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function asText(
  evidence: HostEvidence,
  answer: WhatIfCase,
  { trace }: WhatIfOptions,
  { terminal, color }: Context,
): string {
  const { out, env } = terminal;
  return whatIfText(evidence, answer, { palette: paletteFor(color(), out, env), columns: out.columns }, trace);
}
