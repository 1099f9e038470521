import { alignDown, alignUp, endOf } from './align.ts';
import type { BootMemory } from './boot-memory.ts';
import { cmdlineOption, tristate } from './config.ts';
import type { Kernel } from './kernel.ts';
import { compareVersions } from './release.ts';
import type { PageSize, Range } from './types.ts';

/** One possibility of what the kernel can hot-add. Bytes; the ends are exclusive. */
export interface AddressLimits {
  readonly start: number;
  /** End of the linear map. */
  readonly linearEnd: number;
  /** 2^MAX_PHYSMEM_BITS. */
  readonly physEnd: number;
}

export interface LinearMap {
  /** One entry for each possibility that the inputs leave open; a verdict holds where all agree. */
  readonly candidates: readonly AddressLimits[];
  /** Inputs that would leave one candidate. */
  readonly missing: readonly string[];
}

const LEGAL_VA_BITS = { 4096: [39, 48, 52], 16384: [36, 47, 48, 52], 65536: [42, 48, 52] } as const;

/** VA sizes that a page size offers; 52 bits with 4K and 16K pages only since v6.9 (arch/arm64/Kconfig). */
export function legalVaBits(page: PageSize, lpa2: boolean): readonly number[] {
  return LEGAL_VA_BITS[page].filter((bits) => bits !== 52 || page === 65536 || lpa2);
}

/**
 * arch_get_mappable_range() after arm64_memblock_init() (arch/arm64/mm/init.c, mmu.c): where the linear map begins and
 * how far it reaches. Without boot memory no candidate is left.
 */
export function linearMapOf(kernel: Kernel, boot: BootMemory): LinearMap {
  const { span: dram } = boot;
  if (dram === null) return { candidates: [], missing: ['System RAM in the memory map'] };
  const dramEnd = endOf(dram);
  const unit = kernel.memstartAlign;
  const missing = new Set<string>();
  const { vaBits, paBits, pages } = kernel;
  if (vaBits === null) missing.add('CONFIG_ARM64_VA_BITS');
  if (paBits === null) missing.add('CONFIG_ARM64_PA_BITS');
  const candidates: AddressLimits[] = [];
  const lpa2 = compareVersions(kernel.version, [6, 9]) >= 0;
  for (const va of vaBits === null ? legalVaBits(pages.page, lpa2) : [vaBits]) {
    for (const pa of paBits === null ? [48, 52] : [paBits]) {
      for (const { span, physBits } of spansOf(kernel, va, pa, missing)) {
        const low = alignDown(dram.start, unit);
        const start = dramEnd - low > span ? alignUp(dramEnd - span, unit) : low;
        candidates.push({ start, linearEnd: start + span, physEnd: 2 ** physBits });
      }
    }
  }
  return { candidates, missing: [...missing] };
}

function spansOf(kernel: Kernel, vaBits: number, paBits: number, missing: Set<string>) {
  const spans: { span: number; physBits: number }[] = [];
  if (vaBits === 52) {
    const cpuHasVa52 = kernel.target.cpuHasVa52 ?? null;
    const narrow = kernel.pages.page === 16384 ? 2 ** 46 : 2 ** 47;
    if (cpuHasVa52 !== false) {
      spans.push({ span: 2 ** 52 - narrow, physBits: paBits });
      if (tristate(kernel.config, 'KVM') !== 'n') spans.push({ span: 2 ** 51, physBits: paBits });
    }
    if (cpuHasVa52 !== true) {
      const physBits = paBits > 48 && kernel.knows('physmemEndDynamic') !== false ? 48 : paBits;
      spans.push({ span: narrow, physBits });
    }
    if (cpuHasVa52 === null) missing.add('whether the CPU has 52-bit virtual addresses');
  } else spans.push({ span: 2 ** (vaBits - 1), physBits: paBits });
  if (['KASAN_GENERIC', 'KASAN_SW_TAGS'].some((symbol) => tristate(kernel.config, symbol) === 'y')) {
    missing.add('where the KASAN shadow begins');
    return [...spans, ...spans.map(({ span, physBits }) => ({ span: span / 2, physBits }))];
  }
  return spans;
}

/** Whether KASLR may have lowered the start of the linear map of this boot (v5.11 to v6.15); null where not known. */
export function mayBeLowered(kernel: Kernel): boolean | null {
  if (tristate(kernel.config, 'RANDOMIZE_BASE') === 'n') return false;
  const { cmdline } = kernel.target;
  if (cmdline !== null && cmdlineOption(cmdline, 'nokaslr') !== null) return false;
  return kernel.knows('linearMapRandomised');
}

/**
 * The chance, between 0 and 1, that KASLR puts the linear map of this boot so low that the range lies outside it: only
 * up to v5.10, where arm64_memblock_init() sees to boot memory alone. Null where the command line is not known.
 */
export function randomisationRisk(
  kernel: Kernel,
  boot: BootMemory,
  range: Range,
  limits: AddressLimits,
): number | null {
  if (tristate(kernel.config, 'RANDOMIZE_BASE') === 'n' || !kernel.is('linearMapRandomised')) return 0;
  if (kernel.is('randomisedWithinPaRange')) return 0;
  const dramEnd = boot.span === null ? 0 : endOf(boot.span);
  if (endOf(range) <= dramEnd) return 0;
  const slack = limits.linearEnd - dramEnd;
  const risk = slack <= 0 ? 1 : Math.min(1, (endOf(range) - dramEnd) / slack);
  const { cmdline } = kernel.target;
  if (cmdline === null) return risk < 0.01 ? risk : null;
  return cmdlineOption(cmdline, 'nokaslr') === null ? risk : 0;
}
