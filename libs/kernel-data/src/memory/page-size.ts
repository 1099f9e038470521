import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';

/** Base page size in bytes. */
export type PageSize = 4096 | 16384 | 65536;

export const PAGE_SIZES: readonly PageSize[] = [4096, 16384, 65536];

export function isPageSize(value: number): value is PageSize {
  return value === 4096 || value === 16384 || value === 65536;
}

/** What `getconf PAGESIZE` prints (bytes), or 4K, 16K, 64K as people write it. */
export function parsePageSize(
  text: string,
  source = 'pagesize',
): { pageSize: PageSize | null; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const match = /^\s*([0-9]{1,7})\s*(k|ki?b)?\s*$/i.exec(text);
  const value = match === null ? Number.NaN : Number(match[1]) * (match[2] === undefined ? 1 : 1024);
  if (isPageSize(value)) return { pageSize: value, diagnostics: log.list() };
  log.error(1, `${quote(text.trim())} is no page size of arm64`, '4096, 16384 or 65536');
  return { pageSize: null, diagnostics: log.list() };
}
