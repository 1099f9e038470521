const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const MAX_VALUE = 4096;

/** Files of a copied sysfs as the lines "path:value" that collectors make of them: `files` are contents by path below the root. */
export function attributeLines(files: ReadonlyMap<string, string>): string {
  const lines: string[] = [];
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (content.includes('\0') || content.length > MAX_VALUE) continue;
    for (const line of content.replace(/\n+$/, '').split('\n')) lines.push(`/${path}:${line}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** block_size_bytes, from the line "Memory block size: 128M" of lsmem, which rounds no power of two. Null without one. */
export function memoryBlockLine(lsmem: string): string | null {
  const match = /^Memory block size: +(\d{1,4})([KMGT])$/m.exec(lsmem);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) return null;
  return `/sys/devices/system/memory/block_size_bytes:${(Number(match[1]) * unit).toString(16)}\n`;
}
