import { spawn } from 'node:child_process';
import { argv, memoryUsage, resourceUsage, stdout } from 'node:process';
import { AltmapError } from '@altmap/protocol';
import { type ArchiveLimits, readArchive } from '../src/index.ts';
import { type PackingName, tarOf } from './pack.ts';
import { withChecksum, withSize, zeros } from './zeros.ts';

/** Run by peak-memory.test.ts in a process of its own: reads one archive, and prints what it took. */

const MIB = 2 ** 20;
const UNLIMITED: Partial<ArchiveLimits> = { ratio: Number.POSITIVE_INFINITY };

interface Case {
  readonly source: AsyncIterable<Uint8Array>;
  readonly limits?: Partial<ArchiveLimits>;
}

async function caseOf(name: string, packing: PackingName): Promise<Case> {
  switch (name) {
    case 'bomb':
      return { source: zeros(packing, 1024 * MIB, 'var/log/messages') };
    case 'whole':
      return { source: zeros(packing, 1024 * MIB, 'var/log/messages'), limits: UNLIMITED };
    case 'xz -9': {
      const command = `head -c ${128 * MIB} /dev/zero | xz -9 -c`;
      return {
        source: spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] }).stdout,
        limits: UNLIMITED,
      };
    }
    case 'large':
      return { source: largeMember(480 * MIB) };
    case '10,000 members':
      return { source: configs(10_000) };
    default:
      throw new Error(`no case ${name}`);
  }
}

/** A member that does not matter, in chunks of their own as they come from a connection. */
async function* largeMember(bytes: number): AsyncGenerator<Uint8Array> {
  const tar = await tarOf([{ name: 'var/log/messages', content: '' }]);
  yield withSize(tar.subarray(0, 512), bytes);
  for (let left = bytes; left > 0; left -= MIB) yield Buffer.alloc(MIB, 'x');
  yield Buffer.alloc(1024);
}

/** Of each the reader must think that it may be the one that counts; together they stay just below what it keeps. */
async function* configs(count: number): AsyncGenerator<Uint8Array> {
  const tar = await tarOf([{ name: 'boot/config-00000', content: Buffer.alloc(6000, 'x') }]);
  const content = tar.subarray(512, -1024);
  for (let i = 0; i < count; i++) {
    const header = Buffer.from(tar.subarray(0, 512));
    header.write(String(i).padStart(5, '0'), 'boot/config-'.length);
    yield withChecksum(header);
    yield content;
  }
  yield Buffer.alloc(1024);
}

const [, , name = '', packing = ''] = argv;
const { source, limits = {} } = await caseOf(name, packing as PackingName);
const before = memoryUsage().rss;
let code = 'no error';
try {
  await readArchive(source, { limits });
} catch (error) {
  if (!(error instanceof AltmapError)) throw error;
  code = error.code;
}
stdout.write(
  JSON.stringify({ code, before: Math.round(before / MIB), peak: Math.round(resourceUsage().maxRSS / 1024) }),
);
