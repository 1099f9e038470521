import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { exactHex } from '../text/exact-number.ts';
import { linesOf } from '../text/lines.ts';

/** /sys/devices/system/memory. */
export interface MemorySysfs {
  /** Bytes of one memory block; null where the line is absent. */
  readonly blockSizeBytes: number | null;
  /** What hot-added memory does by itself: offline, online, online_kernel, online_movable; null where unknown. */
  readonly autoOnlineBlocks: string | null;
}

/** Parameters of the memory_hotplug module; null where a parameter is absent (the kernel is too old for it). */
export interface MemoryHotplug {
  /** Y, N or force (>= 6.6). */
  readonly memmapOnMemory: string | null;
  /** contig-zones or auto-movable. */
  readonly onlinePolicy: string | null;
}

/** Reads path:value lines of /sys/devices/system/memory, or block_size_bytes alone: hexadecimal without 0x. */
export function parseMemorySysfs(
  text: string,
  source = 'memory-sysfs',
): { memory: MemorySysfs; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const values = readValues(text, 'block_size_bytes', log);
  const size = values.get('block_size_bytes');
  const blockSize = size === undefined ? null : blockSizeOf(size, log);
  const memory = { blockSizeBytes: blockSize, autoOnlineBlocks: values.get('auto_online_blocks')?.value ?? null };
  return { memory, diagnostics: log.list() };
}

function blockSizeOf({ value, line }: Value, log: DiagnosticLog): number | null {
  const bytes = exactHex(value);
  // A memory block is a power of two and at least one section: 128 MiB is the smallest that arm64 has had.
  if (typeof bytes === 'number' && bytes >= 2 ** 27 && Number.isInteger(Math.log2(bytes))) return bytes;
  log.error(line, `${quote(value)} is no size of a memory block`, 'a power of two from 8000000 on, hexadecimal');
  return null;
}

/** Reads path:value lines of /sys/module/memory_hotplug/parameters. */
export function parseMemoryHotplug(
  text: string,
  source = 'memory-hotplug',
): { hotplug: MemoryHotplug; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const values = readValues(text, 'memmap_on_memory', log);
  const memmap = values.get('memmap_on_memory');
  if (memmap !== undefined && !['Y', 'N', 'force'].includes(memmap.value)) {
    log.error(memmap.line, `memmap_on_memory is ${quote(memmap.value)}`, 'Y, N or force');
    values.delete('memmap_on_memory');
  }
  const hotplug = {
    memmapOnMemory: values.get('memmap_on_memory')?.value ?? null,
    onlinePolicy: values.get('online_policy')?.value ?? null,
  };
  return { hotplug, diagnostics: log.list() };
}

interface Value {
  readonly value: string;
  readonly line: number;
}

/** Values by the last component of their path. A line without path is the value of `only`. */
function readValues(text: string, only: string, log: DiagnosticLog): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const { text: content, number: line } of linesOf(text)) {
    if (content.trim() === '') continue;
    const match = /^(?:\/[^:]*\/)([^/:]+):(.*)$/.exec(content) ?? /^()(\w+)\s*$/.exec(content);
    const name = match?.[1] === '' ? only : match?.[1];
    if (match === null || name === undefined) {
      log.warning(line, `${quote(content)} is no attribute`, `/sys/.../${only}:value`);
    } else if (!values.has(name)) {
      values.set(name, { value: (match[2] ?? '').trim(), line });
    }
  }
  return values;
}
