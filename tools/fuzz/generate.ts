import type { PartKind } from '@altmap/protocol';
import fc from 'fast-check';

/** Texts that look like a part of a report, made from nothing: what no mutation of a real file would come upon. */

const word = fc.string({ unit: fc.constantFrom(...'abcxyzABC019_.-'), maxLength: 12 });
// fc.string with a unit of all Unicode takes a second to set up.
const anyText = fc.oneof(
  fc.array(fc.oneof(fc.nat(0x7f), fc.nat(0x10ffff)), { maxLength: 60 }).map((codes) => String.fromCodePoint(...codes)),
  fc.string({ maxLength: 60 }),
  word,
);
const hex = fc.bigInt({ min: 0n, max: 2n ** 70n }).map((value) => value.toString(16));
const decimal = fc.oneof(
  fc.bigInt({ min: -5n, max: 2n ** 70n }).map(String),
  fc.double().map(String),
  fc.nat().map(String),
);
const bytesText = fc
  .tuple(decimal, fc.constantFrom('', ' kB', ' GiB', ' MiB', ' (4.29 GB)', 'K'))
  .map((pair) => pair.join(''));
const device = fc
  .tuple(
    fc.constantFrom('region', 'namespace', 'pfn', 'dax', 'btt', 'ndbus', 'nmem'),
    fc.nat(3),
    fc.nat(3),
    fc.boolean(),
  )
  .map(([name, a, b, flat]) => (flat ? `${name}${a}` : `${name}${a}.${b}`));

const lines = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.oneof({ weight: 9, arbitrary: line }, { weight: 1, arbitrary: anyText }), { maxLength: 40 }),
      fc.constantFrom('\n', '\n', '\r\n'),
    )
    .map(([texts, end]) => texts.map((text) => text + end).join(''));

const colonLines = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  lines(fc.tuple(key, fc.constantFrom(':', ': ', '=', ':\t'), value).map((parts) => parts.join('')));

const config = lines(
  fc.oneof(
    fc
      .tuple(word, fc.oneof(fc.constantFrom('y', 'm', 'n', '', '"', '"\\"'), decimal, hex, anyText))
      .map(([name, value]) => `CONFIG_${name}=${value}`),
    word.map((name) => `# CONFIG_${name} is not set`),
    fc.constantFrom(
      'CONFIG_ARM64_4K_PAGES=y',
      'CONFIG_ARM64_64K_PAGES=y',
      '# Linux/arm64 6.12.0 Kernel Configuration',
      '#',
    ),
  ),
);

const iomem = lines(
  fc
    .tuple(
      fc.nat(20),
      hex,
      hex,
      fc.oneof(
        fc.constantFrom(
          'System RAM',
          'Persistent Memory',
          'CXL Window 0',
          'Soft Reserved',
          'System RAM (kmem)',
          'reserved',
        ),
        device,
        anyText,
      ),
    )
    .map(([indent, start, end, name]) => `${' '.repeat(indent)}${start}-${end} : ${name}`),
);

const KEYS = [
  'dev',
  'size',
  'mode',
  'map',
  'align',
  'uuid',
  'regions',
  'namespaces',
  'mappings',
  'daxregion',
  'devices',
  'chardev',
  'provider',
];
const KEYS_OF_BLOCKS = [
  'signature',
  'dataoff',
  'npfns',
  'version_major',
  'version_minor',
  'start_pad',
  'end_trunc',
  'page_size',
  'raw_uuid',
];
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...KEYS, ...KEYS_OF_BLOCKS) },
  { weight: 1, arbitrary: anyText },
);
const { listing } = fc.letrec<{ listing: unknown; value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.oneof(
      device,
      fc.constantFrom('fsdax', 'devdax', 'dev', 'mem', 'raw', 'nfit_test.0', null, true),
      fc.double(),
      fc.maxSafeInteger(),
      bytesText,
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 8 }),
  ),
  listing: fc.array(fc.dictionary(key, tie('value'), { maxKeys: 8 }), { maxLength: 6 }),
}));
const json = fc.oneof(
  listing.map((value) => JSON.stringify(value)),
  listing.map((value) => JSON.stringify(value, null, 2)),
  fc.json({ maxDepth: 8 }),
  fc.tuple(fc.json(), fc.json()).map((pair) => pair.join('\n')),
);

const attribute = fc.constantFrom(
  'resource',
  'size',
  'mode',
  'align',
  'holder',
  'uevent',
  'numa_node',
  'provider',
  'force_raw',
  'map',
);
const sysfs = (bus: string): fc.Arbitrary<string> =>
  colonLines(
    fc.tuple(device, attribute).map(([name, file]) => `/sys/bus/${bus}/devices/${name}/${file}`),
    fc.oneof(
      decimal,
      hex.map((value) => `0x${value}`),
      anyText,
      device,
    ),
  );

const message = fc.oneof(
  fc
    .tuple(device, decimal, decimal)
    .map(([name, a, b]) => `nd_pmem ${name}: number of pfns truncated from ${a} to ${b}`),
  fc.tuple(device, decimal).map(([name, a]) => `nd_pmem ${name}: init failed, page size mismatch ${a}`),
  fc.tuple(device, hex, hex).map(([name, a, b]) => `dax_pmem ${name}: bad offset: 0x${a} dax disabled align: 0x${b}`),
  fc.tuple(hex, hex, anyText).map(([a, b, text]) => `efi:   0x${a}-0x${b} [${text}]`),
  fc.tuple(decimal, decimal).map(([a, b]) => `Memory: ${a}K/${b}K available`),
  anyText,
);
const dmesg = lines(
  fc
    .tuple(fc.constantFrom('', '[    0.000000] ', '<6>[   12.345678] [   T1] '), message)
    .map((parts) => parts.join('')),
);

const GENERATORS: Readonly<Record<PartKind, fc.Arbitrary<string>>> = {
  config,
  iomem,
  cmdline: fc
    .array(
      fc.oneof(
        anyText,
        fc
          .tuple(
            fc.constantFrom('rodata', 'memory_hotplug.memmap_on_memory', 'kfence.sample_interval', 'mem', 'hugepagesz'),
            fc.oneof(decimal, anyText),
          )
          .map((pair) => pair.join('=')),
      ),
    )
    .map((words) => words.join(' ')),
  version: fc.tuple(fc.constantFrom('Linux version ', ''), decimal, anyText).map((parts) => parts.join('')),
  meminfo: colonLines(fc.oneof(fc.constantFrom('MemTotal', 'Hugepagesize', 'MemFree'), word), bytesText),
  zoneinfo: lines(
    fc.oneof(
      fc
        .tuple(decimal, fc.constantFrom('DMA', 'Normal', 'Movable', 'Device'))
        .map(([node, zone]) => `Node ${node}, zone ${zone}`),
      fc
        .tuple(fc.constantFrom('spanned', 'present', 'managed', 'start_pfn:'), decimal)
        .map(([name, value]) => `        ${name}  ${value}`),
    ),
  ),
  'memory-sysfs': colonLines(
    fc.constantFrom('/sys/devices/system/memory/block_size_bytes', '/sys/devices/system/memory/auto_online_blocks'),
    fc.oneof(hex, anyText),
  ),
  'memory-hotplug': colonLines(
    fc.constantFrom(
      '/sys/module/memory_hotplug/parameters/memmap_on_memory',
      '/sys/module/memory_hotplug/parameters/online_policy',
    ),
    anyText,
  ),
  'nd-sysfs': sysfs('nd'),
  'dax-sysfs': sysfs('dax'),
  ndctl: json,
  daxctl: json,
  dmesg,
  'os-release': lines(
    fc.tuple(fc.constantFrom('ID', 'VERSION_ID', 'PRETTY_NAME'), anyText).map((pair) => pair.join('=')),
  ),
};

const encoder = new TextEncoder();

/** The same bytes for the same kind and seed. */
export function generate(kind: PartKind, seed: number): Uint8Array {
  const [text = ''] = fc.sample(GENERATORS[kind], { numRuns: 1, seed });
  return encoder.encode(text);
}
