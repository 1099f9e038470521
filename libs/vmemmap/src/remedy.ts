import { alignDown, alignUp, endOf, MIB, overlaps } from './align.ts';
import type { Capability } from './capability.ts';
import { capabilitiesFor } from './gates.ts';
import { isGood, judge, judgeIfGood } from './judge.ts';
import { Kernel, SUBSECTION } from './kernel.ts';
import { legalVaBits } from './linear-map.ts';
import { foreignClaims, physicalMapOf } from './physical-map.ts';
import { compareVersions, type Version } from './release.ts';
import type {
  ConfigValue,
  KernelRelease,
  MapEntry,
  MemoryMap,
  PlugRequest,
  PlugResult,
  Range,
  Target,
} from './types.ts';
import { type ConfigChange, withChanges } from './what-if.ts';

/** What one of the proposed changes costs against what was asked for. Bytes; negative numbers are a gain. */
export interface Price {
  /** Data bytes of the range that stay unused with this change. */
  readonly lostBytes: number;
  /** DRAM for struct pages. */
  readonly dramBytes: number;
  /** What lies on the medium now is given up: it has to be copied away before. */
  readonly dataLost: boolean;
}

/** A change that makes it work, proved by running the engine on it: `result` is what the changed case gives. */
export interface Remedy {
  readonly kind: 'request' | 'config' | 'kernel';
  /** What changes, for people: "align 2 MiB instead of 512 MiB". */
  readonly summary: string;
  readonly request: PlugRequest;
  readonly symbols: readonly ConfigChange[];
  /** First upstream release that does it; null where the running one does. */
  readonly release: string | null;
  readonly price: Price;
  readonly result: PlugResult;
  /** To copy; null where no command does it (firmware, device tree, another kernel). */
  readonly command: string | null;
}

/** Releases from which on something comes up that did not before, oldest first. */
const RELEASES: readonly Version[] = [
  [5, 9],
  [5, 11],
  [5, 12],
  [6, 14],
];

/**
 * The changes nearest to a request that does not come up as asked: first those that keep map and mode, then other ones,
 * then the config, then the kernel. Empty where the result is `ok` or `unknown`, or where nothing tried helps.
 */
export function remediesFor(
  target: Target,
  map: MemoryMap,
  request: PlugRequest,
  result: PlugResult,
): readonly Remedy[] {
  if (isGood(result)) return [];
  if (result.outcome === 'unknown') return [];
  const search = new Search(target, map, request);
  if (result.outcome !== 'unsupported')
    return [...search.byRequest(), ...search.byAddressBits(result), ...search.byRelease([])];
  const symbols = search.missingSymbols();
  const byConfig = search.byConfig(symbols, result);
  return byConfig.length > 0 ? byConfig : search.byRelease(symbols);
}

class Search {
  private readonly target: Target;
  private readonly map: MemoryMap;
  private readonly request: PlugRequest;
  private readonly kernel: Kernel;
  private readonly namespace: string;

  constructor(target: Target, map: MemoryMap, request: PlugRequest) {
    this.target = target;
    this.map = cleared(map, request.range);
    this.request = request;
    this.kernel = new Kernel(target);
    this.namespace = namespaceAt(map.entries, request.range.start) ?? 'namespaceX.Y';
  }

  /** Other alignments, sizes, starts and maps of a new namespace in the range. */
  byRequest(): readonly Remedy[] {
    const { request } = this;
    if (request.provider === 'hmem' || request.volatile === true || request.mode === 'raw') return this.cuts(request);
    const anew: PlugRequest = { ...request, infoBlock: null };
    const found: Remedy[] = [];
    for (const map of request.map === 'dev' ? (['dev', 'mem'] as const) : (['mem', 'dev'] as const)) {
      // Where the kernel may ignore the altmap no other size or place is certain to put the memmap on the device.
      if (map === 'dev' && request.mode !== 'kmem' && this.kernel.knows('altmapHonoured') !== true) continue;
      const same = this.aligned({ ...anew, map });
      found.push(...(same.length > 0 ? same : this.cuts({ ...anew, map, align: this.kernel.pages.page })));
    }
    if (request.mode === 'devdax') found.push(...this.aligned({ ...anew, mode: 'fsdax' }));
    return found;
  }

  /** The config symbols that are missing, set as the other drivers of this config are (built in or as a module). */
  missingSymbols(): readonly ConfigChange[] {
    const { request, target } = this;
    return missingSymbols(
      target,
      capabilitiesFor(target.config, request).map(([, wanted]) => wanted),
    );
  }

  /** The same kernel built with these symbols. */
  byConfig(symbols: readonly ConfigChange[], result: PlugResult): readonly Remedy[] {
    const { request } = this;
    if (symbols.length === 0) return [];
    const summary = `build with ${namesOf(symbols)}`;
    return this.proved({ kind: 'config', summary, request, symbols, release: null, command: null }, result);
  }

  /** More virtual or physical address bits. */
  byAddressBits(result: PlugResult): readonly Remedy[] {
    if (!['LINEAR_MAP', 'PHYS_BITS', 'LINEAR_MAP_UNCHECKED', 'RAW_NO_SPACE'].includes(result.reason)) return [];
    const { kernel, request, target } = this;
    const { page } = kernel.pages;
    const lpa2 = compareVersions(kernel.version, [6, 9]) >= 0;
    const current = kernel.vaBits ?? 0;
    for (const bits of legalVaBits(page, lpa2).filter((legal) => legal > current)) {
      const wide = bits === 52 || page === 65536;
      const symbols = [
        change(target, 'ARM64_VA_BITS', { type: 'number', value: bits }, 'a linear map that reaches the range'),
        ...(wide
          ? [change(target, 'ARM64_PA_BITS', { type: 'number', value: 52 }, 'physical addresses that reach the range')]
          : []),
      ];
      const summary = `build with CONFIG_ARM64_VA_BITS_${bits}`;
      const proved = this.proved({ kind: 'config', summary, request, symbols, release: null, command: null }, result);
      if (proved.length > 0) return proved;
    }
    return [];
  }

  /** The first later release under which the same request comes up, with the same config or these symbols changed. */
  byRelease(symbols: readonly ConfigChange[]): readonly Remedy[] {
    const { request, target, map, kernel } = this;
    for (const version of RELEASES.filter((later) => compareVersions(later, kernel.version) > 0)) {
      const release = upstream(version);
      const { upstream: _upstream, known: _known, ...rest } = target;
      const config = withChanges(target.config, symbols);
      const result = judgeIfGood({ ...rest, config, release }, map, request);
      if (result === null) continue;
      const built = symbols.length === 0 ? 'with this config' : `built with ${namesOf(symbols)}`;
      const summary = `run Linux ${release.raw} or later ${built}`;
      return [
        {
          kind: 'kernel',
          summary,
          request,
          symbols,
          release: release.raw,
          price: this.priceOf(request, result),
          result,
          command: null,
        },
      ];
    }
    return [];
  }

  /** Every offered alignment, in place: the one that leaves most data first. */
  private aligned(request: PlugRequest): readonly Remedy[] {
    return this.kernel.alignments
      .flatMap((align) => this.tried({ ...request, align }, `make it anew with ${words({ ...request, align })}`))
      .sort((a, b) => a.price.lostBytes - b.price.lostBytes)
      .slice(0, 1);
  }

  /**
   * The smallest cut at the end, in steps of a sub-section within one section, then to larger units; and one that also
   * moves the start, where that costs less (a start takes the firmware or the device tree to move, an end only ndctl).
   */
  private cuts(request: PlugRequest): readonly Remedy[] {
    const { range } = request;
    const end = endOf(range);
    const { section, pages, sparseGeometry } = this.kernel;
    const pieces: { start: number; end: number }[] = [];
    for (let cut = SUBSECTION; cut <= section; cut += SUBSECTION) {
      pieces.push({ start: range.start, end: alignUp(end, SUBSECTION) - cut });
      pieces.push({ start: alignDown(range.start, SUBSECTION) + cut, end: alignDown(end, SUBSECTION) });
    }
    for (const unit of [SUBSECTION, 16 * MIB, sparseGeometry.block, 128 * MIB, pages.pmd, section])
      pieces.push({ start: alignUp(range.start, unit), end: alignDown(end, unit) });
    // What somebody holds would be BUSY: the engine need not be asked for each piece.
    const physical = physicalMapOf(this.map);
    const smaller = pieces
      .map(({ start, end: stop }): Range => ({ start, size: stop - start }))
      .filter((range) => range.size > 0 && foreignClaims(physical, range).length === 0)
      .sort((a, b) => b.size - a.size);
    const sameStart = this.firstCut(
      request,
      smaller.filter(({ start }) => start === range.start),
    );
    const anyStart = this.firstCut(
      request,
      smaller.filter(({ start }) => start !== range.start),
    );
    const cheaper = anyStart.filter((one) => sameStart.every((other) => one.price.lostBytes < other.price.lostBytes));
    return [...sameStart, ...cheaper];
  }

  private firstCut(request: PlugRequest, cuts: readonly Range[]): readonly Remedy[] {
    for (const range of cuts) {
      const smaller = { ...request, range };
      const found = this.tried(smaller, cutWords(request, smaller));
      if (found.length > 0) return found;
    }
    return [];
  }

  private tried(request: PlugRequest, summary: string): readonly Remedy[] {
    const result = judgeIfGood(this.target, this.map, request);
    if (result === null || result.usable === null || result.usable.size === 0) return [];
    return [
      {
        kind: 'request',
        summary,
        request,
        symbols: [],
        release: null,
        price: this.priceOf(request, result),
        result,
        command: this.command(request),
      },
    ];
  }

  private proved(draft: Omit<Remedy, 'result' | 'price'>, before: PlugResult): readonly Remedy[] {
    const config = withChanges(this.target.config, draft.symbols);
    const result = judge({ ...this.target, config }, this.map, draft.request);
    const helps = isGood(result) || (before.outcome === 'unsupported' && result.outcome === 'ok-dram');
    return helps ? [{ ...draft, result, price: this.priceOf(draft.request, result) }] : [];
  }

  private priceOf(request: PlugRequest, result: PlugResult): Price {
    return {
      lostBytes: this.request.range.size - (result.usable?.size ?? 0),
      dramBytes: result.memmap?.dramBytes ?? 0,
      dataLost: this.request.infoBlock !== null && request.infoBlock === null,
    };
  }

  /** `ndctl` where it takes the request and the range is one that it can make: same start, labels where the size shrinks. */
  private command(request: PlugRequest): string | null {
    const { range, provider } = this.request;
    if (request.mode !== 'fsdax' && request.mode !== 'devdax') return null;
    const resized = request.range.size !== range.size;
    const labelled = provider === 'nfit' || provider === 'cxl';
    if (request.range.start !== range.start || (resized && !labelled)) return null;
    if (judgeIfGood(this.target, this.map, { ...request, via: 'ndctl' }) === null) return null;
    const size = resized ? ` --size=${request.range.size}` : '';
    const align = request.align === null ? '' : ` --align=${request.align}`;
    return `ndctl create-namespace --force --reconfig=${this.namespace} --mode=${request.mode} --map=${request.map}${align}${size}`;
  }
}

/** For each map the range that was cleared last: a host is asked about one range for many kernels in a row. */
const CLEARED = new WeakMap<MemoryMap, { readonly range: Range; readonly map: MemoryMap }>();

/** The map as it is once the devices in `range` are taken away: a new, smaller one may lie inside an old one. */
function cleared(map: MemoryMap, range: Range): MemoryMap {
  const last = CLEARED.get(map);
  if (last?.range.start === range.start && last.range.size === range.size) return last.map;
  const without = { ...map, entries: withoutDevices(map.entries, range) };
  CLEARED.set(map, { range, map: without });
  return without;
}

function withoutDevices(entries: readonly MapEntry[], range: Range): readonly MapEntry[] {
  return entries
    .filter((entry) => !(/^(namespace|dax)\d/.test(entry.name) && overlaps(entry, range)))
    .map((entry) => ({ ...entry, children: withoutDevices(entry.children, range) }));
}

function namespaceAt(entries: readonly MapEntry[], start: number): string | null {
  for (const entry of entries) {
    if (entry.name.startsWith('namespace') && entry.start === start) return entry.name;
    const inside = namespaceAt(entry.children, start);
    if (inside !== null) return inside;
  }
  return null;
}

/** Bool symbols become y; tristate ones take the value that the drivers of this config have. */
const BOOL_SYMBOLS = new Set([
  'SPARSEMEM_VMEMMAP',
  'MEMORY_HOTPLUG',
  'MEMORY_HOTREMOVE',
  'ZONE_DEVICE',
  'NVDIMM_PFN',
  'NVDIMM_DAX',
  'TRANSPARENT_HUGEPAGE',
  'EFI_SOFT_RESERVE',
  'CXL_REGION',
]);

function missingSymbols(target: Target, wanted: readonly Capability[]): readonly ConfigChange[] {
  const modular = target.config.get('LIBNVDIMM').type === 'm' || target.config.get('DEV_DAX').type === 'm';
  const symbols = [...new Set(wanted.flatMap((one) => one.missing))];
  return symbols.map((symbol) => {
    const to: ConfigValue = modular && !BOOL_SYMBOLS.has(symbol) ? { type: 'm' } : { type: 'y' };
    return change(target, symbol, to, 'needed for struct pages on this device');
  });
}

function change(target: Target, symbol: string, to: ConfigValue, why: string): ConfigChange {
  return { symbol, from: target.config.get(symbol), to, why };
}

function upstream([major, minor]: Version): KernelRelease {
  return { raw: `${major}.${minor}`, major, minor, patch: null, rc: null, suffix: '' };
}

function namesOf(symbols: readonly ConfigChange[]): string {
  return symbols.map((change) => `CONFIG_${change.symbol}`).join(', ');
}

function words(request: PlugRequest): string {
  return `--mode=${request.mode} --map=${request.map} --align=${request.align ?? 'default'}`;
}

function cutWords(request: PlugRequest, smaller: PlugRequest): string {
  const head = smaller.range.start - request.range.start;
  const tail = endOf(request.range) - endOf(smaller.range);
  const parts = [head > 0 ? `begin ${head / MIB} MiB later` : null, tail > 0 ? `end ${tail / MIB} MiB earlier` : null];
  return `${parts.filter((part) => part !== null).join(', ')}, then ${words(smaller)}`;
}
