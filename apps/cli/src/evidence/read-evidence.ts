import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ArchiveReport } from '@altmap/archive';
import { HostFile, type Manifest, PageSize, type PartKind, partFile } from '@altmap/protocol';
import { fileErrorText, InputError } from '../input-error.ts';
import type { Terminal } from '../terminal.ts';
import { type FoundFiles, findPartFiles } from './find-part-files.ts';
import type { EvidencePart, HostEvidence } from './host-evidence.ts';
import { readArchiveFile, readArchiveFolder } from './read-archive-evidence.ts';
import { readContent } from './read-content.ts';
import { releaseOf } from './release-of.ts';

/** What the command line says about a host, beside its PATH. */
export interface Said {
  readonly name?: string | undefined;
  readonly release?: string | undefined;
  /** Bytes. */
  readonly pageSize?: Manifest['pageSize'] | undefined;
  readonly machineId?: string | undefined;
  /** Loose files by kind; they go before what the directory has. */
  readonly files: ReadonlyMap<PartKind, string>;
}

/** Reads one host: a captured directory, an archive (packed or unpacked), one loose file, or (path null) only the files that were named by options. */
export async function readEvidence(path: string | null, said: Said, terminal: Terminal): Promise<HostEvidence> {
  const parts = new Map<PartKind, EvidencePart>();
  for (const [kind, file] of said.files) parts.set(kind, { path: file, content: await readContent(file, terminal) });
  let host: HostFile = {};
  let pageSize = said.pageSize ?? null;
  let machineId = said.machineId ?? null;
  let archive: ArchiveReport | null = null;
  if (path !== null) {
    if (await isDirectory(path)) {
      const found = await findPartFiles(path);
      if (!(await isUnpackedArchive(path, found))) {
        host = await readHostFile(path, found, terminal);
        pageSize ??= host.pageSize ?? (await readPageSize(path, found, terminal));
        machineId ??= host.machineId ?? (await readMachineId(path, found, terminal));
        await addParts(parts, path, found, said.release ?? host.release ?? null, terminal);
      }
      if (parts.size === said.files.size) {
        archive = await readArchiveFolder(path);
        if (archive === null)
          throw new InputError(
            `${path}: expected at least one of config.gz, iomem, ndctl-list.json, nd-sysfs in this directory, or an unpacked sosreport or supportconfig`,
          );
      }
    } else {
      const kind = path === '-' ? null : (partFile(basename(path))?.kind ?? null);
      if (kind === null) archive = await readArchiveFile(path, terminal);
      else if (!parts.has(kind)) parts.set(kind, { path, content: await readContent(path, terminal) });
    }
    for (const [kind, content] of archive?.parts ?? [])
      if (!parts.has(kind)) parts.set(kind, { path: `${path}:${archive?.sources.get(kind) ?? kind}`, content });
    pageSize ??= archive?.host.pageSize ?? null;
    machineId ??= archive?.host.machineId ?? null;
  }
  if (parts.size === 0) throw new InputError('expected a PATH, or files by option: --config FILE --iomem FILE ...');
  const release = said.release ?? host.release ?? archive?.host.release ?? releaseOf(parts);
  if (release === null) {
    throw new InputError(
      `${path ?? 'the files'}: expected a kernel release: none of version, the name of the config or its header says it; say it with --release`,
    );
  }
  const first = [...parts.values()][0];
  const name =
    said.name ??
    host.name ??
    archive?.host.name ??
    basename(path === null ? (first?.path ?? '-') : path === '-' ? '-' : resolve(path));
  return {
    name: name || '/',
    path: path ?? first?.path ?? '-',
    labels: host.labels ?? archive?.host.labels ?? {},
    machineId,
    machine: said.machineId === undefined ? (archive?.host.machine ?? null) : null,
    release,
    pageSize,
    collectedAt: archive?.host.collectedAt ?? null,
    parts,
    absent: archive?.absent.filter(({ kind }) => !parts.has(kind)) ?? [],
    remarks: archive?.diagnostics ?? [],
  };
}

/** A sosreport or supportconfig has its own places for what a capture has flat; the manifest of a bundle tells more than its files. */
async function isUnpackedArchive(path: string, found: FoundFiles): Promise<boolean> {
  if (found.others.has('basic-environment.txt') || found.others.has('manifest.json')) return true;
  try {
    return (await stat(join(path, 'sos_commands'))).isDirectory();
  } catch {
    return false;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  if (path === '-') return false;
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new InputError(fileErrorText(path, error), error);
  }
}

async function addParts(
  parts: Map<PartKind, EvidencePart>,
  directory: string,
  found: FoundFiles,
  saidRelease: string | null,
  terminal: Terminal,
): Promise<void> {
  for (const [kind, files] of found.parts) {
    if (kind === 'config' || parts.has(kind)) continue;
    const path = join(directory, files[0] ?? '');
    parts.set(kind, { path, content: await readContent(path, terminal) });
  }
  const configs = found.parts.get('config');
  if (configs === undefined || parts.has('config')) return;
  const release = saidRelease ?? releaseOf(parts);
  const own = configs.filter((file) => release !== null && file.replace(/\.(gz|zst)$/, '').includes(release));
  const chosen = configs.length === 1 ? configs[0] : own.length === 1 ? own[0] : undefined;
  if (chosen === undefined) {
    throw new InputError(
      `${directory}: expected one kernel config, found ${configs.join(', ')}: say which with --config FILE`,
    );
  }
  const path = join(directory, chosen);
  parts.set('config', { path, content: await readContent(path, terminal) });
}

async function readText(
  directory: string,
  found: FoundFiles,
  names: readonly string[],
  terminal: Terminal,
): Promise<{ path: string; text: string } | null> {
  const name = names.find((candidate) => found.others.has(candidate));
  if (name === undefined) return null;
  const path = join(directory, name);
  return { path, text: new TextDecoder().decode(await readContent(path, terminal)).trim() };
}

async function readPageSize(
  directory: string,
  found: FoundFiles,
  terminal: Terminal,
): Promise<HostEvidence['pageSize']> {
  const file = await readText(directory, found, ['pagesize'], terminal);
  if (file === null) return null;
  const parsed = PageSize.safeParse(Number(file.text));
  if (!parsed.success) throw new InputError(`${file.path}: line 1: expected 4096, 16384 or 65536`);
  return parsed.data;
}

async function readMachineId(directory: string, found: FoundFiles, terminal: Terminal): Promise<string | null> {
  const file = await readText(directory, found, ['machine-id', 'etc/machine-id'], terminal);
  if (file === null) return null;
  if (!/^[0-9a-f]{32}$/.test(file.text)) throw new InputError(`${file.path}: line 1: expected 32 hexadecimal digits`);
  return file.text;
}

async function readHostFile(directory: string, found: FoundFiles, terminal: Terminal): Promise<HostFile> {
  const file = await readText(directory, found, ['host.json'], terminal);
  if (file === null) return {};
  let value: unknown;
  try {
    value = JSON.parse(file.text);
  } catch (error) {
    throw new InputError(
      `${file.path}: expected JSON: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
  const parsed = HostFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(
    `${file.path}: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not of the documented form'}`,
  );
}
