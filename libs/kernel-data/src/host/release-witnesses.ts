import { type DiagnosticLog, quote } from '../text/diagnostic.ts';
import type { ParsedConfig } from '../config/parse-config.ts';
import type { ProcVersion, UpstreamRelease } from '../kernel/parse-version.ts';
import { parseRelease, type Release } from '../kernel/release.ts';

export interface ReleaseSources {
  /** uname -r, as the manifest says it. */
  readonly stated: string | null;
  /** /proc/version. */
  readonly version: ProcVersion | null;
  /** First line of the kernel log. */
  readonly booted: ProcVersion | null;
}

/** uname -r; null, with an error, where the sources differ. */
export function releaseOf({ stated, version, booted }: ReleaseSources, log: DiagnosticLog): Release | null {
  const parsed = stated === null ? null : parseRelease(stated);
  for (const remark of parsed?.diagnostics ?? []) log.error(null, remark.message, remark.expected);
  const said = [
    { release: parsed?.release ?? null, source: 'uname -r' },
    { release: version?.release ?? null, source: 'version' },
    // The log may be an old boot's: it only stands in where nothing else is there.
    { release: stated === null && version === null ? (booted?.release ?? null) : null, source: 'dmesg' },
  ].flatMap(({ release, source }) => (release === null ? [] : [{ release, source }]));
  const [first] = said;
  if (first === undefined) return null;
  if (said.every(({ release }) => release.raw === first.release.raw)) return first.release;
  const list = said.map(({ release, source }) => `${release.raw} (${source})`).join(', ');
  log.error(null, `the sources differ about the release: ${list}`, 'parts of one boot');
  return null;
}

/**
 * The stable release that the kernel is made of. /proc/version tells it where the distribution does; the header of a config
 * tells it where uname -r hides it behind X.Y.0, as Debian's does: Kconfig writes the version of the source tree there.
 */
export function upstreamOf(
  sources: {
    readonly release: Release | null;
    readonly version: ProcVersion | null;
    readonly config: ParsedConfig | null;
  },
  log: DiagnosticLog,
): UpstreamRelease | null {
  const { release, version } = sources;
  if (release === null) return null;
  const header = sources.config?.release ?? null;
  if (header !== null && (header.major !== release.major || header.minor !== release.minor)) {
    log.warning(
      null,
      `the config is of ${quote(header.raw)}, the kernel is ${quote(release.raw)}`,
      'the config of the running kernel',
    );
    return version?.upstream ?? null;
  }
  const told = version?.release.raw === release.raw ? version.upstream : null;
  const plain = header !== null && header.suffix === '' && header.patch !== null ? header : null;
  if (told === null) {
    const tells = plain !== null && hides(release) && (plain.patch ?? 0) > 0;
    return tells ? { release: plain, source: `config: "Linux/arm64 ${plain.raw}"` } : null;
  }
  if (plain !== null && (plain.patch !== told.release.patch || plain.rc !== told.release.rc)) {
    const message = `the config is of ${plain.raw}, ${told.source} says ${told.release.raw}`;
    log.warning(null, message, 'the config of the running kernel');
  }
  return told;
}

/** Debian's ABI names: 6.1.0-50-arm64. */
function hides(release: Release): boolean {
  return release.patch === 0 && /^-\d+-/.test(release.suffix);
}
