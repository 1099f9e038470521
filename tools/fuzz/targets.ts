import { loosePart, readArchive } from '@altmap/archive';
import {
  type Diagnostic,
  parseCmdline,
  parseConfig,
  parseDaxctl,
  parseDmesg,
  parseIomem,
  parseMeminfo,
  parseMemoryHotplug,
  parseMemorySysfs,
  parseNdctl,
  parseOsRelease,
  parsePageSize,
  parseRelease,
  parseSysfs,
  parseVersion,
  parseZoneinfo,
  type PartKind,
  readHost,
} from '@altmap/kernel-data';
import { openCase } from '@altmap/policy';
import { AltmapError } from '@altmap/protocol';
import { checkDiagnostics, checkNumbers } from './check-result.ts';

/** What a target is given. */
export interface Given {
  readonly parts: ReadonlyMap<PartKind, Uint8Array>;
  readonly release: string;
  readonly pageSize: number | null;
}

/** Something that takes what strangers send. Its run throws where that hurts; a remark or an error with a code does not. */
export interface Target {
  readonly name: string;
  /** What it is given: one part of this kind, a whole host, or an archive of one. */
  readonly takes: PartKind | 'host' | 'archive';
  /** How often it comes, beside the others. */
  readonly weight: number;
  readonly run: (given: Given) => void | Promise<void>;
}

type Parsed = { readonly diagnostics: readonly Diagnostic[] };

const decoder = new TextDecoder();

function onlyText({ parts }: Given): string {
  const [bytes] = parts.values();
  return decoder.decode(bytes);
}

function parser(takes: PartKind, parse: (text: string) => Parsed, weight = 10): Target {
  const run = (given: Given): void => {
    const parsed = parse(onlyText(given));
    checkDiagnostics(parsed.diagnostics);
    checkNumbers(parsed);
  };
  return { name: parse.name, takes, weight, run };
}

export const TARGETS: readonly Target[] = [
  parser('iomem', parseIomem, 20),
  parser('cmdline', parseCmdline),
  parser('version', parseVersion),
  parser('version', parseRelease),
  parser('cmdline', parsePageSize, 5),
  parser('meminfo', parseMeminfo),
  parser('zoneinfo', parseZoneinfo),
  parser('memory-sysfs', parseMemorySysfs),
  parser('memory-hotplug', parseMemoryHotplug),
  parser('nd-sysfs', function parseSysfsOfNd(text) {
    return parseSysfs(text, 'nd-sysfs');
  }),
  parser('dax-sysfs', function parseSysfsOfDax(text) {
    return parseSysfs(text, 'dax-sysfs');
  }),
  parser('ndctl', parseNdctl, 20),
  parser('daxctl', parseDaxctl),
  parser('dmesg', parseDmesg, 20),
  parser('os-release', parseOsRelease),
  {
    name: 'parseConfig',
    takes: 'config',
    weight: 20,
    run: (given) => {
      const { config, diagnostics } = parseConfig(onlyText(given));
      checkNumbers([...config.symbols()].map(([symbol]) => [symbol, config.get(symbol), config.raw(symbol)]));
      checkNumbers([config.pageSize, config.release, config.architecture, config.complete, config.completeness]);
      checkDiagnostics(diagnostics);
    },
  },
  { name: 'loosePart', takes: 'nd-sysfs', weight: 10, run: ({ parts }) => void [...parts.values()].map(loosePart) },
  {
    name: 'readHost',
    takes: 'host',
    weight: 8,
    run: ({ parts, release, pageSize }) => {
      const { config, ...facts } = readHost(parts, { release, ...(pageSize === null ? {} : { pageSize }) });
      checkDiagnostics(facts.diagnostics);
      checkNumbers(facts);
      checkNumbers(config?.pageSize ?? null);
    },
  },
  {
    name: 'openCase',
    takes: 'host',
    weight: 3,
    run: ({ parts, release, pageSize }) => {
      const opened = openCase(parts, { release, pageSize });
      const assessment = opened.assess();
      checkDiagnostics(opened.diagnostics);
      checkNumbers(assessment);
      checkNumbers(opened.findings(assessment));
      // What is stored and sent.
      JSON.stringify([opened.input, assessment]);
    },
  },
  {
    name: 'readArchive',
    takes: 'archive',
    weight: 10,
    run: async ({ parts }) => {
      try {
        const { diagnostics, host } = await readArchive(chunksOf([...parts.values()][0] ?? new Uint8Array()));
        checkDiagnostics(diagnostics);
        checkNumbers(host);
      } catch (error) {
        if (!(error instanceof AltmapError) || error.code === 'E_INTERNAL') throw error;
      }
    },
  },
];

/** As a socket hands it on: in pieces that end anywhere. */
async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 10_007) yield bytes.subarray(start, start + 10_007);
}
