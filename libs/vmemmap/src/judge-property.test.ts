import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { isGood, judge, judgeByReference, judgeIfGood } from './judge.ts';
import { renderReason } from './reasons.ts';
import type { InfoBlock, MapEntry, PageSize, PlugRequest, Warning } from './types.ts';

/** One release on each side of every border in the table of behaviours, and stable and vendor ones that leave it open. */
const RELEASES = [
  '5.7.14',
  '5.8.18',
  '5.9.1',
  '5.10.223',
  '5.11.14',
  '5.12.9',
  '5.14.0',
  '5.15.100',
  '5.16.20',
  '5.17.3',
  '6.1.0',
  '6.1.192',
  '6.2.1',
  '6.4.6',
  '6.6.9',
  '6.6.80',
  '6.8.0',
  '6.9.0',
  '6.12.50',
  '6.12.117',
  '6.13.2',
  '6.14.0',
  '6.18.15',
  '7.3.4',
  '5.14.0-427.el9.aarch64',
];

const PAGES: readonly PageSize[] = [4096, 16384, 65536];
const BASE = 8 * GIB;
const SPAN = 3 * GIB;

/** Addresses that hit borders of sub-sections, vmemmap pages, sections, and now and then none of them. */
const offset = fc.oneof(
  fc.nat(SPAN / (2 * MIB)).map((count) => count * 2 * MIB),
  fc.nat(SPAN / (64 * MIB)).map((count) => count * 64 * MIB),
  fc.nat(SPAN / (128 * MIB)).map((count) => count * 128 * MIB),
  fc.nat(SPAN / 65536).map((count) => count * 65536),
);

const bank = fc
  .tuple(offset, fc.integer({ min: 1, max: 200 }))
  .map(([at, count]): MapEntry => ({ start: BASE + at, size: count * 2 * MIB, name: 'System RAM', children: [] }));

const block = fc.record({
  signature: fc.constantFrom('pfn' as const, 'dax' as const),
  versionMinor: fc.integer({ min: 0, max: 4 }),
  map: fc.constantFrom('dev' as const, 'mem' as const),
  dataoff: fc.constantFrom(2, 4, 6, 16, 18, 32, 64, 512).map((mib) => mib * MIB),
  npfns: fc.nat(100_000),
  startPad: fc.constantFrom(0, 0, 0, 2 * MIB),
  endTrunc: fc.constantFrom(0, 0, 0, 2 * MIB, 30 * MIB),
  align: fc.constantFrom(4096, 16384, 65536, 2 * MIB, 32 * MIB, 512 * MIB),
  pageSize: fc.constantFrom(4096, 16384, 65536),
  pageStructSize: fc.constant(64),
});

const request = fc.record({
  at: offset,
  length: offset,
  provider: fc.constantFrom('of' as const, 'nfit' as const, 'hmem' as const),
  mode: fc.constantFrom('fsdax' as const, 'devdax' as const, 'raw' as const, 'kmem' as const),
  map: fc.constantFrom('dev' as const, 'mem' as const),
  align: fc.constantFrom(null, 4096, 16384, 65536, 2 * MIB, 32 * MIB, 512 * MIB),
  infoBlock: fc.option<InfoBlock>(block, { freq: 3 }),
});

const question = fc.record({
  page: fc.constantFrom(...PAGES),
  release: fc.constantFrom(...RELEASES),
  banks: fc.array(bank, { maxLength: 2 }),
  nomap: fc.boolean(),
  rawPages: fc.boolean(),
  request,
});

function asReason({ code, facts }: Warning): { readonly reason: string; readonly facts: Warning['facts'] } {
  return { reason: code, facts };
}

describe('judge', () => {
  const runs = Number(process.env['FC_RUNS'] ?? 12_000);
  const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

  it(`equals judgeByReference on ${runs} random questions (seed ${seed}, set FC_SEED to repeat)`, {
    timeout: 240_000,
  }, () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(question, ({ page, release, banks, nomap, rawPages, request: asked }) => {
        const target = targetOf(page, release, rawPages ? { ARM64_PMEM: 'y' } : {});
        const low = { start: GIB, size: GIB, name: 'System RAM', children: [] };
        const entries = [low, ...banks.map((entry) => (nomap ? { ...entry, name: 'reserved' } : entry))];
        const map = { entries, zeroed: false };
        const { at, length, ...rest } = asked;
        const full: PlugRequest = { ...rest, range: { start: BASE + at, size: Math.max(65536, length) }, numaNode: 0 };
        const closed = judge(target, map, full);
        expect(closed).toEqual(judgeByReference(target, map, full));
        expect(judgeIfGood(target, map, full)).toEqual(isGood(closed) ? closed : null);
        for (const said of [closed, ...closed.warnings.map(asReason), ...closed.also.map(asReason)])
          expect(renderReason(said), said.reason).not.toMatch(/\?/);
        expect(closed.steps.filter((step) => step.source === '')).toEqual([]);
        outcomes.set(closed.reason, (outcomes.get(closed.reason) ?? 0) + 1);
      }),
      { numRuns: runs, seed },
    );
    console.log(
      `judge: ${runs} questions, seed ${seed}`,
      Object.fromEntries([...outcomes].sort((a, b) => b[1] - a[1])),
    );
    expect(outcomes.size).toBeGreaterThan(15);
  });
});
