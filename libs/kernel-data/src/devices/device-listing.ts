import { type DiagnosticLog, quote } from '../text/diagnostic.ts';
import { exactNumber } from '../text/exact-number.ts';
import { MAX_DEVICES } from '../text/limits.ts';
import { isJsonObject, type Json, type JsonObject } from '../text/json-values.ts';
import { type ReportedSize, reportedSize } from './reported-size.ts';

/** What `ndctl list`, `ndctl read-infoblock`, `daxctl list` and `cxl list` print, whatever their nesting. */
export interface DeviceListing {
  readonly regions: readonly ListedRegion[];
  readonly namespaces: readonly ListedNamespace[];
  readonly daxDevices: readonly ListedDaxDevice[];
  readonly infoBlocks: readonly ListedInfoBlock[];
}

export interface ListedRegion {
  readonly name: string;
  readonly line: number;
  /** Of the bus that holds it ("ACPI.NFIT", "80000000.pmem"); null where the bus is not shown. */
  readonly provider: string | null;
  readonly size: ReportedSize | null;
  /** Bytes that no namespace takes; null where not shown. */
  readonly available: ReportedSize | null;
}

export interface ListedNamespace {
  readonly name: string;
  readonly line: number;
  /** As ndctl calls it: fsdax, devdax, sector, raw; "memory" and "dax" in old versions. */
  readonly mode: string | null;
  readonly map: 'dev' | 'mem' | null;
  /** Usable bytes of an enabled fsdax or devdax namespace, all bytes of a raw or disabled one. */
  readonly size: ReportedSize | null;
  readonly align: number | null;
  readonly uuid: string | null;
  readonly enabled: boolean;
  readonly numaNode: number | null;
  readonly targetNode: number | null;
}

export interface ListedDaxDevice {
  readonly name: string;
  readonly line: number;
  readonly size: ReportedSize | null;
  readonly align: number | null;
  /** devdax, system-ram, famfs. */
  readonly mode: string | null;
  readonly enabled: boolean;
  readonly targetNode: number | null;
  /** First byte, of `daxctl list -M`; null where not shown, or where the device has several pieces. */
  readonly start: number | null;
  /** The namespace that it was listed under; null where it stands by itself. */
  readonly namespace: string | null;
}

/** `ndctl read-infoblock -j`. */
export interface ListedInfoBlock {
  readonly line: number;
  readonly namespace: string | null;
  readonly signature: 'pfn' | 'dax';
  readonly uuid: string | null;
  readonly version: string | null;
  /** Fields that stand there as numbers, by ndctl's names: dataoff, npfns, mode, start_pad, end_trunc, align, ... */
  readonly numbers: ReadonlyMap<string, number>;
}

interface Listing {
  readonly regions: ListedRegion[];
  readonly namespaces: ListedNamespace[];
  readonly daxDevices: ListedDaxDevice[];
  readonly infoBlocks: ListedInfoBlock[];
  readonly log: DiagnosticLog;
}

interface Above {
  readonly provider: string | null;
  readonly namespace: string | null;
}

/** Collects the devices out of values of any nesting. An object is known by what it holds, not by where it stands. */
export function listDevices(values: readonly Json[], log: DiagnosticLog): DeviceListing {
  const listing: Listing = { regions: [], namespaces: [], daxDevices: [], infoBlocks: [], log };
  visit(values, { provider: null, namespace: null }, listing);
  return {
    regions: bounded(listing.regions, log),
    namespaces: bounded(listing.namespaces, log),
    daxDevices: bounded(listing.daxDevices, log),
    infoBlocks: bounded(listing.infoBlocks, log),
  };
}

function bounded<T extends { readonly line: number }>(all: readonly T[], log: DiagnosticLog): readonly T[] {
  const first = all[MAX_DEVICES];
  if (first === undefined) return all;
  log.error(first.line, `more than ${MAX_DEVICES} devices: the others are left out`, 'the devices of one host');
  return all.slice(0, MAX_DEVICES);
}

function visit(value: Json, above: Above, listing: Listing): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, above, listing);
    return;
  }
  if (!isJsonObject(value)) return;
  const dev = text(value, 'dev');
  let below = { ...above, provider: text(value, 'provider') ?? above.provider };
  const signature = text(value, 'signature');
  if (signature === 'NVDIMM_PFN_INFO' || signature === 'NVDIMM_DAX_INFO') {
    listing.infoBlocks.push(infoBlockOf(value, signature === 'NVDIMM_PFN_INFO' ? 'pfn' : 'dax'));
  } else if (dev !== null && /^namespace\d+\.\d+$/.test(dev)) {
    listing.namespaces.push(namespaceOf(dev, value, listing.log));
    below = { ...below, namespace: dev };
  } else if (dev !== null && /^region\d+$/.test(dev)) {
    listing.regions.push(regionOf(dev, value, below.provider, listing.log));
  }
  const chardev = text(value, 'chardev');
  // Old ndctl shows the dax device of a namespace as a mere name beside "daxregion".
  if (chardev !== null && dev === null)
    listing.daxDevices.push(daxDeviceOf(chardev, value, above.namespace, listing.log));
  for (const [name, inner] of value.fields) {
    if (name !== 'mappings' && name !== 'badblocks') visit(inner, below, listing);
  }
}

function regionOf(name: string, object: JsonObject, provider: string | null, log: DiagnosticLog): ListedRegion {
  const printed = size(object, 'size', name, log);
  return {
    name,
    line: object.line,
    provider,
    size: printed?.exact === null ? (sumOfMappings(object, printed) ?? printed) : printed,
    available: size(object, 'available_size', name, log),
  };
}

/** With -u and -v the sizes are rounded, but the pieces on the DIMMs are exact; together they are the region. */
function sumOfMappings(object: JsonObject, printed: ReportedSize): ReportedSize | null {
  const mappings = object.fields.get('mappings');
  if (!Array.isArray(mappings)) return null;
  let sum = 0;
  for (const mapping of mappings) {
    const length = isJsonObject(mapping) ? reportedSize(mapping.fields.get('length')) : null;
    if (length === null || length.exact === null) return null;
    sum += length.exact;
  }
  const fits = sum >= printed.low && sum <= printed.high;
  return fits ? { exact: sum, low: sum, high: sum, text: printed.text } : null;
}

function namespaceOf(name: string, object: JsonObject, log: DiagnosticLog): ListedNamespace {
  const map = text(object, 'map');
  const uuid = text(object, 'uuid');
  return {
    name,
    line: object.line,
    mode: text(object, 'mode'),
    map: map === 'dev' || map === 'mem' ? map : null,
    size: size(object, 'size', name, log),
    align: number(object, 'align'),
    uuid: uuid === null || /^[0-]+$/.test(uuid) ? null : uuid.toLowerCase(),
    enabled: text(object, 'state') !== 'disabled',
    numaNode: number(object, 'numa_node'),
    targetNode: number(object, 'target_node'),
  };
}

function daxDeviceOf(name: string, object: JsonObject, namespace: string | null, log: DiagnosticLog): ListedDaxDevice {
  const mappings = object.fields.get('mappings');
  const [first, ...others] = Array.isArray(mappings) ? mappings : [];
  return {
    name,
    line: object.line,
    size: size(object, 'size', name, log),
    align: number(object, 'align'),
    mode: text(object, 'mode'),
    enabled: text(object, 'state') !== 'disabled',
    targetNode: number(object, 'target_node'),
    start: isJsonObject(first) && others.length === 0 ? number(first, 'start') : null,
    namespace,
  };
}

function infoBlockOf(object: JsonObject, signature: 'pfn' | 'dax'): ListedInfoBlock {
  const numbers = new Map<string, number>();
  for (const [name, value] of object.fields) {
    if (typeof value === 'number' && Number.isSafeInteger(value)) numbers.set(name, value);
  }
  const { line } = object;
  return {
    line,
    namespace: text(object, 'dev'),
    signature,
    uuid: text(object, 'uuid'),
    version: text(object, 'version'),
    numbers,
  };
}

function text(object: JsonObject, name: string): string | null {
  const value = object.fields.get(name);
  return typeof value === 'string' ? value : null;
}

/** A number, or one in a string ("0x80000000", or with -u "32.00 MiB (33.55 MB)", which gives null). */
function number(object: JsonObject, name: string): number | null {
  const value = object.fields.get(name);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null;
  const exact = typeof value === 'string' ? exactNumber(value) : null;
  return typeof exact === 'number' ? exact : null;
}

function size(object: JsonObject, name: string, owner: string, log: DiagnosticLog): ReportedSize | null {
  const value = object.fields.get(name);
  if (value === undefined) return null;
  const found = reportedSize(value);
  if (found === null) {
    const shown = typeof value === 'string' ? quote(value) : typeof value === 'bigint' ? `${value}` : 'no number';
    log.error(object.line, `"${name}" of ${owner} is ${shown}`, 'bytes, below 2^53');
  }
  return found;
}
