import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type PartKind, ReportClientError, type ReportClientPorts, sendReport } from '@altmap/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { diagnosticText } from '../check/diagnostic-text.ts';
import type { Context } from '../context.ts';
import { addEvidenceOptions, type EvidenceOptions, saidBy } from '../evidence/evidence-options.ts';
import type { HostEvidence } from '../evidence/host-evidence.ts';
import { machineOf } from '../evidence/machine-of.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { InputError } from '../input-error.ts';
import { printable } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';
import { parseLabel } from '../parse-label.ts';
import { tokenSource } from './token-source.ts';

interface UploadOptions extends EvidenceOptions {
  readonly url?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly enrollToken?: string;
  readonly label: Readonly<Record<string, string>>;
  readonly machineId?: string;
}

const HELP = `
Sends the kernel config and memory map of a captured host to a server, by the protocol that the agent uses: first a small
manifest, then only the parts that the server does not have.

With --enroll-token the host is enrolled first and gets a token of its own; keep it with --token-file, for the next time.
Enrolling a machine again takes its earlier tokens away. Tokens on a command line can be seen by other users of this machine:
the variables ALTMAP_TOKEN and ALTMAP_ENROLL_TOKEN, or --token-file, are better. ALTMAP_URL stands in for --url.

The machine is known by the SHA-256 of its machine-id (in the capture or archive, or --machine-id; a bundle of the agent has only
the digest); a capture without one is known by its name.

What an archive lacks, and why, is told with it: sent here or to POST /v1/archives, or by the agent itself, it is one report.

Exit status: 0 sent, 1 the server cannot be reached or does not want it, 2 an input could not be used.

Examples:
  $ altmap upload samples/edge-4k-01 --url http://127.0.0.1:8080 --enroll-token alte_... --token-file edge.token
  $ altmap upload samples/edge-4k-01 --url http://127.0.0.1:8080 --token-file edge.token
  $ altmap upload /captures/db7 --label site=bern --label role=database
`;

const ANSWER_TIMEOUT_MS = 60_000;

export function addUploadCommand(program: Command, context: Context): void {
  const command = program
    .command('upload')
    .alias('import')
    .summary('send captured hosts to a server')
    .description('Sends captured hosts to an Altmap server, which judges them and keeps their findings.')
    .argument('<path...>', 'captured directories, bundles, sosreports, supportconfigs')
    .option('--url <url>', 'address of the server (or ALTMAP_URL)')
    .option('--token <token>', "the host's own token (or ALTMAP_TOKEN)")
    .option('--token-file <file>', "file with the host's own token; written when the host is enrolled")
    .option('--enroll-token <token>', 'enrol the host with this first (or ALTMAP_ENROLL_TOKEN)')
    .option('--label <key=value>', 'label of the host; more than once', parseLabel, {})
    .option('--machine-id <id>', 'machine-id of the host: 32 hexadecimal digits', parseMachineId);
  addEvidenceOptions(command)
    .addHelpText('after', HELP)
    .action((paths: string[], options: UploadOptions) => upload(paths, options, context));
}

async function upload(paths: readonly string[], options: UploadOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const url = options.url ?? terminal.env['ALTMAP_URL'];
  if (url === undefined || !/^https?:\/\//.test(url)) {
    throw new InputError('expected the address of the server: --url http://HOST:PORT or ALTMAP_URL');
  }
  const said = saidBy(options);
  const ofOneHost =
    said.files.size > 0 || [options.name, options.machineId, options.tokenFile].some((o) => o !== undefined);
  if (paths.length > 1 && ofOneHost) {
    throw new InputError('--name, --machine-id, --token-file and loose files belong to one host: expected one PATH');
  }
  const tokens = tokenSource(options, terminal.env, paths.length);
  const client = clientFor(url, context);
  for (const path of paths) {
    const evidence = await readEvidence(path, { ...said, machineId: options.machineId }, terminal);
    // Sent all the same: the server judges what is there.
    for (const remark of evidence.remarks.filter(({ severity }) => severity === 'error'))
      terminal.err.write(`altmap: ${printable(`${path}: ${diagnosticText(evidence, remark)}`)}\n`);
    const machine = await machineOf(evidence);
    const labels = { ...evidence.labels, ...options.label };
    try {
      const token = await tokens(client, { machine, name: evidence.name, labels });
      const sent = await sendReport(client, token, {
        machine,
        collectedAt: evidence.collectedAt ?? new Date().toISOString(),
        release: evidence.release,
        pageSize: evidence.pageSize,
        parts: contentsOf(evidence),
        absent: evidence.absent,
      });
      const parts = `${sent.uploaded.length} of ${evidence.parts.size} parts sent, ${formatBytes(sent.uploadedBytes)}`;
      const said = sent.state === 'unchanged' ? 'unchanged since report' : 'accepted as report';
      terminal.out.write(`${printable(evidence.name)}: ${said} ${sent.reportId} (${parts})\n`);
    } catch (error) {
      if (!(error instanceof ReportClientError)) throw error;
      terminal.err.write(`altmap: ${printable(evidence.name)}: ${printable(error.message)}\n`);
      context.exit(1);
    }
  }
}

/** The protocol's client with what a command line has: fetch, gzip, waits that are told. */
export function clientFor(url: string, { terminal }: Context): ReportClientPorts {
  const pack = promisify(gzip);
  return {
    url,
    fetch: (address, init) => fetch(address, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }),
    compress: async (bytes) => ({ encoding: 'gzip', body: await pack(bytes) }),
    sleep: async (milliseconds) => setTimeout(milliseconds),
    onRetry: (reason, milliseconds) =>
      terminal.err.write(`altmap: ${printable(reason)}; trying again in ${(milliseconds / 1000).toFixed(1)} s\n`),
  };
}

export function contentsOf(evidence: HostEvidence): Map<PartKind, Uint8Array> {
  return new Map([...evidence.parts].map(([kind, part]) => [kind, part.content]));
}

function parseMachineId(text: string): string {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new InvalidArgumentError('Expected 32 lower-case hexadecimal digits.');
  return text;
}
