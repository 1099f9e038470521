import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { linesOf } from '../text/lines.ts';

/** /etc/os-release. */
export interface OsRelease {
  /** "debian", "rhel", "ubuntu", ...; "linux" where the file names none, as os-release(5) says. */
  readonly id: string;
  /** Null for rolling releases. */
  readonly versionId: string | null;
  readonly prettyName: string | null;
  readonly fields: ReadonlyMap<string, string>;
}

/** Reads /etc/os-release: KEY=value lines, quoted as in a shell, without any expansion. */
export function parseOsRelease(
  text: string,
  source = 'os-release',
): { osRelease: OsRelease | null; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const fields = new Map<string, string>();
  for (const { text: content, number: line } of linesOf(text)) {
    const entry = content.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(entry);
    const value = match === null ? null : unquote(match[2] ?? '');
    if (match === null || value === null) log.error(line, `${quote(content)} is no assignment`, 'KEY="value"');
    else fields.set(match[1] ?? '', value);
  }
  if (fields.size === 0) return { osRelease: null, diagnostics: log.list() };
  const osRelease = {
    id: fields.get('ID') ?? 'linux',
    versionId: fields.get('VERSION_ID') ?? null,
    prettyName: fields.get('PRETTY_NAME') ?? null,
    fields,
  };
  return { osRelease, diagnostics: log.list() };
}

/** Null where the quoting is broken. */
function unquote(value: string): string | null {
  const single = /^'([^']*)'$/.exec(value);
  if (single !== null) return single[1] ?? '';
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(value);
  if (double !== null) return (double[1] ?? '').replace(/\\(["$`\\])/g, '$1');
  return /["'\s]/.test(value) ? null : value.replace(/\\(.)/g, '$1');
}
