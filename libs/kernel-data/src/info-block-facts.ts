import type { ListedInfoBlock } from './device-listing.ts';
import type { ObservedInfoBlock } from './device-range.ts';
import type { DiagnosticLog } from './diagnostic.ts';
import { Evidence, type Fact, fact } from './facts.ts';
import type { PageSize } from './page-size.ts';
import { PAGE_SIZES } from './page-size.ts';

/** What the sources say about the block of one namespace. */
export interface InfoBlockClues {
  readonly signature: readonly Fact<'pfn' | 'dax'>[];
  readonly map: readonly Fact<'dev' | 'mem'>[];
  readonly align: readonly Fact<number>[];
  readonly dataoff: readonly Fact<number>[];
  readonly endTrunc: readonly Fact<number>[];
  readonly npfns: readonly Fact<number>[];
  readonly pageSize: readonly Fact<number>[];
  /** Bytes that the namespace offers for data; null where unknown. */
  readonly usable: number | null;
  readonly read: readonly ListedInfoBlock[];
}

export function observeInfoBlock(name: string, clues: InfoBlockClues, log: DiagnosticLog): ObservedInfoBlock {
  const evidence = new Evidence(`info block of ${name}`, log);
  const [read] = clues.read;
  const number = (field: string): readonly Fact<number>[] => fact(read?.numbers.get(field), 'ndctl read-infoblock');
  const align = evidence.settle('align', [...clues.align, ...number('align')]);
  const npfns = evidence.settle('npfns', [...clues.npfns, ...number('npfns')]);
  const pageSizes = [...clues.pageSize, ...number('page_size'), ...byAlign(align), ...byCount(npfns, clues.usable)];
  const minor = /^\d{1,3}\.(\d{1,3})$/.exec(read?.version ?? '')?.[1];
  return {
    signature: evidence.settle('signature', [...clues.signature, ...fact(read?.signature, 'ndctl read-infoblock')]),
    versionMinor: evidence.settle(
      'versionMinor',
      fact(minor === undefined ? null : Number(minor), 'ndctl read-infoblock'),
    ),
    map: evidence.settle('map', [...clues.map, ...number('mode').flatMap(mapOfMode)]),
    dataoff: evidence.settle('dataoff', [...clues.dataoff, ...number('dataoff')]),
    npfns,
    startPad: evidence.settle('startPad', number('start_pad')),
    endTrunc: evidence.settle('endTrunc', [...clues.endTrunc, ...number('end_trunc')]),
    align,
    pageSize: evidence.settle('pageSize', pageSizes),
    pageStructSize: evidence.settle('pageStructSize', number('page_struct_size')),
    provenance: evidence.sources,
  };
}

/** enum nd_pfn_mode (drivers/nvdimm/nd.h): 1 is RAM, 2 is PMEM. */
function mapOfMode({ value, source }: Fact<number>): readonly Fact<'dev' | 'mem'>[] {
  return fact(value === 2 ? 'dev' : value === 1 ? 'mem' : null, source);
}

/**
 * A kernel offers PAGE_SIZE and PMD_SIZE as alignments and no other (nd_pfn_supported_alignments, >= 5.4), and on arm64 these
 * pairs are disjoint: the alignment in a block tells the page size of the kernel that made it.
 */
const PAGE_SIZE_OF_ALIGN: ReadonlyMap<number, PageSize> = new Map([
  [2 ** 12, 4096],
  [2 ** 21, 4096],
  [2 ** 14, 16384],
  [2 ** 25, 16384],
  [2 ** 16, 65536],
  [2 ** 29, 65536],
]);

function byAlign(align: number | null): readonly Fact<number>[] {
  const pageSize = align === null ? undefined : PAGE_SIZE_OF_ALIGN.get(align);
  return fact(pageSize, `align: on arm64 only kernels with pages of ${pageSize} offer ${align}`);
}

/** npfns in the block is the usable bytes in pages of the kernel that made it (nd_pfn_init). */
function byCount(npfns: number | null, usable: number | null): readonly Fact<number>[] {
  if (npfns === null || usable === null) return [];
  const [only, ...others] = PAGE_SIZES.filter((size) => Math.floor(usable / size) === npfns);
  return others.length > 0 ? [] : fact(only, `npfns: ${usable} usable bytes are ${npfns} pages of ${only}`);
}
