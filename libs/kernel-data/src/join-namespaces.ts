import type { ListedInfoBlock, ListedNamespace } from './device-listing.ts';
import type { DeviceRange, Provider, UnplacedDevice } from './device-range.ts';
import type { DiagnosticLog } from './diagnostic.ts';
import { Evidence, type Fact, fact } from './facts.ts';
import { type InfoBlockClues, observeInfoBlock } from './info-block-facts.ts';
import { endOf, holdsSystemRam } from './iomem-devices.ts';
import { checkRounded, type DeviceSources, type JoinedRegion, nodeOf } from './join-regions.ts';
import type { PlacedEntry } from './memory-map.ts';
import {
  boundState,
  type Claim,
  claimOf,
  daxEntryOf,
  layoutOf,
  modeByNdctl,
  modeBySysfs,
  type NamespaceMode,
  npfnsOf,
  type RefusedBlock,
  refusedBlock,
} from './namespace-clues.ts';
import type { ParsedConfig } from './parse-config.ts';
import type { KernelEvent } from './parse-dmesg.ts';
import { type SysfsDevice, sysfsNumber } from './parse-sysfs.ts';
import { providerOfEntry } from './provider.ts';

/** What beside the device sources helps to tell what lies on the medium. */
export interface KernelSources {
  /** Of the running kernel; null where unknown. */
  readonly config: ParsedConfig | null;
  readonly events: readonly KernelEvent[];
}

export interface JoinedNamespaces {
  readonly ranges: readonly DeviceRange[];
  readonly unplaced: readonly UnplacedDevice[];
  /** Every namespace that has a size, placed or not. */
  readonly names: ReadonlySet<string>;
}

export function joinNamespaces(
  sources: DeviceSources,
  regions: ReadonlyMap<string, JoinedRegion>,
  kernel: KernelSources,
  log: DiagnosticLog,
): JoinedNamespaces {
  const isNamespace = (name: string): boolean => name.startsWith('namespace');
  const all = new Set([
    ...[...sources.nd.devices.keys()].filter(isNamespace),
    ...sources.ndctl.namespaces.map((listed) => listed.name),
    ...[...sources.iomem.named.keys()].filter(isNamespace),
  ]);
  const names = [...all].filter((name) => !isEmpty(name, sources)).sort(byNumber);
  const ranges: DeviceRange[] = [];
  const unplaced: UnplacedDevice[] = [];
  for (const name of names) {
    const region = regions.get(regionName(name)) ?? null;
    const onlyOfRegion = names.filter((other) => regionName(other) === regionName(name)).length === 1;
    const joined = joinNamespace(gather(name, region, onlyOfRegion, sources, kernel), kernel.config, log);
    if ('missing' in joined) unplaced.push(joined);
    else ranges.push(joined);
  }
  return { ranges, unplaced, names: new Set(names) };
}

/** libnvdimm names a namespace after its region's number (create_namespaces, drivers/nvdimm/namespace_devs.c). */
export function regionName(namespace: string): string {
  return `region${/\d+/.exec(namespace)?.[0] ?? ''}`;
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** A seed: an empty namespace that waits to be given a size. */
function isEmpty(name: string, { nd, ndctl, iomem }: DeviceSources): boolean {
  if (iomem.named.has(name)) return false;
  const size = sysfsNumber(nd.devices.get(name), 'size') ?? bestListed(name, ndctl.namespaces)?.size?.exact;
  return size === 0;
}

/** Output that holds a namespace twice (with -u and without): the exact one. */
function bestListed(name: string, all: readonly ListedNamespace[]): ListedNamespace | undefined {
  const own = all.filter((listed) => listed.name === name);
  return own.find((listed) => listed.size?.exact !== null && listed.size !== null) ?? own[0];
}

/** Everything that the sources say about one namespace. */
interface Clues {
  readonly name: string;
  readonly region: JoinedRegion | null;
  /** The namespace is all of its region: it has no labels that could split it. */
  readonly wholeRegion: boolean;
  readonly sysfs: SysfsDevice | undefined;
  readonly claim: Claim | null;
  readonly listed: ListedNamespace | undefined;
  readonly entry: PlacedEntry | undefined;
  readonly refused: RefusedBlock | null;
  readonly npfns: readonly Fact<number>[];
  readonly read: readonly ListedInfoBlock[];
  readonly dax: DaxClues;
}

/** The dax device of a devdax namespace: daxX.Y of namespaceX.Y (drivers/dax/pmem.c). */
interface DaxClues {
  readonly name: string;
  readonly entry: PlacedEntry | null;
  readonly states: readonly Fact<'enabled' | 'disabled'>[];
  readonly isKmem: readonly Fact<true>[];
}

function gather(
  name: string,
  region: JoinedRegion | null,
  onlyOfRegion: boolean,
  sources: DeviceSources,
  { events }: KernelSources,
): Clues {
  const sysfs = sources.nd.devices.get(name);
  const claim = claimOf(name, sources.nd);
  const listed = bestListed(name, sources.ndctl.namespaces);
  // Regions of of_pmem and virtio_pmem have no labels; elsewhere nstype 4 (ND_DEVICE_NAMESPACE_IO) says the same.
  const unlabelled = region?.provider === 'of' || region?.provider === 'virtio';
  const isDown = claim === null && boundState(sysfs) !== 'enabled' && !sources.iomem.named.has(name);
  return {
    name,
    region,
    wholeRegion: sysfs?.attributes.get('nstype') === '4' || (unlabelled && onlyOfRegion),
    sysfs,
    claim,
    listed,
    entry: sources.iomem.named.get(name),
    refused: isDown ? refusedBlock(name, onlyOfRegion, events) : null,
    npfns: claim === null ? [] : npfnsOf(claim, events),
    read: sources.ndctl.infoBlocks.filter((block) => block.namespace === name),
    dax: gatherDax(name.replace('namespace', 'dax'), daxEntryOf(name, sources.iomem), sources),
  };
}

function gatherDax(name: string, entry: PlacedEntry | null, { dax, ndctl, daxctl }: DeviceSources): DaxClues {
  const sysfs = dax.devices.get(name);
  const own = [...ndctl.daxDevices, ...daxctl.daxDevices].filter((device) => device.name === name);
  const isKmem =
    sysfs?.uevent.get('DRIVER') === 'kmem' ||
    own.some((device) => device.mode === 'system-ram') ||
    (entry !== null && holdsSystemRam(entry.entry));
  return {
    name,
    entry,
    states: [
      ...fact(boundState(sysfs), 'dax-sysfs uevent'),
      ...own.map((device) => ({
        value: device.enabled ? ('enabled' as const) : ('disabled' as const),
        source: 'daxctl state',
      })),
      ...fact(entry === null ? null : ('enabled' as const), `iomem ${name}`),
    ],
    isKmem: isKmem ? [{ value: true, source: `${name} is bound to kmem` }] : [],
  };
}

function joinNamespace(clues: Clues, config: ParsedConfig | null, log: DiagnosticLog): DeviceRange | UnplacedDevice {
  const { name, region, claim, listed, refused, dax } = clues;
  const evidence = new Evidence(name, log);
  const mode = refused === null ? evidence.settle('mode', modeFacts(clues)) : modeOfRefused(refused, evidence);
  const provider = region?.provider ?? providerOf(clues);
  const start = settleStart(clues, evidence);
  const extent = settleSize(clues, mode, start, evidence);
  if (start === null || extent === null) {
    return { name, region: region?.name ?? null, provider, missing: missingOf(clues, start) };
  }
  const state = evidence.settle('state', stateFacts(clues));
  const formatted = settleFormatted(clues, mode, state, config, evidence);
  const isDevdax = mode === 'devdax';
  const daxState = isDevdax ? evidence.settle('daxDevice', dax.states) : null;
  if (isDevdax && state === 'enabled' && daxState === 'disabled') {
    log.warning(null, `${name} is enabled, but ${dax.name} has no driver: the namespace offers no device`);
  }
  const isKmem = isDevdax && evidence.settle('kmem', dax.isKmem) === true;
  const block = formatted === true ? infoBlockClues(clues) : null;
  const usable = settleUsable(clues, mode, evidence);
  checkRounded(name, listed?.size ?? null, usable ?? extent.size, log);
  return {
    name,
    region: region?.name ?? null,
    start,
    size: extent.size,
    sizeExact: extent.exact,
    provider,
    kind: 'namespace',
    mode: isKmem ? 'kmem' : mode,
    map: block === null ? null : evidence.settle('map', block.map),
    align: block === null ? null : evidence.settle('align', block.align),
    uuid: evidence.settle('uuid', [
      ...fact(claim?.device.attributes.get('uuid')?.toLowerCase(), `nd-sysfs ${claim?.device.name}/uuid`),
      ...fact(listed?.uuid, 'ndctl uuid'),
    ]),
    state,
    formatted,
    infoBlock: block === null ? null : observeInfoBlock(name, { ...block, usable }, log),
    daxDevice: isDevdax ? { name: dax.name, state: daxState } : null,
    numaNode: nodeOf(clues.sysfs, 'numa_node') ?? listed?.numaNode ?? region?.numaNode ?? null,
    targetNode: nodeOf(clues.sysfs, 'target_node') ?? listed?.targetNode ?? region?.targetNode ?? null,
    evidence: evidence.sources,
  };
}

function modeFacts({ sysfs, claim, listed, dax }: Clues): readonly Fact<NamespaceMode>[] {
  return [
    ...modeBySysfs(sysfs, claim),
    ...(listed === undefined ? [] : modeByNdctl(listed)),
    ...fact(dax.entry === null ? null : ('devdax' as const), `iomem ${dax.name}`),
  ];
}

/** What is shown as raw because it did not come up is on the medium what its block says. */
function modeOfRefused(refused: RefusedBlock, evidence: Evidence): NamespaceMode {
  evidence.note('mode', refused.source);
  return refused.signature === 'pfn' ? 'fsdax' : 'devdax';
}

function providerOf({ entry }: Clues): Provider {
  return entry === undefined ? 'unknown' : providerOfEntry(entry);
}

function settleStart({ name, sysfs, entry, wholeRegion, region }: Clues, evidence: Evidence): number | null {
  const resource = sysfsNumber(sysfs, 'resource');
  const own = [
    ...fact(resource === 0 ? null : resource, `nd-sysfs ${name}/resource`),
    ...fact(entry?.entry.start, `iomem ${name}`),
  ];
  const byRegion = wholeRegion ? fact(region?.start, `all of ${region?.name}`) : [];
  return evidence.settle('start', own.length > 0 ? own : byRegion);
}

function settleSize(
  { name, sysfs, listed, entry, wholeRegion, region, dax }: Clues,
  mode: NamespaceMode | null,
  start: number | null,
  evidence: Evidence,
): { readonly size: number; readonly exact: boolean } | null {
  const isWholeEntry = mode === 'fsdax' || mode === 'raw' || mode === 'sector';
  const isWholeListed = listed !== undefined && (mode === 'raw' || !listed.enabled);
  const facts = [
    ...fact(sysfsNumber(sysfs, 'size'), `nd-sysfs ${name}/size`),
    ...fact(isWholeEntry ? entry?.entry.size : null, `iomem ${name}`),
    ...fact(isWholeListed ? listed.size?.exact : null, `ndctl ${name}`),
    ...(wholeRegion ? fact(region?.size, `all of ${region?.name}`) : []),
  ];
  const size = evidence.settle('size', facts);
  if (size !== null) return { size, exact: true };
  // /proc/iomem shows of a devdax namespace its metadata and its data, not what the alignment cut off behind them.
  if (facts.length > 0 || entry === undefined || start === null) return null;
  evidence.note('size', `iomem ${name}${dax.entry === null ? '' : ` and ${dax.name}`}: at least`);
  return { size: endOf(dax.entry?.entry ?? entry.entry) - start, exact: false };
}

function missingOf({ name }: Clues, start: number | null): readonly string[] {
  return start === null
    ? [`start of ${name}: nd-sysfs resource, or iomem, read as root`]
    : [`size of ${name}: nd-sysfs size`];
}

function stateFacts({ sysfs, claim, listed, entry, name }: Clues): readonly Fact<'enabled' | 'disabled'>[] {
  const listedState = listed === undefined ? null : listed.enabled ? 'enabled' : 'disabled';
  return [
    ...fact(boundState(claim?.device ?? sysfs), `nd-sysfs ${claim?.device.name ?? name}/uevent`),
    ...fact<'enabled' | 'disabled'>(listedState, 'ndctl state'),
    ...fact(entry === undefined ? null : ('enabled' as const), `iomem ${name}`),
  ];
}

function settleFormatted(
  { sysfs, claim, refused, read }: Clues,
  mode: NamespaceMode | null,
  state: 'enabled' | 'disabled' | null,
  config: ParsedConfig | null,
  evidence: Evidence,
): boolean | null {
  if (refused !== null) evidence.note('formatted', refused.source);
  else if (read.length > 0) evidence.note('formatted', 'ndctl read-infoblock');
  else if (mode === 'fsdax' || mode === 'devdax') evidence.note('formatted', `mode ${mode}`);
  else {
    // A driver that knows both blocks has looked for them before it took the namespace as raw (nd_pmem_probe).
    const looked = config?.get('NVDIMM_PFN').type === 'y' && config.get('NVDIMM_DAX').type === 'y';
    const forced = sysfs?.attributes.get('force_raw') !== '0';
    if (mode !== 'raw' || claim !== null || state !== 'enabled' || !looked || forced) return null;
    evidence.note('formatted', 'raw and enabled, by a kernel with NVDIMM_PFN and NVDIMM_DAX');
    return false;
  }
  return true;
}

function infoBlockClues({ sysfs, claim, listed, entry, refused, npfns, read, dax }: Clues): InfoBlockClues {
  const device = claim === null || claim.kind === 'btt' ? null : claim.device;
  const layout = claim === null || device === null ? { dataoff: [], endTrunc: [] } : layoutOf(sysfs, claim);
  const metadata = dax.entry === null ? null : entry?.entry.size;
  const claimMode = device?.attributes.get('mode');
  return {
    signature: [
      ...fact(claim?.kind === 'btt' ? null : claim?.kind, `nd-sysfs ${device?.name}`),
      ...fact(refused?.signature, refused?.source ?? ''),
      ...signatureOfMode(listed),
      ...fact(dax.entry === null ? null : ('dax' as const), `iomem ${dax.name}`),
    ],
    map: [
      ...fact<'dev' | 'mem'>(
        claimMode === 'pmem' ? 'dev' : claimMode === 'ram' ? 'mem' : null,
        `nd-sysfs ${device?.name}/mode`,
      ),
      // Without uuid ndctl speaks of a raw namespace, whose struct pages are in DRAM.
      ...fact(listed?.uuid === null ? null : listed?.map, 'ndctl map'),
      // The page size is only tested where the block asks for the device (nd_pfn_validate).
      ...fact(refused === null || refused.pageSize === null ? null : ('dev' as const), refused?.source ?? ''),
    ],
    align: [
      ...fact(device === null ? null : sysfsNumber(device, 'align'), `nd-sysfs ${device?.name}/align`),
      ...fact(listed?.uuid === null ? null : listed?.align, 'ndctl align'),
      ...fact(refused?.align, refused?.source ?? ''),
    ],
    dataoff: [...layout.dataoff, ...fact(metadata, 'iomem: length of the metadata')],
    endTrunc: layout.endTrunc,
    npfns,
    pageSize: fact(refused?.pageSize, refused?.source ?? ''),
    usable: null,
    read,
  };
}

function signatureOfMode(listed: ListedNamespace | undefined): readonly Fact<'pfn' | 'dax'>[] {
  const mode = listed === undefined ? null : modeByNdctl(listed)[0]?.value;
  return fact(mode === 'devdax' ? 'dax' : mode === 'fsdax' ? 'pfn' : null, 'ndctl mode');
}

/** Bytes for data, where an enabled block holds the namespace. */
function settleUsable({ claim, listed }: Clues, mode: NamespaceMode | null, evidence: Evidence): number | null {
  if (mode !== 'fsdax' && mode !== 'devdax') return null;
  return evidence.settle('usable', [
    ...fact(claim === null ? null : sysfsNumber(claim.device, 'size'), `nd-sysfs ${claim?.device.name}/size`),
    ...fact(listed?.enabled === true ? listed.size?.exact : null, 'ndctl size'),
  ]);
}
