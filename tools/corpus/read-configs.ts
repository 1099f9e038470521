import { type ConfigValue, type ParsedConfig, parseConfig, parseRelease } from '@altmap/kernel-data';
import { kernelOf, type PageSize, type Target } from '@altmap/vmemmap';
import { type Altmap, altmapOf } from './altmap-of.ts';
import { type Distribution, distributionOf } from './distributions.ts';
import { columnsOf, listCorpus, readCorpus, readTable, type Row } from './shared.ts';

/** A whole or merged config of the corpus, read and asked. */
export interface ReadConfig {
  /** Path inside the corpus. */
  readonly path: string;
  /** What the file is called, without what all files have in their names. */
  readonly name: string;
  readonly distribution: Distribution;
  readonly target: Target;
  readonly vaBits: number | null;
  /** whole: as Kconfig wrote it. merged: only what a packager sets. derived: a merged one, resolved for the corpus. */
  readonly kind: 'whole' | 'merged' | 'derived';
  readonly altmap: Altmap;
}

export interface Corpus {
  readonly configs: readonly ReadConfig[];
  /** Files that are no whole config, and were recognised as that. */
  readonly fragments: number;
  /** What does not read as matrix.tsv says, or does not read at all. */
  readonly mismatches: readonly string[];
}

/** Columns of matrix.tsv that are no symbols. */
const OTHER_COLUMNS = new Set(['file', 'kernel', 'page', 'VA_BITS', 'PA_BITS', 'kind', 'lines', 'format_oddities']);

/** Reads every config of the corpus and compares it with matrix.tsv. */
export function readConfigs(): Corpus {
  const mismatches: string[] = [];
  const symbols = columnsOf('matrix.tsv').filter((column) => !OTHER_COLUMNS.has(column));
  const rows = new Map(readTable('matrix.tsv').map((row) => [`${row('file')}.gz`, row]));
  const configs = ['configs', 'configs-derived', 'configs-partial'].flatMap(listCorpus).flatMap((path) => {
    const { config } = parseConfig(readCorpus(path), path);
    const row = rows.get(path);
    if (row !== undefined) mismatches.push(...compare(path, config, row, symbols));
    // Debian's linux-config packages are not in matrix.tsv: whole configs with a header.
    else if (!config.complete) mismatches.push(`${path}: expected a whole config: ${config.completeness}`);
    const read = readOne(path, config, row);
    if (typeof read === 'string') mismatches.push(`${path}: ${read}`);
    return typeof read === 'string' ? [] : [read];
  });
  for (const path of rows.keys())
    if (!configs.some((config) => config.path === path)) mismatches.push(`${path}: in matrix.tsv, but not read`);
  const others = [...listCorpus('configs-fragments'), ...listCorpus('gz')];
  for (const path of others) {
    const { config } = parseConfig(readCorpus(path), path);
    if (config.complete && config.architecture === 'arm64') mismatches.push(`${path}: taken for a whole arm64 config`);
  }
  return { configs, fragments: others.length, mismatches };
}

function readOne(path: string, config: ParsedConfig, row: Row | undefined): ReadConfig | string {
  const file = path.slice(path.indexOf('/') + 1);
  const distribution = distributionOf(file);
  const stated = config.release?.raw ?? row?.('kernel').replace(' (from name)', '') ?? '';
  const bare = parseRelease(stated).release;
  if (bare === null) return `expected a kernel release in the header or in matrix.tsv, got ${stated || 'none'}`;
  const { release } = bare.suffix === '' ? parseRelease(stated + distribution.suffix) : { release: bare };
  if (release === null) return `expected a kernel release, got ${stated}${distribution.suffix}`;
  const { pageSize } = config;
  if (pageSize === null) return 'expected one page size';
  const target: Target = { pageSize, release, config, cmdline: null };
  return {
    path,
    name: file.replace(/\.gz$/, '').replace(/(-arm64)?\.config$/, ''),
    distribution,
    target,
    vaBits: kernelOf(target).vaBits,
    kind: path.startsWith('configs-derived/') ? 'derived' : config.complete ? 'whole' : 'merged',
    altmap: altmapOf(target),
  };
}

function compare(path: string, config: ParsedConfig, row: Row, symbols: readonly string[]): string[] {
  const kernel = row('kernel');
  const pairs: [string, string, string][] = [
    ...symbols.map((symbol): [string, string, string] => [
      `CONFIG_${symbol}`,
      row(symbol),
      valueText(config.get(symbol)),
    ]),
    ['page size', row('page'), config.pageSize === null ? '-' : pageText(config.pageSize)],
    ['a whole config', String(row('kind') === 'resolved'), String(config.complete)],
  ];
  if (!kernel.endsWith('(from name)')) pairs.push(['release', kernel, config.release?.raw ?? '-']);
  return pairs
    .filter(([, expected, read]) => expected !== read)
    .map(([what, expected, read]) => `${path}: ${what}: matrix.tsv says ${expected}, read as ${read}`);
}

export function pageText(pageSize: PageSize): string {
  return `${pageSize / 1024}K`;
}

/** As matrix.tsv writes it. */
function valueText(value: ConfigValue): string {
  if (value.type === 'absent') return '-';
  if (value.type === 'not-set') return 'n';
  return value.type === 'y' || value.type === 'm' ? value.type : String(value.value);
}
