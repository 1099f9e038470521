import { alignDown, alignUp, endOf, isAligned } from './align.ts';
import { Altmap } from './altmap.ts';
import { COMPAT_ALIGN, type Kernel, RESERVED_PER_PAGE, STRUCT_PAGE } from './kernel.ts';
import type { Facts, InfoBlock, Range } from './types.ts';

const HEAD = 8192;

/** A refusal of the pfn driver. `errno` is the kernel's; `message` what it prints after the device name, if anything. */
interface Refusal {
  readonly reason: string;
  readonly errno: number;
  readonly message: string | null;
  readonly facts: Facts;
}

export interface NewBlock {
  readonly block: InfoBlock | null;
  readonly refusal: Refusal | null;
  /** The check against zero-sized namespaces wrapped below zero and let nonsense through (v6.6 on). */
  readonly wrapped: boolean;
  readonly facts: Facts;
}

/**
 * nd_pfn_init(), drivers/nvdimm/pfn_devs.c, since v5.7: the block that the kernel writes for a new namespace, or why it
 * does not. `align` is the namespace's own alignment, bytes; at least COMPAT_ALIGN is in force.
 */
export function createInfoBlock(
  kernel: Kernel,
  range: Range,
  signature: 'pfn' | 'dax',
  map: 'dev' | 'mem',
  align: number,
): NewBlock {
  const { page } = kernel.pages;
  const { start, size } = range;
  if (!isAligned(start, COMPAT_ALIGN)) {
    const facts = { start, required: COMPAT_ALIGN };
    const message = `start ${hex16(start)} misaligned to ${hex(COMPAT_ALIGN)}`;
    const refusal = { reason: 'START_MISALIGNED', errno: 22, message, facts };
    return { block: null, refusal, wrapped: false, facts };
  }
  const inForce = Math.max(align, COMPAT_ALIGN);
  const pages = Math.floor((size - HEAD) / page);
  const endTrunc = endOf(range) - alignDown(endOf(range), inForce);
  const reserve = map === 'dev' ? RESERVED_PER_PAGE * pages : 0;
  const dataoff = alignUp(start + HEAD + reserve, inForce) - start;
  const facts = { start, size, align: inForce, dataoff, endTrunc, pages };
  const before = dataoff >= size;
  const since66 = endTrunc <= size && dataoff >= size - endTrunc;
  const refused = before === since66 ? before : kernel.is('zeroSizeCheck') ? since66 : before;
  if (refused) {
    const refusal = { reason: 'NO_ROOM', errno: 6, message: 'unable to satisfy requested alignment', facts };
    return { block: null, refusal, wrapped: false, facts };
  }
  const left = size - dataoff - endTrunc;
  const block: InfoBlock = {
    signature,
    versionMinor: 4,
    map,
    dataoff,
    npfns: pagesOf(left, page),
    startPad: 0,
    endTrunc,
    align,
    pageSize: page,
    pageStructSize: RESERVED_PER_PAGE,
  };
  return { block, refusal: null, wrapped: left < 0, facts };
}

/** What a block says once the minor version's missing fields have been filled in (nd_pfn_validate(), step 2). */
export function readInfoBlock(block: InfoBlock, page: number): InfoBlock {
  const noAlign = block.versionMinor < 2 || block.align === 0;
  const align = noAlign ? 2 ** Math.floor(Math.log2(Math.max(1, block.dataoff))) : block.align;
  return {
    ...block,
    align,
    startPad: block.versionMinor < 1 ? 0 : block.startPad,
    endTrunc: block.versionMinor < 1 ? 0 : block.endTrunc,
    pageSize: block.versionMinor < 4 ? page : block.pageSize,
    pageStructSize: block.versionMinor < 4 ? RESERVED_PER_PAGE : block.pageStructSize,
  };
}

export interface BlockCheck {
  readonly reason: string;
  readonly pass: boolean;
  readonly message: string;
  readonly facts: Facts;
}

/** The checks of nd_pfn_validate() on a block that lies on the medium, in order; the first that fails gives EOPNOTSUPP. */
export function* validateInfoBlock(kernel: Kernel, range: Range, raw: InfoBlock): Generator<BlockCheck> {
  const { page } = kernel.pages;
  const block = readInfoBlock(raw, page);
  const { start, size } = range;
  const end = endOf(range);
  if (block.map === 'dev') {
    yield {
      reason: 'PAGE_SIZE_MISMATCH',
      pass: block.pageSize <= page,
      message: `init failed, page size mismatch ${block.pageSize}`,
      facts: { madeWith: block.pageSize, running: page },
    };
    yield {
      reason: 'STRUCT_PAGE_MISMATCH',
      pass: block.pageStructSize >= STRUCT_PAGE,
      message: `init failed, struct page size mismatch ${block.pageStructSize}`,
      facts: { reserved: block.pageStructSize, running: STRUCT_PAGE },
    };
  }
  if (block.signature === 'dax') {
    yield {
      reason: 'DAX_ALIGN_MISMATCH',
      pass: kernel.alignments.includes(block.align),
      message: `init failed, alignment mismatch: ${kernel.defaultAlign}:${block.align}`,
      facts: { madeWith: block.align, offered: kernel.alignments.join(', ') },
    };
  }
  yield {
    reason: 'ALIGN_EXCEEDS_CAPACITY',
    pass: block.align <= size,
    message: `alignment: ${block.align.toString(16)} exceeds capacity ${size.toString(16)}`,
    facts: { align: block.align, size },
  };
  yield {
    reason: 'DATAOFF_EXCEEDS_CAPACITY',
    pass: block.dataoff < size,
    message: 'pfn array size exceeds capacity of namespace',
    facts: { dataoff: block.dataoff, size },
  };
  yield {
    reason: 'DATAOFF_MISALIGNED',
    pass: isAligned(start + block.startPad + block.dataoff, block.align) && isAligned(block.dataoff, page),
    message: `bad offset: ${hex(block.dataoff)} dax disabled align: ${hex(block.align)}`,
    facts: { start, dataoff: block.dataoff, align: block.align, page },
  };
  yield {
    reason: 'BLOCK_START_MISALIGNED',
    pass: isAligned(start + block.startPad, COMPAT_ALIGN),
    message: 'resource start misaligned',
    facts: { start: start + block.startPad, required: COMPAT_ALIGN },
  };
  yield {
    reason: 'BLOCK_END_MISALIGNED',
    pass: isAligned(end - block.endTrunc, COMPAT_ALIGN),
    message: 'resource end misaligned',
    facts: { end: end - block.endTrunc, required: COMPAT_ALIGN },
  };
  const room = size - block.startPad - block.endTrunc;
  if (block.dataoff >= room && kernel.is('zeroSizeCheck')) {
    yield {
      reason: 'BLOCK_WITHOUT_DATA',
      pass: false,
      message: 'bad offset with small namespace',
      facts: { dataoff: block.dataoff, room },
    };
  }
}

/** What __nvdimm_setup_pfn() makes of a block: the range to map, its altmap and where data begins. */
export interface PfnSetup {
  readonly mapped: Range;
  readonly altmap: Altmap | null;
  readonly usable: Range;
  readonly npfns: number;
  /** Bytes that the info block keeps at the start: 8 KiB rounded up to pages (nd_info_block_reserve()). */
  readonly infoReserve: number;
  readonly message: string | null;
}

export function setupPfn(kernel: Kernel, range: Range, raw: InfoBlock): PfnSetup {
  const { page } = kernel.pages;
  const block = readInfoBlock(raw, page);
  const infoReserve = alignUp(HEAD, page);
  const start = range.start + block.startPad;
  const mapped = { start, size: range.size - block.startPad - block.endTrunc };
  const usable = { start: start + block.dataoff, size: mapped.size - block.dataoff };
  if (block.map === 'mem') return { mapped, altmap: null, usable, npfns: block.npfns, infoReserve, message: null };
  const basePfn = alignDown(start, COMPAT_ALIGN) / page;
  const reserve = infoReserve / page + (start - alignDown(start, COMPAT_ALIGN)) / page;
  const free = Math.floor((block.dataoff - infoReserve) / page);
  const npfns = pagesOf(usable.size, page);
  const message = block.npfns > npfns ? `number of pfns truncated from ${block.npfns} to ${npfns}` : null;
  return { mapped, altmap: new Altmap(basePfn, reserve, free), usable, npfns, infoReserve, message };
}

/** PHYS_PFN() of an unsigned 64-bit number: what is below zero wraps around. */
function pagesOf(bytes: number, page: number): number {
  return bytes >= 0 ? Math.floor(bytes / page) : 2 ** 64 / page + Math.floor(bytes / page);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function hex16(value: number): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}
