import type { PartKind } from '@altmap/protocol';

/** How a host's device memory differs from that of its capture. Both in bytes, both multiples of 2 MiB. */
export interface Layout {
  /** How much higher all device memory lies. */
  readonly shift: number;
  /** How much larger the highest region is, if it is raw: the other kinds carry a size in their info block. */
  readonly grow: number;
}

interface Namespace {
  readonly region: string;
  readonly resource: number;
  readonly size: number;
  readonly raw: boolean;
}

type Parts = ReadonlyMap<PartKind, Uint8Array>;

/** A device's lines in /proc/iomem: the region as ACPI reports it, or what a driver has claimed. */
const DEVICE_LINE = /^( *)([0-9a-f]+)-([0-9a-f]+) : (namespace\d+\.\d+|dax\d+\.\d+|Persistent Memory.*)$/gm;
/** Kinds that hold addresses or sizes of device memory in forms which are not moved here. */
const LEFT_OUT: readonly PartKind[] = ['dmesg', 'zoneinfo'];

/**
 * The same host with its device memory elsewhere: every part that names an address or a size is changed alike, and the kinds in
 * `leftOut` are no longer there. A capture that hides its addresses (read without root) keeps them hidden.
 */
export function moveDevices(parts: Parts, layout: Layout): { parts: Parts; leftOut: readonly PartKind[] } {
  if (layout.shift === 0 && layout.grow === 0) return { parts, leftOut: [] };
  const grown = layout.grow === 0 ? null : highestRaw(textOf(parts, 'nd-sysfs'));
  const moved = new Map(parts);
  const change = (kind: PartKind, edit: (text: string) => string): void => {
    if (parts.has(kind)) moved.set(kind, new TextEncoder().encode(edit(textOf(parts, kind))));
  };
  change('iomem', (text) => moveIomem(text, layout, grown));
  for (const kind of ['nd-sysfs', 'dax-sysfs'] as const) change(kind, (text) => moveSysfs(text, layout, grown));
  change('ndctl', (text) => moveNdctl(text, layout, grown));
  const leftOut = LEFT_OUT.filter((kind) => moved.delete(kind));
  return { parts: moved, leftOut };
}

function textOf(parts: Parts, kind: PartKind): string {
  return new TextDecoder().decode(parts.get(kind) ?? new Uint8Array());
}

/** The region that lies highest, if its namespace is raw; null where it is not, or where no address can be seen. */
export function highestRaw(ndSysfs: string): Namespace | null {
  const attributes = new Map(
    [...ndSysfs.matchAll(/^\/sys\/bus\/nd\/devices\/(namespace\d+\.\d+)\/(\w+):(.*)$/gm)].map(
      ([, device, name, value]) => [`${device}/${name}`, value],
    ),
  );
  const namespaces = [...attributes.keys()]
    .filter((key) => key.endsWith('/resource'))
    .map((key): Namespace => {
      const device = key.slice(0, -'/resource'.length);
      return {
        region: device.slice('namespace'.length, device.lastIndexOf('.')),
        resource: Number(attributes.get(key)),
        size: Number(attributes.get(`${device}/size`)),
        raw: attributes.get(`${device}/mode`) === 'raw' && !attributes.has(`${device}/holder`),
      };
    });
  const highest = namespaces.sort((a, b) => b.resource - a.resource)[0];
  return highest?.raw === true ? highest : null;
}

function moveIomem(text: string, { shift, grow }: Layout, grown: Namespace | null): string {
  return text.replace(DEVICE_LINE, (line, indent: string, from: string, to: string, name: string) => {
    const start = Number.parseInt(from, 16);
    const end = Number.parseInt(to, 16);
    if (end === 0) return line;
    const isGrown = grown !== null && end === grown.resource + grown.size - 1;
    const hex = (address: number): string => address.toString(16).padStart(8, '0');
    return `${indent}${hex(start + shift)}-${hex(end + shift + (isGrown ? grow : 0))} : ${name}`;
  });
}

function moveSysfs(text: string, { shift, grow }: Layout, grown: Namespace | null): string {
  return text
    .replace(/(\/resource:0x)([0-9a-f]+)$/gm, (_, name: string, address: string) => {
      return `${name}${(Number.parseInt(address, 16) + shift).toString(16)}`;
    })
    .replace(/\/(?:region|namespace)(\d+)(?:\.\d+)?\/size:(\d+)$/gm, (line, region: string, size: string) => {
      if (grown === null || region !== grown.region || Number(size) !== grown.size) return line;
      return line.replace(/\d+$/, String(grown.size + grow));
    });
}

function moveNdctl(text: string, { shift, grow }: Layout, grown: Namespace | null): string {
  const grownName = grown === null ? null : new RegExp(`^(region${grown.region}|namespace${grown.region}\\.\\d+)$`);
  const document: unknown = JSON.parse(text, (key, value: unknown) => {
    if (key === 'provider' && typeof value === 'string' && /^[0-9a-f]+\.pmem$/.test(value)) {
      return `${(Number.parseInt(value, 16) + shift).toString(16)}.pmem`;
    }
    const isGrown = isDevice(value) && grownName?.test(value.dev) === true && value.size === grown?.size;
    return isGrown ? { ...value, size: value.size + grow } : value;
  });
  return `${JSON.stringify(document, null, 2)}\n`;
}

function isDevice(value: unknown): value is { dev: string; size: number } {
  if (typeof value !== 'object' || value === null || !('dev' in value) || !('size' in value)) return false;
  return typeof value.dev === 'string' && typeof value.size === 'number';
}
