import { describe, expect, it } from 'vitest';
import { type ConfigValue, parseConfig } from '../src/index.ts';
import { listShared, readShared, readTable, SKIP_REASON, SKIP_SHARED } from './shared.ts';

/** Columns of matrix.tsv that are no symbols. */
const OTHER_COLUMNS = new Set(['file', 'kernel', 'page', 'VA_BITS', 'PA_BITS', 'kind', 'lines', 'format_oddities']);

const PAGE_BYTES = new Map([
  ['4K', 4096],
  ['16K', 16384],
  ['64K', 65536],
]);

describe.skipIf(SKIP_SHARED)(`configs of the corpus${SKIP_REASON}`, () => {
  const rows = SKIP_SHARED ? [] : readTable('corpus/matrix.tsv');

  it('has the whole matrix', () => {
    expect(rows.length).toBeGreaterThan(100);
  });

  it.each(rows.map((row) => [row.get('file') ?? '', row] as const))('%s reads as in matrix.tsv', (file, row) => {
    const { config, diagnostics } = parseConfig(readShared(`corpus/${file}.gz`), file);
    const symbols = [...row.keys()].filter((column) => !OTHER_COLUMNS.has(column));
    const read = Object.fromEntries(symbols.map((symbol) => [symbol, cell(config.get(symbol))]));
    expect(read).toEqual(Object.fromEntries(symbols.map((symbol) => [symbol, row.get(symbol)])));
    expect(config.pageSize).toBe(PAGE_BYTES.get(row.get('page') ?? ''));
    expect(config.complete).toBe(row.get('kind') === 'resolved');
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const kernel = row.get('kernel') ?? '';
    if (!kernel.endsWith('(from name)')) expect(config.release?.raw).toBe(kernel);
  });

  it.each(listOf('corpus/configs-partial'))('%s is a whole config', (path) => {
    const { config, diagnostics } = parseConfig(readShared(path), path);
    expect(config.complete).toBe(true);
    expect(diagnostics.filter((d) => d.severity !== 'info')).toEqual([]);
  });

  it.each(listOf('corpus/configs-fragments'))('%s is no whole config', (path) => {
    const { config, diagnostics } = parseConfig(readShared(path), path);
    expect(config.complete).toBe(false);
    expect(diagnostics.some((d) => d.message.startsWith('not a whole config'))).toBe(true);
  });

  it('a config of another architecture is named as such', () => {
    const { config, diagnostics } = parseConfig(readShared('corpus/gz/khc-example-x86-5.10.config.gz'));
    expect(config.architecture).toBe('x86');
    expect(diagnostics.filter((d) => d.severity === 'error').map((d) => d.expected)).toEqual(['a config of arm64']);
  });

  it.each(listOf('ground-truth/configs'))('%s of a booted kernel is whole and has one page size', (path) => {
    const { config } = parseConfig(readShared(path), path);
    expect(config.complete).toBe(true);
    expect(path).toContain(`${(config.pageSize ?? 0) / 1024}k`);
  });

  it('a whole config that is cut, or loses its comments, is whole no longer', () => {
    const text = readShared('corpus/configs/debian-12-6.12.117-arm64.config.gz');
    for (const share of [0.25, 0.5, 0.75, 0.99]) {
      expect(parseConfig(text.slice(0, text.length * share)).config.complete).toBe(false);
    }
    expect(parseConfig(text.replace(/^#.*\n/gm, '')).config.complete).toBe(false);
    expect(parseConfig(text.replace(/^#.*\n/gm, '')).config.completeness).toContain('filtered');
  });

  it('every symbol of a file is listed once, in order, with the value that get() gives', () => {
    const text = readShared('corpus/configs/fedora-42-boot-arm64.config.gz');
    const { config } = parseConfig(text);
    const listed = [...config.symbols()];
    const lines = [...text.matchAll(/^(?:CONFIG_(\w+)=|# CONFIG_(\w+) is not set)/gm)];
    expect(listed.map(([symbol]) => symbol)).toEqual(lines.map((line) => line[1] ?? line[2]));
    for (const [symbol, value] of listed) expect(config.get(symbol)).toEqual(value);
  });
});

function listOf(folder: string): readonly string[] {
  return SKIP_SHARED ? [] : listShared(folder).map((file) => `${folder}/${file}`);
}

/** As matrix.tsv writes a value. */
function cell(value: ConfigValue): string {
  if (value.type === 'absent') return '-';
  if (value.type === 'not-set') return 'n';
  if (value.type === 'y' || value.type === 'm') return value.type;
  return String(value.value);
}
