import { type Evidence, type Fact, fact } from './facts.ts';
import type { NamespaceSources } from './gather-namespace.ts';
import { contains, endOf } from './iomem-devices.ts';
import { boundState, modeByNdctl, modeBySysfs, type NamespaceMode, type RefusedBlock } from './namespace-clues.ts';
import { sysfsNumber } from './parse-sysfs.ts';

export function modeFacts({ sysfs, claim, listed, dax }: NamespaceSources): readonly Fact<NamespaceMode>[] {
  return [
    ...modeBySysfs(sysfs, claim),
    ...(listed === undefined ? [] : modeByNdctl(listed)),
    ...fact(dax.entry === null ? null : ('devdax' as const), `iomem ${dax.name}`),
  ];
}

/** What is shown as raw because it did not come up is on the medium what its block says. */
export function modeOfRefused(refused: RefusedBlock, evidence: Evidence): NamespaceMode {
  evidence.note('mode', refused.source);
  return refused.signature === 'pfn' ? 'fsdax' : 'devdax';
}

export function settleStart(sources: NamespaceSources, evidence: Evidence): number | null {
  const { name, sysfs, entry, wholeRegion, region } = sources;
  const resource = sysfsNumber(sysfs, 'resource');
  const own = [
    ...fact(resource === 0 ? null : resource, `nd-sysfs ${name}/resource`),
    ...fact(entry?.entry.start, `iomem ${name}`),
  ];
  const byRegion = wholeRegion ? fact(region?.start, `all of ${region?.name}`) : [];
  return evidence.settle('start', own.length > 0 ? own : byRegion);
}

export interface Extent {
  readonly size: number;
  /** False where the namespace may be larger. */
  readonly exact: boolean;
}

/** Bytes of the whole namespace; null where nothing tells them, or the sources differ. */
export function settleSize(
  sources: NamespaceSources,
  mode: NamespaceMode | null,
  start: number,
  usable: number | null,
  evidence: Evidence,
): Extent | null {
  const { name, sysfs, listed, entry, wholeRegion, region } = sources;
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
  return facts.length > 0 ? null : boundSize(sources, mode, start, usable, evidence);
}

/**
 * /proc/iomem shows of a devdax namespace its metadata and its data, not what the alignment cut off behind them; and without
 * the data device (it failed, or is not bound) it looks like a small namespace of another mode.
 */
function boundSize(
  { name, entry, dax, region }: NamespaceSources,
  mode: NamespaceMode | null,
  start: number,
  usable: number | null,
  evidence: Evidence,
): Extent | null {
  if (entry === undefined) return null;
  const shown = endOf(dax.entry?.entry ?? entry.entry) - start;
  const atLeast = mode === 'devdax' ? Math.max(shown, entry.entry.size + (usable ?? 0)) : shown;
  const parent = entry.parents.find(({ name: parentName }) => parentName === 'Persistent Memory');
  const known = region === null || region.start === null || region.size === null ? null : region;
  const end = parent !== undefined ? endOf(parent) : known !== null ? (known.start ?? 0) + (known.size ?? 0) : null;
  const exact = start + atLeast === end;
  const range = { start, size: atLeast };
  if (parent !== undefined && !contains(parent, range)) return null;
  evidence.note('size', exact ? `iomem: ${name} ends where its region does` : `iomem ${name}: at least`);
  return { size: atLeast, exact };
}

export function stateFacts(sources: NamespaceSources): readonly Fact<'enabled' | 'disabled'>[] {
  const { sysfs, claim, listed, entry, name } = sources;
  const listedState = listed === undefined ? null : listed.enabled ? 'enabled' : 'disabled';
  return [
    ...fact(boundState(claim?.device ?? sysfs), `nd-sysfs ${claim?.device.name ?? name}/uevent`),
    ...fact<'enabled' | 'disabled'>(listedState, 'ndctl state'),
    ...fact(entry === undefined ? null : ('enabled' as const), `iomem ${name}`),
  ];
}

/** Does a pfn or dax info block lie on the medium? */
export function settleFormatted(
  { sysfs, claim, refused, read, kernel }: NamespaceSources,
  mode: NamespaceMode | null,
  state: 'enabled' | 'disabled' | null,
  evidence: Evidence,
): boolean | null {
  if (refused !== null) evidence.note('formatted', refused.source);
  else if (read.length > 0) evidence.note('formatted', 'ndctl read-infoblock');
  else if (mode === 'fsdax' || mode === 'devdax') evidence.note('formatted', `mode ${mode}`);
  else {
    const { config } = kernel;
    // A driver that knows both blocks has looked for them before it took the namespace as raw (nd_pmem_probe).
    const looked = config?.get('NVDIMM_PFN').type === 'y' && config.get('NVDIMM_DAX').type === 'y';
    const forced = sysfs?.attributes.get('force_raw') !== '0';
    if (mode !== 'raw' || claim !== null || state !== 'enabled' || !looked || forced) return null;
    evidence.note('formatted', 'raw and enabled, by a kernel with NVDIMM_PFN and NVDIMM_DAX');
    return false;
  }
  return true;
}

/** Bytes for data, where an enabled block holds the namespace. */
export function settleUsable(
  { claim, listed }: NamespaceSources,
  mode: NamespaceMode | null,
  evidence: Evidence,
): number | null {
  if (mode !== 'fsdax' && mode !== 'devdax') return null;
  return evidence.settle('usable', [
    ...fact(claim === null ? null : sysfsNumber(claim.device, 'size'), `nd-sysfs ${claim?.device.name}/size`),
    ...fact(
      listed?.enabled === true && modeByNdctl(listed)[0]?.value === mode ? listed.size?.exact : null,
      'ndctl size',
    ),
  ]);
}
