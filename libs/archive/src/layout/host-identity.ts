import { createHash } from 'node:crypto';
import { HostFile, LIMITS, Manifest, PageSize } from '@altmap/protocol';
import type { Evidence, Found } from './evidence.ts';
import type { Fact } from './fact-of.ts';
import { parseUname, type Uname } from './parse-uname.ts';
import { releaseInPath } from './pick-config.ts';
import type { Remarks } from './remarks.ts';

/** Who the host is and what it ran, beside the parts of its report. */
export interface ArchiveHost {
  readonly name: string | null;
  /** As in /etc/machine-id. */
  readonly machineId: string | null;
  /** SHA-256 of it, as hosts enrol with; bundles of the agent hold only this. */
  readonly machine: string | null;
  /** uname -r; null where nothing says it, or the sources differ. */
  readonly release: string | null;
  /** Bytes, of `getconf PAGESIZE`; null where it was not asked. */
  readonly pageSize: Manifest['pageSize'];
  readonly labels: Readonly<Record<string, string>>;
  /** When the bundle's manifest was made; null for archives of others. */
  readonly collectedAt: string | null;
}

/** What the identity is read from. */
export interface Papers {
  readonly hostFile: HostFile;
  readonly manifest: Manifest | null;
  readonly uname: { readonly found: Found; readonly uname: Uname } | null;
  /** All that is said of `uname -r`: one release, none, or several that contradict each other. */
  readonly releases: readonly string[];
}

/** What is used of a zod schema. */
interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

const FIRST_BYTES = 4096;

export function readPapers(evidence: Evidence, remarks: Remarks): Papers {
  const hostFile = document(evidence.best('host-file'), HostFile, remarks) ?? {};
  const manifest = document(evidence.best('manifest'), Manifest, remarks);
  const found = agreed('uname', evidence, remarks);
  const uname = found === null ? null : parseUname(textOf(found.bytes));
  if (found !== null && uname === null)
    remarks.add('error', found.source.name, 'this is not what `uname -a` prints', 'Linux HOST X.Y.Z #1 ... aarch64');
  const machine = uname?.machine ?? 'aarch64';
  if (found !== null && machine !== 'aarch64' && machine !== 'arm64')
    remarks.add('error', found.source.name, `the machine is ${machine}`, 'aarch64');
  const releases = releasesOf(
    evidence,
    [
      ['host.json', hostFile.release],
      ['manifest.json', manifest?.release],
      ['uname -a', uname?.release],
    ],
    remarks,
  );
  return { hostFile, manifest, uname: found === null || uname === null ? null : { found, uname }, releases };
}

export function hostOf(papers: Papers, config: Found | null, evidence: Evidence, remarks: Remarks): ArchiveHost {
  const { hostFile, manifest, uname, releases } = papers;
  const machineId = hostFile.machineId ?? machineIdOf(evidence, remarks);
  const said = evidence.best('host-name');
  const name = hostFile.name ?? (said === null ? null : textOf(said.bytes).trim()) ?? uname?.uname.name ?? null;
  const isName = name !== null && /^\P{Cc}{1,253}$/u.test(name);
  if (!isName && name !== null)
    remarks.add('warning', said?.source.name ?? 'host.json', 'this is no host name', '1 to 253 printable characters');
  return {
    name: isName ? name : null,
    machineId,
    machine: manifest?.machine ?? (machineId === null ? null : createHash('sha256').update(machineId).digest('hex')),
    release: releases.length > 1 ? null : (releases[0] ?? (config === null ? null : releaseOfConfig(config, remarks))),
    pageSize: hostFile.pageSize ?? manifest?.pageSize ?? pageSizeOf(evidence, remarks),
    labels: hostFile.labels ?? {},
    collectedAt: manifest?.collectedAt ?? null,
  };
}

/** Nothing where sources that can only say one thing in one boot say two. */
export function agreed(fact: Fact, evidence: Evidence, remarks: Remarks): Found | null {
  const [first, ...others] = evidence.readable(fact);
  if (first === undefined) return null;
  const text = textOf(first.bytes).trim();
  const other = others.find(({ bytes }) => textOf(bytes).trim() !== text);
  if (other === undefined) return first;
  remarks.add('error', first.source.name, `${other.source.name} says something else`, 'files of one boot of one host');
  return null;
}

function releasesOf(
  evidence: Evidence,
  said: readonly (readonly [string, string | undefined])[],
  remarks: Remarks,
): readonly string[] {
  const version = evidence.best('version');
  const booted = version === null ? undefined : /^Linux version (\S{1,200})/.exec(textOf(version.bytes))?.[1];
  const sources = [...said, ['version', booted] as const].flatMap(([source, release]) =>
    release === undefined || !isRelease(release) ? [] : [{ source, release }],
  );
  const releases = [...new Set(sources.map(({ release }) => release))];
  if (releases.length > 1) {
    const list = sources.map(({ source, release }) => `${release} (${source})`).join(', ');
    remarks.add('error', 'archive', `the sources differ about the release: ${list}`, 'files of one boot of one host');
  }
  // The log may be of an older boot: it only stands in where nothing else is there.
  return releases.length > 0 ? releases : bootedRelease(evidence);
}

function bootedRelease(evidence: Evidence): readonly string[] {
  const dmesg = evidence.best('dmesg');
  if (dmesg === null) return [];
  const text = textOf(dmesg.bytes);
  // Of the last boot in the log.
  const last = /^\s*Linux version (\S{1,200})/.exec(text.slice(text.lastIndexOf('Linux version ')))?.[1];
  return last === undefined || !isRelease(last) ? [] : [last];
}

/** Of a kernel that says anything else nobody can tell anything; and it would reach terminals. */
function isRelease(text: string): boolean {
  return /^\d+\.\d+[\w.+~:-]{0,190}$/.test(text);
}

/** Its place tells what `uname -r` said; its header only the source tree, without what a distribution adds. */
function releaseOfConfig({ source, bytes }: Found, remarks: Remarks): string | null {
  const release = releaseInPath(source.path);
  if (release !== null && isRelease(release)) return release;
  const header = /^# Linux\/\S+ (\S+) Kernel Configuration$/m.exec(textOf(bytes.subarray(0, FIRST_BYTES)))?.[1];
  if (header === undefined || !isRelease(header)) return null;
  remarks.add('warning', source.name, `the release ${header} is that of the config's header`, 'what `uname -r` says');
  return header;
}

function machineIdOf(evidence: Evidence, remarks: Remarks): string | null {
  const found = agreed('machine-id', evidence, remarks);
  if (found === null) return null;
  const text = textOf(found.bytes).trim();
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  remarks.add('error', found.source.name, 'this is no machine-id', '32 lower-case hexadecimal digits');
  return null;
}

function pageSizeOf(evidence: Evidence, remarks: Remarks): Manifest['pageSize'] {
  const found = agreed('page-size', evidence, remarks);
  if (found === null) return null;
  const parsed = PageSize.safeParse(Number(textOf(found.bytes)));
  if (parsed.success) return parsed.data;
  remarks.add('error', found.source.name, 'this is no page size of arm64', '4096, 16384 or 65536');
  return null;
}

function document<T>(found: Found | null, schema: Schema<T>, remarks: Remarks): T | null {
  if (found === null) return null;
  if (found.bytes.length > LIMITS.manifestBytes) {
    remarks.add('error', found.source.name, `${found.bytes.length} bytes`, `at most ${LIMITS.manifestBytes}`);
    return null;
  }
  let value: unknown;
  try {
    value = JSON.parse(textOf(found.bytes));
  } catch {
    remarks.add('error', found.source.name, 'this is no JSON', 'the document that Altmap writes');
    return null;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'the document';
  remarks.add('error', found.source.name, `${where}: ${issue?.message ?? 'not of the documented form'}`);
  return null;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
