import { type PartKind, parseNdctl } from '@altmap/kernel-data';
import type { Evidence } from '@altmap/policy';
import { listCorpus, readCorpus, readCorpusBytes, readTable } from './shared.ts';

/** What one machine of the corpus shows, made whole with what it lacks. */
export interface Report {
  /** A machine of iomem-facts.tsv, or a file. */
  readonly name: string;
  /** Path of the config that stands in for the machine's own. */
  readonly config: string;
  readonly iomem: string;
  /** Output of ndctl, daxctl or cxl; null where there is none. */
  readonly listing: Uint8Array | null;
}

const GIB = 1024 ** 3;

/** What the machines' distributions had, as far as it is known; all others get the newest stock Debian. */
const CONFIGS: readonly (readonly [RegExp, string])[] = [
  [/^ampere-altra/, 'configs/debian-12-6.12.117-arm64.config.gz'],
  [/^ampere-emag|^thunderx2/, 'configs/centos-8-4.18.0-477.13.1-arm64.config.gz'],
  [/^kunpeng/, 'configs/openela-9.3-5.14.0-362.24.1-64k-arm64.config.gz'],
  [/^raspberrypi4/, 'configs-derived/raspberrypi-6.12.48-bcm2711-resolved-arm64.config.gz'],
  [/^cxl|^dax6/, 'configs/fedora-42-boot-arm64.config.gz'],
  [/kmem/, 'configs/ubuntu-25.04-arm64.config.gz'],
];
const OTHER_CONFIG = 'configs/debian-13bpo-7.3.4-arm64.config.gz';
const LISTING_CONFIG = 'configs/debian-12-6.12.117-16k-arm64.config.gz';

interface Range {
  readonly start: number;
  readonly size: number;
  readonly name: string;
}

/** Every whole report of the corpus. */
export function corpusReports(): readonly Report[] {
  const machines = Map.groupBy(readTable('iomem-facts.tsv'), (row) => row('machine'));
  const maps = [...machines].map(([name, rows]): Report => {
    const lines = rows.map((row) => line(Number(row('depth')), Number(row('start')), Number(row('end')), row('name')));
    return { name, config: configOf(name), iomem: lines.join(''), listing: null };
  });
  const files = ['iomem', 'iomem-x86'].flatMap(listCorpus).map((path): Report => {
    return { name: path, config: OTHER_CONFIG, iomem: readCorpus(path), listing: null };
  });
  const virt = maps.find(({ name }) => name.startsWith('qemu-virt-dt'))?.iomem ?? '';
  const listings = listCorpus('ndctl').map((path): Report => {
    const ranges = placed(readCorpus(path));
    return { name: path, config: LISTING_CONFIG, iomem: virt + rendered(ranges), listing: readCorpusBytes(path) };
  });
  return [...maps, ...files, ...listings];
}

/** A namespace of 4 GiB above everything else, for a machine that shows no device memory that can be judged. */
export function withDevice(report: Report): Report {
  const ends = [...report.iomem.matchAll(/-([0-9a-f]+) : /g)].map((match) => Number.parseInt(match[1] ?? '0', 16));
  const start = Math.ceil((Math.max(0, ...ends) + 1) / GIB) * GIB;
  return { ...report, iomem: report.iomem + rendered([{ start, size: 4 * GIB, name: 'namespace99.0' }]) };
}

export function evidenceOf(report: Report): Evidence {
  const text = new TextEncoder();
  const parts: [PartKind, Uint8Array][] = [
    ['config', readCorpusBytes(report.config)],
    ['iomem', text.encode(report.iomem)],
    ['cmdline', text.encode('root=/dev/vda1 ro\n')],
  ];
  if (report.listing !== null) parts.push([/daxctl/.test(report.name) ? 'daxctl' : 'ndctl', report.listing]);
  return new Map(parts);
}

function configOf(machine: string): string {
  return CONFIGS.find(([pattern]) => pattern.test(machine))?.[1] ?? OTHER_CONFIG;
}

/** ndctl shows no addresses: what it lists lies here one after the other, each at a multiple of 1 GiB. */
function placed(listing: string): readonly Range[] {
  let next = 8 * GIB;
  return parseNdctl(listing).listing.namespaces.flatMap(({ name, size }): Range[] => {
    const bytes = size?.exact ?? size?.low ?? 0;
    if (bytes <= 0) return [];
    const start = next;
    next = Math.ceil((start + bytes) / GIB) * GIB;
    return [{ start, size: Math.floor(bytes), name }];
  });
}

function rendered(ranges: readonly Range[]): string {
  return ranges
    .map(({ start, size, name }) => {
      const end = start + size - 1;
      return line(0, start, end, 'Persistent Memory') + line(1, start, end, name);
    })
    .join('');
}

function line(depth: number, start: number, end: number, name: string): string {
  const hex = (address: number): string => address.toString(16).padStart(8, '0');
  return `${'  '.repeat(depth)}${hex(start)}-${hex(end)} : ${name}\n`;
}
