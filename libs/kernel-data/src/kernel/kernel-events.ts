export type KernelEventCode =
  | 'probe-failed'
  | 'page-size-mismatch'
  | 'struct-page-size-mismatch'
  | 'align-mismatch'
  | 'settings-mismatch'
  | 'align-exceeds-capacity'
  | 'memmap-exceeds-capacity'
  | 'bad-offset'
  | 'resource-misaligned'
  | 'pfns-truncated'
  | 'align-unsatisfied'
  | 'start-misaligned'
  | 'range-misaligned'
  | 'struct-page-too-large'
  | 'range-busy'
  | 'metadata-busy'
  | 'beyond-addressable'
  | 'outside-linear-map'
  | 'on-system-ram'
  | 'mapping-conflict'
  | 'altmap-not-freed'
  | 'invalid-altmap'
  | 'block-misaligned'
  | 'kmem-too-small'
  | 'kmem-empty'
  | 'kmem-no-node'
  | 'kmem-busy'
  | 'kmem-add-failed'
  | 'nfit-region'
  | 'oops';

const HEX = '0x[0-9a-f]{1,16}';
const range = (start: string, last: string): string =>
  `\\[?(?:mem )?(?<${start}>${HEX})-(?<${last}>${HEX})(?: flags ${HEX})?\\]?`;

/** Every message below has one of these words: most lines of a log have none, and need no more than this one test. */
export const ANY_EVENT =
  /failed|mismatch|misaligned|exceeds|bad offset|truncated|unable to|prevent using|could not|rejecting|too small|outside linear|attempted on|Conflicting|invalid altmap|unaligned|nfit region|Oops|Unable|BUG/;

/**
 * Messages of drivers/nvdimm, drivers/dax, drivers/acpi/nfit, mm/memremap.c, mm/memory_hotplug.c and arch/arm64/mm/mmu.c,
 * 5.7 to 7.3, without the device in front. Groups name the numbers; the last address of a range is inclusive.
 */
export const EVENT_PATTERNS: readonly (readonly [KernelEventCode, RegExp])[] = [
  ['probe-failed', /^probe with driver \S+ failed with error -(?<errno>\d{1,5})/],
  ['page-size-mismatch', /^init failed, page size mismatch (?<pageSize>\d{1,10})/],
  ['struct-page-size-mismatch', /^init failed, struct page size mismatch (?<pageStructSize>\d{1,10})/],
  ['align-mismatch', /^init failed, alignment mismatch: (?<defaultAlign>\d{1,16}):(?<align>\d{1,16})/],
  ['settings-mismatch', /^init failed, settings mismatch/],
  ['align-exceeds-capacity', /^alignment: [0-9a-f]{1,16} exceeds capacity/],
  ['memmap-exceeds-capacity', /^pfn array size exceeds capacity/],
  ['bad-offset', /^bad offset/],
  ['resource-misaligned', /^resource (?:start|end) misaligned/],
  ['pfns-truncated', /^number of pfns truncated from (?<from>\d{1,20}) to (?<to>\d{1,20})/],
  ['align-unsatisfied', /unable to satisfy requested alignment/],
  ['start-misaligned', new RegExp(`start (?<start>${HEX}) misaligned to (?<align>${HEX})`)],
  ['range-misaligned', new RegExp(`${range('start', 'last')} misaligned, unable to map`)],
  ['struct-page-too-large', /^Memory debug options prevent using pmem for the page map/],
  ['range-busy', new RegExp(`could not reserve region ${range('start', 'last')}`)],
  ['metadata-busy', /^could not reserve metadata/],
  ['kmem-too-small', new RegExp(`^mapping\\d+: ${range('start', 'last')} too small after alignment`)],
  ['kmem-empty', /^rejecting DAX region without any memory after alignment/],
  ['kmem-no-node', /^rejecting DAX region with invalid node: (?<node>-?\d{1,5})/],
  ['kmem-busy', new RegExp(`^mapping\\d+: ${range('start', 'last')} could not reserve (?:region|range)`)],
  ['kmem-add-failed', new RegExp(`^mapping\\d+: ${range('start', 'last')} memory add failed`)],
  [
    'beyond-addressable',
    new RegExp(
      `^Hotplug memory ${range('start', 'last')} exceeds maximum addressable range ${range('lowest', 'highest')}`,
    ),
  ],
  ['outside-linear-map', /is outside linear mapping region/],
  ['on-system-ram', new RegExp(`attempted on (?:mixed|ram) region ${range('start', 'last')}`)],
  ['mapping-conflict', /^Conflicting mapping in same section/],
  ['altmap-not-freed', /^failed to free all reserved pages/],
  ['invalid-altmap', /^memory add fail, invalid altmap/],
  [
    'block-misaligned',
    new RegExp(
      `^Block size \\[(?<blockSize>${HEX})\\] unaligned hotplug range: start (?<start>${HEX}), size (?<size>${HEX})`,
    ),
  ],
  [
    'nfit-region',
    new RegExp(
      `^nfit \\S+ changing (?:numa|target) node from -?\\d+ to -?\\d+ for nfit region ${range('start', 'last')}`,
    ),
  ],
  ['oops', /^(?:Internal error: Oops|Unable to handle kernel|kernel BUG at)/],
];
