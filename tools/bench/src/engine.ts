import { parseConfig, parseRelease } from '@altmap/kernel-data';
import {
  judge,
  judgeByReference,
  type KernelRelease,
  type MemoryMap,
  type PageSize,
  type PlugRequest,
  type Target,
  whatIf,
} from '@altmap/vmemmap';
import { configText } from './config-text.ts';
import { type Figure, perSecond, round } from './figure.ts';
import { sideBySide } from './side-by-side.ts';
import type { Suite } from './suite.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TIB = 2 ** 40;
const PAGE_SIZES: readonly PageSize[] = [4096, 16384, 65536];
const SIZES = [GIB, 64 * GIB, TIB, 16 * TIB];
const RELEASES = ['5.10.240', '6.1.192', '6.6.60', '6.12.117'];
const CONFIG_CHARACTERS = 350_000;
const CROWDED = 4_000;
/** Longest that one verdict of the reference may be expected to take, from that of the size before. */
const REFERENCE_MS = 5_000;
const MIN_MS = 60;

const MAP: MemoryMap = {
  zeroed: false,
  entries: [{ name: 'System RAM', start: GIB, size: 64 * GIB, children: [] }],
};

/** What the engine costs, and that this does not grow with the device. */
export const engineSuite: Suite = async ({ rounds, progress }) => {
  // The reference comes last: the memory that it fills and frees slows down whatever comes after it.
  progress('engine: config');
  const figures = parsing(rounds);
  progress('engine: a whole host');
  figures.push(wholeHost(rounds), crowdedMap(rounds));
  progress('engine: closed form');
  for (const pageSize of PAGE_SIZES) figures.push(growthOf(pageSize, rounds));
  for (const pageSize of PAGE_SIZES) {
    progress(`engine: reference, ${pageSize / 1024}K pages`);
    figures.push(...againstReference(pageSize, rounds));
  }
  return figures;
};

function releaseOf(text: string): KernelRelease {
  const { release } = parseRelease(text);
  if (release === null) throw new Error(`${text}: expected a kernel release`);
  return release;
}

function targetOf(pageSize: PageSize, release = '6.12.117'): Target {
  const { config } = parseConfig(configText(CONFIG_CHARACTERS, pageSize));
  return { pageSize, release: releaseOf(release), config, cmdline: 'nokaslr' };
}

function requestOf(size: number): PlugRequest {
  const range = { start: 4 * TIB, size };
  return { range, provider: 'of', mode: 'fsdax', map: 'dev', align: null, infoBlock: null };
}

/** A verdict that ends early would be measured for its speed and not for its work. */
function assertWhole(target: Target, request: PlugRequest): void {
  const { outcome, reason } = judge(target, MAP, request);
  if (outcome !== 'ok')
    throw new Error(`bench: ${named(request.range.size)} came to ${outcome} (${reason}), expected ok`);
}

function named(size: number): string {
  return size >= TIB ? `${size / TIB} TiB` : `${size / GIB} GiB`;
}

function growthOf(pageSize: PageSize, rounds: number): Figure {
  const target = targetOf(pageSize);
  const [small, large] = [requestOf(GIB), requestOf(16 * TIB)];
  assertWhole(target, small);
  assertWhole(target, large);
  const { a, b, ratio } = sideBySide(
    () => judge(target, MAP, large),
    () => judge(target, MAP, small),
    { rounds, minMs: MIN_MS },
  );
  return {
    suite: 'engine',
    what: `one verdict, ${pageSize / 1024}K pages: 16 TiB against 1 GiB, both closed form`,
    ratio,
    goal: { is: 'at most', ratio: 1.5 },
    note: `${perSecond(a.median)} against ${perSecond(b.median)}`,
  };
}

/** Verdicts for ranges on a machine with thousands of RAM banks: what lies elsewhere should not count. */
function crowdedMap(rounds: number): Figure {
  const target = targetOf(4096);
  const request = requestOf(GIB);
  const banks = Array.from({ length: CROWDED }, (_, index) => ({
    name: 'System RAM',
    start: GIB + index * 4 * MIB,
    size: 2 * MIB,
    children: [],
  }));
  const crowded: MemoryMap = { zeroed: false, entries: banks };
  assertWhole(target, request);
  const { a, b, ratio } = sideBySide(
    () => judge(target, crowded, request),
    () => judge(target, MAP, request),
    { rounds, minMs: MIN_MS },
  );
  return {
    suite: 'engine',
    what: `one verdict, memory map of ${CROWDED} entries: against a map of one`,
    ratio,
    goal: { is: 'at most', ratio: 3 },
    note: `${perSecond(a.median)} against ${perSecond(b.median)}`,
  };
}

function againstReference(pageSize: PageSize, rounds: number): Figure[] {
  const target = targetOf(pageSize);
  let before: { readonly size: number; readonly ms: number } | null = null;
  return SIZES.map((size): Figure => {
    const request = requestOf(size);
    assertWhole(target, request);
    const what = `one verdict, ${pageSize / 1024}K pages, ${named(size)}: closed form against reference, verdicts a second`;
    const expected = before === null ? 0 : (before.ms * size) / before.size;
    if (expected > REFERENCE_MS) {
      const note = `not measured: the reference would take about ${Math.round(expected / 1_000)} s for one verdict`;
      return { suite: 'engine', what, ratio: null, goal: null, note };
    }
    const { a, b, ratio } = sideBySide(
      () => judgeByReference(target, MAP, request),
      () => judge(target, MAP, request),
      { rounds, minMs: MIN_MS },
    );
    before = { size, ms: a.median };
    return { suite: 'engine', what, ratio, goal: null, note: `${perSecond(b.median)} against ${perSecond(a.median)}` };
  });
}

/** Splits a text into lines and looks at the first character of each: the least that reading lines can cost. */
function scanLines(text: string): number {
  let assigned = 0;
  for (const line of text.split('\n')) if (line.charCodeAt(0) === 0x43) assigned += 1;
  return assigned;
}

function parsing(rounds: number): Figure[] {
  const text = configText(CONFIG_CHARACTERS, 4096);
  const scan = () => scanLines(text);
  const goal = { is: 'at most', ratio: 2 } as const;
  const options = { rounds, minMs: MIN_MS };
  const figure = (what: string, parse: () => unknown): Figure => {
    const { a, b, ratio } = sideBySide(parse, scan, options);
    return { suite: 'engine', what, ratio, goal, note: `${round(a.median)} ms against ${round(b.median)} ms` };
  };
  return [
    figure('a 350 kB config, each line read: against a bare scan of its lines', () => parseConfig(text)),
    figure('the same, then one symbol looked up and all remarks listed', () => {
      const parsed = parseConfig(text);
      return [parsed.config.get('ZONE_DEVICE'), parsed.diagnostics];
    }),
  ];
}

function wholeHost(rounds: number): Figure {
  const own = targetOf(4096);
  const requests = [GIB, 126 * GIB, 512 * GIB, 2 * TIB].map((size) => requestOf(size));
  const targets = RELEASES.flatMap((release) =>
    PAGE_SIZES.map((pageSize) => whatIf(own, { pageSize, release: releaseOf(release) }).target),
  );
  const verdicts = targets.length * requests.length;
  const text = configText(CONFIG_CHARACTERS, 4096);
  const { a, b, ratio } = sideBySide(
    () => targets.map((target) => requests.map((request) => judge(target, MAP, request))),
    () => parseConfig(text).config.get('ZONE_DEVICE'),
    { rounds, minMs: MIN_MS },
  );
  return {
    suite: 'engine',
    what: `a whole host, ${requests.length} ranges x 3 page sizes x ${RELEASES.length} kernels: against reading its config`,
    ratio,
    goal: null,
    note: `${round(a.median)} ms for ${verdicts} verdicts (${perSecond(a.median / verdicts)}) against ${round(b.median)} ms`,
  };
}
