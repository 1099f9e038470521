import { alignDown, alignUp, endOf, GIB } from './align.ts';
import { cmdlineOption, numberOf, tristate } from './config.ts';
import type { Kernel } from './kernel.ts';
import type { PlacedRun } from './sparse.ts';
import { BOOT } from './sparse.ts';
import type { Range } from './types.ts';

/** DRAM for page tables, in bytes: between `min` and `max`, as far as the inputs tell. */
export interface Cost {
  readonly min: number;
  readonly max: number;
}

/**
 * Whether arch_add_memory() maps the range page by page: true, false, or null where the inputs do not tell
 * (arch/arm64/mm/mmu.c can_set_direct_map(), force_pte_mapping()).
 */
export function forcedPte(kernel: Kernel): boolean | null {
  const debug = debugPagealloc(kernel);
  const kfence = kfenceForces(kernel);
  if (debug === true) return true;
  const rodata = rodataFull(kernel);
  const without = or(kfence, rodata);
  if (kernel.knows('bbmlKeepsBlocks') !== false && without !== false) return null;
  return or(debug, without);
}

/** Tables of the linear map and of the vmemmap. Always DRAM, also where the memmap is on the device. */
export function pageTableCost(kernel: Kernel, range: Range, runs: readonly PlacedRun[]): Cost {
  const forced = forcedPte(kernel);
  const byPage = linearTables(kernel, range, true);
  const byBlock = linearTables(kernel, range, false);
  const linear = { min: forced === true ? byPage.min : byBlock.min, max: forced === false ? byBlock.max : byPage.max };
  const vmemmap = vmemmapTables(kernel, runs);
  return { min: linear.min + vmemmap.min, max: linear.max + vmemmap.max };
}

/** Tables count once for each span that they cover; the two at the edges may be there already. */
function linearTables(kernel: Kernel, range: Range, byPage: boolean): Cost {
  const { page, pmd, entries } = kernel.pages;
  const upper = touched(range, pmd * entries);
  if (byPage) return costOf(page, [touched(range, pmd), upper]);
  const partial = touched(range, pmd) - wholes(range, pmd);
  const pmdTables = page === 4096 ? upper - wholes(range, GIB) : upper;
  return costOf(page, [partial, pmdTables]);
}

function vmemmapTables(kernel: Kernel, runs: readonly PlacedRun[]): Cost {
  const { page, entries } = kernel.pages;
  const { block, slot } = kernel.sparseGeometry;
  const own = runs.filter((run) => run.owner !== BOOT);
  const ptes = own
    .filter((run) => run.leaf === 'pte')
    .reduce((sum, run) => sum + touched(run.covers, block * entries), 0);
  const span = (slot ?? block * entries) * entries;
  const pmds = own.length === 0 ? 0 : touched({ start: first(own), size: last(own) - first(own) }, span);
  return costOf(page, [ptes, pmds]);
}

function costOf(page: number, counts: readonly number[]): Cost {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { min: page * sum(counts.map((count) => Math.max(0, count - 2))), max: page * sum(counts) };
}

const first = (runs: readonly PlacedRun[]) => Math.min(...runs.map((run) => run.covers.start));
const last = (runs: readonly PlacedRun[]) => Math.max(...runs.map((run) => endOf(run.covers)));

function touched(range: Range, unit: number): number {
  return (alignUp(endOf(range), unit) - alignDown(range.start, unit)) / unit;
}

function wholes(range: Range, unit: number): number {
  return Math.max(0, (alignDown(endOf(range), unit) - alignUp(range.start, unit)) / unit);
}

function or(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true;
  return a === null || b === null ? null : false;
}

function rodataFull(kernel: Kernel): boolean | null {
  const byConfig = tristate(kernel.config, 'RODATA_FULL_DEFAULT_ENABLED');
  const { cmdline } = kernel.target;
  const option = cmdline === null ? null : cmdlineOption(cmdline, 'rodata');
  if (option === 'full') return true;
  if (option === 'on') return kernel.knows('rodataOnIsFull');
  if (option === 'off' || option === 'noalias') return false;
  if (cmdline === null || byConfig === 'unknown') return null;
  return byConfig === 'y';
}

function debugPagealloc(kernel: Kernel): boolean | null {
  const built = tristate(kernel.config, 'DEBUG_PAGEALLOC');
  if (built === 'n') return false;
  const { cmdline } = kernel.target;
  const option = cmdline === null ? null : cmdlineOption(cmdline, 'debug_pagealloc');
  if (built === 'unknown') return null;
  if (option === 'on' || option === '1') return true;
  if (option === 'off' || option === '0') return false;
  return cmdline === null ? null : tristate(kernel.config, 'DEBUG_PAGEALLOC_ENABLE_DEFAULT') === 'y';
}

function kfenceForces(kernel: Kernel): boolean | null {
  const built = tristate(kernel.config, 'KFENCE');
  if (built === 'n') return false;
  if (built === 'unknown') return null;
  const always = kernel.knows('kfenceForcesPte');
  if (always === true) return true;
  const early = kernel.knows('kfencePoolKnownEarly');
  if (always === null || early === null) return null;
  if (!early) return false;
  const { cmdline } = kernel.target;
  if (cmdline === null) return null;
  const option = cmdlineOption(cmdline, 'kfence.sample_interval');
  const interval = option === null ? numberOf(kernel.config, 'KFENCE_SAMPLE_INTERVAL') : Number(option);
  return interval === null ? null : interval === 0;
}
