import { alignDown, alignUp, endOf } from './align.ts';
import { capability } from './capability.ts';
import { cmdlineOption, tristate } from './config.ts';
import type { Kernel } from './kernel.ts';
import { linearMapOf } from './linear-map.ts';
import type { MemoryState } from './memory-state.ts';
import { compareVersions } from './release.ts';
import type { KmemResult, PlugRequest, Range } from './types.ts';

const E2BIG = 7;
const EINVAL = 22;

/** What kmem makes of a dax device, with the kernel's lines and the inputs that would settle it. */
export interface KmemAttempt {
  readonly result: KmemResult;
  readonly messages: readonly string[];
  readonly missing: readonly string[];
  /** Owner of the memory blocks' struct pages; null where none were added. */
  readonly owner: number | null;
}

/** kmem onlines the whole memory blocks of a data area (drivers/dax/kmem.c); their sections are added to the state. */
export function onlineKmem(kernel: Kernel, state: MemoryState, request: PlugRequest, data: Range): KmemAttempt {
  const block = kernel.memoryBlock;
  const start = alignUp(data.start, block);
  const range = { start, size: Math.max(0, alignDown(endOf(data), block) - start) };
  const onMemory = memmapOnMemory(kernel, request);
  const base = {
    range: range.size > 0 ? range : null,
    blockSize: block,
    blocks: range.size / block,
    cutBytes: data.size - range.size,
    memmapOnMemory: onMemory,
    memmapDramBytes: 0,
  };
  const refuse = (reason: string, errno: number, messages: readonly string[]): KmemAttempt => ({
    result: { ...base, errno, reason },
    messages,
    missing: [],
    owner: null,
  });
  if (request.numaNode === -1) return refuse('KMEM_NO_NODE', 22, ['rejecting DAX region with invalid node: -1']);
  if (range.size === 0)
    return refuse('KMEM_TOO_SMALL', 22, [
      `mapping0: 0x${data.start.toString(16)}-0x${(endOf(data) - 1).toString(16)} too small after alignment`,
      'rejecting DAX region without any memory after alignment',
    ]);
  const beyond = addressRefusal(kernel, state, range);
  if (beyond !== null) return refuse('LINEAR_MAP', beyond, []);
  const owner = state.nextOwner();
  const before = state.dram.used;
  const added = state.sparse.add(range, owner, null, state.dram);
  const dramBytes = state.dram.used - before;
  if (added.error !== null) {
    const occupied = added.error === 'EEXIST';
    return refuse(occupied ? 'SUBSECTION_OCCUPIED' : 'DRAM_EXHAUSTED', occupied ? 17 : 12, []);
  }
  state.onlined.push({ owner, data, range });
  return {
    result: { ...base, errno: null, reason: 'OK', memmapDramBytes: onMemory === true ? 0 : dramBytes },
    messages: [],
    missing: needsNode(kernel, request) && (request.numaNode ?? null) === null ? ['the NUMA node of the region'] : [],
    owner,
  };
}

/** The errno for blocks that no possible linear map reaches: register_memory_resource() from v5.12 on, before it the arch. */
function addressRefusal(kernel: Kernel, state: MemoryState, range: Range): number | null {
  const { candidates } = linearMapOf(kernel, state.bootMemory);
  const reached = candidates.some(
    (limits) => range.start >= limits.start && endOf(range) <= Math.min(limits.linearEnd, limits.physEnd),
  );
  if (reached || candidates.length === 0) return null;
  return kernel.is('mhpRangeChecked') ? E2BIG : EINVAL;
}

/** The memory blocks of a data area are taken offline and removed; false where none are online. */
export function offlineKmem(state: MemoryState, data: Range): boolean {
  const blocks = state.onlined.find((one) => one.data.start === data.start);
  if (blocks === undefined) return false;
  state.onlined = state.onlined.filter((one) => one !== blocks);
  state.sparse.remove(blocks.range, null, state.dram);
  return true;
}

/** Device-tree regions have a node only where the tree names one; ACPI tables always give one. */
function needsNode(kernel: Kernel, request: PlugRequest): boolean {
  if (tristate(kernel.config, 'NUMA') === 'n') return false;
  if (request.provider === 'virtio') return kernel.version[0] < 6 || (kernel.version[0] === 6 && kernel.version[1] < 4);
  return request.provider === 'of' || request.provider === 'unknown';
}

/**
 * Whether each memory block carries its own memmap: only with 4K pages, where the memmap of a 128 MiB block is a whole
 * 2 MiB PMD (mm/memory_hotplug.c mhp_supports_memmap_on_memory()). With 16K and 64K pages never, not even with "force".
 */
function memmapOnMemory(kernel: Kernel, request: PlugRequest): boolean | null {
  if (kernel.pages.page !== 4096) return false;
  const available = kernel.knows('kmemMemmapOnMemory');
  if (available === false || capability(kernel.config, 'memmap-on-memory').state === 'no') return false;
  const { cmdline } = kernel.target;
  if (cmdline === null) return null;
  const option = cmdlineOption(cmdline, 'memory_hotplug.memmap_on_memory');
  // mm/memory_hotplug.c set_memmap_mode(): kstrtobool(), and "force" since v6.6.
  if (option === null || !/^([y1]|on|force$)/i.test(option)) return false;
  const settable = compareVersions(kernel.version, [6, 9]) >= 0;
  const wanted = (settable ? request.memmapOnMemory : undefined) ?? request.volatile === true;
  if (!wanted) return false;
  const wholePageblocks = ['HUGETLB_PAGE', 'TRANSPARENT_HUGEPAGE'].some(
    (symbol) => tristate(kernel.config, symbol) === 'y',
  );
  return available === null ? null : wholePageblocks || option === 'force';
}
