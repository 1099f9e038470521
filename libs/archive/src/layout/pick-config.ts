import type { Evidence, Found } from './evidence.ts';
import { shown } from './member.ts';
import type { Remarks } from './remarks.ts';

const MAX_NAMES = 10;

/** The kernel that a config belongs to, by the place that distributions give it; null where the place does not say it. */
export function releaseInPath(path: string): string | null {
  const bare = path.replace(/\.(gz|zst)$/, '');
  return /(?:^|\/)config-([^/]+)$/.exec(bare)?.[1] ?? /(?:^|\/)lib\/modules\/([^/]+)\/config$/.exec(bare)?.[1] ?? null;
}

/**
 * The config of the kernel that runs. /boot holds one for each kernel that is installed: the one that is named after the
 * release counts, and where no release is known the only one. What is left is no guess but nothing, with a remark.
 * @param said the releases that the host's files say: one, none, or several that contradict each other
 */
export function pickConfig(evidence: Evidence, said: readonly string[], remarks: Remarks): Found | null {
  const configs = evidence.all('config');
  const named = [...new Set(configs.flatMap(({ path }) => releaseInPath(path) ?? []))];
  const [candidate, ...contradicting] = said.length === 0 ? named : said;
  const running = contradicting.length === 0 ? candidate : undefined;
  const found = evidence.best('config', ({ path }) => (releaseInPath(path) ?? running) === running);
  const [first] = configs;
  if (found !== null || first === undefined || named.length === 0 || named.includes(running ?? '')) return found;
  const expected = said.length === 1 ? `the config of ${running}, which runs` : 'one thing said of which kernel runs';
  const listed = named.slice(0, MAX_NAMES).map(shown).join(', ');
  remarks.add('error', first.name, `kernel configs of ${listed}`, expected);
  return null;
}
