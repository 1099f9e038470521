import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';

/** uname -r, taken apart. */
export interface Release {
  readonly raw: string;
  readonly major: number;
  readonly minor: number;
  /** Third number; null where the release has none. A distribution may hide the real one: see `parseVersion`. */
  readonly patch: number | null;
  /** N of -rcN; null in a final release. */
  readonly rc: number | null;
  /** What follows the numbers, "" for an unmodified upstream release. */
  readonly suffix: string;
}

// Upstream writes 7.2-rc6; packages write 7.2rc6, 7.2~rc6 (Debian) or 7.2.0-0.rc6.45.fc44 (Fedora).
const RELEASE = /^(\d{1,4})\.(\d{1,5})(?:\.(\d{1,6}))?(?:(?:-0)?[-~.]?rc(\d{1,3})(?![0-9A-Za-z]))?/;

/** Takes `uname -r` apart: mainline, -rcN, distribution suffixes, a trailing +. Null where no X.Y leads the text. */
export function parseRelease(
  raw: string,
  source = 'release',
): { release: Release | null; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const text = raw.trim();
  const match = RELEASE.exec(text);
  if (match === null) {
    log.error(1, `${quote(text)} is no kernel release`, 'X.Y or X.Y.Z, as `uname -r` prints it');
    return { release: null, diagnostics: log.list() };
  }
  const suffix = text.slice(match[0].length);
  if (!/^[\x21-\x7e]*$/.test(suffix)) {
    log.error(1, `the release ${quote(text)} holds blanks or other characters that no release has`, 'one word');
    return { release: null, diagnostics: log.list() };
  }
  const release: Release = {
    raw: text,
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: match[3] === undefined ? null : Number(match[3]),
    rc: match[4] === undefined ? null : Number(match[4]),
    suffix,
  };
  return { release, diagnostics: log.list() };
}

/**
 * Order of the upstream numbers: negative where `a` is older. A missing third number counts as 0, a release candidate is
 * older than its final release. Suffixes are not compared: they say nothing about order across distributions.
 */
export function compareReleases(a: Release, b: Release): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    (a.patch ?? 0) - (b.patch ?? 0) ||
    (a.rc ?? Number.MAX_SAFE_INTEGER) - (b.rc ?? Number.MAX_SAFE_INTEGER)
  );
}
