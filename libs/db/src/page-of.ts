import type { Page } from '@altmap/core';

/** A page from rows of which one more was asked for than the page takes: it tells whether there is a next. */
export function pageOf<R, T>(
  rows: readonly R[],
  first: number,
  toItem: (row: R) => { cursor: string; node: T },
): Page<T> {
  return { items: rows.slice(0, first).map(toItem), hasNextPage: rows.length > first };
}
