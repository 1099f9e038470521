import type { Provider } from './device-range.ts';
import type { PlacedEntry } from '../iomem/memory-map.ts';

/**
 * Provider of an nvdimm bus by the name that its driver gives it: drivers/acpi/nfit ("ACPI.NFIT"), of_pmem (the platform
 * device, "80000000.pmem"), virtio_pmem ("virtio3"), cxl_pmem ("CXL").
 */
export function providerOfBus(name: string): Provider {
  if (name === 'ACPI.NFIT') return 'nfit';
  if (name === 'CXL' || name === 'ACPI.CXL') return 'cxl';
  if (/^virtio\d+$/.test(name)) return 'virtio';
  return OF_DEVICE.test(name) ? 'of' : 'unknown';
}

const OF_DEVICE = /^([0-9a-f]{1,13})\.[A-Za-z][\w,.+-]*$/;

/** of_pmem: a platform device is named by the translated address of its first range (of_device_make_bus_id). */
export function addressOfBus(name: string): number | null {
  const digits = OF_DEVICE.exec(name)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

/**
 * What an entry of /proc/iomem tells by where it stands: CXL regions lie in a "CXL Window", dax devices of dax_hmem in
 * "Soft Reserved"; a top-level "Persistent Memory" is put there by the nfit driver alone on arm64. The ranges of of_pmem and
 * virtio_pmem have no parent, and nothing tells them apart.
 */
export function providerOfEntry({ entry, parents }: PlacedEntry): Provider {
  const names = [...parents.map((parent) => parent.name), entry.name];
  if (names.some((name) => name.startsWith('CXL Window'))) return 'cxl';
  if (names.includes('Soft Reserved')) return 'hmem';
  return names[0] === 'Persistent Memory' ? 'nfit' : 'unknown';
}
