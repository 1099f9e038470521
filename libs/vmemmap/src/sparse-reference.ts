import { alignDown, alignUp, endOf } from './align.ts';
import type { Altmap } from './altmap.ts';
import type { BootMemory } from './boot-memory.ts';
import type { Dram } from './dram.ts';
import { type AddResult, type Ask, BOOT, type PlacedRun, type Sparse, type SparseGeometry } from './sparse.ts';
import type { Range } from './types.ts';

interface Leaf {
  readonly start: number | null;
  readonly owner: number;
}

/**
 * The plain walk: every section, every vmemmap page, in the kernel's order (mm/sparse.c, mm/sparse-vmemmap.c,
 * arch/arm64/mm/mmu.c). Time and memory grow with the range; it is the yardstick for SparseIntervals.
 */
export class SparseReference implements Sparse {
  private readonly geometry: SparseGeometry;
  private readonly ask: Ask;
  private readonly subsections = new Set<number>();
  private readonly earlySections = new Set<number>();
  /** vmemmap PTEs by block number, PMD leaves by slot number. */
  private readonly ptes = new Map<number, Leaf>();
  private readonly pmds = new Map<number, Leaf>();

  constructor(geometry: SparseGeometry, bootMemory: BootMemory, ask: Ask) {
    this.geometry = geometry;
    this.ask = ask;
    for (const memory of bootMemory.list()) {
      for (let at = alignDown(memory.start, geometry.subsection); at < endOf(memory); at += geometry.subsection)
        this.subsections.add(at / geometry.subsection);
      for (let at = alignDown(memory.start, geometry.section); at < endOf(memory); at += geometry.section)
        this.earlySections.add(at / geometry.section);
    }
  }

  add(range: Range, owner: number, altmap: Altmap | null, dram: Dram): AddResult {
    const shared = new Set<number>();
    let earlyBytes = 0;
    for (const chunk of this.chunks(range)) {
      if (this.anySubsection(chunk))
        return { error: 'EEXIST', failedChunk: chunk, earlyBytes, sharedWith: [...shared].sort() };
      this.markSubsections(chunk);
      if (this.isEarly(chunk)) {
        earlyBytes += chunk.size;
        continue;
      }
      if (!this.populate(chunk, owner, altmap, dram, shared)) {
        this.clearSubsections(chunk);
        this.depopulate(chunk, altmap, dram);
        return { error: 'ENOMEM', failedChunk: chunk, earlyBytes, sharedWith: [...shared].sort() };
      }
    }
    return { error: null, failedChunk: null, earlyBytes, sharedWith: [...shared].sort() };
  }

  remove(range: Range, altmap: Altmap | null, dram: Dram): void {
    for (const chunk of this.chunks(range)) {
      this.clearSubsections(chunk);
      if (!this.isEarly(chunk)) this.depopulate(chunk, altmap, dram);
    }
  }

  firstMissing(range: Range): number | null {
    const { block } = this.geometry;
    for (let at = alignDown(range.start, block); at < endOf(range); at += block)
      if (this.leafAt(at) === null) return Math.max(at, range.start);
    return null;
  }

  runs(range: Range): readonly PlacedRun[] {
    const { block, page, slot } = this.geometry;
    const runs: PlacedRun[] = [];
    const push = (run: PlacedRun) => {
      const last = runs.at(-1);
      const follows =
        last !== undefined &&
        last.leaf === run.leaf &&
        last.owner === run.owner &&
        endOf(last.covers) === run.covers.start &&
        (last.start === null ? run.start === null : last.start + last.size === run.start);
      if (follows) {
        const covers = { start: last.covers.start, size: last.covers.size + run.covers.size };
        runs[runs.length - 1] = { ...last, size: last.size + run.size, covers };
      } else runs.push(run);
    };
    let at = alignDown(range.start, block);
    while (at < endOf(range)) {
      const pmd = slot === null ? undefined : this.pmds.get(Math.floor(at / slot));
      if (slot !== null && pmd !== undefined) {
        const start = alignDown(at, slot);
        push({ ...pmd, size: (slot / block) * page, leaf: 'pmd', covers: { start, size: slot } });
        at = start + slot;
        continue;
      }
      const leaf = this.leafAt(at);
      if (leaf !== null) push({ ...leaf, size: page, leaf: 'pte', covers: { start: at, size: block } });
      at += block;
    }
    return runs;
  }

  private *chunks(range: Range): Generator<Range> {
    for (let start = range.start; start < endOf(range); ) {
      const end = Math.min(alignDown(start, this.geometry.section) + this.geometry.section, endOf(range));
      yield { start, size: end - start };
      start = end;
    }
  }

  private isEarly(chunk: Range): boolean {
    const { section } = this.geometry;
    return chunk.size < section && this.earlySections.has(Math.floor(chunk.start / section));
  }

  private leafAt(address: number): Leaf | null {
    const { block, section, slot } = this.geometry;
    if (this.earlySections.has(Math.floor(address / section))) return { start: null, owner: BOOT };
    const pmd = slot === null ? undefined : this.pmds.get(Math.floor(address / slot));
    return pmd ?? this.ptes.get(Math.floor(address / block)) ?? null;
  }

  private populate(chunk: Range, owner: number, altmap: Altmap | null, dram: Dram, shared: Set<number>): boolean {
    const { slot, section } = this.geometry;
    const wholeSection = chunk.size === section;
    if (slot === null || (!wholeSection && this.ask('partialSectionsByBasePages')))
      return this.populateBasePages(chunk, owner, altmap, dram, shared);
    for (let at = alignDown(chunk.start, slot); at < endOf(chunk); at += slot) {
      const start = Math.max(at, chunk.start);
      const part = { start, size: Math.min(at + slot, endOf(chunk)) - start };
      const present = this.pmds.get(at / slot);
      if (present !== undefined) {
        if (present.owner !== owner) shared.add(present.owner);
        continue;
      }
      if (this.slotHasTable(at, slot)) {
        if (this.ask('tableSlotFilled') && !this.populateBasePages(part, owner, altmap, dram, shared)) return false;
        continue;
      }
      const leaf = this.allocate(slot / this.geometry.block, owner, altmap, dram);
      if (leaf !== null) {
        this.pmds.set(at / slot, leaf);
        continue;
      }
      const fallsBack = this.ask(altmap === null ? 'pmdFallbackDram' : 'pmdFallbackAltmap');
      if (!fallsBack || !this.populateBasePages(part, owner, altmap, dram, shared)) return false;
    }
    return true;
  }

  /** Steps one page of vmemmap at a time from the unrounded start, as vmemmap_populate_basepages() does. */
  private populateBasePages(
    part: Range,
    owner: number,
    altmap: Altmap | null,
    dram: Dram,
    shared: Set<number>,
  ): boolean {
    const { block } = this.geometry;
    for (let at = part.start; at < endOf(part); at += block) {
      const index = Math.floor(at / block);
      const present = this.ptes.get(index);
      if (present !== undefined) {
        if (present.owner !== owner) shared.add(present.owner);
        continue;
      }
      const leaf = this.allocate(1, owner, altmap, dram);
      if (leaf === null) return false;
      this.ptes.set(index, leaf);
    }
    return true;
  }

  private allocate(pages: number, owner: number, altmap: Altmap | null, dram: Dram): Leaf | null {
    const { page } = this.geometry;
    if (altmap === null) return dram.take(1, pages * page) === 1 ? { start: null, owner } : null;
    const pfn = altmap.request(pages);
    return pfn === null ? null : { start: pfn * page, owner };
  }

  private depopulate(chunk: Range, altmap: Altmap | null, dram: Dram): void {
    const { block, page, slot } = this.geometry;
    let pages = 0;
    if (slot !== null) {
      for (let at = alignDown(chunk.start, slot); at < endOf(chunk); at += slot)
        if (this.pmds.delete(at / slot)) pages += slot / block;
    }
    for (let at = chunk.start; at < endOf(chunk); at += block) if (this.ptes.delete(Math.floor(at / block))) pages += 1;
    if (altmap === null) dram.giveBack(pages * page);
    else altmap.giveBack(pages);
  }

  private slotHasTable(at: number, slot: number): boolean {
    for (let address = at; address < at + slot; address += this.geometry.block)
      if (this.ptes.has(address / this.geometry.block)) return true;
    return false;
  }

  private *subsectionsOf(chunk: Range): Generator<number> {
    const { subsection } = this.geometry;
    for (let at = alignDown(chunk.start, subsection); at < alignUp(endOf(chunk), subsection); at += subsection)
      yield at / subsection;
  }

  private anySubsection(chunk: Range): boolean {
    for (const index of this.subsectionsOf(chunk)) if (this.subsections.has(index)) return true;
    return false;
  }

  private markSubsections(chunk: Range): void {
    for (const index of this.subsectionsOf(chunk)) this.subsections.add(index);
  }

  private clearSubsections(chunk: Range): void {
    for (const index of this.subsectionsOf(chunk)) this.subsections.delete(index);
  }
}
