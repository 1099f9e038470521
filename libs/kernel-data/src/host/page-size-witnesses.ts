import type { DiagnosticLog } from '../text/diagnostic.ts';
import type { Cmdline } from '../kernel/parse-cmdline.ts';
import type { MemoryMap } from '../iomem/memory-map.ts';
import { PAGE_SIZES, type PageSize } from '../memory/page-size.ts';
import type { ParsedConfig } from '../config/parse-config.ts';
import type { Meminfo } from '../memory/parse-meminfo.ts';
import type { Zone } from '../memory/parse-zoneinfo.ts';

/** One source that tells the base page size of the running kernel. */
export interface PageSizeWitness {
  readonly pageSize: PageSize;
  readonly source: string;
}

export interface PageSizeSources {
  /** What `getconf PAGESIZE` said on the host. */
  readonly stated: PageSize | null;
  readonly config: ParsedConfig | null;
  readonly meminfo: Meminfo | null;
  readonly cmdline: Cmdline | null;
  readonly zones: readonly Zone[];
  readonly map: MemoryMap | null;
}

/** Default huge page, one PMD, by page size (arch/arm64/include/asm/pgtable-hwdef.h). */
const BY_HUGE_PAGE: ReadonlyMap<number, PageSize> = new Map([
  [2 * 2 ** 20, 4096],
  [32 * 2 ** 20, 16384],
  [512 * 2 ** 20, 65536],
]);

/** All sources that tell the page size. None of them guesses: what fits more than one size tells nothing. */
export function pageSizeWitnesses(sources: PageSizeSources): readonly PageSizeWitness[] {
  const { stated, config, meminfo, cmdline, zones, map } = sources;
  return [
    ...witness(stated, 'getconf PAGESIZE'),
    ...witness(config?.pageSize, 'config'),
    // default_hugepagesz= would change the line, so it is a witness only where the command line is known not to.
    ...witness(
      cmdline === null || cmdline.has('default_hugepagesz') ? null : BY_HUGE_PAGE.get(meminfo?.hugePageBytes ?? 0),
      'meminfo Hugepagesize',
    ),
    ...witness(byManagedPages(zones, meminfo), 'zoneinfo managed pages against meminfo MemTotal'),
    ...witness(byFirstPage(zones, map), 'zoneinfo start_pfn against iomem'),
  ];
}

function witness(pageSize: PageSize | null | undefined, source: string): readonly PageSizeWitness[] {
  return pageSize === null || pageSize === undefined ? [] : [{ pageSize, source }];
}

/** MemTotal is the sum of the managed pages of all zones (si_meminfo): their quotient is the page size. */
function byManagedPages(zones: readonly Zone[], meminfo: Meminfo | null): PageSize | null {
  const pages = zones.reduce((sum, zone) => sum + (zone.managed ?? 0), 0);
  return PAGE_SIZES.find((size) => pages > 0 && pages * size === meminfo?.totalBytes) ?? null;
}

/** The lowest zone begins where memory begins: at a top-level entry "System RAM" or "reserved". */
function byFirstPage(zones: readonly Zone[], map: MemoryMap | null): PageSize | null {
  if (map === null || map.zeroed) return null;
  const pfns = zones.flatMap((zone) => (zone.startPfn !== null && (zone.present ?? 0) > 0 ? [zone.startPfn] : []));
  const first = pfns.length === 0 ? 0 : Math.min(...pfns);
  if (first === 0) return null;
  const starts = map.entries.filter((entry) => /^(System RAM|reserved)/i.test(entry.name)).map((entry) => entry.start);
  const [only, ...others] = PAGE_SIZES.filter((size) => starts.includes(first * size));
  return others.length > 0 ? null : (only ?? null);
}

/** The size that all witnesses agree on; null, with an error, where they differ. */
export function agreedPageSize(witnesses: readonly PageSizeWitness[], log: DiagnosticLog): PageSize | null {
  const [first] = witnesses;
  if (first === undefined) return null;
  if (witnesses.every((other) => other.pageSize === first.pageSize)) return first.pageSize;
  const said = witnesses.map(({ pageSize, source }) => `${pageSize} (${source})`).join(', ');
  log.error(null, `the sources differ about the page size: ${said}`, 'parts of one host and one boot');
  return null;
}
