/** Postgres counts the parameters of a statement in 16 bits. */
const MOST_PARAMETERS = 65_535;

/** Cuts rows into pieces that one INSERT each can take. All rows have the same columns. */
export function* chunks<R extends object>(rows: readonly R[]): Generator<R[]> {
  const columns = Math.max(1, Object.keys(rows[0] ?? {}).length);
  const size = Math.floor(MOST_PARAMETERS / columns);
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}
