import type { PageSize } from '@altmap/vmemmap';

const PAGE_SYMBOLS: Readonly<Record<PageSize, string>> = {
  4096: 'ARM64_4K_PAGES',
  16384: 'ARM64_16K_PAGES',
  65536: 'ARM64_64K_PAGES',
};

/** What struct pages on a device take. */
const NEEDED = [
  'ARM64_VA_BITS=48',
  'ARM64_VA_BITS_48=y',
  'ARM64_PA_BITS=48',
  'ARM64_PA_BITS_48=y',
  'SPARSEMEM=y',
  'SPARSEMEM_VMEMMAP=y',
  'MEMORY_HOTPLUG=y',
  'MEMORY_HOTREMOVE=y',
  'ARCH_ENABLE_MEMORY_HOTREMOVE=y',
  'ZONE_DEVICE=y',
  'TRANSPARENT_HUGEPAGE=y',
  'LIBNVDIMM=m',
  'BLK_DEV_PMEM=m',
  'ND_CLAIM=y',
  'NVDIMM_PFN=y',
  'NVDIMM_DAX=y',
  'ARM64_PMEM=y',
  'DAX=y',
  'DEV_DAX=m',
  'DEV_DAX_PMEM=m',
  'DEV_DAX_KMEM=m',
  'OF_PMEM=m',
  'ACPI_NFIT=m',
  'NUMA=y',
];

/** Words that make up symbols of about the usual length. */
const WORDS = ['NET', 'DRM', 'SND', 'USB', 'MFD', 'GPIO', 'CRYPTO', 'SENSORS', 'REGULATOR', 'VIDEO', 'NF', 'PHY'];

/**
 * A whole arm64 config of at least so many characters, in the proportions of a distribution's: for ten symbols four that
 * are modules, three that are not set, two that are built in, and one number or string; a heading now and then.
 */
export function configText(characters: number, pageSize: PageSize): string {
  const lines = [
    '#',
    '# Automatically generated file; DO NOT EDIT.',
    '# Linux/arm64 6.12.117 Kernel Configuration',
    '#',
    'CONFIG_CC_VERSION_TEXT="gcc (Debian 12.2.0-14) 12.2.0"',
    'CONFIG_IRQ_DOMAIN=y',
    'CONFIG_GENERIC_CLOCKEVENTS=y',
    'CONFIG_RCU_STALL_COMMON=y',
    'CONFIG_GENERIC_IRQ_SHOW=y',
    'CONFIG_ARM64=y',
    'CONFIG_64BIT=y',
    'CONFIG_MMU=y',
    ...Object.entries(PAGE_SYMBOLS).map(([size, symbol]) =>
      Number(size) === pageSize ? `CONFIG_${symbol}=y` : `# CONFIG_${symbol} is not set`,
    ),
    ...NEEDED.map((line) => `CONFIG_${line}`),
  ];
  let length = lines.join('\n').length;
  for (let i = 0; length < characters; i++) {
    const symbol = `CONFIG_${WORDS[i % 12]}_${WORDS[(i * 7 + 3) % 12]}_BENCH_${i}`;
    const line = lineOf(symbol, i);
    lines.push(line);
    length += line.length + 1;
    if (i % 25 === 24) {
      lines.push('# end of a menu', '', '#', '# Another menu', '#');
      length += 36;
    }
  }
  // These, and the four at the top, are in every config that Kconfig has written to its end.
  const last = [
    'HAVE_FUNCTION_TRACER',
    'TRACING_SUPPORT',
    'HAS_IOMEM',
    'HAS_DMA',
    'HAVE_ARCH_KGDB',
    'TICK_ONESHOT',
    'XPS',
    'TRACE_IRQFLAGS_SUPPORT',
  ];
  return `${[...lines, ...last.map((symbol) => `CONFIG_${symbol}=y`)].join('\n')}\n`;
}

function lineOf(symbol: string, i: number): string {
  const kind = i % 10;
  if (kind < 4) return `${symbol}=m`;
  if (kind < 7) return `# ${symbol} is not set`;
  if (kind < 9) return `${symbol}=y`;
  return i % 20 === 9 ? `${symbol}=${i}` : `${symbol}="bench-${i}"`;
}
