import type { KernelRelease } from '@altmap/vmemmap';

interface Bound {
  readonly op: '=' | '!=' | '<' | '<=' | '>' | '>=';
  /** One to three numbers: 6.12 stands for all of 6.12.x. */
  readonly version: readonly number[];
}

/** Kernel releases between bounds, all of which must hold. */
export interface ReleaseRange {
  readonly text: string;
  readonly bounds: readonly Bound[];
}

export const RELEASE_RANGE_FORM = 'bounds as in ">=6.1 <6.13" (=, !=, <, <=, >, >= and X, X.Y or X.Y.Z)';

const BOUND = /^(=|!=|<=?|>=?)(\d{1,4}(?:\.\d{1,5}(?:\.\d{1,6})?)?)$/;

/** Bounds with blanks or commas between them; null for what is none. */
export function parseReleaseRange(text: string): ReleaseRange | null {
  const words = text
    .replace(/(=|!=|<=?|>=?)\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const bounds: Bound[] = [];
  for (const word of words) {
    const match = BOUND.exec(word);
    if (match === null) return null;
    bounds.push({ op: match[1] as Bound['op'], version: (match[2] ?? '').split('.').map(Number) });
  }
  return bounds.length === 0 ? null : { text, bounds };
}

/**
 * Compares upstream numbers. A release candidate is older than its release. A bound of fewer than three numbers stands for the whole series:
 * "<=6.12" holds for 6.12.99, and ">6.12" from 6.13 on.
 */
export function isInReleaseRange({ bounds }: ReleaseRange, release: KernelRelease): boolean {
  return bounds.every(({ op, version }) => {
    const order = compare(release, version);
    switch (op) {
      case '=':
        return order === 0;
      case '!=':
        return order !== 0;
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '>=':
        return order >= 0;
    }
  });
}

function compare({ major, minor, patch, rc }: KernelRelease, version: readonly number[]): number {
  const own = [major, minor, patch ?? 0];
  const order = version.map((wanted, i) => (own[i] ?? 0) - wanted).find((difference) => difference !== 0) ?? 0;
  // 6.13-rc1 is older than 6.13, but not older than the series of 6.
  return order === 0 && rc !== null && version.length > 1 ? -1 : order;
}
