/**
 * Shares `width` among pieces by their size, but gives each at least `least`: a small piece can still be seen. The shares add
 * up to `width`, as long as that is enough for the least of each.
 */
export function shareWidth(sizes: readonly number[], width: number, least: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return sizes.map(() => 0);
  const shares = sizes.map((size) => Math.max(least, Math.round((size / total) * width)));
  const excess = shares.reduce((sum, share) => sum + share, 0) - width;
  const widest = shares.indexOf(Math.max(...shares));
  const share = shares[widest];
  if (share !== undefined) shares[widest] = Math.max(least, share - excess);
  return shares;
}
