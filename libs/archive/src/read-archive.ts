import { AltmapError } from '@altmap/protocol';
import { layoutOf, mayMatter } from './layout/layout-of.ts';
import { loosePart } from './layout/loose-part.ts';
import { type Member, memberPath, shown } from './layout/member.ts';
import { type ArchiveReport, partsOf } from './layout/parts-of.ts';
import { Remarks } from './layout/remarks.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';
import { ByteReader } from './stream/byte-reader.ts';
import { Meter } from './stream/meter.ts';
import { packingOf } from './stream/packing.ts';
import { BLOCK, isTarBlock } from './stream/tar-header.ts';
import { type TarMember, tarMembers } from './stream/tar-members.ts';
import { unpack } from './stream/unpack.ts';

export interface ArchiveOptions {
  /** Bounds that differ from ARCHIVE_LIMITS. */
  readonly limits?: Partial<ArchiveLimits>;
  /** Ends the reading; its reason is thrown. */
  readonly signal?: AbortSignal;
}

const ARCHIVE_NAME = /\.(tar|tgz|txz|tbz2?|tzst|tar\.\w{1,5}|zip|7z|rpm|deb)$/i;
const MAX_NAMED = 10;

/**
 * Reads an archive of one host as a stream: a bundle of the agent, a sosreport, a supportconfig, copied /proc and /boot
 * trees, or one loose file; plain or packed with gzip, xz, zstd or bzip2. What it is, is told by its content. Nothing is written
 * anywhere, links are not followed, and no name in the archive is used as a path. When it ends early the iterator's
 * return() is called.
 * @throws AltmapError with a code for each bound that is passed, for damage and for what is no archive of one host
 */
export async function readArchive(
  stream: AsyncIterable<Uint8Array>,
  { limits = {}, signal }: ArchiveOptions = {},
): Promise<ArchiveReport> {
  const meter = new Meter({ ...ARCHIVE_LIMITS, ...limits }, signal);
  const input = new ByteReader(meter.packed(stream));
  const packing = packingOf(await input.peek(6));
  const content = new ByteReader(meter.unpacked(unpack(packing, input, meter)));
  try {
    const head = await content.peek(BLOCK);
    if (head.length === 0) throw new AltmapError('E_ARCHIVE_FORMAT', 'expected an archive, got nothing');
    if (isTarBlock(head)) return await readTar(content, meter);
    const inner = packingOf(head);
    if (inner !== null)
      throw new AltmapError('E_ARCHIVE_NESTED', `expected one packing, got ${inner} in ${packing ?? 'nothing'}`);
    return await readLooseFile(content, meter);
  } finally {
    content.close();
    input.close();
  }
}

async function readTar(content: ByteReader, meter: Meter): Promise<ArchiveReport> {
  const members = new Map<string, Member>();
  const remarks = new Remarks();
  const archives: string[] = [];
  let keptBytes = 0;
  for await (const member of tarMembers(content, meter)) {
    if (member.type === 'directory') continue;
    const path = memberPath(member.name);
    if (path === null) {
      remarks.add('warning', 'archive', `${shown(member.name)} is passed over`, 'names without control characters');
      continue;
    }
    if (ARCHIVE_NAME.test(path) && archives.length < MAX_NAMED) archives.push(path);
    if (!mayMatter(path)) continue;
    if (members.has(path)) remarks.add('warning', path, 'the archive holds it more than once: the last one counts');
    const kept = await keep(member, meter);
    if (kept instanceof Uint8Array) keptBytes += kept.length;
    members.set(path, kept);
    if (members.size > meter.limits.keptMembers)
      throw new AltmapError(
        'E_ARCHIVE_ENTRIES',
        `expected at most ${meter.limits.keptMembers} members that may matter`,
      );
    if (keptBytes > meter.limits.keptBytes) {
      const detail = `expected at most ${meter.limits.keptBytes} bytes in members that may matter`;
      throw new AltmapError('E_UNPACKED_TOO_LARGE', detail);
    }
  }
  for (const path of archives) remarks.add('info', path, 'an archive in the archive: it is not opened');
  const layout = layoutOf(members.keys());
  const report = layout === null ? null : partsOf(layout, members, meter.limits);
  if (report === null || report.parts.size === 0) throw nothingFound(archives, report);
  return { ...report, diagnostics: [...remarks.list(), ...report.diagnostics] };
}

async function keep(member: TarMember, { limits }: Meter): Promise<Member> {
  if (member.type === 'link') return { unread: 'a link, which is not followed' };
  if (member.type !== 'file') return { unread: `a ${member.type}` };
  if (member.size > limits.memberBytes)
    return { unread: `${member.size} bytes, expected at most ${limits.memberBytes}` };
  return member.read();
}

function nothingFound(archives: readonly string[], report: ArchiveReport | null): AltmapError {
  if (archives.length > 0) {
    const names = archives.map(shown).join(', ');
    return new AltmapError('E_ARCHIVE_NESTED', `expected the files of a host, found archives: unpack ${names} first`);
  }
  const expected = 'expected a kernel config, /proc/iomem, ndctl list or other files of a host';
  const unread = report?.diagnostics.find(({ severity }) => severity === 'error');
  const reason = unread === undefined ? '' : `; ${shown(unread.source)}: ${unread.message}`;
  return new AltmapError('E_ARCHIVE_EMPTY', `${expected}${reason}`);
}

async function readLooseFile(content: ByteReader, meter: Meter): Promise<ArchiveReport> {
  const { memberBytes } = meter.limits;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of content.rest()) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > memberBytes)
      throw new AltmapError(
        'E_UNPACKED_TOO_LARGE',
        `expected a tar archive, or a file of at most ${memberBytes} bytes`,
      );
  }
  const bytes = new Uint8Array(Buffer.concat(chunks));
  const kind = loosePart(bytes);
  if (kind === null) {
    const expected = 'expected a tar archive (plain, gzip, xz, zstd or bzip2), a kernel config, or a file of /proc';
    throw new AltmapError('E_ARCHIVE_FORMAT', `${expected}; the first bytes are ${shown(firstBytes(bytes))}`);
  }
  const report = partsOf(
    { kind: 'bundle', root: '', files: new Map([[kind, { fact: kind, rank: 0 }]]), passedOver: [] },
    new Map([[kind, bytes]]),
    meter.limits,
  );
  return { ...report, kind: 'file' };
}

function firstBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 16)).toString('latin1');
}
