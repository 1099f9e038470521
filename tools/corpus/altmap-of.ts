import {
  type BehaviourName,
  behaviourOf,
  capability,
  judge,
  type MapEntry,
  type PlugRequest,
  type PlugResult,
  providerCapability,
  type Target,
  treeOf,
} from '@altmap/vmemmap';

/** What a kernel can do about struct pages on a device. */
export interface Altmap {
  readonly answer: 'yes' | 'DRAM only' | 'no' | 'unknown';
  /** What limits a yes, or why there is none. */
  readonly limits: readonly Limit[];
  /** Symbols that are off and would have to be on, without CONFIG_. */
  readonly missing: readonly string[];
  /** Symbols that the config does not tell. */
  readonly untold: readonly string[];
  /** Who can bring a region: drivers that the config has. */
  readonly providers: readonly string[];
}

/** Names of the rows below the tables. */
export const LIMITS = {
  'before v5.7': 'arm64 cannot take memory away again before v5.7, so ZONE_DEVICE cannot be had',
  'no fallback':
    '4K pages: a namespace whose size or start leaves a part of a section fails where the reservation has no aligned 2 MiB left for its last whole section',
  'fallback not known': 'as "no fallback", if a vendor has taken the change of v6.2 over, or not that of v5.11',
  'unfixed partial sections':
    '4K pages: a part of a 128 MiB section takes a whole 2 MiB of reservation, and two namespaces that meet in a section share it',
  'partial sections not known':
    'as "unfixed partial sections", if the fix of v6.14 is not in this stable level or tree',
  '1 GiB sections': 'sections are 1 GiB before v5.12, so far more ranges have parts of sections',
  'KASLR risk': 'RANDOMIZE_BASE may move the linear map so that the device lies outside it, before v5.11',
  'patched tree':
    'the config has MEMORY_HOTREMOVE, which arm64 has only since v5.7: the tree carries changes that nobody has read',
  'vendor tree': 'the base version is older than the feature, and nobody has read what the vendor has taken over',
  'struct page size': 'KASAN tags may make struct page larger than 64 bytes',
  'not settled': 'the engine cannot settle it from the release and the config',
} as const satisfies Readonly<Record<string, string>>;
export type Limit = keyof typeof LIMITS;

const GIB = 1024 ** 3;

/** The plainest case: a gibibyte at a multiple of a gibibyte, low enough for every size of virtual addresses. */
const RANGE = { start: 16 * GIB, size: GIB };
const ENTRIES: readonly MapEntry[] = [
  { start: GIB, size: 4 * GIB, name: 'System RAM', children: [] },
  { ...RANGE, name: 'Persistent Memory', children: [] },
];
const ANSWERS: Readonly<Record<PlugResult['outcome'], Altmap['answer']>> = {
  ok: 'yes',
  'ok-dram': 'DRAM only',
  unsupported: 'no',
  refused: 'unknown',
  oops: 'unknown',
  unknown: 'unknown',
};
const PROVIDERS = { nfit: 'NFIT', of: 'device tree', virtio: 'virtio', cxl: 'CXL' } as const;

/** Asks the engine for a namespace with map=dev in the plainest case, and what limits the others. */
export function altmapOf(target: Target): Altmap {
  const needs = [capability(target.config, 'zone-device'), capability(target.config, 'pfn')];
  const request: PlugRequest = {
    range: RANGE,
    provider: 'unknown',
    mode: 'fsdax',
    map: 'dev',
    align: target.pageSize,
    infoBlock: null,
  };
  const { outcome, reason } = judge(target, { entries: ENTRIES, zeroed: false }, request);
  const answer = ANSWERS[outcome];
  return {
    answer,
    limits: answer === 'yes' ? limitsOf(target) : whyNot(target, reason),
    missing: needs.flatMap((need) => need.missing),
    untold: needs.flatMap((need) => need.unknown),
    providers: Object.entries(PROVIDERS)
      .filter(([provider]) => has(target, provider as keyof typeof PROVIDERS))
      .map(([, name]) => name),
  };
}

function has(target: Target, provider: keyof typeof PROVIDERS): boolean {
  return providerCapability(target.config, provider).state === 'yes';
}

function limitsOf(target: Target): Limit[] {
  const is = (name: BehaviourName): boolean | null => behaviourOf(name, target);
  const limits: Limit[] = [];
  if (target.pageSize === 4096) {
    const fallback = is('pmdFallbackAltmap');
    if (fallback !== true) limits.push(fallback === null ? 'fallback not known' : 'no fallback');
    const fixed = is('partialSectionsByBasePages');
    if (fixed !== true) limits.push(fixed === null ? 'partial sections not known' : 'unfixed partial sections');
  }
  if (is('sectionsOf128M') === false) limits.push('1 GiB sections');
  const moved = is('linearMapRandomised') !== false && target.config.get('RANDOMIZE_BASE').type === 'y';
  if (moved && is('randomisedWithinPaRange') === false) limits.push('KASLR risk');
  return limits;
}

function whyNot(target: Target, reason: string): Limit[] {
  if (reason === 'NO_ARCH_HOTREMOVE') return ['before v5.7'];
  if (reason === 'STRUCT_PAGE_UNKNOWN') return ['struct page size'];
  // The symbols say it.
  if (reason === 'NO_ZONE_DEVICE' || reason === 'NO_PFN_DRIVER' || reason === 'CONFIG_INCOMPLETE') return [];
  if (reason === 'ALTMAP_IGNORED') return [];
  if (behaviourOf('altmapHonoured', target) !== null) return ['not settled'];
  return [treeOf(target.release) === 'vendor' ? 'vendor tree' : 'patched tree'];
}
