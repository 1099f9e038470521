import { compareReleases } from '@altmap/kernel-data';
import { type Altmap, type Limit, LIMITS } from './altmap-of.ts';
import { type Corpus, pageText, type ReadConfig } from './read-configs.ts';
import { readTable } from './shared.ts';

/** The day that the page names; all else follows from the corpus and the engine. */
export const DATE = /^As of \d{4}-\d{2}-\d{2}/m;

/** docs/distros.md. Facts and figures of the configs, never their text. `date`: YYYY-MM-DD. */
export function distrosPage({ configs }: Corpus, date: string): string {
  const groups = Map.groupBy(configs, (config) => config.distribution.name);
  const names = [...groups.keys()].toSorted((a, b) => a.localeCompare(b, 'en'));
  const tables = names.map((name) => section(name, groups.get(name) ?? []));
  return `# Distributions

Which arm64 kernels can put the struct pages of a device onto the device (\`ndctl create-namespace --map=dev\`), by their configs and releases.
As of ${date}, ${configs.length} configs of ${names.length} projects. Written by \`npm run corpus\`: a config is a sample of its distribution, and yours may differ; ask
\`altmap check\` about a host of yours.

${overview(configs)}

**Altmap** is the engine's verdict on a new fsdax namespace of 1 GiB at a multiple of 1 GiB; "but" leads to [limits](#limits). **Off** are the symbols that would
have to be on (CONFIG_ left out), with "?" those that a merged config does not tell. **Regions from** are the drivers that the config has: a kernel
without any shows no device memory. **File**: whole as Kconfig wrote it; merged with only what the packager sets (CXL shows only in whole ones); derived from
a merged one by \`make olddefconfig\`. The release ends as the distribution's does where the config's header leaves that out: this decides whether the engine
takes it for a tree with backports.

${tables.join('\n')}
## Limits

| | What it means |
|---|---|
${limitRows(configs)}

With 16K and 64K pages one page of the vmemmap describes 4 MiB and 64 MiB: in every release, namespaces that begin or end elsewhere share such a page with
their neighbour, or leave a hole that crashes the kernel. Keep to these multiples.
`;
}

function overview(configs: readonly ReadConfig[]): string {
  const answers = ['yes', 'yes, but', 'DRAM only', 'no', 'unknown'];
  const sizes = [4096, 16384, 65536] as const;
  const rows = sizes.map((size) => {
    const counts = answers.map(
      (answer) =>
        configs.filter((config) => config.target.pageSize === size && shortAnswer(config.altmap) === answer).length,
    );
    return `| ${pageText(size)} | ${counts.join(' | ')} |`;
  });
  return `| Pages | ${answers.join(' | ')} |\n|---|${'--:|'.repeat(answers.length)}\n${rows.join('\n')}`;
}

function shortAnswer({ answer, limits }: Altmap): string {
  return answer === 'yes' && limits.length > 0 ? 'yes, but' : answer;
}

function section(name: string, configs: readonly ReadConfig[]): string {
  const rows = configs
    .toSorted(
      (a, b) =>
        compareReleases(a.target.release, b.target.release) ||
        a.target.pageSize - b.target.pageSize ||
        a.name.localeCompare(b.name, 'en'),
    )
    .map(row);
  return `## ${name}

| Config | Kernel | Pages | VA bits | Altmap | Off | Regions from | File |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Source: ${sourcesOf(configs).join('; ')}.
`;
}

function row({ name, target, vaBits, altmap, kind }: ReadConfig): string {
  const symbols = [...altmap.missing, ...altmap.untold.map((symbol) => `${symbol}?`)];
  const cells = [
    name,
    target.release.raw,
    pageText(target.pageSize),
    vaBits ?? 'not told',
    altmapText(altmap),
    symbols.join(', ') || '-',
    altmap.providers.join(', ') || '-',
    kind,
  ];
  return `| ${cells.join(' | ')} |`;
}

function altmapText(altmap: Altmap): string {
  if (altmap.limits.length === 0) return altmap.answer;
  return `${shortAnswer(altmap)}${altmap.answer === 'yes' ? ' ' : ': '}${altmap.limits.join(', ')}`;
}

/** Repositories and packages by name, from SOURCES.tsv. */
function sourcesOf(configs: readonly ReadConfig[]): readonly string[] {
  const rows = new Map(readTable('SOURCES.tsv').map((source) => [source('file'), source]));
  const names = configs.map(({ path }) => {
    const source = rows.get(path);
    if (source === undefined) throw new Error(`SOURCES.tsv: expected a row of ${path}`);
    const derived = source('from').startsWith('"DERIVED') || source('from').startsWith('DERIVED');
    return (derived ? source('path_or_member').replace(/^on Kconfig of /, '') : source('from')).replaceAll('~', '\\~');
  });
  return [...new Set(names)].toSorted((a, b) => a.localeCompare(b, 'en'));
}

/** Only those that occur. */
function limitRows(configs: readonly ReadConfig[]): string {
  const used = new Set(configs.flatMap(({ altmap }) => altmap.limits));
  const names = (Object.keys(LIMITS) as Limit[]).filter((limit) => used.has(limit));
  return names.map((limit) => `| ${limit} | ${LIMITS[limit]} |`).join('\n');
}
