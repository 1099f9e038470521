import { alignDown, alignUp, endOf, overlaps } from './align.ts';
import type { Altmap } from './altmap.ts';
import { type BootMemory, outward } from './boot-memory.ts';
import type { Dram } from './dram.ts';
import type { IntervalSet } from './interval-set.ts';
import { type AddResult, type Ask, BOOT, type PlacedRun, type Sparse, type SparseGeometry } from './sparse.ts';
import type { Range } from './types.ts';

/** What an attempt to populate reached: null, or the address whose request could not be served. */
type FailedAt = number | null;

interface Job {
  readonly owner: number;
  readonly altmap: Altmap | null;
  readonly dram: Dram;
  readonly shared: Set<number>;
}

/**
 * The closed form: runs of equal sections are one step, so the time depends on what else lies in the range and not on
 * its size. Equal to SparseReference by property test.
 */
export class SparseIntervals implements Sparse {
  private readonly geometry: SparseGeometry;
  private readonly ask: Ask;
  private readonly subsections: IntervalSet;
  private readonly earlySections: IntervalSet;
  /** Disjoint, sorted by address; `covers` of a PMD run is a whole number of slots. */
  private placed: PlacedRun[] = [];

  constructor(geometry: SparseGeometry, bootMemory: BootMemory, ask: Ask) {
    this.geometry = geometry;
    this.ask = ask;
    this.subsections = bootMemory.inUnitsOf(geometry.subsection).copy();
    this.earlySections = bootMemory.inUnitsOf(geometry.section);
  }

  add(range: Range, owner: number, altmap: Altmap | null, dram: Dram): AddResult {
    const job: Job = { owner, altmap, dram, shared: new Set() };
    let earlyBytes = 0;
    const result = (error: AddResult['error'], failedChunk: Range | null): AddResult => ({
      error,
      failedChunk,
      earlyBytes,
      sharedWith: [...job.shared].sort(),
    });
    for (const piece of this.pieces(range)) {
      if (this.subsections.meets(piece)) return result('EEXIST', piece);
      if (this.isEarly(piece)) {
        this.subsections.add(piece);
        earlyBytes += piece.size;
        continue;
      }
      const failedAt = this.populate(piece, job);
      if (failedAt === null) {
        this.subsections.add(outward(piece, this.geometry.subsection));
        continue;
      }
      const chunk = this.chunkAt(piece, failedAt);
      this.unmap(chunk, altmap, dram);
      this.subsections.add({ start: piece.start, size: chunk.start - piece.start });
      return result('ENOMEM', chunk);
    }
    return result(null, null);
  }

  remove(range: Range, altmap: Altmap | null, dram: Dram): void {
    for (const piece of this.pieces(range, false)) {
      this.subsections.remove(outward(piece, this.geometry.subsection));
      if (!this.isEarly(piece)) this.unmap(piece, altmap, dram);
    }
  }

  firstMissing(range: Range): number | null {
    const all = outward(range, this.geometry.block);
    const gap = this.gaps(all)[0];
    return gap === undefined ? null : Math.max(gap.start, range.start);
  }

  runs(range: Range): readonly PlacedRun[] {
    const { block, page } = this.geometry;
    const all = outward(range, block);
    const boot = this.earlySections.meeting(all).map((early): PlacedRun => {
      const covers = intersect(early, all);
      return { start: null, size: (covers.size / block) * page, leaf: 'pte', covers, owner: BOOT };
    });
    const own = this.placed.flatMap((run) =>
      overlaps(run.covers, all) ? [this.cut(run, run.leaf === 'pmd' ? this.slots(all) : all)] : [],
    );
    return mergeRuns([...boot, ...own].sort((a, b) => a.covers.start - b.covers.start));
  }

  /** Head chunk, runs of whole sections that nothing else touches, tail chunk; touched sections one by one. */
  private *pieces(range: Range, splitAtEvents = true): Generator<Range> {
    const { section } = this.geometry;
    const end = endOf(range);
    let start = range.start;
    while (start < end) {
      const border = alignDown(start, section) + section;
      const whole = start % section === 0 ? alignDown(end, section) : start;
      const event = splitAtEvents ? this.nextEvent({ start, size: end - start }) : end;
      const clean = Math.min(whole, alignDown(Math.max(event, start), section));
      const stop = clean > border ? clean : Math.min(border, end);
      yield { start, size: stop - start };
      start = stop;
    }
  }

  /** Lowest address at or after the start where sub-sections or vmemmap are already there; the end if none. */
  private nextEvent(range: Range): number {
    const populated = this.subsections.firstIn(range)?.start ?? endOf(range);
    const mapped = this.placed.find((run) => overlaps(run.covers, range))?.covers.start ?? endOf(range);
    return Math.min(populated, mapped);
  }

  private isEarly(piece: Range): boolean {
    return piece.size < this.geometry.section && this.earlySections.meets(piece);
  }

  private chunkAt(piece: Range, address: number): Range {
    const border = alignDown(Math.max(address, piece.start), this.geometry.section);
    const start = Math.max(border, piece.start);
    return { start, size: Math.min(border + this.geometry.section, endOf(piece)) - start };
  }

  private populate(piece: Range, job: Job): FailedAt {
    const { slot, section } = this.geometry;
    const wholeSections = piece.size % section === 0;
    if (slot === null || (!wholeSections && this.ask('partialSectionsByBasePages')))
      return this.populateBasePages(piece, job);
    const all = outward(piece, slot);
    let at = all.start;
    while (at < endOf(all)) {
      const next = this.placed.find((run) => overlaps(run.covers, { start: at, size: endOf(all) - at }));
      const free = next === undefined ? endOf(all) : alignDown(next.covers.start, slot);
      if (free > at) {
        const failedAt = this.populateSlots({ start: at, size: free - at }, piece, slot, job);
        if (failedAt !== null) return failedAt;
        at = free;
        continue;
      }
      if (next?.leaf === 'pmd') {
        if (next.owner !== job.owner) job.shared.add(next.owner);
        at = Math.min(endOf(all), endOf(next.covers));
        continue;
      }
      if (this.ask('tableSlotFilled')) {
        const failedAt = this.populateBasePages(intersect(piece, { start: at, size: slot }), job);
        if (failedAt !== null) return failedAt;
      }
      at += slot;
    }
    return null;
  }

  /** PMD leaves for free slots. A request that failed fails for all later ones too, so base pages take the rest. */
  private populateSlots(slots: Range, piece: Range, slot: number, job: Job): FailedAt {
    const failedAt = this.fill(slots, slot, 'pmd', job);
    if (failedAt === null) return null;
    const fallsBack = this.ask(job.altmap === null ? 'pmdFallbackDram' : 'pmdFallbackAltmap');
    if (!fallsBack) return failedAt;
    const rest = { start: failedAt, size: endOf(slots) - failedAt };
    return this.populateBasePages(intersect(piece, rest), job);
  }

  private populateBasePages(part: Range, job: Job): FailedAt {
    const visited = this.visited(part);
    let failedAt: FailedAt = null;
    for (const gap of this.gaps(visited)) {
      failedAt = this.fill(gap, this.geometry.block, 'pte', job);
      if (failedAt !== null) break;
    }
    const reached = { start: visited.start, size: (failedAt ?? endOf(visited)) - visited.start };
    for (const run of this.placed)
      if (overlaps(run.covers, reached) && run.owner !== job.owner) job.shared.add(run.owner);
    return failedAt;
  }

  /** Maps `free`, one request for every `unit` of it; the address of the first request that was not served, or null. */
  private fill(free: Range, unit: number, leaf: 'pte' | 'pmd', job: Job): FailedAt {
    const { block, page } = this.geometry;
    const pages = unit / block;
    const wanted = free.size / unit;
    const got =
      job.altmap === null
        ? { served: job.dram.take(wanted, pages * page), pfn: null }
        : job.altmap.requestMany(wanted, pages);
    if (got.served > 0) {
      const covers = { start: free.start, size: got.served * unit };
      const start = got.pfn === null ? null : got.pfn * page;
      this.place({ start, size: got.served * pages * page, leaf, covers, owner: job.owner });
    }
    return got.served < wanted ? free.start + got.served * unit : null;
  }

  private place(run: PlacedRun): void {
    this.placed.push(run);
    this.placed.sort((a, b) => a.covers.start - b.covers.start);
  }

  private unmap(piece: Range, altmap: Altmap | null, dram: Dram): void {
    const { block, page, slot } = this.geometry;
    const pteArea = this.visited(piece);
    const pmdArea = slot === null ? piece : this.slots(piece);
    let pages = 0;
    const rest: PlacedRun[] = [];
    for (const run of this.placed) {
      const area = run.leaf === 'pmd' ? pmdArea : pteArea;
      if (!overlaps(run.covers, area)) {
        rest.push(run);
        continue;
      }
      pages += intersect(run.covers, area).size / block;
      for (const left of subtract(run.covers, area)) rest.push(this.cut(run, left));
    }
    this.placed = rest;
    if (altmap === null) dram.giveBack(pages * page);
    else altmap.giveBack(pages);
  }

  /** The blocks that a walk from the unrounded start in steps of one block visits: the last one may be left out. */
  private visited(part: Range): Range {
    const { block } = this.geometry;
    return { start: alignDown(part.start, block), size: alignUp(part.size, block) };
  }

  private slots(range: Range): Range {
    return outward(range, this.geometry.slot ?? this.geometry.block);
  }

  private gaps(range: Range): Range[] {
    const gaps: Range[] = [];
    let at = range.start;
    const placed = this.placed.map((run) => run.covers).filter((covers) => overlaps(covers, range));
    const taken = [...placed, ...this.earlySections.meeting(range)].sort((a, b) => a.start - b.start);
    for (const covers of taken) {
      if (covers.start > at) gaps.push({ start: at, size: covers.start - at });
      at = Math.max(at, endOf(covers));
    }
    if (at < endOf(range)) gaps.push({ start: at, size: endOf(range) - at });
    return gaps;
  }

  private cut(run: PlacedRun, area: Range): PlacedRun {
    const { block, page } = this.geometry;
    const covers = intersect(run.covers, area);
    const skipped = ((covers.start - run.covers.start) / block) * page;
    return {
      ...run,
      start: run.start === null ? null : run.start + skipped,
      size: (covers.size / block) * page,
      covers,
    };
  }
}

function intersect(a: Range, b: Range): Range {
  const start = Math.max(a.start, b.start);
  return { start, size: Math.max(0, Math.min(endOf(a), endOf(b)) - start) };
}

function subtract(from: Range, area: Range): Range[] {
  const left: Range[] = [];
  if (from.start < area.start) left.push({ start: from.start, size: area.start - from.start });
  if (endOf(from) > endOf(area)) left.push({ start: endOf(area), size: endOf(from) - endOf(area) });
  return left;
}

function mergeRuns(runs: readonly PlacedRun[]): PlacedRun[] {
  const merged: PlacedRun[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    const follows =
      last !== undefined &&
      last.leaf === run.leaf &&
      last.owner === run.owner &&
      endOf(last.covers) === run.covers.start &&
      (last.start === null ? run.start === null : last.start + last.size === run.start);
    if (follows) {
      const covers = { start: last.covers.start, size: last.covers.size + run.covers.size };
      merged[merged.length - 1] = { ...last, size: last.size + run.size, covers };
    } else merged.push(run);
  }
  return merged;
}
