import { describe, expect, it } from 'vitest';
import { targetOf } from '../test/builders.ts';
import { GIB, KIB, MIB } from './align.ts';
import { createInfoBlock, readInfoBlock, setupPfn, validateInfoBlock } from './info-block.ts';
import { Kernel } from './kernel.ts';
import type { InfoBlock, PageSize } from './types.ts';

const PAGES: readonly PageSize[] = [4096, 16384, 65536];

function kernel(page: PageSize, release = '6.12.117'): Kernel {
  return new Kernel(targetOf(page, release));
}

function made(
  page: PageSize,
  start: number,
  size: number,
  align: number,
  map: 'dev' | 'mem' = 'dev',
  release?: string,
) {
  return createInfoBlock(kernel(page, release), { start, size }, 'pfn', map, align);
}

describe('createInfoBlock', () => {
  // kernel-facts C.7; start aligned to the section and the alignment
  it.each([
    [4, 2 * MIB, GIB, 18 * MIB, 1006 * MIB],
    [4, 4 * KIB, GIB, 18 * MIB, 1006 * MIB],
    [16, 16 * KIB, GIB, 6 * MIB, 1018 * MIB],
    [16, 32 * MIB, GIB, 32 * MIB, 992 * MIB],
    [64, 64 * KIB, GIB, 2 * MIB, 1022 * MIB],
    [64, 512 * MIB, GIB, 512 * MIB, 512 * MIB],
    [4, 2 * MIB, 126 * GIB, 2018 * MIB, 127006 * MIB],
    [16, 16 * KIB, 126 * GIB, 506 * MIB, 128518 * MIB],
    [16, 32 * MIB, 126 * GIB, 512 * MIB, 128512 * MIB],
    [64, 64 * KIB, 126 * GIB, 128 * MIB, 128896 * MIB],
    [64, 512 * MIB, 126 * GIB, 512 * MIB, 128512 * MIB],
  ])('%iK pages, align %i, size %i: data at %i, usable %i', (kib, align, size, dataoff, usable) => {
    const page = (kib * KIB) as PageSize;
    const range = { start: 1024 * GIB, size };
    const { block } = made(page, range.start, size, align);
    expect(block?.dataoff).toBe(dataoff);
    expect(block?.endTrunc).toBe(0);
    expect(block === null ? null : setupPfn(kernel(page), range, block).usable.size).toBe(usable);
  });

  it('counts the whole namespace, the memmap itself included', () => {
    expect(made(4096, 4 * GIB, GIB, 2 * MIB).block?.npfns).toBe((GIB - 18 * MIB) / 4096);
    expect(made(4096, 4 * GIB, GIB, 2 * MIB, 'mem').block).toMatchObject({
      dataoff: 2 * MIB,
      npfns: (GIB - 2 * MIB) / 4096,
    });
  });

  it('wants a start at a multiple of 2 MiB, with every page size', () => {
    for (const page of PAGES) {
      expect(made(page, 4 * GIB + MIB, GIB, page).refusal).toMatchObject({ reason: 'START_MISALIGNED', errno: 22 });
      expect(made(page, 4 * GIB + 2 * MIB, GIB, page).refusal).toBeNull();
    }
  });

  it('cuts the end off at the alignment, at least at 2 MiB', () => {
    expect(made(4096, 4 * GIB, GIB + 64 * KIB, 4096).block?.endTrunc).toBe(64 * KIB);
    expect(made(65536, 4 * GIB, 1200 * MIB, 512 * MIB).block?.endTrunc).toBe(176 * MIB);
  });

  it('refuses where data would begin at or after the end', () => {
    expect(made(65536, 4 * GIB, 256 * MIB, 512 * MIB, 'dev', '6.1.192').refusal).toMatchObject({
      reason: 'NO_ROOM',
      errno: 6,
    });
    expect(made(65536, 4 * GIB, 512 * MIB, 512 * MIB).refusal).toMatchObject({ reason: 'NO_ROOM', errno: 6 });
  });

  it('makes an empty namespace up to v6.5 where only the cut-off end is left, refuses it from v6.6 on', () => {
    const before = made(65536, 4 * GIB, 1022 * MIB, 512 * MIB, 'dev', '6.1.192');
    expect(before.block).toMatchObject({ dataoff: 512 * MIB, endTrunc: 510 * MIB, npfns: 0 });
    expect(made(65536, 4 * GIB, 1022 * MIB, 512 * MIB, 'dev', '6.6.9').refusal?.reason).toBe('NO_ROOM');
  });

  it('writes nonsense from v6.6 on where more is cut off than there is', () => {
    // recorded: k612-64k-va48, base+64M, 256 MiB
    const { block, wrapped, refusal } = made(65536, 0xc4000000, 256 * MIB, 512 * MIB);
    expect(refusal).toBeNull();
    expect(wrapped).toBe(true);
    expect(block).toMatchObject({ dataoff: 448 * MIB, endTrunc: 320 * MIB, npfns: 281474976702464 });
    expect(made(65536, 0xc4000000, 256 * MIB, 512 * MIB, 'dev', '6.1.192').refusal?.reason).toBe('NO_ROOM');
  });
});

describe('validateInfoBlock', () => {
  const range = { start: 4 * GIB, size: GIB };

  function firstFailure(page: PageSize, block: InfoBlock, at = range, release = '6.12.117'): string | null {
    for (const check of validateInfoBlock(kernel(page, release), at, block)) if (!check.pass) return check.reason;
    return null;
  }

  function blockOf(page: PageSize, signature: 'pfn' | 'dax', map: 'dev' | 'mem', align: number): InfoBlock {
    const { block } = createInfoBlock(kernel(page), range, signature, map, align);
    if (block === null) throw new Error('the kernel refuses this block');
    return block;
  }

  // kernel-facts C.5, cross-page-size table
  for (const maker of PAGES) {
    for (const booted of PAGES) {
      it(`fsdax made with ${maker / KIB}K pages, booted with ${booted / KIB}K`, () => {
        expect(firstFailure(booted, blockOf(maker, 'pfn', 'mem', maker))).toBeNull();
        expect(firstFailure(booted, blockOf(maker, 'pfn', 'dev', maker))).toBe(
          maker > booted ? 'PAGE_SIZE_MISMATCH' : null,
        );
      });

      it(`devdax made with ${maker / KIB}K pages, booted with ${booted / KIB}K`, () => {
        const same = maker === booted ? null : 'DAX_ALIGN_MISMATCH';
        expect(firstFailure(booted, blockOf(maker, 'dax', 'mem', maker))).toBe(same);
        expect(firstFailure(booted, blockOf(maker, 'dax', 'dev', maker))).toBe(
          maker > booted ? 'PAGE_SIZE_MISMATCH' : same,
        );
      });
    }
  }

  it('does not know the page size that made a block before version 1.4', () => {
    const old = { ...blockOf(65536, 'pfn', 'dev', 65536), versionMinor: 3 };
    expect(firstFailure(4096, old)).toBeNull();
    expect(firstFailure(4096, { ...old, versionMinor: 4 })).toBe('PAGE_SIZE_MISMATCH');
  });

  it('fills in what minor versions did not have', () => {
    const block = {
      ...blockOf(4096, 'pfn', 'dev', 4096),
      startPad: 4096,
      endTrunc: 8192,
      align: 7,
      pageSize: 1,
      pageStructSize: 1,
    };
    expect(readInfoBlock({ ...block, versionMinor: 0 }, 4096)).toMatchObject({
      startPad: 0,
      endTrunc: 0,
      align: 16 * MIB,
      pageSize: 4096,
      pageStructSize: 64,
    });
    expect(readInfoBlock({ ...block, versionMinor: 1 }, 4096)).toMatchObject({
      startPad: 4096,
      endTrunc: 8192,
      align: 16 * MIB,
    });
    expect(readInfoBlock({ ...block, versionMinor: 2 }, 4096)).toMatchObject({ align: 7, pageSize: 4096 });
    expect(readInfoBlock({ ...block, versionMinor: 4 }, 4096)).toMatchObject({ pageSize: 1, pageStructSize: 1 });
  });

  it.each<[string, Partial<InfoBlock>]>([
    ['STRUCT_PAGE_MISMATCH', { pageStructSize: 56 }],
    ['ALIGN_EXCEEDS_CAPACITY', { align: 2 * GIB }],
    ['DATAOFF_EXCEEDS_CAPACITY', { dataoff: GIB }],
    ['DATAOFF_MISALIGNED', { dataoff: 18 * MIB + 2048 }],
    ['BLOCK_START_MISALIGNED', { startPad: MIB, dataoff: 17 * MIB }],
    ['BLOCK_END_MISALIGNED', { endTrunc: MIB }],
    ['BLOCK_WITHOUT_DATA', { endTrunc: 1006 * MIB }],
  ])('%s', (reason, change) => {
    expect(firstFailure(4096, { ...blockOf(4096, 'pfn', 'dev', 4096), ...change })).toBe(reason);
  });

  it('takes a block without data up to v6.5', () => {
    const empty = { ...blockOf(4096, 'pfn', 'dev', 4096), endTrunc: 1006 * MIB };
    expect(firstFailure(4096, empty, range, '6.1.192')).toBeNull();
  });
});

describe('setupPfn', () => {
  const range = { start: 4 * GIB, size: GIB };

  it.each([
    [4096, 2, 4606],
    [16384, 1, 383],
    [65536, 1, 31],
  ] as const)('%i-byte pages keep %i pages for the info block and leave %i for the memmap', (page, reserve, free) => {
    const { block } = createInfoBlock(kernel(page), range, 'pfn', 'dev', page);
    const setup = block === null ? null : setupPfn(kernel(page), range, block);
    expect(setup?.altmap).toMatchObject({ basePfn: range.start / page, reserve, free });
    expect(setup?.mapped).toEqual(range);
  });

  it('counts pages anew and says so where the block counts smaller ones', () => {
    const { block } = createInfoBlock(kernel(16384), range, 'pfn', 'dev', 32 * MIB);
    const setup = block === null ? null : setupPfn(kernel(65536), range, block);
    expect(setup?.npfns).toBe(15872);
    expect(setup?.message).toBe('number of pfns truncated from 63488 to 15872');
    expect(setup?.usable).toEqual({ start: range.start + 32 * MIB, size: 992 * MIB });
  });

  it('has no altmap with map=mem', () => {
    const { block } = createInfoBlock(kernel(4096), range, 'pfn', 'mem', 4096);
    expect(block === null ? null : setupPfn(kernel(4096), range, block).altmap).toBeNull();
  });
});
