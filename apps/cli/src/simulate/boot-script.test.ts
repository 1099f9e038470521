import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { simulate } from '@altmap/vmemmap';
import { afterAll, expect, test } from 'vitest';
import type { Terminal } from '../terminal.ts';
import { BootScripts } from './boot-script.ts';
import { readLines } from './read-lines.ts';

const samples = fileURLToPath(new URL('../../../../samples', import.meta.url));
const record = join(samples, 'boots.jsonl');
const stream = { write: () => {}, isTty: false, columns: null };
const terminal: Terminal = { env: {}, out: stream, err: stream, stdin: async () => readFileSync(record) };
const scratch = mkdtempSync(join(tmpdir(), 'altmap-simulate-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const [first = ''] = readFileSync(record, 'utf8').split('\n');
const scripts = (): BootScripts => new BootScripts('boots.jsonl', samples, terminal);

test('predicts what the recorded kernels answered', async () => {
  let steps = 0;
  for await (const { number, text } of readLines(record, terminal)) {
    const observed = JSON.parse(text).steps.map((step: { id: string; observed: object }) => ({
      step: step.id,
      ...step.observed,
    }));
    const predicted = simulate(await scripts().read(number, text));
    expect(predicted.map(({ step, outcome, stage, errno }) => ({ step, outcome, stage, errno }))).toEqual(observed);
    steps += predicted.length;
  }
  expect(steps).toBeGreaterThan(20);
});

test('lines come alike from a plain file, a gzip and standard input', async () => {
  const packed = join(scratch, 'boots.jsonl.gz');
  writeFileSync(packed, gzipSync(readFileSync(record)));
  const plain = await lines(record);
  expect(plain).toHaveLength(3);
  expect(await lines(packed)).toEqual(plain);
  expect(await lines('-')).toEqual(plain);
});

test('where the memory map was not recorded, the memory that firmware tells stands in', async () => {
  const boot = JSON.parse(first);
  const script = await scripts().read(1, JSON.stringify({ ...boot, iomem: null }));
  expect(script.map.entries).toEqual([{ start: 0x40000000, size: 0x40000000, name: 'System RAM', children: [] }]);
});

async function lines(path: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readLines(path, terminal)) texts.push(text);
  return texts;
}

const changed = (change: object): string => JSON.stringify({ ...JSON.parse(first), ...change });
const kernel = (change: object): string => changed({ kernel: { ...JSON.parse(first).kernel, ...change } });

test.each<[string, string, RegExp]>([
  ['no JSON', '{"boot":', /^boots\.jsonl:7: expected one JSON object/],
  [
    'a step that is none',
    changed({ steps: [{ id: 'x', op: 'explode', region: { start: '0x0', size: 1 } }] }),
    /:7: steps\.0\.op: /,
  ],
  [
    'an address beyond 2^53',
    changed({ pmem: [['0xfffffffffffff0', '0x1000']] }),
    /:7: pmem\.0\.0: expected at most 2\^53 - 1/,
  ],
  [
    'a bad release',
    kernel({ release: 'six' }),
    /:7: kernel\.release: line 1: "six" is no kernel release; expected X\.Y/,
  ],
  ['a page size that is none', kernel({ pageSize: 8192 }), /:7: kernel\.pageSize: expected 4096, 16384 or 65536/],
  ['a config that is not there', kernel({ config: 'nowhere' }), /:7: kernel\.config: .*nowhere: there is no such file/],
  ['a memory map that is none', changed({ iomem: 'what\n' }), /:7: iomem: line 1: .*; expected/],
  ['no memory at all', changed({ iomem: null, memory: [] }), /:7: expected iomem or memory/],
])('%s: names file, line and member', async (_what, line, message) => {
  await expect(scripts().read(7, line)).rejects.toThrow(message);
});

test('a damaged gzip and a file that is not there', async () => {
  const cut = join(scratch, 'cut.gz');
  writeFileSync(cut, gzipSync(readFileSync(record)).subarray(0, 900));
  await expect(lines(cut)).rejects.toThrow(/cut\.gz: unexpected end of file/);
  await expect(lines(join(scratch, 'absent'))).rejects.toThrow(/absent: there is no such file/);
});
