import { GIB, MIB } from './align.ts';
import { BEHAVIOURS, behaviourOf } from './behaviours.ts';
import { numberOf, tristate } from './config.ts';
import type { SparseGeometry } from './sparse.ts';
import type { BehaviourName, KernelConfig, PageSize, Target } from './types.ts';

/** Constants of a page size that no version changes (arch/arm64/include/asm/pgtable-hwdef.h). Bytes. */
export interface PageGeometry {
  readonly page: PageSize;
  /** Memory that one PMD leaf maps: 2 MiB, 32 MiB or 512 MiB. */
  readonly pmd: number;
  /** Page-table entries in one table. */
  readonly entries: number;
  /** Granule of memstart before the section size raises it (asm/kernel-pgtable.h). */
  readonly memstartUnit: number;
}

const PAGE_GEOMETRY: Readonly<Record<PageSize, PageGeometry>> = {
  4096: { page: 4096, pmd: 2 * MIB, entries: 512, memstartUnit: GIB },
  16384: { page: 16384, pmd: 32 * MIB, entries: 2048, memstartUnit: GIB },
  65536: { page: 65536, pmd: 512 * MIB, entries: 8192, memstartUnit: 512 * MIB },
};

/** The choice in a config that makes the page size, without CONFIG_ (arch/arm64/Kconfig). */
export const PAGE_SYMBOLS: Readonly<Record<PageSize, string>> = {
  4096: 'ARM64_4K_PAGES',
  16384: 'ARM64_16K_PAGES',
  65536: 'ARM64_64K_PAGES',
};

export function pageGeometry(page: PageSize): PageGeometry {
  return PAGE_GEOMETRY[page];
}

/** SUBSECTION_SHIFT is 21 for every page size since v5.3 (include/linux/mmzone.h). */
export const SUBSECTION = 2 * MIB;
/** memremap_compat_align() on arm64 since v5.7: the sub-section, for every page size. */
export const COMPAT_ALIGN = 2 * MIB;
/** ND_MIN_NAMESPACE_SIZE for pfn, dax and btt devices. */
export const MIN_NAMESPACE = 16 * MIB;
/** MAX_STRUCT_PAGE_SIZE: what dataoff reserves for each page, whatever sizeof(struct page) is. */
export const RESERVED_PER_PAGE = 64;
/** sizeof(struct page) that every formula here assumes; kernels where it may be more are told apart first. */
export const STRUCT_PAGE = 64;

/**
 * One kernel with every question about it answered. Questions that release and config leave open are answered by
 * `assumptions`, and each one asked is noted, so that a caller can try the other answer.
 */
export class Kernel {
  readonly target: Target;
  readonly config: KernelConfig;
  readonly pages: PageGeometry;
  private readonly assumptions: ReadonlyMap<BehaviourName, boolean>;
  private readonly open: BehaviourName[] = [];
  private readonly known = new Map<BehaviourName, boolean | null>();

  constructor(target: Target, assumptions: ReadonlyMap<BehaviourName, boolean> = new Map()) {
    this.target = target;
    this.config = target.config;
    this.pages = pageGeometry(target.pageSize);
    this.assumptions = assumptions;
  }

  /** Asks only where the answer matters: a question that is open makes the verdict depend on it. */
  is(name: BehaviourName): boolean {
    const known = this.knows(name);
    if (known !== null) return known;
    if (!this.open.includes(name)) this.open.push(name);
    return this.assumptions.get(name) ?? false;
  }

  /** What is known without assuming anything; asking this way leaves no trace. */
  knows(name: BehaviourName): boolean | null {
    const before = this.known.get(name);
    if (before !== undefined) return before;
    const known = behaviourOf(name, this.target);
    this.known.set(name, known);
    return known;
  }

  /** Behaviours that were asked for and that neither release nor config decides, in the order asked. */
  get openQuestions(): readonly BehaviourName[] {
    return this.open;
  }

  get version(): readonly [number, number] {
    const { major, minor } = this.target.upstream ?? this.target.release;
    return [major, minor];
  }

  get section(): number {
    if (!this.is('sectionsOf128M')) return GIB;
    return this.pages.page === 65536 ? 512 * MIB : 128 * MIB;
  }

  /** memory_block_size_bytes(): the section size, arm64 has no override up to v7.3. */
  get memoryBlock(): number {
    return this.section;
  }

  /** Granule of memstart: max(unit, section), asm/kernel-pgtable.h. */
  get memstartAlign(): number {
    return Math.max(this.pages.memstartUnit, this.section);
  }

  get hasThp(): 'y' | 'n' | 'unknown' {
    const value = tristate(this.config, 'TRANSPARENT_HUGEPAGE');
    return value === 'm' ? 'y' : value;
  }

  get sparseGeometry(): SparseGeometry {
    const { page, pmd } = this.pages;
    const block = (page * page) / STRUCT_PAGE;
    return {
      page,
      section: this.section,
      subsection: SUBSECTION,
      block,
      slot: page === 4096 ? (pmd / page) * block : null,
    };
  }

  /** Where the offered alignments come from: PAGE_SIZE, and PMD_SIZE with transparent huge pages; never 1 GiB on arm64. */
  get alignments(): readonly number[] {
    return this.hasThp === 'n' ? [this.pages.page] : [this.pages.page, this.pages.pmd];
  }

  get defaultAlign(): number {
    return this.hasThp === 'n' ? this.pages.page : this.pages.pmd;
  }

  /**
   * sizeof(struct page): 64, or null where memory-tagging KASAN with NUMA balancing and memcg may push it to 80
   * (include/linux/page-flags-layout.h).
   */
  get structPage(): 64 | null {
    const tags = ['KASAN_SW_TAGS', 'KASAN_HW_TAGS'].some((symbol) => tristate(this.config, symbol) === 'y');
    const wide = tags && ['NUMA_BALANCING', 'MEMCG'].every((symbol) => tristate(this.config, symbol) === 'y');
    return wide ? null : 64;
  }

  /** CONFIG_ARM64_VA_BITS; null where the config does not say. */
  get vaBits(): number | null {
    return numberOf(this.config, 'ARM64_VA_BITS') ?? bitsFromChoice(this.config, 'ARM64_VA_BITS_', VA_CHOICES);
  }

  /** CONFIG_ARM64_PA_BITS; null where the config does not say. */
  get paBits(): number | null {
    return numberOf(this.config, 'ARM64_PA_BITS') ?? bitsFromChoice(this.config, 'ARM64_PA_BITS_', [48, 52]);
  }

  sourceOf(name: BehaviourName): string {
    return BEHAVIOURS[name].source;
  }
}

const VA_CHOICES: readonly number[] = [36, 39, 42, 47, 48, 52];

function bitsFromChoice(config: KernelConfig, prefix: string, choices: readonly number[]): number | null {
  return choices.find((bits) => tristate(config, `${prefix}${bits}`) === 'y') ?? null;
}

/** The kernel as release and config show it, with open questions answered `false`. */
export function kernelOf(target: Target): Kernel {
  return new Kernel(target);
}
