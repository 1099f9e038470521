import { AltmapError } from '@altmap/protocol';
import { type FactOf, factOfPath } from './fact-of.ts';
import { shown } from './member.ts';

export type ArchiveKind = 'bundle' | 'sosreport' | 'supportconfig' | 'tree' | 'file';

/** Which of the many files of an archive or a folder tell of one host. */
export interface Layout {
  /** bundle: a capture of ours, flat. tree: copied /proc, /boot and so on. */
  readonly kind: Exclude<ArchiveKind, 'file'>;
  /** Directory of the host in the archive: '' or with "/" at its end. */
  readonly root: string;
  /** By whole path. */
  readonly files: ReadonlyMap<string, FactOf>;
  /** Files that would tell something if they stood elsewhere. */
  readonly passedOver: readonly string[];
}

/** Where a path below the directory of a host can begin, if it is not the name of a file in it. */
const TOP = /(?:^|\/)(?=(?:boot|etc|lib|proc|sys|usr|var|sos_commands|insights_commands)\/)/g;
/** A hostile name has more of them; the directory of a host does not lie that deep. */
const MAX_TOPS = 8;
const OTHER_HOST = 2;

interface Root {
  readonly files: Map<string, FactOf>;
  readonly facts: Set<string>;
}

/** True where the file may tell something, wherever the directory of the host is. */
export function mayMatter(path: string): boolean {
  return !splitsOf(path).next().done;
}

/**
 * Finds the directory of the host, which is seldom the top one, and the files in it that matter: the directory below which
 * most facts stand where some layout has them. Null where no file matters.
 * @throws AltmapError E_ARCHIVE_FORMAT when there is more than one host
 */
export function layoutOf(paths: Iterable<string>): Layout | null {
  const roots = new Map<string, Root>();
  for (const path of paths) {
    for (const { root, found } of splitsOf(path)) {
      const known = roots.get(root) ?? { files: new Map(), facts: new Set() };
      roots.set(root, known);
      known.files.set(path, found);
      known.facts.add(found.fact === 'sections' ? path : found.fact);
    }
  }
  const [best, ...others] = [...roots].sort(
    ([a, { facts: factsOfA }], [b, { facts: factsOfB }]) => factsOfB.size - factsOfA.size || a.length - b.length,
  );
  if (best === undefined) return null;
  const [root, { files, facts }] = best;
  const elsewhere = others.filter(([other]) => !other.startsWith(root) && !root.startsWith(other));
  const hosts = elsewhere.filter(([, other]) => other.facts.size >= Math.min(OTHER_HOST, facts.size));
  if (hosts.length > 0) {
    const names = [root, ...hosts.slice(0, 2).map(([name]) => name)].map(shown).join(', ');
    const more = hosts.length > 2 ? ` and ${hosts.length - 2} more` : '';
    throw new AltmapError('E_ARCHIVE_FORMAT', `expected one host, found directories of several: ${names}${more}`);
  }
  const passedOver = elsewhere.flatMap(([, other]) => [...other.files.keys()]);
  return { kind: kindOf(root, files), root, files, passedOver };
}

/** All ways to part a path into the directory of a host and a path that some layout has below it. */
function* splitsOf(path: string): Generator<{ root: string; found: FactOf }, void, undefined> {
  for (const start of [...topsOf(path), path.lastIndexOf('/') + 1]) {
    const found = factOfPath(path.slice(start));
    if (found !== null) yield { root: path.slice(0, start), found };
  }
}

function topsOf(path: string): readonly number[] {
  const starts: number[] = [];
  TOP.lastIndex = 0;
  for (let top = TOP.exec(path); top !== null && starts.length < MAX_TOPS; top = TOP.exec(path)) {
    starts.push(top.index + top[0].length);
    // At the beginning of the path it matches nothing.
    TOP.lastIndex = top.index + 1;
  }
  return starts;
}

function kindOf(root: string, files: ReadonlyMap<string, FactOf>): Layout['kind'] {
  const paths = [...files.keys()].map((path) => path.slice(root.length));
  if (paths.some((path) => /^(sos|insights)_commands\//.test(path))) return 'sosreport';
  if ([...files.values()].some(({ fact }) => fact === 'sections')) return 'supportconfig';
  return paths.some((path) => path.includes('/')) ? 'tree' : 'bundle';
}
