const UNITS = [
  ['PiB', 2 ** 50],
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
] as const;

/** The largest unit that gives a whole number below 10,000, else two decimals: 1022 MiB, 2 GiB, 1.33 TiB. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return '0';
  for (const [unit, size] of UNITS) {
    if (bytes % size !== 0) continue;
    if (bytes / size < 10_000) return `${bytes / size} ${unit}`;
    break;
  }
  const [unit, size] = UNITS.find(([, candidate]) => bytes >= candidate) ?? ['B', 1];
  return unit === 'B' ? `${bytes} B` : `${(bytes / size).toFixed(2)} ${unit}`;
}

/** 4096 -> 4K. */
export function formatPageSize(bytes: number | null): string {
  return bytes === null ? '?' : `${bytes / 1024}K`;
}

export function formatAddress(address: number): string {
  return `0x${address.toString(16)}`;
}
