import { execFileSync } from 'node:child_process';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { AVAILABLE_PACKINGS } from './pack.ts';

const program = fileURLToPath(new URL('peak-memory.ts', import.meta.url));
/** MiB, of the whole process. Node alone takes some 60; a hostile archive must not make it a multiple. */
const BOUND = 400;

const CASES = [
  ['bomb', 'gzip', 'E_ARCHIVE_RATIO'],
  ['bomb', 'zstd', 'E_ARCHIVE_RATIO'],
  ['bomb', 'xz', 'E_ARCHIVE_RATIO'],
  ['bomb', 'bzip2', 'E_ARCHIVE_RATIO'],
  ['whole', 'gzip', 'E_ARCHIVE_EMPTY'],
  ['whole', 'zstd', 'E_ARCHIVE_EMPTY'],
  ['xz -9', 'xz', 'E_ARCHIVE_EMPTY'],
  ['large', 'plain', 'E_ARCHIVE_EMPTY'],
  ['10,000 members', 'plain', 'E_ARCHIVE_EMPTY'],
] as const;

it.each(CASES.filter(([, packing]) => AVAILABLE_PACKINGS.includes(packing)))(
  'reads "%s" in %s with a heap of 64 MiB',
  { timeout: 120_000 },
  (name, packing, expected) => {
    const output = execFileSync(execPath, ['--max-old-space-size=64', program, name, packing], { encoding: 'utf8' });
    const { code, before, peak } = JSON.parse(output) as { code: string; before: number; peak: number };
    console.log(`${name}, ${packing}: ${code}; ${before} MiB before, ${peak} MiB at the peak`);
    expect(code).toBe(expected);
    expect(peak).toBeLessThan(BOUND);
  },
);
