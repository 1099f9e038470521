import type { Altmap } from './altmap.ts';
import type { Dram } from './dram.ts';
import type { BehaviourName, Range } from './types.ts';

/** Sizes that the sparse memory model and the vmemmap work in. All in bytes. */
export interface SparseGeometry {
  readonly page: number;
  readonly section: number;
  readonly subsection: number;
  /** Physical memory whose struct pages fill one vmemmap page: page * page / sizeof(struct page). */
  readonly block: number;
  /** Physical memory whose struct pages fill one PMD leaf; null where the vmemmap never has one (16K and 64K pages). */
  readonly slot: number | null;
}

/** Answers a version-dependent question; asked only where the answer matters. */
export type Ask = (behaviour: BehaviourName) => boolean;

export interface AddResult {
  readonly error: 'EEXIST' | 'ENOMEM' | null;
  /** The section chunk that failed; the chunks before it stay added (no rollback in __add_pages()). */
  readonly failedChunk: Range | null;
  /** Bytes of the range whose struct pages were there since boot. */
  readonly earlyBytes: number;
  /** Owners whose vmemmap pages this range found already mapped and uses too. */
  readonly sharedWith: readonly number[];
}

/** A piece of the vmemmap as the page tables show it: struct pages of `covers` at `start` (null: somewhere in DRAM). */
export interface PlacedRun {
  readonly start: number | null;
  readonly size: number;
  readonly leaf: 'pte' | 'pmd';
  readonly covers: Range;
  /** Who allocated it; BOOT for the memmap of boot memory. */
  readonly owner: number;
}

export const BOOT = 0;

/**
 * The sections, their sub-section bitmaps and the vmemmap: what __add_pages() and __remove_pages() change. Two
 * implementations give the same numbers: SparseReference walks page by page, SparseIntervals in closed form.
 */
export interface Sparse {
  /** __add_pages(): section by section, each either reusing the boot memmap or populating the vmemmap. */
  add(range: Range, owner: number, altmap: Altmap | null, dram: Dram): AddResult;
  /** __remove_pages(). Takes what is mapped, whoever allocated it. */
  remove(range: Range, altmap: Altmap | null, dram: Dram): void;
  /** Address of the first struct page of `range` that has no memory behind it; null where all have. */
  firstMissing(range: Range): number | null;
  /** Where the struct pages of `range` lie, by address. */
  runs(range: Range): readonly PlacedRun[];
}
