import { readArchive } from '@altmap/archive';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bases, readBases } from './bases.ts';
import { checkDiagnostics, checkNumbers } from './check-result.ts';
import { type Input, makeInput } from './make-input.ts';
import { readOptions, UsageError } from './options.ts';
import { PACKINGS, tarOf } from './pack.ts';
import { type Failure, type Pace, runInputs } from './run-inputs.ts';
import { TARGETS } from './targets.ts';
import { watch } from './watch.ts';

const INPUTS = 6_000;
/** Other inputs each time. */
const seed = Math.floor(Math.random() * 2 ** 31);
const repeat = `npm run fuzz -- --seed ${seed} --inputs ${INPUTS}`;

let bases: Bases;
beforeAll(() => {
  bases = readBases();
});

it(`takes ${INPUTS} spoilt inputs (${repeat})`, { timeout: 300_000 }, async () => {
  const failures: Failure[] = [];
  const seen = new Set<string>();
  const make = (index: number): Input => {
    const input = makeInput(seed, index, bases);
    seen.add(input.target.name);
    return input;
  };
  const quiet = { next: () => true, slowest: () => {} };
  await runInputs({ make, first: 0, last: INPUTS, ...quiet, failed: (failure) => failures.push(failure) });
  expect(failures).toEqual([]);
  expect([...seen].toSorted()).toEqual(TARGETS.map(({ name }) => name).toSorted());
});

describe('a run', () => {
  it('makes the same input of the same seed and number, and others of others', () => {
    const bytes = (of: number, index: number): string =>
      [...makeInput(of, index, bases).parts].map(([kind, part]) => kind + Buffer.from(part).toString('hex')).join();
    const before = bytes(5, 17);
    for (let index = 0; index < 500; index++) makeInput(7, index, bases);
    expect(bytes(5, 17)).toBe(before);
    expect(bases).toEqual(readBases());
    expect(new Set([bytes(5, 17), bytes(5, 18), bytes(6, 17)]).size).toBe(3);
  });

  it('tells which input failed, and which was slow', async () => {
    const busy = (): void => {
      const until = process.threadCpuUsage().user + 30_000;
      while (process.threadCpuUsage().user < until);
    };
    const make = (index: number): Input => {
      const run = (): void => {
        if (index === 3) throw new Error('three');
        if (index === 5) busy();
      };
      const target = { name: 'made for this test', takes: 'iomem', weight: 1, run } as const;
      return { target, parts: new Map([['iomem', new Uint8Array(200_000)]]), release: '', pageSize: null };
    };
    const failures: Failure[] = [];
    const paces: Pace[] = [];
    await runInputs({
      make,
      first: 1,
      last: 9,
      next: () => true,
      failed: (failure) => failures.push(failure),
      slowest: (pace) => paces.push(pace),
    });
    expect(failures.map(({ index, error }) => [index, error.split('\n')[0]])).toEqual([[3, 'Error: three']]);
    expect(paces.find(({ index }) => index === 5)?.per100kB).toBeGreaterThanOrEqual(15);
  });

  it('goes in a process of its own, with its memory before and after', { timeout: 120_000 }, async () => {
    const result = await watch({ seed, inputs: 300, seconds: null, at: null }, () => {});
    expect(result).toMatchObject({ ran: 300, failures: [] });
    expect(result.memory?.after).toBeGreaterThan(1_000_000);
    expect(result.from[0]).toBe('14 hosts of samples/');
  });

  it('goes on after an input that hangs, aborts or ends the process', { timeout: 120_000 }, async () => {
    const options = { seed, inputs: 40, seconds: null, at: null };
    const child = new URL('./testing/bad-child.ts', import.meta.url);
    const result = await watch(options, () => {}, { child, hangsAfterMs: 3_000 });
    expect(result.failures.map(({ index, error }) => [index, error.split('\n')[0]])).toEqual([
      [7, 'hangs: no end after 3 s'],
      [11, 'ended with SIGABRT'],
      [23, 'ended with 3'],
    ]);
    expect(result.ran).toBe(40);
  });
});

it('sees numbers and remarks that nobody could use', () => {
  checkNumbers({ size: 2 ** 53 - 1, names: new Map([['a', [0, -1, 'x', null]]]) });
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
    expect(() => checkNumbers({ list: [{ size: wrong }] })).toThrow(`result.list.0.size is ${wrong}`);
  const remark = { source: 'iomem', message: 'odd', expected: null, severity: 'error' } as const;
  checkDiagnostics([{ ...remark, line: 1 }]);
  expect(() => checkDiagnostics([{ ...remark, line: 0 }])).toThrow('line 0');
  expect(() => checkDiagnostics([{ ...remark, line: null, message: 'x'.repeat(5_000) }])).toThrow('5000 characters');
});

it('packs archives that are read where nothing is spoilt', async () => {
  const host = bases.hosts[0] ?? new Map<string, Uint8Array>();
  for (const pack of PACKINGS) {
    const packed = pack(tarOf(host));
    const { parts } = await readArchive(
      (async function* () {
        yield packed;
      })(),
    );
    expect(new Map([...parts].map(([kind, bytes]) => [kind, bytes.length]))).toEqual(
      new Map([...host].map(([kind, bytes]) => [kind, bytes.length])),
    );
  }
});

it('reads its options', () => {
  expect(readOptions(['--inputs', '10', '--seed', '0'])).toEqual({ inputs: 10, seed: 0, seconds: null, at: null });
  expect(readOptions(['--help'])).toBeNull();
  for (const wrong of [['--inputs', '0'], ['--seed', 'x'], ['--at', '3'], ['--seconds', ''], ['more'], ['--fast']])
    expect(() => readOptions(wrong)).toThrow(UsageError);
});
