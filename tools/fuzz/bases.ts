import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type PartKind, partFile } from '@altmap/protocol';
import { corpusReports } from '../corpus/reports.ts';
import { CORPUS, hasCorpus, listCorpus, readCorpusBytes } from '../corpus/shared.ts';

/** A real file to begin with. */
interface Base {
  readonly kind: PartKind;
  readonly bytes: Uint8Array;
}

/** What is mutated: single files, and whole hosts. */
export interface Bases {
  readonly files: readonly Base[];
  readonly byKind: ReadonlyMap<PartKind, readonly Base[]>;
  readonly hosts: readonly ReadonlyMap<PartKind, Uint8Array>[];
  /** Where they are from; equal seeds give equal inputs only from equal bases. */
  readonly from: readonly string[];
}

const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));
const CAPTURES = `${CORPUS}../ground-truth/captures/`;
/** Every eighth config of the corpus: they are alike, and all of them would take 40 MB. */
const CONFIG_STEP = 8;

/** The samples of the project, and the corpus and the captures where they lie beside it. */
export function readBases(): Bases {
  const hosts = hostsIn(SAMPLES);
  const from = [`${hosts.length} hosts of samples/`];
  const files: Base[] = [];
  if (existsSync(CAPTURES)) {
    const captures = hostsIn(CAPTURES);
    hosts.push(...captures);
    from.push(`${captures.length} captures of the ground truth`);
  }
  for (const host of hosts) for (const [kind, bytes] of host) files.push({ kind, bytes });
  if (hasCorpus()) {
    const found = corpusFiles();
    files.push(...found);
    from.push(`${found.length} files of the corpus`);
  }
  return { files, byKind: Map.groupBy(files, ({ kind }) => kind), hosts, from };
}

function hostsIn(folder: string): Map<PartKind, Uint8Array>[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .toSorted()
    .map((name) => {
      const parts = new Map<PartKind, Uint8Array>();
      for (const file of readdirSync(folder + name).toSorted()) {
        const kind = partFile(file)?.kind;
        if (kind === undefined || parts.has(kind)) continue;
        const bytes = readFileSync(`${folder}${name}/${file}`);
        parts.set(kind, file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      }
      return parts;
    });
}

function corpusFiles(): readonly Base[] {
  const text = new TextEncoder();
  const configs = [...listCorpus('configs'), ...listCorpus('configs-derived')].filter(
    (_path, i) => i % CONFIG_STEP === 0,
  );
  return [
    ...[...configs, ...listCorpus('configs-fragments'), ...listCorpus('gz')].map((path): Base => {
      return { kind: 'config', bytes: readCorpusBytes(path) };
    }),
    ...listCorpus('dmesg').map((path): Base => ({ kind: 'dmesg', bytes: readCorpusBytes(path) })),
    ...corpusReports().map(({ name, iomem, listing }): Base => {
      if (listing === null) return { kind: 'iomem', bytes: text.encode(iomem) };
      return { kind: name.includes('daxctl') ? 'daxctl' : 'ndctl', bytes: listing };
    }),
  ];
}
