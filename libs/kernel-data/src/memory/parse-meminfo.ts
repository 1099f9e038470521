import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { exactNumber } from '../text/exact-number.ts';
import { linesOf } from '../text/lines.ts';

/** /proc/meminfo. */
export interface Meminfo {
  /** Every line: bytes where it has the unit kB, a plain count elsewhere (HugePages_Total). */
  readonly fields: ReadonlyMap<string, number>;
  /** Bytes; null where the line is absent. */
  readonly totalBytes: number | null;
  /** Default huge page in bytes: 2 MiB, 32 MiB, 512 MiB with pages of 4K, 16K, 64K unless default_hugepagesz= is given. */
  readonly hugePageBytes: number | null;
}

/** Reads /proc/meminfo; kB there means 1024 bytes. */
export function parseMeminfo(
  text: string,
  source = 'meminfo',
): { meminfo: Meminfo; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const fields = new Map<string, number>();
  for (const { text: content, number: line } of linesOf(text)) {
    if (content.trim() === '') continue;
    const match = /^([A-Za-z][\w()]*):\s*(\d+)(?: (kB))?\s*$/.exec(content);
    const count = exactNumber(match?.[2] ?? '');
    const value = typeof count === 'number' ? count * (match?.[3] === undefined ? 1 : 1024) : Number.NaN;
    if (match === null || !Number.isSafeInteger(value)) {
      log.error(line, `${quote(content)} is no line of /proc/meminfo`, 'Name: number kB');
      continue;
    }
    const name = match[1] ?? '';
    if (fields.has(name)) log.warning(line, `${name} stands twice: the first one counts`, 'one line a name');
    else fields.set(name, value);
  }
  const meminfo: Meminfo = {
    fields,
    totalBytes: fields.get('MemTotal') ?? null,
    hugePageBytes: fields.get('Hugepagesize') ?? null,
  };
  return { meminfo, diagnostics: log.list() };
}
