import type { Found } from './evidence.ts';
import type { Remarks } from './remarks.ts';

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
export function pickConfig(configs: readonly Found[], said: readonly string[], remarks: Remarks): Found | null {
  const [first] = configs;
  if (first === undefined) return null;
  const named = new Set(configs.flatMap(({ source }) => releaseInPath(source.path) ?? []));
  const [wanted, ...others] = said.length === 0 ? named : said;
  const chosen = configs.find(({ source }) => {
    const release = releaseInPath(source.path);
    return release === null || (release === wanted && others.length === 0);
  });
  if (chosen !== undefined) return chosen;
  const names = [...named].slice(0, 10).join(', ');
  const expected = said.length === 1 ? `the config of ${wanted}, which runs` : 'one thing said of which kernel runs';
  remarks.add('error', first.source.name, `kernel configs of ${names}`, expected);
  return null;
}
