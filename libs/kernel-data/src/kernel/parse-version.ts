import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { parseRelease, type Release } from './release.ts';

/** /proc/version, taken apart. */
export interface ProcVersion {
  readonly raw: string;
  /** uname -r. */
  readonly release: Release;
  /** user@host that built the kernel; null where it is not shown. */
  readonly builder: string | null;
  readonly compiler: string | null;
  /** uname -v: "#1 SMP Debian 6.1.176-1 (2026-07-02)". */
  readonly build: string | null;
  /** The stable release that the kernel is made of, where this text proves it; null elsewhere. */
  readonly upstream: UpstreamRelease | null;
}

/** The stable release that a kernel is made of, and which text proves it. */
export interface UpstreamRelease {
  readonly release: Release;
  readonly source: string;
}

/**
 * Reads /proc/version (or the first line of the kernel log). Debian's `uname -r` hides the stable release (6.1.0-50 is
 * 6.1.176), but its package version in the build text tells it. Red Hat's and Ubuntu's texts tell nothing of the kind.
 */
export function parseVersion(
  text: string,
  source = 'version',
): { version: ProcVersion | null; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const raw = text.trim();
  const match = /^Linux version (\S+)(.*)$/s.exec(raw);
  const { release } = parseRelease(match?.[1] ?? '');
  if (match === null || release === null) {
    log.error(1, `${quote(raw)} is not what /proc/version prints`, 'Linux version X.Y.Z (user@host) (compiler) #1 ...');
    return { version: null, diagnostics: log.list() };
  }
  const rest = match[2] ?? '';
  const { groups, after } = leadingGroups(rest);
  const build = after === '' ? null : after;
  const builder = groups[0] ?? null;
  const compiler = groups[1] ?? null;
  const version: ProcVersion = { raw, release, builder, compiler, build, upstream: upstreamOf(release, build, log) };
  return { version, diagnostics: log.list() };
}

/** The groups in parentheses (which nest) at the beginning of a text, and what follows them. */
function leadingGroups(text: string): { groups: readonly string[]; after: string } {
  const groups: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(' && depth++ === 0) start = at + 1;
    else if (char === ')' && depth > 0 && --depth === 0) groups.push(text.slice(start, at));
    else if (depth === 0 && char !== ' ') return { groups, after: text.slice(at).trim() };
  }
  return { groups, after: '' };
}

function upstreamOf(release: Release, build: string | null, log: DiagnosticLog): UpstreamRelease | null {
  const debian = /(?:^|\s)Debian (\d+\.\d+\.\d+)(?:-\S*|~\S*)?(?=\s|$)/.exec(build ?? '');
  const packaged = debian === null ? null : parseRelease(debian[1] ?? '').release;
  if (debian !== null && packaged !== null) {
    if (packaged.major === release.major && packaged.minor === release.minor) {
      return { release: packaged, source: `version: "${debian[0].trim()}"` };
    }
    log.error(1, `the package ${quote(debian[0].trim())} is not of the release ${quote(release.raw)}`, 'the same X.Y');
    return null;
  }
  // Nothing but upstream's own numbers: nothing is hidden.
  if (release.patch !== null && release.suffix === '') return { release, source: `release: "${release.raw}"` };
  return null;
}
