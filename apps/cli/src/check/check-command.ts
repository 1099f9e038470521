import { openCase } from '@altmap/policy';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { addEvidenceOptions, type EvidenceOptions, saidBy } from '../evidence/evidence-options.ts';
import { readEvidence, type Said } from '../evidence/read-evidence.ts';
import { InputError } from '../input-error.ts';
import { paletteFor } from '../output/palette.ts';
import type { CheckReport, Unusable } from './check-report.ts';
import { FAIL_ON, type FailOn, fails } from './fail-on.ts';
import { type JudgedHost, judgeHost } from './judge-host.ts';
import { toCsv } from './to-csv.ts';
import { toJson, toJsonl } from './to-json.ts';
import { toJunit } from './to-junit.ts';
import { toSarif } from './to-sarif.ts';
import { toTable } from './to-table.ts';
import { unusableParts } from './unusable-parts.ts';
import { writeSvg } from './write-svg.ts';

interface CheckOptions extends EvidenceOptions {
  readonly format: Format;
  readonly failOn: FailOn;
  readonly trace?: true;
  readonly picture?: true;
  readonly svg?: string;
}

const FORMATS = ['table', 'json', 'jsonl', 'csv', 'sarif', 'junit'] as const;
type Format = (typeof FORMATS)[number];

const HELP = `
A PATH is a captured directory (config.gz, iomem, ndctl-list.json, nd-sysfs, ... or a copied /proc and /boot); a bundle of
altmap-agent, a sosreport or a supportconfig, packed or unpacked; or a kernel config. Each PATH is a host of its own. No server
is needed and nothing is sent. What a PATH lacks (a supportconfig has no memory map) is given beside it: --iomem, --config, ...

Each device range is judged for the host's own kernel and, what-if, for 4K, 16K and 64K pages: "as it is" boots that kernel
over what lies on the medium, "made anew" creates a namespace with map=dev there.

Exit status:
  0  nothing at or above --fail-on
  1  a finding at or above --fail-on
  2  an input could not be used; the message names the file, the line and what was expected

Examples:
  $ altmap check samples/edge-4k-01
  $ altmap check samples/*/ --format csv
  $ altmap check samples/edge-4k-01 --config samples/edge-4k-02/config.gz --trace
  $ altmap check --config samples/old-4k-01/config.gz --release 6.1.0-50-arm64 --fail-on never
  $ zcat samples/db-64k-01/config.gz | altmap check --config - --iomem samples/db-64k-01/iomem --release 6.1.192
`;

export function addCheckCommand(program: Command, context: Context): void {
  const command = program
    .command('check')
    .summary('judge hosts from captured files, without a server')
    .description('Tells for each device range whether its struct pages can be on the device, and what to act on.')
    .argument('[path...]', 'captured directories, bundles, sosreports, supportconfigs, kernel configs')
    .addOption(new Option('--format <format>', 'form of the answer').choices(FORMATS).default('table'))
    .addOption(
      new Option('--fail-on <severity>', 'least severity that gives exit status 1')
        .choices(FAIL_ON)
        .default('critical'),
    )
    .option('--trace', "the kernel's steps, with the numbers compared")
    .option('--picture', 'draw each range in the table: info block, memmap, data, lost tail, section borders')
    .option('--svg <file>', 'write the same picture as SVG');
  addEvidenceOptions(command)
    .addHelpText('after', HELP)
    .action(async (paths: string[], options: CheckOptions) => {
      const report = await check(paths, options, context);
      context.terminal.out.write(render(report, options.format, context));
      if (options.svg !== undefined) await writeSvg(options.svg, report.hosts, 'own');
      if (report.hosts.some((host) => host.findings.some((finding) => fails(finding, options.failOn)))) context.exit(1);
      if (report.unusable.length > 0) context.exit(2);
    });
}

async function check(paths: readonly string[], options: CheckOptions, context: Context): Promise<CheckReport> {
  const { terminal } = context;
  const said = saidBy(options);
  refuseAmbiguity(paths, said);
  const hosts: JudgedHost[] = [];
  const unusable: Unusable[] = [];
  for (const path of paths.length === 0 ? [null] : paths) {
    if (terminal.err.isTty && paths.length > 1)
      terminal.err.write(`\r\u001b[Kreading ${hosts.length + 1} of ${paths.length}`);
    try {
      const host = judgeHost(await readEvidence(path, said, terminal), openCase);
      hosts.push(host);
      unusable.push(...unusableParts(host, new Set(said.files.keys())));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      unusable.push({ path: path ?? '-', message: error.message });
    }
  }
  if (terminal.err.isTty && paths.length > 1) terminal.err.write('\r\u001b[K');
  for (const { message } of unusable) terminal.err.write(`altmap: ${message}\n`);
  return { hosts, unusable, failOn: options.failOn, trace: options.trace === true, picture: options.picture === true };
}

function refuseAmbiguity(paths: readonly string[], said: Said): void {
  if (paths.length > 1 && (said.files.size > 0 || said.name !== undefined)) {
    throw new InputError('--name and loose files say something of one host: expected at most one PATH with them');
  }
  const fromStdin = [...paths, ...said.files.values()].filter((path) => path === '-').length;
  if (fromStdin > 1) throw new InputError('expected at most one "-": standard input can be read once');
}

function render(report: CheckReport, format: Format, context: Context): string {
  const { out, env } = context.terminal;
  switch (format) {
    case 'table':
      return toTable(report, { palette: paletteFor(context.color(), out, env), columns: out.columns });
    case 'json':
      return toJson(report);
    case 'jsonl':
      return toJsonl(report);
    case 'csv':
      return toCsv(report);
    case 'sarif':
      return toSarif(report, context.version);
    case 'junit':
      return toJunit(report);
  }
}
