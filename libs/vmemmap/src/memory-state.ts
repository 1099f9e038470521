import { endOf, overlaps } from './align.ts';
import type { Altmap } from './altmap.ts';
import type { BootMemory } from './boot-memory.ts';
import { Dram } from './dram.ts';
import type { Kernel } from './kernel.ts';
import { type Claim, foreignClaims, type PhysicalMap } from './physical-map.ts';
import { BOOT, type Sparse } from './sparse.ts';
import { SparseIntervals } from './sparse-intervals.ts';
import { SparseReference } from './sparse-reference.ts';
import type { MemmapRun, Range } from './types.ts';

/** A device that is attached: what it holds and what its removal will touch. */
export interface LiveDevice {
  readonly owner: number;
  readonly region: Range;
  /** Null for a raw device without struct pages. */
  readonly mapped: Range | null;
  readonly altmap: Altmap | null;
  /** First address whose struct page removal reads: data after the altmap, or the start. */
  readonly firstPage: number;
}

/** Memory blocks that kmem has onlined out of the data area of a dax device. */
export interface OnlinedBlocks {
  readonly owner: number;
  readonly data: Range;
  readonly range: Range;
}

/** A machine's memory as far as hotplug changes it. */
export class MemoryState {
  readonly physical: PhysicalMap;
  readonly sparse: Sparse;
  readonly dram: Dram;
  readonly bootMemory: BootMemory;
  live: LiveDevice[] = [];
  onlined: OnlinedBlocks[] = [];
  /** No-map ranges that a failed attempt has taken out of the linear map: the next one faults. */
  unmappedNomap: Range[] = [];
  private warnedReserved = false;
  private owners = BOOT;

  constructor(kernel: Kernel, physical: PhysicalMap, reference: boolean) {
    this.physical = physical;
    this.bootMemory = physical.boot;
    const ask = kernel.is.bind(kernel);
    this.sparse = reference
      ? new SparseReference(kernel.sparseGeometry, this.bootMemory, ask)
      : new SparseIntervals(kernel.sparseGeometry, this.bootMemory, ask);
    this.dram = new Dram(physical.dramBytes);
  }

  nextOwner(): number {
    this.owners += 1;
    return this.owners;
  }

  /** WARN_ONCE "failed to free all reserved pages": true the first time in a boot that pages of an altmap stay out. */
  warnsOfReserved(altmap: Altmap | null): boolean {
    const warns = altmap !== null && altmap.outstanding !== 0 && !this.warnedReserved;
    this.warnedReserved ||= warns;
    return warns;
  }

  /** Who holds part of `part`, other than the device of `region` itself. */
  claimOn(part: Range, region: Range): Claim | null {
    const foreign = foreignClaims(this.physical, region).find((claim) => overlaps(claim, part));
    if (foreign !== undefined) return foreign;
    const device = this.live.find((one) => overlaps(one.region, part));
    if (device !== undefined) return { ...device.region, name: 'another device', kind: 'namespace' };
    const blocks = this.onlined.find((one) => overlaps(one.data, part));
    return blocks === undefined ? null : { ...blocks.data, name: 'System RAM (kmem)', kind: 'ram' };
  }

  memmapOf(range: Range, owner: number | null): readonly MemmapRun[] {
    return this.sparse.runs(range).map((run) => {
      const inside = run.start !== null && run.start >= range.start && run.start < endOf(range);
      const where =
        run.owner === BOOT
          ? 'boot'
          : run.start === null
            ? run.owner === owner
              ? 'dram'
              : 'neighbour'
            : inside
              ? 'device'
              : 'neighbour';
      return { start: run.start, size: run.size, where, leaf: run.leaf, covers: run.covers };
    });
  }
}
