/**
 * The page allocator inside a device's own reservation (struct vmem_altmap), as altmap_alloc_block_buf() in
 * mm/sparse-vmemmap.c hands it out: same arithmetic from v5.4 to v7.3. All numbers are pages; padding is never given back.
 */
export class Altmap {
  readonly basePfn: number;
  readonly reserve: number;
  readonly free: number;
  private alloc = 0;
  private align = 0;
  private handed = 0;

  constructor(basePfn: number, reserve: number, free: number) {
    this.basePfn = basePfn;
    this.reserve = reserve;
    this.free = free;
  }

  /** Every page ever handed out, those given back included. */
  get allocated(): number {
    return this.handed;
  }

  /** Pages lost to the natural alignment of large requests. */
  get alignLoss(): number {
    return this.align;
  }

  /** Pages out at this moment; anything but 0 after removal makes memunmap_pages() warn. */
  get outstanding(): number {
    return this.alloc;
  }

  /** First pfn that holds data: pages before it are reserve and memmap. */
  get dataPfn(): number {
    return this.basePfn + this.reserve + this.free;
  }

  /** One request of `pages` contiguous pages, aligned to the lowest set bit of `pages`; its pfn, or null where none fits. */
  request(pages: number): number | null {
    const natural = lowestSetBit(pages);
    const next = this.basePfn + this.reserve + this.alloc + this.align;
    const pad = (natural - (next % natural)) % natural;
    if (pages + pad > this.free - (this.alloc + this.align)) return null;
    this.align += pad;
    this.alloc += pages;
    this.handed += pages;
    return next + pad;
  }

  /**
   * `count` requests of `pages` pages each, in closed form: once the first is aligned, the others follow without padding
   * while `pages` is a power of two. Returns how many were served and the pfn of the first (they are contiguous).
   */
  requestMany(count: number, pages: number): { readonly served: number; readonly pfn: number } {
    const first = count > 0 ? this.request(pages) : null;
    if (first === null) return { served: 0, pfn: 0 };
    const room = Math.floor((this.free - (this.alloc + this.align)) / pages);
    const more = Math.max(0, Math.min(count - 1, room));
    this.alloc += more * pages;
    this.handed += more * pages;
    return { served: 1 + more, pfn: first };
  }

  /** vmem_altmap_free(): accounting only; the pages are not handed out again at their old place. */
  giveBack(pages: number): void {
    this.alloc -= pages;
  }
}

function lowestSetBit(value: number): number {
  let bit = 1;
  while (value % (bit * 2) === 0) bit *= 2;
  return bit;
}
