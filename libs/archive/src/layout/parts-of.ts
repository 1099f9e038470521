import { createHash } from 'node:crypto';
import type { Diagnostic } from '@altmap/kernel-data';
import { type Manifest, PART_KINDS, type PartKind } from '@altmap/protocol';
import { ARCHIVE_LIMITS } from '../limits.ts';
import { absenceOf } from './absence.ts';
import { Evidence, type EvidenceLimits, type Found } from './evidence.ts';
import type { Fact } from './fact-of.ts';
import { type ArchiveHost, agreed, hostOf, type Papers, readPapers } from './host-identity.ts';
import type { ArchiveKind, Layout } from './layout-of.ts';
import type { Member } from './member.ts';
import { pickConfig } from './pick-config.ts';
import { Remarks } from './remarks.ts';
import { attributeLines, memoryBlockLine } from './sysfs-text.ts';

/** What an archive says of one host: the makings of a report. */
export interface ArchiveReport {
  readonly kind: ArchiveKind;
  readonly host: ArchiveHost;
  /** Unpacked, and as the kernel or the tool printed them, but for what a diagnostic says. */
  readonly parts: ReadonlyMap<PartKind, Uint8Array>;
  /** The member that each part is from: its path, and its section in a text of supportconfig. */
  readonly sources: ReadonlyMap<PartKind, string>;
  readonly absent: Manifest['absent'];
  readonly diagnostics: readonly Diagnostic[];
}

/** Of one boot there is only one; measurements are another matter. */
const SAID_ONCE: ReadonlySet<PartKind> = new Set(['cmdline', 'version']);
/** Parts that can be made of the files of a copied sysfs. */
const MADE_OF_FILES: readonly (readonly [PartKind, Fact])[] = [
  ['memory-sysfs', 'memory-attribute'],
  ['memory-hotplug', 'hotplug-parameter'],
  ['nd-sysfs', 'nd-attribute'],
  ['dax-sysfs', 'dax-attribute'],
];

/**
 * Makes parts of the members that `layout` names. Pure. What cannot be read is absent with its reason, and what contradicts
 * itself is left out with a diagnostic.
 * @param members by path, as given to layoutOf; those that are missing are taken for absent
 */
export function partsOf(
  layout: Layout,
  members: ReadonlyMap<string, Member>,
  limits: EvidenceLimits = ARCHIVE_LIMITS,
): ArchiveReport {
  const remarks = new Remarks();
  const evidence = new Evidence(layout, members, limits);
  const papers = readPapers(evidence, remarks);
  const config = pickConfig(evidence, papers.releases, remarks);
  const parts = new Map<PartKind, Uint8Array>();
  const sources = new Map<PartKind, string>();
  for (const kind of PART_KINDS) {
    const found = kind === 'config' ? config : findPart(kind, papers, evidence, remarks);
    if (found === null) continue;
    parts.set(kind, found.bytes);
    sources.set(kind, found.source.name);
  }
  if (config !== null) remarkFilter(config, remarks);
  remarkRest(layout, remarks);
  remarkDigests(papers.manifest, parts, sources, remarks);
  const host = hostOf(papers, config, evidence, remarks);
  const diagnostics = remarks.list();
  const absent = absenceOf(parts, layout, papers.manifest, evidence, diagnostics);
  return { kind: layout.kind, host, parts, sources, absent, diagnostics };
}

function findPart(kind: PartKind, papers: Papers, evidence: Evidence, remarks: Remarks): Found | null {
  const found = SAID_ONCE.has(kind) ? agreed(kind, evidence, remarks) : evidence.best(kind);
  if (found !== null) return found;
  if (kind === 'version' && evidence.all(kind).length === 0) return versionOf(papers, remarks);
  const fact = MADE_OF_FILES.find(([made]) => made === kind)?.[1];
  const made = fact === undefined ? null : fromFiles(fact, evidence);
  return made ?? (kind === 'memory-sysfs' ? fromLsmem(evidence, remarks) : null);
}

/** /proc/version is `uname -r` and `uname -v` with the builder and the compiler between them. */
function versionOf({ uname }: Papers, remarks: Remarks): Found | null {
  if (uname === null) return null;
  const { source } = uname.found;
  remarks.add('info', source.name, 'version is made of this: builder and compiler are unknown');
  return made(source, `Linux version ${uname.uname.release} ${uname.uname.build}\n`);
}

function fromFiles(fact: Fact, evidence: Evidence): Found | null {
  const files = evidence.readable(fact);
  const [first] = files;
  const text = attributeLines(new Map(files.map(({ source, bytes }) => [source.path, textOf(bytes)])));
  if (first === undefined || text === '') return null;
  const name = `${first.source.name} and ${files.length - 1} more`;
  return made(files.length === 1 ? first.source : { ...first.source, name }, text);
}

function fromLsmem(evidence: Evidence, remarks: Remarks): Found | null {
  const found = evidence.best('lsmem');
  const line = found === null ? null : memoryBlockLine(textOf(found.bytes));
  if (found === null || line === null) return null;
  remarks.add('info', found.source.name, 'memory-sysfs is made of this: it tells the size of a memory block');
  return made(found.source, line);
}

function made(source: Found['source'], text: string): Found {
  return { source, bytes: new TextEncoder().encode(text) };
}

/** Unless it was told to keep all lines, which a config with comments proves. */
function remarkFilter({ source, bytes }: Found, remarks: Remarks): void {
  if (!source.filtered || /^# CONFIG_\w+ is not set$/m.test(textOf(bytes))) return;
  const message = 'supportconfig has stripped the lines "# CONFIG_X is not set": what is absent may be n or unknown';
  remarks.add('warning', source.name, message, 'the config as the kernel has it');
}

function remarkRest({ root, passedOver }: Layout, remarks: Remarks): void {
  for (const path of passedOver) remarks.add('info', path, `passed over: not in the directory ${root}`);
}

/** The manifest of a bundle tells what the agent has read. */
function remarkDigests(
  manifest: Manifest | null,
  parts: ReadonlyMap<PartKind, Uint8Array>,
  sources: ReadonlyMap<PartKind, string>,
  remarks: Remarks,
): void {
  for (const { kind, sha256 } of manifest?.parts ?? []) {
    const bytes = parts.get(kind);
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') === sha256) continue;
    remarks.add('warning', sources.get(kind) ?? kind, 'this is not what the agent read', `SHA-256 ${sha256}`);
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
