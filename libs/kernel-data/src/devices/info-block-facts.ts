import type { ListedInfoBlock, ListedNamespace } from './device-listing.ts';
import type { ObservedInfoBlock } from './device-range.ts';
import type { DiagnosticLog } from '../text/diagnostic.ts';
import { Evidence, type Fact, fact } from './facts.ts';
import type { NamespaceSources } from './gather-namespace.ts';
import { layoutOf, modeByNdctl } from './namespace-clues.ts';
import { PAGE_SIZES, type PageSize } from '../memory/page-size.ts';
import { sysfsNumber } from './parse-sysfs.ts';

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
  /** The block itself, where somebody has read it. */
  readonly read: ListedInfoBlock | undefined;
}

const READ = 'ndctl read-infoblock';

export function infoBlockClues(sources: NamespaceSources, usable: number | null): InfoBlockClues {
  const { sysfs, claim, listed, entry, refused, npfns, dax } = sources;
  const device = claim === null || claim.kind === 'btt' ? null : claim.device;
  const layout = claim === null || device === null ? { dataoff: [], endTrunc: [] } : layoutOf(sysfs, claim);
  const claimMode = device?.attributes.get('mode');
  const refusal = refused?.source ?? '';
  // Without uuid ndctl speaks of a raw namespace: its map and align are not those of a block.
  const block = listed === undefined || listed.uuid === null ? undefined : listed;
  // Of a devdax namespace /proc/iomem gives only the metadata this name, whether or not the data device came up.
  const isDevdax = claim?.kind === 'dax' || dax.entry !== null || signatureByNdctl(listed)[0]?.value === 'dax';
  const [read] = sources.read;
  const readNumber = (field: string): readonly Fact<number>[] => fact(read?.numbers.get(field), READ);
  return {
    signature: [
      ...fact(claim?.kind === 'btt' ? null : claim?.kind, `nd-sysfs ${device?.name}`),
      ...fact(refused?.signature, refusal),
      ...signatureByNdctl(listed),
      ...fact(dax.entry === null ? null : ('dax' as const), `iomem ${dax.name}`),
      ...fact(read?.signature, READ),
    ],
    map: [
      ...fact<'dev' | 'mem'>(
        claimMode === 'pmem' ? 'dev' : claimMode === 'ram' ? 'mem' : null,
        `nd-sysfs ${device?.name}/mode`,
      ),
      ...fact(block?.map, 'ndctl map'),
      ...mapOfRefused(sources),
      ...readNumber('mode').flatMap(mapOfMode),
    ],
    align: [
      ...fact(device === null ? null : sysfsNumber(device, 'align'), `nd-sysfs ${device?.name}/align`),
      ...fact(block?.align, 'ndctl align'),
      ...fact(refused?.align, refusal),
      ...readNumber('align'),
    ],
    dataoff: [
      ...layout.dataoff,
      ...fact(isDevdax ? entry?.entry.size : null, 'iomem: length of the metadata'),
      ...readNumber('dataoff'),
    ],
    endTrunc: [...layout.endTrunc, ...readNumber('end_trunc')],
    npfns: [...npfns, ...readNumber('npfns')],
    pageSize: [...fact(refused?.pageSize, refusal), ...readNumber('page_size')],
    usable,
    read,
  };
}

function signatureByNdctl(listed: ListedNamespace | undefined): readonly Fact<'pfn' | 'dax'>[] {
  const mode = listed === undefined ? null : modeByNdctl(listed)[0]?.value;
  return fact(mode === 'devdax' ? 'dax' : mode === 'fsdax' ? 'pfn' : null, 'ndctl mode');
}

/**
 * nd_pfn_validate tests the page size only in a block with map=dev, and before the alignment: a block of larger pages that fails
 * for its alignment has passed the first test, so it has map=mem.
 */
function mapOfRefused({ refused, kernel }: NamespaceSources): readonly Fact<'dev' | 'mem'>[] {
  if (refused === null) return [];
  if (refused.pageSize !== null) return [{ value: 'dev', source: refused.source }];
  const made = PAGE_SIZE_OF_ALIGN.get(refused.align ?? 0);
  const larger = made !== undefined && kernel.pageSize !== null && made > kernel.pageSize;
  return larger ? [{ value: 'mem', source: `${refused.source}: the page size, ${made}, was not tested` }] : [];
}

/** enum nd_pfn_mode (drivers/nvdimm/nd.h): 1 is RAM, 2 is PMEM. */
function mapOfMode({ value, source }: Fact<number>): readonly Fact<'dev' | 'mem'>[] {
  return fact(value === 2 ? 'dev' : value === 1 ? 'mem' : null, source);
}

export function observeInfoBlock(name: string, clues: InfoBlockClues, log: DiagnosticLog): ObservedInfoBlock {
  const evidence = new Evidence(`info block of ${name}`, log);
  const { read, usable } = clues;
  const minor = /^\d{1,3}\.(\d{1,3})$/.exec(read?.version ?? '')?.[1];
  const align = evidence.settle('align', clues.align);
  const counted = evidence.settle('npfns', clues.npfns);
  const pageSize = evidence.settle('pageSize', [...clues.pageSize, ...byAlign(align), ...byCount(counted, usable)]);
  return {
    signature: evidence.settle('signature', clues.signature),
    versionMinor: evidence.settle('versionMinor', fact(minor === undefined ? null : Number(minor), READ)),
    map: evidence.settle('map', clues.map),
    dataoff: evidence.settle('dataoff', clues.dataoff),
    npfns: counted ?? npfnsOfUsable(usable, pageSize, evidence),
    startPad: evidence.settle('startPad', fact(read?.numbers.get('start_pad'), READ)),
    endTrunc: evidence.settle('endTrunc', clues.endTrunc),
    align,
    pageSize,
    pageStructSize: evidence.settle('pageStructSize', fact(read?.numbers.get('page_struct_size'), READ)),
    provenance: evidence.sources,
  };
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

function npfnsOfUsable(usable: number | null, pageSize: number | null, evidence: Evidence): number | null {
  if (usable === null || pageSize === null) return null;
  evidence.note('npfns', `${usable} usable bytes in pages of ${pageSize}`);
  return Math.floor(usable / pageSize);
}
