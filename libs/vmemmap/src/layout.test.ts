import { describe, expect, it } from 'vitest';
import { MIB } from './align.ts';
import { Altmap } from './altmap.ts';
import type { PfnSetup } from './info-block.ts';
import { layoutOf } from './layout.ts';
import type { InfoBlock, MemmapRun, Range } from './types.ts';

const RANGE: Range = { start: 256 * MIB, size: 64 * MIB };

const BLOCK: InfoBlock = {
  signature: 'pfn',
  versionMinor: 4,
  map: 'dev',
  dataoff: 6 * MIB,
  npfns: 1,
  startPad: 2 * MIB,
  endTrunc: 4 * MIB,
  align: 4096,
  pageSize: 4096,
  pageStructSize: 64,
};

function setupOf(startPad: number, dataoff: number, endTrunc: number): PfnSetup {
  const start = RANGE.start + startPad;
  const mapped = { start, size: RANGE.size - startPad - endTrunc };
  const usable = { start: start + dataoff, size: mapped.size - dataoff };
  return { mapped, usable, altmap: new Altmap(0, 0, 0), npfns: 1, infoReserve: MIB, message: null };
}

function run(start: number | null, size: number, where: MemmapRun['where'] = 'device'): MemmapRun {
  return { start, size, where, leaf: 'pte', covers: RANGE };
}

/** The pieces with their sizes in MiB. */
function pieces(setup: PfnSetup | null, runs: readonly MemmapRun[] = [], block: InfoBlock | null = BLOCK) {
  return layoutOf(RANGE, setup, block, runs).map(({ kind, size }) => `${kind} ${size / MIB}`);
}

describe('layoutOf', () => {
  const at = (mib: number) => RANGE.start + mib * MIB;

  it('has every piece, in order', () => {
    expect(pieces(setupOf(2 * MIB, 6 * MIB, 4 * MIB), [run(at(4), MIB)])).toEqual([
      'start-pad 2',
      'info-block 1',
      'reserved 1',
      'memmap 1',
      'reserved 3',
      'data 52',
      'end-trunc 4',
    ]);
    expect(layoutOf(RANGE, setupOf(0, 6 * MIB, 0), BLOCK, []).map(({ start }) => start)).toEqual([at(0), at(1), at(6)]);
  });

  it('leaves out what has no size', () => {
    expect(pieces(setupOf(0, 2 * MIB, 0), [run(at(1), MIB)])).toEqual(['info-block 1', 'memmap 1', 'data 62']);
    expect(pieces(setupOf(0, 60 * MIB, 4 * MIB))).toEqual(['info-block 1', 'reserved 59', 'end-trunc 4']);
  });

  it('sorts the runs of the memmap and shows only those on the device before the data', () => {
    const runs = [
      run(at(4), MIB),
      run(at(2), MIB),
      run(null, MIB, 'dram'),
      run(at(3), MIB, 'neighbour'),
      run(at(6), MIB),
      run(at(10), MIB),
      run(at(0), MIB),
    ];
    expect(pieces(setupOf(0, 6 * MIB, 0), runs)).toEqual([
      'info-block 1',
      'reserved 1',
      'memmap 1',
      'reserved 1',
      'memmap 1',
      'reserved 1',
      'data 58',
    ]);
  });

  it('is one raw piece where nothing is known or the block is nonsense', () => {
    expect(pieces(null)).toEqual(['raw 64']);
    expect(pieces(setupOf(0, 6 * MIB, 0), [], null)).toEqual(['raw 64']);
    expect(pieces(setupOf(60 * MIB, 0, 4 * MIB))).toEqual(['raw 64']);
    expect(pieces(setupOf(0, 64 * MIB, 4 * MIB))).toEqual(['raw 64']);
  });
});
