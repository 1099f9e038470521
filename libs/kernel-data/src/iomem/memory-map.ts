/** One entry of a memory map, as /proc/iomem shows it. Bytes, at most 2^53 - 1. */
export interface MapEntry {
  readonly start: number;
  readonly size: number;
  readonly name: string;
  readonly children: readonly MapEntry[];
}

/** What the machine has at which physical address. */
export interface MemoryMap {
  readonly entries: readonly MapEntry[];
  /** True where every address reads zero: read without root. Nothing can be placed then. */
  readonly zeroed: boolean;
}

/** An entry with the entries that hold it, the outermost first. */
export interface PlacedEntry {
  readonly entry: MapEntry;
  readonly parents: readonly MapEntry[];
}

/** All entries of a map, each before its children. */
export function* walkMap(entries: readonly MapEntry[], parents: readonly MapEntry[] = []): Iterable<PlacedEntry> {
  for (const entry of entries) {
    yield { entry, parents };
    if (entry.children.length > 0) yield* walkMap(entry.children, [...parents, entry]);
  }
}
